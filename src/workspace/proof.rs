//! The validators' checkout: a detached worktree at the commit under test, which they may soil and never change.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::git::Git;
use super::repo::{Repo, find_commit};
use super::trusted::show_hidden;
use super::worktree::{self, Stand, Written, paths, to_path};

/// A worktree on no branch, at one commit.
#[derive(Debug, Clone)]
pub struct ProofCheckout {
    repo: Repo,
    directory: PathBuf,
    commit: String,
    /// Branches and tags as they were when it was set; `None` where that is not known.
    refs: Option<BTreeMap<String, String>>,
}

/// Directories in which tools keep what is costly to make.
const CACHES: [&str; 14] = [
    "node_modules",
    "target",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".nox",
    ".gradle",
    ".cargo",
    "vendor",
    ".pnpm-store",
    ".eggs",
    "build",
    "dist",
];

/// Whether a file lies where tools put what they make.
pub fn is_made(path: &Path) -> bool {
    path.iter().any(|part| CACHES.iter().any(|cache| part == *cache))
}

/// Beside a worktree, what its set-up made.
fn kept_file(directory: &Path) -> PathBuf {
    directory.with_extension("kept")
}

/// The refs of a repository but those that only the engine makes.
fn refs(repo: &Repo) -> Result<BTreeMap<String, String>, WorkspaceError> {
    let list = ["for-each-ref", "--format=%(refname) %(objectname)"];
    let said = Git::of_mission(repo.git_dir()).run("read the branches", list)?;
    let text = String::from_utf8_lossy(&said).into_owned();
    let pair = |line: &str| line.rsplit_once(' ').map(|(name, id)| (name.to_owned(), id.to_owned()));
    Ok(text.lines().filter_map(pair).filter(|(name, _)| !name.starts_with("refs/flightdeck/")).collect())
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
        Self { repo: repo.clone(), directory: directory.to_owned(), commit: String::new(), refs: None }
            .at(&commit)
    }

    /// The worktree as it stands, which the caller knows to be at that commit.
    pub fn open(repo: &Repo, directory: &Path, commit: &str) -> Self {
        Self {
            repo: repo.clone(),
            directory: directory.to_owned(),
            commit: commit.to_owned(),
            refs: refs(repo).ok(),
        }
    }

    /// Sets it to another commit. Whatever it held is discarded, except caches and what its set-up made.
    pub fn at(self, commit: &str) -> Result<Self, WorkspaceError> {
        let commit = find_commit(&self.repo.open()?, commit)?.id().to_string();
        let refs = Some(refs(&self.repo)?);
        let proof = Self { commit, refs, ..self };
        proof.put_back()?;
        Ok(proof)
    }

    /// Whether it has the commit's own files, as far as anybody committed or staged others. What a program writes while it
    /// runs is not looked at.
    pub fn stands(&self) -> Result<bool, WorkspaceError> {
        let staged = ["diff", "--cached", "--name-only", "--no-ext-diff", "--no-renames", &self.commit, "--"];
        let git = self.repo.git_at(&self.directory)?;
        Ok(git.run("compare the index with the commit", staged)?.is_empty())
    }

    /// Discards every change and reports the tracked files that were changed, committed or not.
    pub fn reset(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let changed = self.changed();
        self.put_back()?;
        Ok(changed?.into_iter().chain(self.take_back_refs()?).collect())
    }

    /// The tracked files that are not as the commit has them, whoever changed them.
    pub fn changed(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let git = self.repo.git_at(&self.directory)?;
        show_hidden(&git, &self.repo.common_dir()?)?;
        worktree::differing(&git, &self.commit)
    }

    /// The tracked files that the commit's own `.gitignore` files name: somebody added them all the same.
    pub fn ignored(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let list = ["ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.gitignore"];
        let git = self.repo.git_at(&self.directory)?;
        let ignored = git.run("look for files that are ignored and tracked", list)?;
        Ok(paths(&ignored).map(to_path).collect())
    }

    /// Puts some tracked files back as the commit has them.
    pub fn put_files_back(&self, files: &[PathBuf]) -> Result<(), WorkspaceError> {
        let written = Written::of(&self.directory, files.iter().cloned());
        let git = self.repo.git_at(&self.directory)?;
        let checkout = ["checkout", "--quiet", "--no-overlay", &self.commit, "--"].map(OsStr::new);
        git.run("put files back", checkout.into_iter().chain(files.iter().map(|file| file.as_os_str())))?;
        written.tell_apart()
    }

    /// Puts back the tracked files that a command changed. What it made beside them stays: the next command may need it.
    pub fn put_tracked_back(&self) -> Result<(), WorkspaceError> {
        self.detach()?;
        worktree::reset(&self.repo.git_at(&self.directory)?, &self.directory, &self.commit)
    }

    fn put_back(&self) -> Result<(), WorkspaceError> {
        self.detach()?;
        worktree::restore(&self.repo, &self.directory, &self.commit)?;
        self.remove_planted()
    }

    /// Removes what the commit's own `.gitignore` files do not cover, and what they cover and no tool keeps as its cache: a
    /// file that somebody left there would be seen by whoever looks next, and by no other checkout.
    fn remove_planted(&self) -> Result<(), WorkspaceError> {
        let git = self.repo.git_at(&self.directory)?;
        let list = |kind: &[&str]| {
            let common = ["ls-files", "-z", "--others", "--directory", "--exclude-per-directory=.gitignore"];
            git.run("look for leftovers", common.iter().chain(kind))
        };
        let kept = self.kept();
        let (plain, ignored) = (list(&[])?, list(&["--ignored"])?);
        for path in paths(&plain).chain(paths(&ignored)).map(to_path) {
            if !is_made(&path) && !kept.iter().any(|kept| path.starts_with(kept)) {
                worktree::remove_directory(&self.directory.join(path))?;
            }
        }
        Ok(())
    }

    /// Notes what there is beside the commit, as what the set-up made: it stays when the worktree is put back.
    ///
    /// # Errors
    /// When git cannot look, or the note cannot be written.
    pub fn keep_what_is_there(repo: &Repo, directory: &Path) -> Result<(), WorkspaceError> {
        let git = repo.git_at(directory)?;
        let mut all =
            git.run("look at what the set-up made", ["ls-files", "-z", "--others", "--directory"])?;
        let ignored = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
        all.extend(git.run("look at what the set-up made", ignored)?);
        let file = kept_file(directory);
        fs::write(&file, all).map_err(WorkspaceError::io("write", &file))
    }

    fn kept(&self) -> Vec<PathBuf> {
        fs::read(kept_file(&self.directory))
            .map(|text| paths(&text).map(to_path).collect())
            .unwrap_or_default()
    }

    /// Refs that were made or moved while somebody worked here are as before; gives their names.
    fn take_back_refs(&self) -> Result<Vec<PathBuf>, WorkspaceError> {
        let Some(before) = &self.refs else { return Ok(Vec::new()) };
        let now = refs(&self.repo)?;
        let (mut commands, mut told) = (String::new(), Vec::new());
        for (name, id) in &now {
            match before.get(name) {
                Some(was) if was == id => continue,
                Some(was) => commands.push_str(&format!("update {name} {was}\n")),
                None => commands.push_str(&format!("delete {name}\n")),
            }
            told.push(PathBuf::from(name));
        }
        for (name, was) in before.iter().filter(|(name, _)| !now.contains_key(*name)) {
            commands.push_str(&format!("create {name} {was}\n"));
            told.push(PathBuf::from(name));
        }
        if !told.is_empty() {
            let git = Git::of_mission(self.repo.git_dir()).input(commands);
            git.run("take back what was committed", ["update-ref", "--stdin"])?;
        }
        Ok(told)
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
        worktree::remove_directory(&kept_file(&self.directory))?;
        worktree::remove(&self.repo, &self.directory)
    }
}
