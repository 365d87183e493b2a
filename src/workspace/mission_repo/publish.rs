//! Bringing an accepted head into the person's repository, and keeping there what the mission borrows.
//!
//! The commits come first, under a ref that is the mission's alone; then the branch follows. So nothing is lost where the
//! branch cannot move.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{MissionRepo, RepoPlan};
use crate::workspace::git::Git;
use crate::workspace::{Repo, WorkspaceError};

/// Where the mission's branch stands in the person's repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// At the accepted head.
    At,
    /// Elsewhere: it is checked out there, and a checkout is not changed behind its owner's back. The commits are
    /// under the ref.
    CheckedOut { directory: PathBuf, kept_as: String },
}

/// Keeps the base in the person's repository, so that no upkeep and no forced push there takes away what is borrowed.
pub(super) fn keep_base(person: &Repo, plan: &RepoPlan) -> Result<(), WorkspaceError> {
    let name = format!("refs/flightdeck/{}/base", plan.mission);
    if person.resolve(&name).is_ok_and(|kept| kept == plan.base) {
        return Ok(());
    }
    if !person.has_commit(&plan.base)? {
        // A mission that is over can be read all the same.
        tracing::warn!(base = plan.base, "the person's repository has lost the mission's base");
        return Ok(());
    }
    Git::of_person(person.root()).run("keep the mission's base", ["update-ref", &name, &plan.base]).map(drop)
}

impl MissionRepo {
    /// Brings a head into the person's repository and sets the mission's branch there to it. It may be done again.
    ///
    /// # Errors
    /// [`WorkspaceError::BranchInTheWay`] when another branch leaves no room for the mission's; git's own words otherwise.
    pub fn publish(&self, head: &str) -> Result<Published, WorkspaceError> {
        let kept_as = format!("refs/flightdeck/{}/head", self.plan.mission);
        if !self.person.resolve(&kept_as).is_ok_and(|kept| kept == head) {
            self.bring(head, &kept_as)?;
        }
        let branch = format!("refs/heads/{}", self.plan.branch);
        let stands = self.person.resolve(&branch).ok();
        if stands.as_deref() == Some(head) {
            return Ok(Published::At);
        }
        if let Some(obstacle) = self.person.branch_obstacle(&self.plan.branch)? {
            return Err(WorkspaceError::BranchInTheWay { branch: self.plan.branch.clone(), obstacle });
        }
        let git = Git::of_person(self.person.root());
        let place = git.line("look for the branch", ["for-each-ref", "--format=%(worktreepath)", &branch])?;
        // An earlier flightdeck checked it out itself, in the mission's directory.
        let is_own =
            self.own.git_dir().parent().is_some_and(|mission| Path::new(&place).starts_with(mission));
        if !place.is_empty() && !is_own {
            return Ok(Published::CheckedOut { directory: place.into(), kept_as });
        }
        if let Some(old) = &stands {
            self.keep_replaced(&git, old, head)?;
        }
        let was = stands.unwrap_or_default();
        let arguments = ["update-ref", "-m", "flightdeck: accepted", &branch, head, &was];
        git.run("set the mission's branch", arguments)?;
        Ok(Published::At)
    }

    fn bring(&self, head: &str, kept_as: &str) -> Result<(), WorkspaceError> {
        let accepted = "refs/flightdeck/accepted";
        self.git().run("note the accepted head", ["update-ref", accepted, head])?;
        self.bring_large_files()?;
        let mut arguments: Vec<OsString> =
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
                .map(OsString::from)
                .to_vec();
        arguments.push(self.own.git_dir().as_os_str().to_owned());
        arguments.push(format!("+{accepted}:{kept_as}").into());
        let doing = "bring the mission's commits into your repository";
        Git::of_person(self.person.root()).run(doing, arguments).map(drop)
    }

    /// Whatever somebody else set the branch to stays reachable.
    fn keep_replaced(&self, git: &Git, old: &str, head: &str) -> Result<(), WorkspaceError> {
        let contained = git.outcome(["merge-base", "--is-ancestor", old, head])?.exit.is_success();
        if contained {
            return Ok(());
        }
        let name = format!("refs/flightdeck/{}/replaced-{}", self.plan.mission, &old[..old.len().min(12)]);
        tracing::warn!(
            branch = self.plan.branch,
            kept_as = name,
            "the mission's branch was moved by somebody else"
        );
        git.run("keep what the branch held", ["update-ref", &name, old]).map(drop)
    }

    /// Contents that git-lfs keeps beside git's objects.
    fn bring_large_files(&self) -> Result<(), WorkspaceError> {
        let theirs = self.person.common_dir()?.join("lfs/objects");
        copy_missing(&self.own.git_dir().join("lfs/objects"), &theirs)
    }
}

/// Copies files that are named by their content.
fn copy_missing(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy_missing(&from, &to)?;
        } else if !to.exists() {
            let parent = to.parent().unwrap_or(&to);
            fs::create_dir_all(parent).map_err(WorkspaceError::io("create", parent))?;
            let half = to.with_extension("half");
            fs::copy(&from, &half).map_err(WorkspaceError::io("copy", &from))?;
            fs::rename(&half, &to).map_err(WorkspaceError::io("put in place", &to))?;
        }
    }
    Ok(())
}
