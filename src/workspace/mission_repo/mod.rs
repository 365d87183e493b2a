//! The mission's own repository, in the mission's directory.
//!
//! It borrows the objects of the person's repository, which is its remote, and shares nothing else with it: neither hooks
//! nor configuration nor refs. All worktrees of the mission are its. What agents commit reaches the person's repository
//! only when the engine brings an accepted head over. Its git directory lies outside the checkouts and names itself as
//! common directory, so that a sandbox can hold it.

mod carry;
mod make;
mod publish;
mod reach;

use std::path::Path;

use super::git::{Git, remove_locks_below};
use super::worktree::remove_directory;
use super::{Checkout, Repo, WorkspaceError};

pub use publish::Published;
pub use reach::FilterGround;
pub(super) use reach::FilterJail;

/// Its directory in the mission's.
pub(super) const DIRECTORY: &str = "repository.git";

/// What a mission's repository is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoPlan {
    /// The mission's id, which names its refs in the person's repository.
    pub mission: String,
    pub branch: String,
    /// The branch of the person's that the mission begins on.
    pub target: String,
    pub base: String,
    /// The last head that was accepted, or the base.
    pub head: String,
}

/// The mission's own repository and the person's.
#[derive(Debug, Clone)]
pub struct MissionRepo {
    own: Repo,
    person: Repo,
    plan: RepoPlan,
}

impl MissionRepo {
    /// Opens it in a mission's directory. It is made when it is not there yet, and takes up what the person changed since:
    /// where their repository is, and those settings without which their files cannot be read.
    ///
    /// # Errors
    /// When the person's repository lacks the base, or git cannot do it.
    pub fn open(dir: &Path, person: Repo, plan: RepoPlan) -> Result<Self, WorkspaceError> {
        publish::keep_base(&person, &plan)?;
        let path = dir.join(DIRECTORY);
        if !path.exists() {
            make::make(&path, &person, &plan)?;
        }
        reach::set_packed_refs_apart(&path)?;
        let trusted = carry::carry(&path, &person)?;
        Ok(Self { own: Repo::of_mission(&path).trusting(trusted), person, plan })
    }

    /// The mission's own.
    pub fn own(&self) -> &Repo {
        &self.own
    }

    /// The person's.
    pub fn person(&self) -> &Repo {
        &self.person
    }

    /// Makes the mission's branch anew at a head if an agent took it away.
    ///
    /// # Errors
    /// When git cannot do it.
    pub fn ensure_branch(&self, head: &str) -> Result<(), WorkspaceError> {
        let branch = format!("refs/heads/{}", self.plan.branch);
        if self.own.has_commit(&branch)? {
            return Ok(());
        }
        self.git().run("make the mission's branch", ["update-ref", &branch, head]).map(drop)
    }

    /// Removes what a worker left locked that was killed. No other may be at work.
    ///
    /// # Errors
    /// When a lock cannot be removed.
    pub fn remove_locks_of_worker(&self, checkout: &Checkout) -> Result<(), WorkspaceError> {
        checkout.remove_locks()?;
        remove_directory(&self.own.git_dir().join(format!("refs/heads/{}.lock", self.plan.branch)))
    }

    /// Removes what an engine, or agents, that are dead have left locked. No program of the mission may be running.
    ///
    /// # Errors
    /// When a lock cannot be removed.
    pub fn remove_stale_locks(&self) -> Result<(), WorkspaceError> {
        let removed = remove_locks_below(self.own.git_dir())?;
        if !removed.is_empty() {
            tracing::info!(?removed, "removed the locks of programs that are dead");
        }
        Ok(())
    }

    fn git(&self) -> Git {
        Git::of_mission(self.own.git_dir())
    }
}

/// The repository to read a mission's commits from: its own, or the person's for a mission that no engine has flown yet.
///
/// # Errors
/// When there is neither.
pub fn repository_of(dir: &Path, person: &Path) -> Result<Repo, WorkspaceError> {
    let own = dir.join(DIRECTORY);
    if own.exists() { Ok(Repo::of_mission(&own)) } else { Repo::discover(person) }
}
