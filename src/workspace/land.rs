//! Bringing a mission's branch onto its target, in two phases: what would be merged is made and proven somewhere else, and
//! only then does the target move.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use git2::build::CheckoutBuilder;
use git2::{Commit, IndexConflict, Oid, Repository};

use super::repo::{Repo, author, commit_tree, find_commit};
use super::worktree::{changes, to_path};
use super::{ProofCheckout, WorkspaceError};

/// What is to be landed where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandPlan {
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
    repo: Repo,
    plan: LandPlan,
    before: Oid,
    merged: Oid,
    scratch: ProofCheckout,
}

impl Landing {
    /// Merges and checks the result out at `scratch`, where the caller runs what must pass.
    ///
    /// # Errors
    /// [`WorkspaceError::Conflict`], [`WorkspaceError::NothingToLand`].
    pub fn prepare(repo: &Repo, plan: LandPlan, scratch: &Path) -> Result<Self, WorkspaceError> {
        let git = repo.open()?;
        let ours = find_commit(&git, &format!("refs/heads/{}", plan.target))?;
        let theirs = find_commit(&git, &format!("refs/heads/{}", plan.branch))?;
        let merged = merge(&git, &plan, &ours, &theirs)?;
        let scratch = ProofCheckout::create(repo, scratch, &merged.to_string())?;
        Ok(Self { repo: repo.clone(), before: ours.id(), merged, plan, scratch })
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
        let git = self.repo.open()?;
        match checkout_on(&git, &format!("refs/heads/{}", self.plan.target))? {
            Some(person) => self.refuse_if_dirty(&git, &person),
            None => Ok(()),
        }
    }

    /// Moves the target, and the checkout that is on it if there is one.
    ///
    /// # Errors
    /// [`WorkspaceError::TargetMoved`] and [`WorkspaceError::TargetDirty`]; nothing was changed then.
    pub fn finish(self) -> Result<String, WorkspaceError> {
        let failed = WorkspaceError::git("move the target branch");
        let git = self.repo.open()?;
        let name = format!("refs/heads/{}", self.plan.target);
        // The branch is locked first, so that once the checkout is updated nothing can keep the branch from following.
        let mut transaction = git.transaction().map_err(&failed)?;
        transaction.lock_ref(&name).map_err(&failed)?;
        if find_commit(&git, &name)?.id() != self.before {
            return Err(WorkspaceError::TargetMoved { target: self.plan.target.clone() });
        }
        if let Some(person) = checkout_on(&git, &name)? {
            self.refuse_if_dirty(&git, &person)?;
            self.update(&person)?;
        }
        let message = format!("flightdeck: land {}", self.plan.mission);
        let who = author(&git)?;
        transaction.set_target(&name, self.merged, Some(&who), &message).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        Ok(self.merged.to_string())
    }

    /// Refuses when the merge touches a file that the person has changed.
    fn refuse_if_dirty(&self, git: &Repository, person: &Repository) -> Result<(), WorkspaceError> {
        let failed = WorkspaceError::git("compare the target with the merge");
        let before = find_commit(git, &self.before.to_string())?.tree().map_err(&failed)?;
        let after = find_commit(git, &self.merged.to_string())?.tree().map_err(&failed)?;
        let diff = git.diff_tree_to_tree(Some(&before), Some(&after), None).map_err(&failed)?;
        let touched: Vec<PathBuf> =
            diff.deltas().filter_map(|delta| delta.new_file().path_bytes().map(to_path)).collect();
        let clashes =
            |path: &PathBuf| touched.iter().any(|other| path.starts_with(other) || other.starts_with(path));
        let files: Vec<PathBuf> = changes(&directory_of(person))?.into_iter().filter(clashes).collect();
        if files.is_empty() {
            return Ok(());
        }
        Err(WorkspaceError::TargetDirty { directory: directory_of(person), files })
    }

    /// Updates the person's checkout. git refuses as a whole, before it writes anything, when something would be lost.
    fn update(&self, person: &Repository) -> Result<(), WorkspaceError> {
        let target = find_commit(person, &self.merged.to_string())?;
        let mut refused = Vec::new();
        let mut options = CheckoutBuilder::new();
        options.safe().overwrite_ignored(false);
        options.notify_on(git2::CheckoutNotificationType::CONFLICT);
        options.notify(|_, path, _, _, _| {
            refused.extend(path.map(Path::to_owned));
            true
        });
        let updated = person.checkout_tree(target.as_object(), Some(&mut options));
        drop(options);
        match updated {
            Err(_) if !refused.is_empty() => {
                Err(WorkspaceError::TargetDirty { directory: directory_of(person), files: refused })
            }
            other => other.map_err(WorkspaceError::git("update the checkout of the target")),
        }
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        if let Err(error) = self.scratch.remove() {
            tracing::warn!(%error, "could not remove the worktree of a landing");
        }
    }
}

/// The commit that the target becomes: the mission's own where the target has nothing that it lacks, else a merge.
fn merge(
    git: &Repository,
    plan: &LandPlan,
    ours: &Commit<'_>,
    theirs: &Commit<'_>,
) -> Result<Oid, WorkspaceError> {
    let failed = WorkspaceError::git("merge the mission's branch");
    let contains = |later: Oid, earlier: Oid| -> Result<bool, WorkspaceError> {
        Ok(later == earlier || git.graph_descendant_of(later, earlier).map_err(&failed)?)
    };
    if contains(ours.id(), theirs.id())? {
        let (branch, target) = (plan.branch.clone(), plan.target.clone());
        return Err(WorkspaceError::NothingToLand { branch, target });
    }
    if contains(theirs.id(), ours.id())? {
        return Ok(theirs.id());
    }
    let mut index = git.merge_commits(ours, theirs, None).map_err(&failed)?;
    if index.has_conflicts() {
        let mut files = BTreeSet::new();
        for conflict in index.conflicts().map_err(&failed)? {
            files.extend(conflicted_path(conflict.map_err(&failed)?));
        }
        return Err(WorkspaceError::Conflict { files: files.into_iter().collect() });
    }
    let tree = index.write_tree_to(git).map_err(&failed)?;
    let message = format!("Land flightdeck mission {}: {}", plan.mission, plan.title);
    commit_tree(git, tree, &message, &[ours, theirs])
}

fn conflicted_path(conflict: IndexConflict) -> Option<PathBuf> {
    let entry = conflict.our.or(conflict.their).or(conflict.ancestor)?;
    Some(to_path(&entry.path))
}

/// The checkout, the person's or a linked one, whose HEAD is the branch.
fn checkout_on(git: &Repository, branch: &str) -> Result<Option<Repository>, WorkspaceError> {
    let failed = WorkspaceError::git("look for checkouts of the target");
    let main = Repository::open(git.commondir()).map_err(&failed)?;
    let linked = main.worktrees().map_err(&failed)?;
    let linked = linked.iter_bytes().filter_map(|name| {
        let worktree = main.find_worktree(std::str::from_utf8(name).ok()?).ok()?;
        // A worktree whose directory is gone has nothing to update.
        Repository::open_from_worktree(&worktree).ok()
    });
    let linked: Vec<Repository> = linked.collect();
    Ok(std::iter::once(main)
        .chain(linked)
        .filter(|one| !one.is_bare())
        .find(|one| one.head().is_ok_and(|head| head.name().is_ok_and(|name| name == branch))))
}

fn directory_of(git: &Repository) -> PathBuf {
    git.workdir().unwrap_or(git.path()).to_owned()
}
