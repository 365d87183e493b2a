//! Offering the commit of the final gate to others: a push of the mission's branch, as the person would have typed it.

use super::{LandPlace, LandPlan, merge};
use crate::workspace::git::Git;
use crate::workspace::{Repo, WorkspaceError};

/// The remote that a branch belongs to: its own, else `origin`, else the only one.
pub fn remote(person: &Repo, branch: &str) -> Result<Option<String>, WorkspaceError> {
    let git = Git::as_typed_by_person(person.root());
    let remotes = git.line("list the remotes", ["remote"])?;
    let outcome = git.outcome(["config", "--get", &format!("branch.{branch}.remote")])?;
    let own = String::from_utf8_lossy(&outcome.output).trim().to_owned();
    let known = |name: &str| remotes.lines().any(|remote| remote == name);
    let only = remotes.lines().next().filter(|_| remotes.lines().count() == 1);
    let chosen = [own.as_str(), "origin"].into_iter().find(|name| known(name)).or(only);
    Ok(chosen.map(str::to_owned))
}

/// Pushes the mission's branch at the commit of its final gate. The hooks of the person's repository run, since it is
/// theirs that git LFS and others send what a commit needs.
///
/// # Errors
/// What git says; a branch that stands elsewhere there is not overwritten.
pub fn push(place: &LandPlace, plan: &LandPlan, remote: &str) -> Result<(), WorkspaceError> {
    merge::bring_in(place, plan)?;
    let to = format!("{}:refs/heads/{}", plan.commit, plan.branch);
    let git = Git::as_typed_by_person(place.person.root());
    git.run("push the mission's branch", ["push", "--quiet", remote, &to]).map(drop)
}
