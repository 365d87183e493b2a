//! What changed between two commits, bounded: a generated file of a million lines must not fill a screen or a window.

use std::borrow::Cow;

use git2::{Delta, DiffFindOptions, DiffLineType, DiffOptions, Patch};

use super::WorkspaceError;
use super::repo::{Repo, find_commit};
use super::secrets::mask;
use super::worktree::to_path;

/// The changes from one commit to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    pub files: Vec<FileDiff>,
    /// Lines left out of all files together.
    pub left_out_lines: usize,
}

/// The changes to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    pub path: String,
    /// The path before a rename.
    pub old_path: Option<String>,
    pub change: Change,
    pub additions: usize,
    pub deletions: usize,
    pub content: Content,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    Modified,
    Deleted,
    Renamed,
}

/// What of a file's change can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Lines; `left_out_lines` more were over the limit.
    Text { hunks: Vec<Hunk>, left_out_lines: usize },
    /// It is not text, or too large to compare.
    Binary,
}

/// Changed lines with their surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The `@@` line.
    pub header: String,
    /// Each with its mark in front, as git prints it: ` `, `+` or `-`.
    pub lines: Vec<String>,
}

/// How many lines a diff may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub lines_per_file: usize,
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
        // A secret may span lines; none is shown.
        let lines = match mask(&lines.join("\n")) {
            Cow::Owned(masked) => masked.split('\n').map(str::to_owned).collect(),
            Cow::Borrowed(_) => lines,
        };
        hunks.push(Hunk { header, lines });
    }
    file.content = Content::Text { hunks, left_out_lines };
    Ok(())
}

fn read_line(line: &git2::DiffLine<'_>) -> Option<String> {
    use DiffLineType::{Addition, Context, Deletion};
    // Others are remarks such as "no newline at end of file".
    if !matches!(line.origin_value(), Context | Addition | Deletion) {
        return None;
    }
    let content = line.content();
    let text = String::from_utf8_lossy(&content[..content.len().min(MAX_LINE)]);
    let (text, cut) = (text.trim_end_matches('\n'), if content.len() > MAX_LINE { "…" } else { "" });
    Some(format!("{}{text}{cut}", line.origin()))
}

/// A file that differs between two commits, with its whole text in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTexts {
    /// The path before a rename; else as [`Self::path`].
    pub old_path: String,
    pub path: String,
    /// `None` where the file is not there, or is no text.
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Files of more bytes than this are not read whole.
const MAX_WHOLE: usize = 1024 * 1024;
/// How many files are read whole.
const MOST_WHOLE: usize = 2_000;

/// The texts of those files of a commit that are wanted, by their paths.
pub fn texts_at(
    repo: &Repo,
    commit: &str,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, WorkspaceError> {
    let failed = WorkspaceError::git("read the files of a commit");
    let git = repo.open()?;
    let tree = find_commit(&git, commit)?.tree().map_err(&failed)?;
    let mut texts = Vec::new();
    let look = |dir: &str, entry: &git2::TreeEntry<'_>| {
        let path = format!("{dir}{}", String::from_utf8_lossy(entry.name_bytes()));
        if entry.kind() == Some(git2::ObjectType::Blob)
            && texts.len() < MOST_WHOLE
            && is_wanted(&path)
            && let Ok(blob) = git.find_blob(entry.id())
            && blob.size() <= MAX_WHOLE
        {
            texts.push((path, String::from_utf8_lossy(blob.content()).into_owned()));
        }
        git2::TreeWalkResult::Ok
    };
    tree.walk(git2::TreeWalkMode::PreOrder, look).map_err(&failed)?;
    Ok(texts)
}

/// The files that differ between two commits, whole; and the paths of those that are too large or too many. What a
/// repository says of its files in attributes changes nothing.
pub fn whole_texts(
    repo: &Repo,
    from: &str,
    to: &str,
) -> Result<(Vec<FileTexts>, Vec<String>), WorkspaceError> {
    let failed = WorkspaceError::git("compare two commits");
    let git = repo.open()?;
    let old = find_commit(&git, from)?.tree().map_err(&failed)?;
    let new = find_commit(&git, to)?.tree().map_err(&failed)?;
    let mut options = DiffOptions::new();
    options.force_text(true);
    let mut found = git.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options)).map_err(&failed)?;
    let mut similar = DiffFindOptions::new();
    similar.renames(true);
    found.find_similar(Some(&mut similar)).map_err(&failed)?;
    let (mut texts, mut left_out) = (Vec::new(), Vec::new());
    for delta in found.deltas() {
        let name = |file: git2::DiffFile<'_>| {
            to_path(file.path_bytes().unwrap_or_default()).to_string_lossy().into_owned()
        };
        let (old_path, path) = (name(delta.old_file()), name(delta.new_file()));
        let read = |file: git2::DiffFile<'_>| {
            let blob = git.find_blob(file.id()).ok()?;
            (blob.size() <= MAX_WHOLE).then(|| String::from_utf8_lossy(blob.content()).into_owned())
        };
        let (old, new) = (read(delta.old_file()), read(delta.new_file()));
        let is_large = |text: &Option<String>, file: git2::DiffFile<'_>| text.is_none() && file.exists();
        if is_large(&old, delta.old_file()) || is_large(&new, delta.new_file()) || texts.len() >= MOST_WHOLE {
            left_out.push(path);
        } else {
            texts.push(FileTexts { old_path, path, old, new });
        }
    }
    Ok((texts, left_out))
}
