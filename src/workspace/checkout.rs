//! The workers' checkout: a worktree on the mission's branch.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use git2::Repository;
use ignore::WalkBuilder;

use super::WorkspaceError;
use super::git::{Git, remove_locks_below};
use super::repo::{Repo, find_commit};
use super::worktree::{self, Stand};

/// A worktree on one branch.
#[derive(Debug, Clone)]
pub struct Checkout {
    repo: Repo,
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
        worktree::ensure(repo, directory, Stand::Branch(branch))?;
        Ok(Self { repo: repo.clone(), directory: directory.to_owned(), branch: branch.to_owned() })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.directory
    }

    /// The branch that it is for.
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The file for what nobody commits and no `.gitignore` should name. All checkouts of the mission read it.
    pub fn exclude_file(&self) -> Result<PathBuf, WorkspaceError> {
        Ok(self.repo.common_dir()?.join("info/exclude"))
    }

    /// Removes the locks in what belongs to this checkout alone.
    pub(super) fn remove_locks(&self) -> Result<(), WorkspaceError> {
        remove_locks_below(&worktree::metadata_of(&self.directory)?).map(drop)
    }

    /// The id of the commit that it is at.
    pub fn head(&self) -> Result<String, WorkspaceError> {
        Ok(find_commit(&self.git()?, "HEAD")?.id().to_string())
    }

    /// Whether a commit is the one that it is at, or one before that.
    pub fn has(&self, commit: &str) -> bool {
        let Ok(git) = self.git() else { return false };
        let found = (find_commit(&git, "HEAD"), find_commit(&git, commit));
        let (Ok(head), Ok(base)) = found else { return false };
        head.id() == base.id() || git.graph_descendant_of(head.id(), base.id()).unwrap_or(false)
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
        let files = worktree::changes(&self.repo, &self.directory)?;
        Ok(if files.is_empty() { Cleanliness::Clean } else { Cleanliness::Dirty(files) })
    }

    /// Keeps whatever a failed attempt left, committed or not, under `refs/flightdeck/<mission>/attempt-<n>`, and
    /// answers the commit's id. The checkout stays as it is: [`Self::roll_back_to`] comes next.
    pub fn keep_failed(&self, attempt: u32, mission: &str) -> Result<String, WorkspaceError> {
        let doing = "keep a failed attempt";
        let head = self.head()?;
        let git = Git::of_mission(&self.directory);
        let tree = self.everything(&head)?;
        let kept = if tree == git.line(doing, ["rev-parse", &format!("{head}^{{tree}}")])? {
            head
        } else {
            let message = format!("What attempt {attempt} left uncommitted when it failed");
            let (name, email) = self.repo.identity();
            let git = git.clone().committing_as(&name, &email);
            git.line(doing, ["commit-tree", &tree, "-p", &head, "-m", &message])?
        };
        let name = format!("refs/flightdeck/{mission}/attempt-{attempt}");
        git.run(doing, ["update-ref", "-m", "flightdeck: failed attempt", &name, &kept])?;
        Ok(kept)
    }

    /// Sets branch and checkout back to a commit and removes what is untracked. Ignored files stay.
    pub fn roll_back_to(&self, commit: &str) -> Result<(), WorkspaceError> {
        // An agent may have left the branch, so HEAD is put back on it first.
        let head = ["symbolic-ref", "HEAD", &format!("refs/heads/{}", self.branch)];
        Git::of_mission(&self.directory).run("set the checkout on its branch", head)?;
        worktree::restore(&self.repo, &self.directory, commit)
    }

    /// The tree of everything in the checkout. It is put together in an index beside the checkout's own, which stays as it
    /// is.
    fn everything(&self, head: &str) -> Result<String, WorkspaceError> {
        let doing = "keep what is not committed";
        let index = worktree::metadata_of(&self.directory)?.join("flightdeck-index");
        worktree::remove_directory(&index)?;
        let git = self.repo.git_at(&self.directory)?.env("GIT_INDEX_FILE", &index);
        git.run(doing, ["read-tree", head])?;
        let mut changed = Vec::new();
        for path in worktree::changes(&self.repo, &self.directory)? {
            for file in self.files_at(&path) {
                changed.extend_from_slice(file.as_os_str().as_bytes());
                changed.push(0);
            }
        }
        let update = ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"];
        git.clone().input(changed).run(doing, update)?;
        let tree = git.line(doing, ["write-tree"]);
        worktree::remove_directory(&index)?;
        tree
    }

    /// The path itself, whether it is there or gone; nothing for a socket or a pipe, which have no content to keep; and of
    /// a repository inside the checkout, which project generators like to make, its files: git itself would note only
    /// which commit it is at.
    fn files_at(&self, path: &Path) -> Vec<PathBuf> {
        let place = self.directory.join(path);
        let kind = fs::symlink_metadata(&place).map(|metadata| metadata.file_type());
        match kind {
            Ok(kind) if kind.is_dir() && path.as_os_str().as_bytes().ends_with(b"/") => files_below(&place)
                .filter_map(|file| file.strip_prefix(&self.directory).ok().map(Path::to_owned))
                .collect(),
            Ok(kind) if !kind.is_file() && !kind.is_symlink() && !kind.is_dir() => Vec::new(),
            _ => vec![path.to_owned()],
        }
    }

    pub(super) fn git(&self) -> Result<Repository, WorkspaceError> {
        let metadata = worktree::metadata_of(&self.directory)?;
        Repository::open(metadata).map_err(WorkspaceError::git("open the checkout"))
    }
}

fn files_below(repository: &Path) -> impl Iterator<Item = PathBuf> {
    let walk =
        WalkBuilder::new(repository).hidden(false).filter_entry(|entry| entry.file_name() != ".git").build();
    let is_kept = |kind: fs::FileType| kind.is_file() || kind.is_symlink();
    walk.flatten()
        .filter(move |entry| entry.file_type().is_some_and(is_kept))
        .map(ignore::DirEntry::into_path)
}
