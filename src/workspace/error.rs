//! Why something on the machine could not be done.

use std::io;
use std::path::{Path, PathBuf};

use super::git::Version;

/// Why the workspace refused or failed. The words are for a person or a model and say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error("{} is not inside a git repository; run `git init` there and commit something first", path.display())]
    NotARepository { path: PathBuf },
    #[error("the repository at {} has no commits; commit something, even only a README, so that a mission has a base", path.display())]
    NoCommits { path: PathBuf },
    #[error("`{revision}` names no commit in this repository")]
    UnknownRevision { revision: String },
    #[error(
        "the branch `{branch}` exists already and stands at another commit; choose another name or delete it"
    )]
    BranchTaken { branch: String },
    #[error(
        "the branch `{obstacle}` leaves no room for `{branch}`, since git keeps both in one place; rename it (`git branch -m {obstacle} {obstacle}-old`), or begin the mission with another prefix: `--branch-prefix missions`, or `branch_prefix = \"missions\"` in the settings"
    )]
    BranchInTheWay { branch: String, obstacle: String },
    #[error("{} is in the way: it is not empty and not flightdeck's checkout; move it elsewhere", directory.display())]
    DirectoryTaken { directory: PathBuf },
    /// The names of the target and of the commit that shall land are for the commands that resolve it.
    #[error(
        "the mission's work conflicts with `{target}` in {}; nothing was changed. Merge it yourself in {}: `git switch \
         {target} && git merge {commit}`, mend the files, `git add` them, `git commit`; then land again, which records it",
        list(files), directory.display()
    )]
    Conflict { files: Vec<PathBuf>, directory: PathBuf, target: String, commit: String },
    #[error("{} lacks {base}, the commit that the mission began at: it is another repository; name the one that was moved, or a clone of it", path.display())]
    OtherRepository { path: PathBuf, base: String },
    #[error("git does not merge this: {said}; nothing was changed")]
    Unmerged { said: String },
    #[error(
        "the merge is to be signed, since `commit.gpgSign` is set, and git cannot sign it: {said}; nothing was changed. Make \
         the key reachable (unlock it, `ssh-add` it, look at `user.signingKey`) and land again, or merge it yourself with \
         `git merge --no-gpg-sign {commit}` and land again, which records it"
    )]
    Unsigned { said: String, commit: String },
    #[error("{what} is under way in {}; finish it there, or leave it with `{leave}`, and land again", directory.display())]
    UnderWay { directory: PathBuf, what: &'static str, leave: &'static str },
    #[error("git is still at work in {} ({}); wait until it has ended, or end it, and land again", directory.display(), pids(processes))]
    GitAtWork { directory: PathBuf, processes: Vec<i32> },
    #[error("`{target}` already contains everything on `{branch}`; there is nothing to land")]
    NothingToLand { branch: String, target: String },
    #[error("`{target}` moved while the merge was being verified; land again")]
    TargetMoved { target: String },
    #[error("landing would overwrite uncommitted changes in {}: {}; commit or stash them and land again", directory.display(), list(files))]
    TargetDirty { directory: PathBuf, files: Vec<PathBuf> },
    #[error(
        "programs are to be kept in a sandbox (`sandbox.mode = \"required\"`), and {why}; mend that, or set \
         `sandbox.mode = \"auto\"` in your own settings"
    )]
    NoSandbox { why: String },
    #[error(
        "the network is to be kept from programs (`sandbox.network`), which only bubblewrap can do, and here {why}; mend that, or \
         set `sandbox.network = \"open\"` in your own settings"
    )]
    OpenNetwork { why: String },
    #[error("{} is not used: {why}", file.display())]
    Unfit { file: PathBuf, why: String },
    #[error(
        "{} cannot be read ({why}), so nothing that a repository brings is trusted; remove the file, and trust again with \
         `flightdeck trust`",
        file.display()
    )]
    Ledger { file: PathBuf, why: String },
    #[error("failed to {doing}: {}", source.message())]
    Git { doing: &'static str, source: git2::Error },
    /// What git's own program said when it failed.
    #[error("failed to {doing}: {said}")]
    GitSaid { doing: &'static str, said: String },
    #[error("{} has been locked for long; end the git that works there, or remove the file when there is none", path.display())]
    Locked { path: PathBuf },
    #[error(
        "git is needed and {found}; install git {oldest} or newer, for example `apt install git` or `brew install git`"
    )]
    NoGit { oldest: Version, found: String },
    #[error("failed to {doing}: {source}")]
    Io { doing: String, source: io::Error },
    #[error("failed to start `{program}`: {reason}")]
    Start { program: String, reason: String },
    #[error("`{path}` is outside the checkout; use a path inside {}", root.display())]
    Outside { path: String, root: PathBuf },
    #[error("`{path}` belongs to git and must not be written; use git commands instead")]
    GitInternals { path: String },
    #[error("`{path}` cannot be resolved: {reason}")]
    BadPath { path: String, reason: String },
    #[error("the services cannot be started: {reason}; amend the environment")]
    BadServices { reason: String },
    #[error(
        "port {port}, which service `{service}` needs, is in use by {holder}; it is waited for: end that, or give the service another port"
    )]
    PortBusy { service: String, port: u16, holder: String },
    /// A service did not come up. `log` is the end of its output.
    #[error("service `{service}` did not come up: {reason}\n--- end of its log ---\n{log}")]
    Unhealthy { service: String, reason: String, log: String },
    #[error("there is no service `{service}`; the services are: {known}")]
    UnknownService { service: String, known: String },
    #[error("failed to watch for file changes: {0}")]
    Watch(#[from] notify::Error),
    #[error("failed to {doing} the terminal: {reason}")]
    Pty { doing: &'static str, reason: String },
}

impl WorkspaceError {
    /// Whether what was asked for cannot be done with this repository, so that asking again would not help.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::NotARepository { .. }
                | Self::NoCommits { .. }
                | Self::UnknownRevision { .. }
                | Self::BranchTaken { .. }
                | Self::NothingToLand { .. }
        )
    }

    /// Wraps an error of a file operation on a path.
    pub(crate) fn io(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let doing = format!("{doing} {}", path.display());
        move |source| Self::Io { doing, source }
    }

    /// Wraps an error of git.
    pub(crate) fn git(doing: &'static str) -> impl Fn(git2::Error) -> Self {
        move |source| Self::Git { doing, source }
    }
}

fn pids(processes: &[i32]) -> String {
    let words: Vec<String> = processes.iter().map(|pid| format!("process {pid}")).collect();
    words.join(", ")
}

fn list(files: &[PathBuf]) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<String> = files.iter().take(SHOWN).map(|file| file.display().to_string()).collect();
    if files.len() > SHOWN {
        names.push(format!("and {} more", files.len() - SHOWN));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_files_is_cut_short() {
        let files = (0..12).map(|n| PathBuf::from(format!("f{n}"))).collect();
        let sentence = WorkspaceError::TargetDirty { directory: PathBuf::from("/w"), files }.to_string();
        assert!(sentence.contains("f9, and 2 more"), "{sentence}");
    }
}
