//! One run of git: in a settled environment, waited for when a lock is in its way.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::lock::{self, Lock};
use super::pin::{Pinned, pinned};
use super::version;
use crate::workspace::WorkspaceError;
use crate::workspace::process::{Exit, Outcome, Program};
use crate::workspace::sandbox::Jail;

/// How long locks are waited for, one after the other.
const LONGEST: Duration = Duration::from_mins(1);
/// The first wait for a lock; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How long one run may take: a filter or a network of the person's may hang.
const LIMIT: Duration = Duration::from_mins(30);

/// No hooks and no monitor, since they are programs that somebody else chose; no upkeep in the background; no signatures,
/// since a commit of the engine's own bookkeeping is nobody's word; submodules are left alone.
const SETTINGS: [&str; 11] = [
    "core.hooksPath=/dev/null",
    // A graph of commits that was written by hand tells other parents and trees than the commits do.
    "core.commitGraph=false",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "color.ui=false",
];

/// Of a git that stands for the person: no upkeep in the background, and words that can be read.
const AS_TYPED: [&str; 3] = ["gc.auto=0", "maintenance.auto=false", "color.ui=false"];

/// Variables of git's that a person sets for good; all others belong to the one git that runs now, such as the one whose
/// hook started flightdeck.
const INHERITED: [&str; 9] = [
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_EXEC_PATH",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_SSL_CAINFO",
    "GIT_SSL_NO_VERIFY",
];

/// git in one directory. It never asks anything, opens no editor and no pager, and speaks English.
#[derive(Debug, Clone)]
pub struct Git {
    directory: PathBuf,
    whose: Whose,
    /// How long one lock is waited for.
    patience: Duration,
    limit: Duration,
    settings: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    input: Vec<u8>,
    jail: Jail,
}

/// Whose repository it works in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Agents may have changed its configuration: what it names runs without the engine's keys, as agents do. A lock that
    /// outlasts all patience is nobody's, since only the mission's own programs work there.
    Missions,
    /// It may need the person's own environment, for example to sign or to reach a server. Its locks are theirs.
    Persons,
    /// As [`Self::Persons`], and what comes of it is theirs too: it is to be what they would have got.
    AsTyped,
}

impl Whose {
    /// How long one lock is waited for. git holds one for the time of a commit or a checkout.
    fn patience(self) -> Duration {
        match self {
            Self::Missions => Duration::from_secs(5),
            Self::Persons | Self::AsTyped => Duration::from_secs(20),
        }
    }
}

impl Git {
    /// git in a repository or checkout of a mission's own.
    pub fn of_mission(directory: &Path) -> Self {
        Self::new(directory, Whose::Missions, &SETTINGS)
    }

    /// git in a repository or checkout of the person's.
    pub fn of_person(directory: &Path) -> Self {
        Self::new(directory, Whose::Persons, &SETTINGS)
    }

    /// git as the person would have typed it: their settings hold, hooks, signatures and monitor included.
    pub fn as_typed_by_person(directory: &Path) -> Self {
        Self::new(directory, Whose::AsTyped, &AS_TYPED)
    }

    fn new(directory: &Path, whose: Whose, settings: &[&str]) -> Self {
        let settings = settings.iter().map(OsString::from).collect();
        let (patience, limit) = (whose.patience(), LIMIT);
        let (variables, input, jail) = (Vec::new(), Vec::new(), Jail::default());
        Self { directory: directory.to_owned(), whose, patience, limit, settings, variables, input, jail }
    }

    /// Ends it after this time.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Adds a setting (`key=value`), over the person's and over those this room starts from.
    #[must_use]
    pub fn setting(mut self, setting: impl Into<OsString>) -> Self {
        self.settings.push(setting.into());
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Who commits.
    #[must_use]
    pub fn committing_as(self, name: &str, email: &str) -> Self {
        let git = self.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
        git.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", email)
    }

    /// What it reads.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Keeps it in a jail, with the programs that it starts.
    #[must_use]
    pub fn jailed(self, jail: Jail) -> Self {
        Self { jail, ..self }
    }

    /// Runs it to success, and gives its output.
    ///
    /// # Errors
    /// [`WorkspaceError::GitSaid`] with git's own words; [`WorkspaceError::Locked`] when a lock of the person's stays.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        doing: &'static str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Vec<u8>, WorkspaceError> {
        let outcome = self.outcome(arguments)?;
        if outcome.exit.is_success() && outcome.whole {
            return Ok(outcome.output);
        }
        Err(outcome.git_fault(doing))
    }

    /// As [`Self::run`], for one line of text.
    ///
    /// # Errors
    /// See [`Self::run`].
    pub fn line<A: AsRef<OsStr>>(
        &self,
        doing: &'static str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, WorkspaceError> {
        let output = self.run(doing, arguments)?;
        Ok(String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned())
    }

    /// Runs it, whatever its exit says; a lock is waited for all the same.
    ///
    /// # Errors
    /// When git is missing or too old, cannot be started, or a lock of the person's stays.
    pub fn outcome<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Outcome, WorkspaceError> {
        version::check()?;
        let program = arguments.into_iter().fold(self.program(), Program::arg);
        let (started, mut wait) = (Instant::now(), FIRST_WAIT);
        let mut seen: Option<(Lock, Instant)> = None;
        loop {
            let outcome = program.run_blocking(&self.input)?;
            if outcome.exit.is_success() {
                return Ok(outcome);
            }
            let Some(path) = lock::named_in(&outcome.errors, &self.directory) else { return Ok(outcome) };
            let lock = Lock::at(&path);
            if lock.as_ref() != seen.as_ref().map(|(lock, _)| lock) {
                seen = lock.map(|lock| (lock, Instant::now()));
            }
            let stays = seen.as_ref().is_some_and(|(_, since)| since.elapsed() >= self.patience);
            if stays && self.whose == Whose::Missions {
                tracing::warn!(lock = %path.display(), "a lock that nobody holds is removed");
                lock::remove(&path)?;
            } else if stays || started.elapsed() > LONGEST {
                return Err(WorkspaceError::Locked { path });
            }
            thread::sleep(wait);
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn program(&self) -> Program {
        let inherited = std::env::vars_os().filter(|(name, _)| self.inherits(name));
        // What agents put in an object's place, or before a commit, is not what was committed.
        let genuine: &[(&str, &str)] = match self.whose {
            Whose::Missions => &[("GIT_NO_REPLACE_OBJECTS", "1"), ("GIT_GRAFT_FILE", "/dev/null/none")],
            Whose::Persons | Whose::AsTyped => &[],
        };
        let mut program =
            Program::new("git").dir(&self.directory).timeout(self.limit).jailed(&self.jail).envs(inherited);
        // Filters of the person's may read the rest of the locale.
        let english = if self.whose == Whose::AsTyped { ("LANGUAGE", "en") } else { ("LC_ALL", "C") };
        for (name, value) in [
            ("GIT_EDITOR", "true"),
            ("GIT_SEQUENCE_EDITOR", "true"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_PAGER", "cat"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            english,
        ] {
            program = program.env(name, value);
        }
        if self.whose == Whose::Missions
            && let Some(Pinned { metadata, common }) = pinned(&self.directory)
        {
            program = program.env("GIT_DIR", metadata).env("GIT_COMMON_DIR", common);
            program = program.env("GIT_WORK_TREE", &self.directory);
        }
        program = genuine.iter().fold(program, |program, (name, value)| program.env(*name, *value));
        program = program.envs(self.variables.iter().cloned());
        self.settings.iter().fold(program, |program, setting| program.arg("-c").arg(setting))
    }

    fn inherits(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy();
        if name.starts_with("GIT_") {
            return INHERITED.contains(&&*name);
        }
        self.whose != Whose::Missions
    }
}

impl Outcome {
    /// The fault of a git that failed.
    pub(in crate::workspace) fn git_fault(&self, doing: &'static str) -> WorkspaceError {
        WorkspaceError::GitSaid { doing, said: self.git_words() }
    }

    /// What git said when it failed, on one line.
    pub(in crate::workspace) fn git_words(&self) -> String {
        words(self)
    }
}

fn words(outcome: &Outcome) -> String {
    if !outcome.whole && outcome.exit.is_success() {
        return "git printed more than flightdeck keeps in memory".to_owned();
    }
    // Hints and progress say nothing of the cause.
    let telling = |line: &&str| !line.trim().is_empty() && !line.starts_with("hint:");
    let lines: Vec<&str> = outcome.errors.lines().filter(telling).take(8).map(str::trim).collect();
    let said = crate::workspace::clean_text(lines.join("; ").as_bytes());
    match outcome.exit {
        Exit::Code(_) if !said.is_empty() => said,
        exit => format!("git ended with {exit} {said}").trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_says_in_its_own_words_what_was_wrong() {
        let top = tempfile::tempdir().unwrap();
        let error = Git::of_mission(top.path()).run("read the head", ["rev-parse", "HEAD"]).unwrap_err();
        assert!(
            error.to_string().starts_with("failed to read the head: fatal: not a git repository"),
            "{error}"
        );
    }

    #[test]
    fn hooks_and_monitors_are_off_and_nothing_of_another_git_is_inherited() {
        let top = tempfile::tempdir().unwrap();
        let git = Git::of_mission(top.path());
        git.run("begin", ["init", "--quiet"]).unwrap();
        for (key, value) in [("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false")] {
            assert_eq!(git.line("read a setting", ["config", key]).unwrap(), value);
        }
        assert!(!git.inherits(OsStr::new("GIT_DIR")) && !git.inherits(OsStr::new("SSH_AUTH_SOCK")));
        let person = Git::of_person(top.path());
        assert!(
            !person.inherits(OsStr::new("GIT_INDEX_FILE")) && person.inherits(OsStr::new("SSH_AUTH_SOCK"))
        );
        assert!(person.inherits(OsStr::new("GIT_SSH_COMMAND")));
    }

    #[test]
    fn a_passing_lock_is_waited_for() {
        let top = tempfile::tempdir().unwrap();
        let git = Git::of_person(top.path());
        git.run("begin", ["init", "--quiet"]).unwrap();
        let lock = top.path().join(".git/index.lock");
        std::fs::write(&lock, "").unwrap();
        let path = lock.clone();
        let other = thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            std::fs::remove_file(path).unwrap();
        });
        git.run("empty the index", ["read-tree", "--empty"]).unwrap();
        other.join().unwrap();
        assert!(!lock.exists());
    }

    #[test]
    fn a_lock_that_stays_is_nobodys_in_a_mission_and_the_persons_elsewhere() {
        let top = tempfile::tempdir().unwrap();
        Git::of_mission(top.path()).run("begin", ["init", "--quiet"]).unwrap();
        let lock = top.path().join(".git/index.lock");
        std::fs::write(&lock, "").unwrap();
        let (directory, persons) = (top.path().to_owned(), lock.clone());
        let empty = ["read-tree", "--empty"];
        let soon = |git: Git| Git { patience: Duration::from_millis(100), ..git };
        let error = soon(Git::of_person(&directory)).run("empty the index", empty).unwrap_err();
        assert!(
            matches!(&error, WorkspaceError::Locked { path } if path.ends_with(".git/index.lock")),
            "{error}"
        );
        assert!(persons.exists(), "what is not ours is not removed");
        soon(Git::of_mission(&directory)).run("empty the index", empty).unwrap();
        assert!(!lock.exists());
    }
}
