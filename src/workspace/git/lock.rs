//! Lock files of git: which one stood in the way, and those that nobody holds any more.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::workspace::WorkspaceError;

/// A lock file as it was seen, to tell it from another of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lock {
    inode: u64,
    made: (i64, i64),
}

impl Lock {
    /// The lock at a path; it may be gone by now.
    pub(super) fn at(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok()?;
        Some(Self { inode: metadata.ino(), made: (metadata.mtime(), metadata.mtime_nsec()) })
    }
}

/// The lock that git says stood in its way.
pub(super) fn named_in(errors: &str, directory: &Path) -> Option<PathBuf> {
    errors.lines().find_map(path_in).map(|path| directory.join(path))
}

/// Removes every lock file in a repository of the mission's own, which its caller knows that nobody works in, and names
/// them.
///
/// # Errors
/// When one cannot be removed.
pub fn remove_locks_below(git_dir: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    let mut removed = Vec::new();
    let mut open = vec![git_dir.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                // Objects are never locked, and there may be very many.
                if directory != git_dir || !["objects", "lfs"].iter().any(|name| entry.file_name() == *name) {
                    open.push(path);
                }
            } else if is_lock(&path) {
                remove(&path)?;
                removed.push(path);
            }
        }
    }
    Ok(removed)
}

fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lock")
        || path.file_name().is_some_and(|name| name == "gc.pid")
}

/// Removes a lock; that it is gone already is fine.
pub(super) fn remove(path: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(WorkspaceError::io("remove the stale lock", path)),
    }
}

/// `… Unable to create '/a/index.lock': File exists.` or `error: could not lock config file /a/config: File exists`.
fn path_in(line: &str) -> Option<PathBuf> {
    let before = line.split_once(": File exists").map(|(before, _)| before)?;
    if let Some((_, path)) = before.split_once("could not lock config file ") {
        return Some(format!("{path}.lock").into());
    }
    let quoted = before.strip_suffix('\'')?;
    let (_, path) = quoted.rsplit_once('\'')?;
    let path = PathBuf::from(path);
    is_lock(&path).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_found_in_what_git_says() {
        for (said, path) in [
            (
                "fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git…",
                Some("/r/.git/index.lock"),
            ),
            (
                "error: cannot lock ref 'refs/heads/a': Unable to create '/r/refs/heads/a.lock': File exists.",
                Some("/r/refs/heads/a.lock"),
            ),
            ("error: could not lock config file config: File exists", Some("/r/config.lock")),
            ("fatal: '/r/.git/index' is broken", None),
            ("fatal: destination '/r/x': File exists", None),
        ] {
            let found = named_in(said, Path::new("/r"));
            assert_eq!(found.as_deref(), path.map(Path::new), "{said}");
        }
    }

    #[test]
    fn locks_are_removed_wherever_they_are_but_not_among_objects() {
        let top = tempfile::tempdir().unwrap();
        for path in ["index.lock", "refs/heads/a/b.lock", "worktrees/w/HEAD.lock", "objects/x.lock", "HEAD"] {
            let path = top.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(remove_locks_below(top.path()).unwrap().len(), 3);
        assert!(top.path().join("objects/x.lock").exists() && top.path().join("HEAD").exists());
    }
}
