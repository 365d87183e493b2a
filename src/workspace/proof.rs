//! The validators' checkout: a detached worktree at the commit under test, which they may soil and never change.

use std::path::{Path, PathBuf};

use git2::{DiffDelta, Repository};

use super::WorkspaceError;
use super::repo::{Repo, find_commit};
use super::worktree;

/// A worktree on no branch, at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofCheckout {
    repo: Repo,
    directory: PathBuf,
    commit: String,
}

impl ProofCheckout {
    /// Makes the worktree at a directory, or takes it up again, and sets it to a commit.
    pub fn create(repo: &Repo, directory: &Path, commit: &str) -> Result<Self, WorkspaceError> {
        Self::make(repo, directory, commit).or_else(|fault| {
            if matches!(fault, WorkspaceError::DirectoryTaken { .. }) {
                return Err(fault);
            }
            // An engine that was killed over it may have left it half made: then it is made anew.
            tracing::warn!(%fault, directory = %directory.display(), "a worktree for proof is made anew");
            worktree::remove(repo, directory)?;
            Self::make(repo, directory, commit)
        })
    }

    fn make(repo: &Repo, directory: &Path, commit: &str) -> Result<Self, WorkspaceError> {
        let git = repo.open()?;
        let target = find_commit(&git, commit)?;
        // git's library makes worktrees on branches only, so this one is on a branch until it is detached.
        let passing = format!("flightdeck-passing/{}", worktree::name_of(directory));
        let branch = git.branch(&passing, &target, true).ok();
        let made = worktree::ensure(repo, directory, &passing).and_then(|()| {
            Self { repo: repo.clone(), directory: directory.to_owned(), commit: String::new() }.at(commit)
        });
        if let Some(mut branch) = branch {
            // One that stays is harmless, and replaced the next time.
            branch.delete().unwrap_or_else(|error| tracing::debug!(%error, "a passing branch stays"));
        }
        made
    }

    /// The worktree as it stands, which the caller knows to be at that commit.
    pub fn open(repo: &Repo, directory: &Path, commit: &str) -> Self {
        Self { repo: repo.clone(), directory: directory.to_owned(), commit: commit.to_owned() }
    }

    /// Sets it to another commit. Whatever it held is discarded, except ignored files.
    pub fn at(self, commit: &str) -> Result<Self, WorkspaceError> {
        let git = self.git()?;
        let id = find_commit(&git, commit)?.id();
        git.set_head_detached(id).map_err(WorkspaceError::git("detach the worktree"))?;
        worktree::restore(&git, commit)?;
        Ok(Self { commit: id.to_string(), ..self })
    }

    /// Discards every change and reports the tracked files that were changed, committed or not.
    pub fn reset(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let failed = WorkspaceError::git("compare the worktree with its commit");
        let git = self.git()?;
        let commit = find_commit(&git, &self.commit)?;
        let tree = commit.tree().map_err(&failed)?;
        let diff = git.diff_tree_to_workdir_with_index(Some(&tree), None).map_err(&failed)?;
        let path =
            |delta: DiffDelta<'_>| delta.new_file().path().or(delta.old_file().path()).map(Path::to_owned);
        let changed = diff.deltas().filter_map(path).collect();
        git.set_head_detached(commit.id()).map_err(&failed)?;
        worktree::restore(&git, &self.commit)?;
        Ok(changed)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.directory
    }

    /// Removes the worktree.
    pub fn remove(&self) -> Result<(), WorkspaceError> {
        worktree::remove(&self.repo, &self.directory)
    }

    fn git(&self) -> Result<Repository, WorkspaceError> {
        Repository::open(&self.directory).map_err(WorkspaceError::git("open the worktree for proof"))
    }
}
