//! What changed between two commits, bounded: a generated file of a million lines must not fill a screen or a window.

use git2::{Delta, DiffFindOptions, DiffLineType, DiffOptions, Patch};
use serde::Serialize;

use super::WorkspaceError;
use super::plural::plural;
use super::repo::{Repo, find_commit};
use super::worktree::to_path;

/// The changes from one commit to another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The changed files, by path.
    pub files: Vec<FileDiff>,
    /// Lines left out of all files together.
    pub left_out_lines: usize,
}

/// The changes to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// Its path, the new one if it was renamed.
    pub path: String,
    /// Its earlier path if it was renamed.
    pub old_path: Option<String>,
    /// What happened to it.
    pub change: Change,
    /// Lines added.
    pub additions: usize,
    /// Lines removed.
    pub deletions: usize,
    /// The lines, unless it has none.
    pub content: Content,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Added,
    Modified,
    Deleted,
    Renamed,
}

/// What of a file's change can be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "content")]
pub enum Content {
    /// Lines; `left_out_lines` more were over the limit.
    Text { hunks: Vec<Hunk>, left_out_lines: usize },
    /// It is not text, or too large to compare.
    Binary,
}

/// Changed lines with their surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The `@@` line.
    pub header: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What happened to it.
    pub kind: LineKind,
    /// Its text without the line's end.
    pub text: String,
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Context,
    Add,
    Remove,
}

/// How many lines a diff may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one file.
    pub lines_per_file: usize,
    /// Of all files.
    pub lines_total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lines_per_file: 2_000, lines_total: 20_000 }
    }
}

/// Files of more bytes than this are not compared.
const MAX_FILE: i64 = 4 * 1024 * 1024;

/// Lines of more bytes than this are cut: minified code is one line.
const MAX_LINE: usize = 2_000;

/// Compares two commits within the default limits.
pub fn diff(repo: &Repo, from: &str, to: &str) -> Result<Diff, WorkspaceError> {
    diff_within(repo, from, to, Limits::default())
}

/// Compares two commits.
pub fn diff_within(repo: &Repo, from: &str, to: &str, limits: Limits) -> Result<Diff, WorkspaceError> {
    let failed = WorkspaceError::git("compare two commits");
    let git = repo.open()?;
    let old = find_commit(&git, from)?.tree().map_err(&failed)?;
    let new = find_commit(&git, to)?.tree().map_err(&failed)?;
    let mut options = DiffOptions::new();
    options.max_size(MAX_FILE);
    let mut found = git.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options)).map_err(&failed)?;
    let mut similar = DiffFindOptions::new();
    similar.renames(true);
    found.find_similar(Some(&mut similar)).map_err(&failed)?;
    let mut whole = Diff::default();
    let mut room = limits.lines_total;
    for index in 0..found.deltas().len() {
        let Some(delta) = found.get_delta(index) else { continue };
        let patch = Patch::from_diff(&found, index).map_err(&failed)?;
        let mut file = describe(&delta);
        // Only looking at the content tells binary files, so the flag is read after the patch is made.
        let binary = found.get_delta(index).is_some_and(|delta| delta.flags().is_binary());
        if let (Some(patch), false) = (&patch, binary) {
            read_lines(&mut file, patch, &mut room, limits.lines_per_file).map_err(&failed)?;
        }
        if let Content::Text { left_out_lines, .. } = &file.content {
            whole.left_out_lines += left_out_lines;
        }
        whole.files.push(file);
    }
    Ok(whole)
}

fn describe(delta: &git2::DiffDelta<'_>) -> FileDiff {
    let name = |file: git2::DiffFile<'_>| {
        to_path(file.path_bytes().unwrap_or_default()).to_string_lossy().into_owned()
    };
    let change = match delta.status() {
        Delta::Added | Delta::Untracked | Delta::Copied => Change::Added,
        Delta::Deleted => Change::Deleted,
        Delta::Renamed => Change::Renamed,
        _ => Change::Modified,
    };
    FileDiff {
        path: name(delta.new_file()),
        old_path: (change == Change::Renamed).then(|| name(delta.old_file())),
        change,
        additions: 0,
        deletions: 0,
        content: Content::Binary,
    }
}

fn read_lines(
    file: &mut FileDiff,
    patch: &Patch<'_>,
    room: &mut usize,
    limit: usize,
) -> Result<(), git2::Error> {
    (_, file.additions, file.deletions) = patch.line_stats()?;
    let mut room_here = limit.min(*room);
    let mut left_out_lines = 0;
    let mut hunks = Vec::new();
    for index in 0..patch.num_hunks() {
        let (hunk, count) = patch.hunk(index)?;
        let taken = count.min(room_here);
        room_here -= taken;
        *room -= taken;
        left_out_lines += count - taken;
        if taken == 0 {
            continue;
        }
        let header = String::from_utf8_lossy(hunk.header()).trim_end().to_owned();
        let mut lines = Vec::with_capacity(taken);
        for number in 0..taken {
            lines.extend(read_line(&patch.line_in_hunk(index, number)?));
        }
        hunks.push(Hunk { header, lines });
    }
    file.content = Content::Text { hunks, left_out_lines };
    Ok(())
}

fn read_line(line: &git2::DiffLine<'_>) -> Option<Line> {
    let kind = match line.origin_value() {
        DiffLineType::Context => LineKind::Context,
        DiffLineType::Addition => LineKind::Add,
        DiffLineType::Deletion => LineKind::Remove,
        // Remarks such as "no newline at end of file".
        _ => return None,
    };
    let content = line.content();
    let mut text = String::from_utf8_lossy(&content[..content.len().min(MAX_LINE)]).into_owned();
    if content.len() > MAX_LINE {
        text.push('…');
    }
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Some(Line { kind, text: text.to_owned() })
}

impl Diff {
    /// Additions and deletions over all files.
    pub fn stat(&self) -> Stat {
        Stat {
            files: self.files.len(),
            additions: self.files.iter().map(|file| file.additions).sum(),
            deletions: self.files.iter().map(|file| file.deletions).sum(),
        }
    }

    /// The diff as text, the way git prints it, with a remark where lines were left out.
    pub fn patch(&self) -> String {
        self.files.iter().map(FileDiff::patch).collect()
    }
}

impl FileDiff {
    /// The changes to this file as text.
    pub fn patch(&self) -> String {
        let old = self.old_path.as_ref().unwrap_or(&self.path);
        let mut rows = vec![format!("diff --git a/{old} b/{}", self.path)];
        if self.change == Change::Renamed {
            rows.push(format!("rename from {old}\nrename to {}", self.path));
        }
        match &self.content {
            Content::Binary => rows.push("Binary files differ".to_owned()),
            Content::Text { hunks, left_out_lines } => {
                if !hunks.is_empty() || *left_out_lines > 0 {
                    rows.push(side("---", self.change != Change::Added, &format!("a/{old}")));
                    rows.push(side("+++", self.change != Change::Deleted, &format!("b/{}", self.path)));
                }
                rows.extend(hunks.iter().flat_map(Hunk::rows));
                if *left_out_lines > 0 {
                    rows.push(format!("[… {left_out_lines} more lines left out …]"));
                }
            }
        }
        rows.join("\n") + "\n"
    }
}

fn side(sign: &str, exists: bool, path: &str) -> String {
    format!("{sign} {}", if exists { path } else { "/dev/null" })
}

impl Hunk {
    fn rows(&self) -> impl Iterator<Item = String> {
        let lines = self.lines.iter().map(|line| format!("{}{}", line.kind.sign(), line.text));
        std::iter::once(self.header.clone()).chain(lines)
    }
}

impl LineKind {
    /// The sign that git puts before the line.
    pub fn sign(self) -> char {
        match self {
            Self::Context => ' ',
            Self::Add => '+',
            Self::Remove => '-',
        }
    }
}

/// The size of a diff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stat {
    /// Files changed.
    pub files: usize,
    /// Lines added.
    pub additions: usize,
    /// Lines removed.
    pub deletions: usize,
}

impl std::fmt::Display for Stat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, +{} −{}", plural(self.files, "file"), self.additions, self.deletions)
    }
}
