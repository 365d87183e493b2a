//! The difference between two commits, as git's reader finds it and as it is shown.

use super::error::EngineError;
use crate::domain::diff::{DiffDoc, DiffFile, DiffHunk, FileChange};
use crate::workspace::Repo;
use crate::workspace::diff::{Change, Content, FileDiff, Hunk, diff};

/// The difference between two commits.
///
/// # Errors
/// When git does not know one of them.
pub(super) fn between(repo: &Repo, from: &str, to: &str) -> Result<DiffDoc, EngineError> {
    let found = diff(repo, from, to)?;
    Ok(DiffDoc {
        from: repo.resolve(from)?,
        to: repo.resolve(to)?,
        files: found.files.into_iter().map(file).collect(),
        omitted_lines: u64::try_from(found.left_out_lines).unwrap_or(u64::MAX),
    })
}

fn file(file: FileDiff) -> DiffFile {
    let (change, hunks) = match file.content {
        Content::Binary => (FileChange::Binary, Vec::new()),
        Content::Text { hunks, .. } => {
            let change = match file.change {
                Change::Added => FileChange::Added,
                Change::Modified => FileChange::Modified,
                Change::Deleted => FileChange::Deleted,
                Change::Renamed => FileChange::Renamed,
            };
            let hunk = |Hunk { header, lines }| DiffHunk { header, lines };
            (change, hunks.into_iter().map(hunk).collect())
        }
    };
    DiffFile {
        path: file.path,
        old_path: file.old_path,
        change,
        additions: u32::try_from(file.additions).unwrap_or(u32::MAX),
        deletions: u32::try_from(file.deletions).unwrap_or(u32::MAX),
        hunks,
    }
}
