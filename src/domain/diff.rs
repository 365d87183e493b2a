//! Which commits are compared, and what lies between them.

use serde::{Deserialize, Serialize};

use super::id::{AttemptId, Commit, FeatureId, MilestoneId};

/// Which two commits are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffScope {
    /// The recorded base against the mission's head.
    Mission,
    Milestone(MilestoneId),
    Feature(FeatureId),
    /// What an attempt left, failed ones included.
    Attempt(AttemptId),
    Commits {
        from: Commit,
        to: Commit,
    },
}

/// A diff, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffDoc {
    pub from: String,
    pub to: String,
    pub files: Vec<DiffFile>,
    /// Lines that were left out because the diff is too long.
    pub omitted_lines: u64,
}

/// One file of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffFile {
    pub path: String,
    /// The path before a rename.
    pub old_path: Option<String>,
    pub change: FileChange,
    pub additions: u32,
    pub deletions: u32,
    pub hunks: Vec<DiffHunk>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    Added,
    #[default]
    Modified,
    Deleted,
    Renamed,
    /// Its content is not text.
    Binary,
}

/// A run of changed lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffHunk {
    pub header: String,
    /// Each line with its mark in front: ` `, `+` or `-`.
    pub lines: Vec<String>,
}
