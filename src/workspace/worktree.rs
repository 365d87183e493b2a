//! Linked worktrees, made whole again whatever state a crash left them in.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use git2::build::CheckoutBuilder;
use git2::{
    Repository, ResetType, Status, StatusOptions, Worktree, WorktreeAddOptions, WorktreePruneOptions,
};
use sha2::{Digest, Sha256};

use super::WorkspaceError;
use super::repo::{Repo, find_commit};

/// Written beside a worktree's metadata once it is complete: without it the worktree was cut short and is made anew.
const COMPLETE: &str = "flightdeck-complete";

/// Makes sure that `directory` is a complete linked worktree. A new one is on `branch`.
pub(super) fn ensure(repo: &Repo, directory: &Path, branch: &str) -> Result<(), WorkspaceError> {
    let git = repo.open()?;
    let name = name_of(directory);
    if let Ok(worktree) = git.find_worktree(&name) {
        let metadata = git.commondir().join("worktrees").join(&name);
        let complete = metadata.join(COMPLETE).exists();
        if complete && worktree.validate().is_ok() && Repository::open(directory).is_ok() {
            return Ok(());
        }
        // What a creation left that was cut short holds no work yet.
        if !complete {
            remove_directory(directory)?;
        }
        prune(&worktree)?;
    }
    forget_broken_metadata(&git, &name)?;
    if is_in_the_way(directory) {
        return Err(WorkspaceError::DirectoryTaken { directory: directory.to_owned() });
    }
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent).map_err(WorkspaceError::io("create", parent))?;
    }
    // git insists on making the directory itself.
    remove_directory(directory)?;
    let reference = git
        .find_reference(&format!("refs/heads/{branch}"))
        .map_err(|_| WorkspaceError::UnknownRevision { revision: branch.to_owned() })?;
    let mut options = WorktreeAddOptions::new();
    options.reference(Some(&reference));
    git.worktree(&name, directory, Some(&options)).map_err(WorkspaceError::git("create a worktree"))?;
    let marker = git.commondir().join("worktrees").join(&name).join(COMPLETE);
    fs::write(&marker, "").map_err(WorkspaceError::io("write", &marker))
}

/// Removes a worktree, its directory and its metadata.
pub(super) fn remove(repo: &Repo, directory: &Path) -> Result<(), WorkspaceError> {
    let git = repo.open()?;
    let name = name_of(directory);
    remove_directory(directory)?;
    if let Ok(worktree) = git.find_worktree(&name) {
        prune(&worktree)?;
    }
    forget_broken_metadata(&git, &name)
}

/// Discards every change and everything untracked. What is ignored stays: caches are costly to fill.
pub(super) fn restore(git: &Repository, commit: &str) -> Result<(), WorkspaceError> {
    let failed = WorkspaceError::git("reset the checkout");
    let commit = find_commit(git, commit)?;
    git.cleanup_state().map_err(&failed)?;
    git.reset(commit.as_object(), ResetType::Hard, None).map_err(&failed)?;
    let mut options = CheckoutBuilder::new();
    options.force().remove_untracked(true);
    git.checkout_tree(commit.as_object(), Some(&mut options)).map_err(&failed)?;
    // Repositories inside the checkout are skipped by git, but they are leftovers all the same.
    for (path, status) in changes(git)? {
        if let (true, Some(top)) = (status.is_wt_new(), git.workdir()) {
            remove_directory(&top.join(path))?;
        }
    }
    Ok(())
}

/// What differs from HEAD in index or checkout; untracked files count, ignored ones do not.
pub(super) fn changes(git: &Repository) -> Result<BTreeMap<PathBuf, Status>, WorkspaceError> {
    let mut options = StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(false);
    let statuses =
        git.statuses(Some(&mut options)).map_err(WorkspaceError::git("read the checkout's status"))?;
    Ok(statuses.iter().map(|entry| (to_path(entry.path_bytes()), entry.status())).collect())
}

/// A path as git stores it.
pub(super) fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// The name of a worktree's metadata: it follows from its directory alone, so that it is found again after a crash.
pub(super) fn name_of(directory: &Path) -> String {
    let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let digest = Sha256::digest(absolute.as_os_str().as_bytes());
    let hash = hex::encode(&digest[..6]);
    let leaf = directory.file_name().unwrap_or_default().to_string_lossy();
    let leaf: String = leaf.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("flightdeck-{leaf}-{hash}")
}

fn prune(worktree: &Worktree) -> Result<(), WorkspaceError> {
    let mut options = WorktreePruneOptions::new();
    options.valid(true).locked(true);
    worktree.prune(Some(&mut options)).map_err(WorkspaceError::git("prune a worktree"))
}

/// Metadata so incomplete that git does not see a worktree in it would still be in a new one's way.
fn forget_broken_metadata(git: &Repository, name: &str) -> Result<(), WorkspaceError> {
    remove_directory(&git.commondir().join("worktrees").join(name))
}

fn is_in_the_way(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Removes a directory or a file; that there is none is fine.
fn remove_directory(path: &Path) -> Result<(), WorkspaceError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(WorkspaceError::io("remove", path)),
    }
}
