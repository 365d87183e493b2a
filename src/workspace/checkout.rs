//! The workers' checkout: a linked worktree on the mission's branch.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Index, IndexAddOption, Repository};
use ignore::WalkBuilder;

use super::WorkspaceError;
use super::repo::{Repo, commit_tree, find_commit};
use super::worktree;

/// A linked worktree on one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    directory: PathBuf,
    branch: String,
}

/// Whether a checkout has anything that is not committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cleanliness {
    /// It has not; ignored files do not count.
    Clean,
    /// These files are changed or untracked.
    Dirty(Vec<PathBuf>),
}

/// What HEAD of a checkout is on: an agent may have left the mission's branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    OnBranch,
    /// Another branch or a bare commit.
    Elsewhere(String),
}

impl Checkout {
    /// Makes the checkout at a directory, or takes it up again. What a crash left half made is made anew.
    ///
    /// # Errors
    /// [`WorkspaceError::DirectoryTaken`] when something else is there.
    pub fn create(repo: &Repo, directory: &Path, branch: &str) -> Result<Self, WorkspaceError> {
        worktree::ensure(repo, directory, branch)?;
        Ok(Self { directory: directory.to_owned(), branch: branch.to_owned() })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.directory
    }

    /// The branch that it is for.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The id of the commit that it is at.
    pub fn head(&self) -> Result<String, WorkspaceError> {
        Ok(find_commit(&self.git()?, "HEAD")?.id().to_string())
    }

    /// Whether it is on its branch.
    pub fn position(&self) -> Result<Position, WorkspaceError> {
        let git = self.git()?;
        let head = git.head().map_err(WorkspaceError::git("read HEAD"))?;
        let name = head.name().map_err(WorkspaceError::git("read HEAD"))?;
        if name == format!("refs/heads/{}", self.branch) {
            return Ok(Position::OnBranch);
        }
        Ok(Position::Elsewhere(name.trim_start_matches("refs/heads/").to_owned()))
    }

    /// Whether everything in it is committed.
    pub fn is_clean(&self) -> Result<Cleanliness, WorkspaceError> {
        let files: Vec<PathBuf> = worktree::changes(&self.git()?)?.into_keys().collect();
        Ok(if files.is_empty() { Cleanliness::Clean } else { Cleanliness::Dirty(files) })
    }

    /// Keeps whatever a failed attempt left, committed or not, under `refs/flightdeck/<mission>/attempt-<n>`, and
    /// answers the commit's id. The checkout stays as it is: [`Self::roll_back_to`] comes next.
    pub fn keep_failed(&self, attempt: u32, mission: &str) -> Result<String, WorkspaceError> {
        let failed = WorkspaceError::git("keep a failed attempt");
        let git = self.git()?;
        let head = find_commit(&git, "HEAD")?;
        let tree = everything(&git)?.write_tree().map_err(&failed)?;
        let kept = if tree == head.tree_id() {
            head.id()
        } else {
            let message = format!("What attempt {attempt} left uncommitted when it failed");
            commit_tree(&git, tree, &message, &[&head])?
        };
        let name = format!("refs/flightdeck/{mission}/attempt-{attempt}");
        git.reference(&name, kept, true, "flightdeck: failed attempt").map_err(&failed)?;
        Ok(kept.to_string())
    }

    /// Sets branch and checkout back to a commit and removes what is untracked. Ignored files stay.
    pub fn roll_back_to(&self, commit: &str) -> Result<(), WorkspaceError> {
        let failed = WorkspaceError::git("set the branch back");
        let git = self.git()?;
        let id = find_commit(&git, commit)?.id();
        let branch = format!("refs/heads/{}", self.branch);
        // An agent may have left the branch, so HEAD is put back on it first.
        git.reference(&branch, id, true, "flightdeck: roll back").map_err(&failed)?;
        git.set_head(&branch).map_err(&failed)?;
        worktree::restore(&git, commit)
    }

    fn git(&self) -> Result<Repository, WorkspaceError> {
        Repository::open(&self.directory).map_err(WorkspaceError::git("open the checkout"))
    }
}

/// An index of everything in the checkout. It is not written, so the checkout's own stays as it is.
fn everything(git: &Repository) -> Result<Index, WorkspaceError> {
    let failed = WorkspaceError::git("read the checkout");
    let mut index = git.index().map_err(&failed)?;
    let top = git.workdir().unwrap_or(git.path());
    let mut nested = Vec::new();
    let mut choose = |path: &Path, _: &[u8]| {
        let kind = fs::symlink_metadata(top.join(path)).map(|metadata| metadata.file_type());
        // What is gone is taken out of the index; sockets and pipes have no content to keep.
        let keep = kind.as_ref().map_or(true, |kind| kind.is_file() || kind.is_symlink());
        if kind.is_ok_and(|kind| kind.is_dir()) {
            nested.push(path.to_owned());
        }
        i32::from(!keep)
    };
    index.add_all(["*"], IndexAddOption::DEFAULT, Some(&mut choose)).map_err(&failed)?;
    for path in files_of(top, &nested) {
        index.add_path(&path).map_err(&failed)?;
    }
    Ok(index)
}

/// The files of repositories inside the checkout, which project generators like to make. git itself would note only which
/// commit such a repository is at, and nothing of what is in it.
fn files_of(top: &Path, repositories: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for repository in repositories.iter().filter(|path| top.join(path).join(".git").is_dir()) {
        let walk = WalkBuilder::new(top.join(repository))
            .hidden(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        let found = walk
            .flatten()
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink()));
        files.extend(found.filter_map(|entry| entry.path().strip_prefix(top).ok().map(Path::to_owned)));
    }
    files
}
