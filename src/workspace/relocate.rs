//! A person's repository that stands elsewhere now: what the mission keeps of its place is mended.

use std::ffi::OsString;
use std::path::Path;

use super::git::Git;
use super::land;
use super::mission_repo::{MissionRepo, RepoPlan};
use super::{Repo, WorkspaceError};

/// Ties a mission's directory to the repository at its new place, as it was to the one at the old.
///
/// # Errors
/// [`WorkspaceError::OtherRepository`] when it lacks the commit that the mission began at; whatever git says.
pub fn relocate(
    dir: &Path,
    from: &Path,
    person: Repo,
    plan: RepoPlan,
) -> Result<MissionRepo, WorkspaceError> {
    if !person.has_commit(&plan.base)? {
        return Err(WorkspaceError::OtherRepository { path: person.root().to_owned(), base: plan.base });
    }
    land::move_journal(dir, from, person.root())?;
    // An earlier flightdeck made the mission's checkouts in the person's repository itself.
    let checkouts = ["checkout", "proof"].map(|name| dir.join(name));
    let old: Vec<OsString> = checkouts
        .into_iter()
        .filter(|checkout| checkout.join(".git").is_file() && !dir.join("repository.git").exists())
        .map(OsString::from)
        .collect();
    if !old.is_empty() {
        let repair = ["worktree", "repair"].map(OsString::from).into_iter().chain(old);
        Git::of_person(person.root()).run("find the mission's checkouts again", repair)?;
    }
    MissionRepo::open(dir, person, plan)
}
