//! Bringing the commit of a mission's final gate onto its target, in two phases: what would be merged is made and proven
//! somewhere else, and only then does the target move.
//!
//! git's own program merges, signs and updates the person's checkout, with the person's settings, so that the outcome is
//! what `git merge` would have given. It runs none of their hooks; [`Landed::notes`] says which it left out. A journal is written
//! before anything of the person's changes; [`recover`] finishes or undoes by it what was cut short.

mod journal;
mod merge;
mod person;
pub mod publish;
mod recover;
mod stale;
mod target;

use std::path::{Path, PathBuf};

use super::git::Git;
use super::{ProofCheckout, Repo, WorkspaceError};
use journal::{Journal, Moving, Stage};
pub use journal::{is_cut_short, move_journal};
pub use recover::{Recovered, forget, recover};
use target::Target;
pub(super) use target::under_way;

/// Where a mission lands from: the person's repository, the mission's own, and the mission's directory, in which
/// everything stands that a landing needs for itself.
#[derive(Debug, Clone)]
pub struct LandPlace {
    pub person: Repo,
    pub own: Repo,
    pub dir: PathBuf,
}

/// What is to be landed where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandPlan {
    /// The commit that the final gate was about. Nothing later lands.
    pub commit: String,
    /// The mission's branch, for the messages.
    pub branch: String,
    /// The branch that it goes onto.
    pub target: String,
    /// The mission's id and title, for the messages.
    pub mission: String,
    pub title: String,
}

/// A merge that is made but not yet the target's. Dropping it leaves everything as it was.
#[derive(Debug)]
pub struct Landing {
    place: LandPlace,
    plan: LandPlan,
    target: Target,
    merged: String,
    scratch: ProofCheckout,
    journal: Journal,
}

/// A target that has moved.
#[derive(Debug, PartialEq, Eq)]
pub struct Landed {
    /// Where it is now.
    pub commit: String,
    /// What the person should know of it: what was left out, and what did not land.
    pub notes: Vec<String>,
}

impl Landing {
    /// Merges, and checks the result out at [`Self::dir`], where the caller runs what must pass. That checkout belongs to
    /// the mission's own repository: what runs there can change nothing of the person's.
    ///
    /// # Errors
    /// [`WorkspaceError::Conflict`], [`WorkspaceError::NothingToLand`], [`WorkspaceError::UnderWay`]; whatever git says of a
    /// merge that it cannot make or sign. Nothing has changed then.
    pub fn prepare(place: LandPlace, plan: LandPlan) -> Result<Self, WorkspaceError> {
        let target = Target::find(&place.person, &plan.target)?;
        target.refuse_if_under_way()?;
        merge::bring_in(&place, &plan)?;
        let journal = Journal::begin(&place.dir, &plan)?;
        match Self::make(&place, &plan, &target) {
            Ok((merged, scratch)) => Ok(Self { place, plan, target, merged, scratch, journal }),
            Err(error) => {
                journal.close();
                Err(error)
            }
        }
    }

    fn make(
        place: &LandPlace,
        plan: &LandPlan,
        target: &Target,
    ) -> Result<(String, ProofCheckout), WorkspaceError> {
        let merged = merge::merge(place, plan, target)?;
        let made = keep(&place.person, plan, &merged).and_then(|()| {
            let scratch = place.dir.join(SCRATCH);
            // What an earlier landing left is flightdeck's own, in the mission's directory.
            ProofCheckout::open(&place.own, &scratch, "").remove()?;
            ProofCheckout::create(&place.own, &scratch, &merged)
        });
        match made {
            Ok(scratch) => Ok((merged, scratch)),
            Err(error) => {
                clear(place, &plan.mission);
                Err(error)
            }
        }
    }

    /// The worktree with the merged tree.
    pub fn dir(&self) -> &Path {
        self.scratch.dir()
    }

    /// Whether the person's checkout would take the merge as it is now, so that nobody waits for the commands in vain.
    ///
    /// # Errors
    /// [`WorkspaceError::TargetDirty`].
    pub fn check(&self) -> Result<(), WorkspaceError> {
        self.target.refuse_if_in_the_way(&self.merged)
    }

    /// Moves the target, and the checkout that is on it if there is one. What git leaves half done is undone. The caller
    /// records the landing and then calls [`forget`].
    ///
    /// # Errors
    /// [`WorkspaceError::TargetMoved`], [`WorkspaceError::TargetDirty`] and git's own refusals; nothing was changed then.
    pub fn finish(&self) -> Result<Landed, WorkspaceError> {
        let now = Target::find(&self.place.person, &self.plan.target)?;
        if now.commit != self.target.commit {
            return Err(WorkspaceError::TargetMoved { target: self.plan.target.clone() });
        }
        now.refuse_if_under_way()?;
        now.refuse_if_in_the_way(&self.merged)?;
        let notes = self.notes();
        self.journal.write(&Stage::Moving(Moving {
            mission: self.plan.mission.clone(),
            target: self.plan.target.clone(),
            before: now.commit.clone(),
            after: self.merged.clone(),
            checkout: now.checkout.clone(),
        }))?;
        let moved = now.move_to(&self.merged, &self.plan.mission);
        if let Err(refused) = moved {
            return match recover(&self.place)? {
                Recovered::Landed { commit, .. } => Ok(Landed { commit, notes }),
                Recovered::Nothing | Recovered::Undone { .. } | Recovered::Overtaken { .. } => Err(refused),
            };
        }
        Ok(Landed { commit: self.merged.clone(), notes })
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = merge::left_behind(&self.place, &self.plan);
        let kind = merge::kind(&self.plan, &self.merged);
        let hooks = person::hooks(&self.place.person, kind.hooks());
        if !hooks.is_empty() {
            notes.push(format!("git's hooks did not run: {}", hooks.join(", ")));
        }
        notes
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        // A move that was begun is taken up by its journal; before that nothing of the person's has changed.
        if matches!(self.journal.read(), Ok(Some(Stage::Merging { .. }))) {
            clear(&self.place, &self.plan.mission);
            self.journal.close();
        } else if let Err(error) = self.scratch.remove() {
            tracing::warn!(%error, "the worktree of a landing stays behind");
        }
    }
}

/// The worktree with the merged tree, and the one in which the merge is made, in the mission's directory.
const SCRATCH: &str = "landing";
const MERGE: &str = "landing-merge";

/// Keeps the merge from being collected while the commands run.
fn keep(person: &Repo, plan: &LandPlan, merged: &str) -> Result<(), WorkspaceError> {
    let reference = reference(&plan.mission);
    let update = ["update-ref", &reference, merged];
    Git::of_person(person.root()).run("keep the merge", update).map(drop)
}

/// Removes what a landing made for itself. What stays is harmless, and replaced by the next landing.
fn clear(place: &LandPlace, mission: &str) {
    let scratch = ProofCheckout::open(&place.own, &place.dir.join(SCRATCH), "");
    let removals = [
        scratch.remove(),
        merge::remove_worktree(place),
        Git::of_person(place.person.root())
            .run("forget the merge", ["update-ref", "-d", &reference(mission)])
            .map(drop),
    ];
    for error in removals.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "something of a landing stays behind");
    }
}

fn reference(mission: &str) -> String {
    format!("refs/flightdeck/{mission}/landing")
}
