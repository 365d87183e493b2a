//! Why the configuration cannot be used, with the place and what to do.

use std::path::PathBuf;

use super::origin::Origin;

/// A fault of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that is not TOML.
    #[error("{}:{line}: {message}; mend the file and try again", file.display())]
    Syntax { file: PathBuf, line: usize, message: String },
    /// A file that cannot be read at all.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    /// A key that does not exist.
    #[error("{origin}: there is no setting `{key}`; {advice}")]
    UnknownKey { origin: Origin, key: String, advice: String },
    /// A variable that looks like a setting and is none.
    #[error("{variable} is not a setting; {advice}")]
    UnknownVariable { variable: String, advice: String },
    /// A value that does not fit its key.
    #[error("{origin}: `{key}` must be {expected}, not {found}")]
    BadValue { origin: Origin, key: String, expected: String, found: String },
    /// A project's file says what only the person may say.
    #[error(
        "{origin}: a project's file may not set `{key}`, because {because}; put it into {} instead",
        user_file.display()
    )]
    NotForProjects { origin: Origin, key: String, because: &'static str, user_file: PathBuf },
    /// There is nowhere to keep missions.
    #[error("no home directory is known: set FLIGHTDECK_HOME to a directory for flightdeck's missions")]
    NoHome,
}
