//! The branch that a mission lands on: where it stands, which checkout is on it, and whether both would take a merge.

use std::path::{Path, PathBuf};

use super::person::{self, paths};
use crate::workspace::{Repo, WorkspaceError};

/// What git leaves in a git directory while it waits for the person, with what that is called and how it is left.
const UNDER_WAY: [(&str, &str, &str); 6] = [
    ("rebase-merge", "a rebase", "git rebase --abort"),
    ("rebase-apply", "a rebase", "git rebase --abort"),
    ("MERGE_HEAD", "a merge", "git merge --abort"),
    ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"),
    ("REVERT_HEAD", "a revert", "git revert --abort"),
    ("sequencer", "a cherry-pick or revert", "git cherry-pick --abort"),
];

/// A branch of the person's as it stands.
#[derive(Debug, Clone)]
pub(super) struct Target {
    root: PathBuf,
    name: String,
    pub(super) commit: String,
    /// The checkout, the person's or a linked one, that is on it.
    pub(super) checkout: Option<PathBuf>,
    checkouts: Vec<PathBuf>,
}

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Touched {
    pub(super) path: PathBuf,
    pub(super) kind: TouchedKind,
    /// The blob after the change; zeros when it is deleted.
    pub(super) blob: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TouchedKind {
    Added,
    Changed,
    /// A link, whose content git keeps as its text.
    Link,
    /// A submodule, which a merge leaves to the person.
    Submodule,
}

impl Target {
    /// Looks at it.
    ///
    /// # Errors
    /// [`WorkspaceError::UnknownRevision`] when there is no such branch.
    pub(super) fn find(repo: &Repo, branch: &str) -> Result<Self, WorkspaceError> {
        let git = person::git(repo.root());
        let name = format!("refs/heads/{branch}");
        let commit = git
            .line("read the target", ["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])
            .map_err(|_| WorkspaceError::UnknownRevision { revision: branch.to_owned() })?;
        let listed = git.line("look for checkouts of the target", ["worktree", "list", "--porcelain"])?;
        let (mut checkouts, mut checkout) = (Vec::new(), None);
        // One paragraph for each checkout; one whose directory is gone has nothing to update.
        for paragraph in listed.split("\n\n") {
            let field = |key: &str| paragraph.lines().find_map(|line| line.strip_prefix(key));
            let Some(path) = field("worktree ").map(PathBuf::from).filter(|path| path.is_dir()) else {
                continue;
            };
            if field("branch ") == Some(&name) {
                checkout = checkout.or_else(|| Some(path.clone()));
            }
            if !paragraph.lines().any(|line| line == "bare") {
                checkouts.push(path);
            }
        }
        Ok(Self { root: repo.root().to_owned(), name, commit, checkout, checkouts })
    }

    /// Refuses while something is under way that ends on the branch: it would be torn apart.
    ///
    /// # Errors
    /// [`WorkspaceError::UnderWay`].
    pub(super) fn refuse_if_under_way(&self) -> Result<(), WorkspaceError> {
        for directory in &self.checkouts {
            // A checkout that is broken holds nothing up unless it is the one that would move.
            let own = self.checkout.as_ref() == Some(directory);
            let git_dir = match person::git_dir(directory) {
                Err(error) if own => return Err(error),
                Err(_) => continue,
                Ok(git_dir) => git_dir,
            };
            let rebased = ["rebase-merge/head-name", "rebase-apply/head-name"].iter().any(|file| {
                std::fs::read_to_string(git_dir.join(file)).is_ok_and(|name| name.trim() == self.name)
            });
            if let Some((what, leave)) = under_way(&git_dir).filter(|_| rebased || own) {
                return Err(WorkspaceError::UnderWay { directory: directory.clone(), what, leave });
            }
        }
        Ok(())
    }

    /// Refuses when a move to a commit touches a file that the person has changed or that git does not know.
    ///
    /// # Errors
    /// [`WorkspaceError::TargetDirty`].
    pub(super) fn refuse_if_in_the_way(&self, commit: &str) -> Result<(), WorkspaceError> {
        let Some(directory) = &self.checkout else { return Ok(()) };
        let touched = touched(directory, &self.commit, commit)?;
        let arguments =
            ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules", "HEAD"];
        let changed = person::git(directory).run("look for changes in the checkout", arguments)?;
        let clashes = |path: &PathBuf| {
            touched.iter().any(|other| path.starts_with(&other.path) || other.path.starts_with(path))
        };
        let mut files: Vec<PathBuf> = paths(&changed).filter(clashes).collect();
        let in_the_way = touched.iter().filter(|file| {
            let found = std::fs::symlink_metadata(directory.join(&file.path));
            file.kind == TouchedKind::Added && found.is_ok_and(|found| !found.is_dir())
        });
        files.extend(in_the_way.map(|file| file.path.clone()));
        files.sort();
        files.dedup();
        if files.is_empty() {
            return Ok(());
        }
        Err(WorkspaceError::TargetDirty { directory: directory.clone(), files })
    }

    /// Moves the branch to a commit that follows it, with its checkout where there is one. git refuses as a whole, before
    /// it writes anything, when something of the person's would be lost.
    ///
    /// # Errors
    /// [`WorkspaceError::TargetDirty`], or what git says.
    pub(super) fn move_to(&self, commit: &str, mission: &str) -> Result<(), WorkspaceError> {
        const DOING: &str = "move the target branch";
        let reason = format!("flightdeck: land {mission}");
        let Some(directory) = &self.checkout else {
            let update = ["update-ref", "-m", &reason, &self.name, commit, &self.commit];
            return person::git(&self.root).run(DOING, update).map(drop);
        };
        let merge = [
            "merge",
            "--ff-only",
            "--no-overwrite-ignore",
            "--no-autostash",
            "--no-squash",
            "--commit",
            "--no-stat",
            "--quiet",
            commit,
        ];
        let git = person::git(directory).env("GIT_REFLOG_ACTION", reason);
        let outcome = git.outcome(merge)?;
        if outcome.exit.is_success() {
            return Ok(());
        }
        // git sets in the files that stand in its way.
        let files: Vec<PathBuf> =
            outcome.errors.lines().filter_map(|line| line.strip_prefix('\t')).map(PathBuf::from).collect();
        if files.is_empty() {
            return Err(outcome.git_fault(DOING));
        }
        Err(WorkspaceError::TargetDirty { directory: directory.clone(), files })
    }
}

/// What is under way in a git directory, and how it is left.
pub(in crate::workspace) fn under_way(git_dir: &Path) -> Option<(&'static str, &'static str)> {
    let (_, what, leave) = UNDER_WAY.iter().find(|(name, ..)| git_dir.join(name).exists())?;
    Some((what, leave))
}

/// The files that differ between two commits.
pub(super) fn touched(directory: &Path, before: &str, after: &str) -> Result<Vec<Touched>, WorkspaceError> {
    let arguments = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after];
    let listed = person::git(directory).run("compare the target with the merge", arguments)?;
    // `:100644 100644 BLOB BLOB M`, then the path.
    let mut fields = listed.split(|byte| *byte == 0);
    let mut touched = Vec::new();
    while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
        let head = String::from_utf8_lossy(head);
        let words: Vec<&str> = head.split(' ').collect();
        let [_, mode, _, blob, status] = words.as_slice() else { continue };
        let kind = match (*mode, *status) {
            ("160000", _) => TouchedKind::Submodule,
            (_, "A") => TouchedKind::Added,
            ("120000", _) => TouchedKind::Link,
            _ => TouchedKind::Changed,
        };
        touched.push(Touched { path: person::path(path), kind, blob: (*blob).to_owned() });
    }
    Ok(touched)
}
