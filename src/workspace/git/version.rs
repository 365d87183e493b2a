//! Which git is installed.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::workspace::WorkspaceError;
use crate::workspace::process::Program;

/// The oldest git that is known to do what is asked of it here.
pub const OLDEST: Version = Version { major: 2, minor: 31 };

/// A version of git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The version of the git on `PATH`.
///
/// # Errors
/// [`WorkspaceError::NoGit`] when there is none, or one that is too old.
pub fn version() -> Result<Version, WorkspaceError> {
    let none = |found: String| WorkspaceError::NoGit { oldest: OLDEST, found };
    let said = Program::new("git").arg("version").run_blocking(b"");
    let said = said.map_err(|error| none(error.to_string()))?;
    let text = String::from_utf8_lossy(&said.output).trim().to_owned();
    let version = parse(&text).ok_or_else(|| none(format!("it says {text:?} {}", said.errors.trim())))?;
    if version < OLDEST { Err(none(format!("version {version} is installed"))) } else { Ok(version) }
}

/// Refuses a git that is missing or too old. A sound one is looked at once by each process.
pub(super) fn check() -> Result<(), WorkspaceError> {
    static SOUND: AtomicBool = AtomicBool::new(false);
    if !SOUND.load(Ordering::Acquire) {
        version()?;
        SOUND.store(true, Ordering::Release);
    }
    Ok(())
}

/// Reads `git version 2.39.5 (Apple Git-154)`.
fn parse(text: &str) -> Option<Version> {
    let mut numbers = text.strip_prefix("git version ")?.split('.');
    let mut next = || -> Option<u32> {
        let digits: String = numbers.next()?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    Some(Version { major: next()?, minor: next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_as_numbers() {
        let read = |text| parse(text).map(|version| version.to_string());
        assert_eq!(read("git version 2.39.5 (Apple Git-154)").as_deref(), Some("2.39"));
        assert_eq!(read("git version 2.9.rc1").as_deref(), Some("2.9"));
        assert_eq!(read("hub version 3"), None);
        assert!(parse("git version 2.9.0").unwrap() < OLDEST && parse("git version 3.0").unwrap() > OLDEST);
    }

    #[test]
    fn a_missing_git_is_told_with_what_to_install() {
        let error = WorkspaceError::NoGit { oldest: OLDEST, found: "it is not installed".to_owned() };
        assert!(error.to_string().contains("install git 2.31 or newer"), "{error}");
    }
}
