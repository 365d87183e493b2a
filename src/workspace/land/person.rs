//! git in the person's own repository and checkouts, as they would have typed it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::workspace::git::Git;
use crate::workspace::{Repo, WorkspaceError};

/// git with the person's settings. It runs no hook: some are files of the checkout, which agents have worked on.
pub(in crate::workspace) fn git(directory: &Path) -> Git {
    Git::as_typed_by_person(directory).setting("core.hooksPath=/dev/null")
}

/// The git directory of a checkout.
pub(super) fn git_dir(checkout: &Path) -> Result<PathBuf, WorkspaceError> {
    git(checkout).line("find the git directory", ["rev-parse", "--absolute-git-dir"]).map(PathBuf::from)
}

/// The git directory that all checkouts of a repository share.
pub(super) fn common_dir(checkout: &Path) -> Result<PathBuf, WorkspaceError> {
    let arguments = ["rev-parse", "--git-common-dir"];
    Ok(checkout.join(git(checkout).line("find the git directory", arguments)?))
}

/// Of these hooks, those that the person's repository has.
pub(super) fn hooks(repo: &Repo, names: &[&str]) -> Vec<String> {
    let git = Git::as_typed_by_person(repo.root());
    let Ok(directory) = git.line("find the hooks", ["rev-parse", "--git-path", "hooks"]) else {
        return Vec::new();
    };
    let directory = repo.root().join(directory);
    let runs = |name: &&&str| {
        let found = std::fs::metadata(directory.join(name));
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    names.iter().filter(runs).map(|name| (*name).to_owned()).collect()
}

/// The paths of a list with a zero after each.
pub(super) fn paths(listed: &[u8]) -> impl Iterator<Item = PathBuf> {
    listed.split(|byte| *byte == 0).filter(|bytes| !bytes.is_empty()).map(path)
}

/// A path as git prints it with `-z`.
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}
