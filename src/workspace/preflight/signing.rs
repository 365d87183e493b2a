//! Whether git can sign: a merge that lands a mission is signed where the person's commits are.

use std::time::Duration;

use super::{Found, Subject};
use crate::workspace::WorkspaceError;
use crate::workspace::git::Git;

/// How long a key may take, or whoever is asked to unlock it.
const LIMIT: Duration = Duration::from_secs(30);

/// Signs a commit that is kept nowhere.
pub(super) fn look(subject: &Subject) -> Result<Found, WorkspaceError> {
    if !subject.is_set("commit.gpgSign")? {
        return Ok(Found::Sound("not asked for".to_owned()));
    }
    let git = Git::as_typed_by_person(&subject.root);
    let objects = git.line("find the objects", ["rev-parse", "--git-path", "objects"])?;
    let aside = Aside::new().map_err(WorkspaceError::io("make", &std::env::temp_dir()))?;
    let (name, email) = ("user.name=flightdeck", "user.email=flightdeck@localhost");
    let known = subject.setting("user.name")?.is_some();
    let git = if known { git } else { git.setting(name).setting(email) };
    let outcome = git
        .limit(LIMIT)
        .env("GIT_OBJECT_DIRECTORY", &aside.0)
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", subject.root.join(objects))
        .outcome(["commit-tree", "-S", "-m", "Can this be signed?", "HEAD^{tree}"])?;
    if outcome.exit.is_success() {
        return Ok(Found::Sound("the key can be reached".to_owned()));
    }
    Ok(Found::Doubt(format!(
        "your commits are signed (`commit.gpgSign`), and the key cannot be reached here: {}. What agents commit is not signed, \
         but a merge that lands it is: unlock the key, or look at `user.signingKey`, `gpg.format` and `ssh-add -l`",
        outcome.git_words()
    )))
}

/// A directory that is gone when it is dropped.
struct Aside(std::path::PathBuf);

impl Aside {
    fn new() -> std::io::Result<Self> {
        let directory = std::env::temp_dir().join(format!("flightdeck-signing-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        Ok(Self(directory))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "a directory for a trial signature stays behind");
        }
    }
}
