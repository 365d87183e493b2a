//! A diff in rows: the list of files, and one file's hunks with its code in colours.

use crate::domain::diff::{DiffDoc, DiffFile, FileChange};

use super::prelude::*;

/// A line of a file's diff: its mark, and the code without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    pub mark: Mark,
    pub code: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Header,
    Same,
    Added,
    Removed,
}

/// One row of the list of files: `M src/login.rs  +5 −2`.
pub fn file_row(file: &DiffFile) -> Row {
    let (letter, style) = match file.change {
        FileChange::Added => ("A", StyleRole::Added),
        FileChange::Modified => ("M", StyleRole::Accent),
        FileChange::Deleted => ("D", StyleRole::Removed),
        FileChange::Renamed => ("R", StyleRole::Warn),
        FileChange::Binary => ("B", StyleRole::Dim),
    };
    let mut row = Row::of(style, format!("{letter} ")).then(StyleRole::Text, &file.path);
    if let Some(old) = &file.old_path {
        row = row.then(StyleRole::Dim, format!(" ← {old}"));
    }
    if file.additions > 0 {
        row = row.end(StyleRole::Added, format!("+{}", file.additions));
    }
    if file.deletions > 0 {
        row = row.end(StyleRole::Removed, format!(" −{}", file.deletions));
    }
    row
}

/// The title of a diff: `4 files  +11 −3`.
pub fn totals(diff: &DiffDoc) -> Row {
    let added: u32 = diff.files.iter().map(|file| file.additions).sum();
    let removed: u32 = diff.files.iter().map(|file| file.deletions).sum();
    let row = Row::of(StyleRole::Dim, plural(diff.files.len(), "file"))
        .then(StyleRole::Added, format!("  +{added}"))
        .then(StyleRole::Removed, format!(" −{removed}"));
    if diff.omitted_lines > 0 {
        row.then(StyleRole::Warn, format!("  {} lines left out", diff.omitted_lines))
    } else {
        row
    }
}

/// The lines of a file's hunks.
pub fn code_lines(file: &DiffFile) -> Vec<CodeLine> {
    let mut lines = Vec::new();
    for hunk in &file.hunks {
        lines.push(CodeLine { mark: Mark::Header, code: visible(&hunk.header) });
        lines.extend(hunk.lines.iter().map(|line| code_line(line)));
    }
    lines
}

fn code_line(line: &str) -> CodeLine {
    let mark = match line.chars().next() {
        Some('+') => Mark::Added,
        Some('-') => Mark::Removed,
        _ => Mark::Same,
    };
    let code = line.get(1..).unwrap_or_default();
    CodeLine { mark, code: visible(code.trim_end_matches('\n')) }
}

/// The places of the hunks' headers.
pub fn hunk_places(lines: &[CodeLine]) -> Vec<usize> {
    lines.iter().enumerate().filter(|(_, line)| line.mark == Mark::Header).map(|(place, _)| place).collect()
}
