//! The validators' checkout: a detached worktree at the commit under test, which they may soil and never change.

use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::git::Git;
use super::repo::{Repo, find_commit};
use super::worktree::{self, Stand, paths, to_path};

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
        let commit = find_commit(&repo.open()?, commit)?.id().to_string();
        worktree::ensure(repo, directory, Stand::Commit(&commit))?;
        Self { repo: repo.clone(), directory: directory.to_owned(), commit: String::new() }.at(&commit)
    }

    /// The worktree as it stands, which the caller knows to be at that commit.
    pub fn open(repo: &Repo, directory: &Path, commit: &str) -> Self {
        Self { repo: repo.clone(), directory: directory.to_owned(), commit: commit.to_owned() }
    }

    /// Sets it to another commit. Whatever it held is discarded, except ignored files.
    pub fn at(self, commit: &str) -> Result<Self, WorkspaceError> {
        let commit = find_commit(&self.repo.open()?, commit)?.id().to_string();
        let proof = Self { commit, ..self };
        proof.put_back()?;
        Ok(proof)
    }

    /// Discards every change and reports the tracked files that were changed, committed or not.
    pub fn reset(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let changed = [
            "diff",
            "--name-only",
            "-z",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            &self.commit,
            "--",
        ];
        let changed = Git::of_mission(&self.directory).run("compare the worktree with its commit", changed);
        self.put_back()?;
        Ok(paths(&changed?).map(to_path).collect())
    }

    /// Puts back the tracked files that a command changed. What it made beside them stays: the next command may need it.
    pub fn put_tracked_back(&self) -> Result<(), WorkspaceError> {
        self.detach()?;
        let back = ["reset", "--hard", "--quiet", &self.commit];
        Git::of_mission(&self.directory).run("put back what a command changed", back).map(drop)
    }

    fn put_back(&self) -> Result<(), WorkspaceError> {
        self.detach()?;
        worktree::restore(&self.directory, &self.commit)
    }

    /// On no branch, so that no branch moves with it.
    fn detach(&self) -> Result<(), WorkspaceError> {
        let head = ["update-ref", "--no-deref", "HEAD", &self.commit];
        Git::of_mission(&self.directory).run("detach the worktree", head).map(drop)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.directory
    }

    /// Removes the worktree.
    pub fn remove(&self) -> Result<(), WorkspaceError> {
        worktree::remove(&self.repo, &self.directory)
    }
}
