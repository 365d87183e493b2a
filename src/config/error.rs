//! Why the configuration cannot be used, with the place and what to do.

use std::path::PathBuf;

use super::origin::Origin;

/// A fault of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}:{line}: {message}; mend the file and try again", file.display())]
    Syntax { file: PathBuf, line: usize, message: String },
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("{origin}: there is no setting `{key}`; {advice}")]
    UnknownKey { origin: Origin, key: String, advice: String },
    #[error("{variable} is not a setting; {advice}")]
    UnknownVariable { variable: String, advice: String },
    #[error("{origin}: `{key}` must be {expected}, not {found}")]
    BadValue {
        origin: Origin,
        key: String,
        expected: String,
        /// With what holds without it, where something does.
        found: String,
    },
    #[error(
        "{origin}: a project's file may not set `{key}`, because {because}; put it into {} instead",
        user_file.display()
    )]
    NotForProjects { origin: Origin, key: String, because: &'static str, user_file: PathBuf },
    #[error("no home directory is known: set FLIGHTDECK_HOME to a directory for flightdeck's missions")]
    NoHome,
}
