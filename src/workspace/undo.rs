//! What was built between two commits as pieces that can be undone one by one in a worktree.

use std::fs;
use std::path::{Path, PathBuf};

use super::git::Git;
use super::worktree::{Written, paths, remove_directory, to_path};
use super::{Repo, WorkspaceError};

/// A piece of a difference: of one file, all of it or one hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The path after the change.
    pub path: String,
    /// Its `@@` line up to the second mark; empty for a whole file.
    pub place: String,
    patch: Vec<u8>,
}

/// What lies between two commits, file by file.
///
/// # Errors
/// When git cannot compare them.
pub fn pieces(repo: &Repo, from: &str, to: &str) -> Result<Vec<Piece>, WorkspaceError> {
    let arguments = [
        "diff",
        "--binary",
        "--full-index",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        from,
        to,
        "--",
    ];
    let git = Git::of_mission(&repo.common_dir()?).setting("core.quotePath=false");
    let diff = git.run("compare two commits", arguments)?;
    Ok(split(&diff, b"diff --git ")
        .into_iter()
        .map(|patch| Piece { path: path_of(&patch), place: String::new(), patch })
        .collect())
}

impl Piece {
    /// Whether it makes a file that was not there, such as a link in the place of one.
    pub fn adds(&self) -> bool {
        let head = self.patch.split(|byte| *byte == b'\n').take(3);
        head.into_iter().any(|line| line.starts_with(b"new file mode"))
    }

    /// The hunks of a file, in order; the file itself where it has none, such as one that is not text.
    pub fn hunks(&self) -> Vec<Self> {
        let mut parts = split(&self.patch, b"@@ ").into_iter();
        let Some(head) = parts.next() else { return Vec::new() };
        let hunks: Vec<Self> = parts
            .map(|hunk| {
                let line =
                    String::from_utf8_lossy(hunk.split(|byte| *byte == b'\n').next().unwrap_or_default());
                let end = line.get(2..).and_then(|rest| rest.find("@@")).map_or(line.len(), |at| at + 4);
                let place = line.get(..end).unwrap_or(&line).to_owned();
                Self { path: self.path.clone(), place, patch: [head.as_slice(), &hunk].concat() }
            })
            .collect();
        if hunks.is_empty() { vec![self.clone()] } else { hunks }
    }
}

/// The words of a text with the places where they begin: letters, digits and `_` without a break.
pub fn words_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let parts = text.split(move |c: char| !is_part(c)).filter(|word| !word.is_empty());
    parts.map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// The files at a commit in which a word stands, each with the number of its lines there.
///
/// # Errors
/// When git cannot be run.
pub fn files_with(repo: &Repo, commit: &str, word: &str) -> Result<Vec<(String, usize)>, WorkspaceError> {
    let git = Git::of_mission(&repo.common_dir()?);
    // It ends with 1 where there is none.
    let found = git.outcome(["grep", "-z", "-I", "-w", "-F", "-c", "-e", word, commit, "--"])?;
    let text = String::from_utf8_lossy(&found.output).into_owned();
    let file = |line: &str| {
        let (name, lines) = line.split_once('\0')?;
        Some((name.split_once(':')?.1.to_owned(), lines.parse().ok()?))
    };
    Ok(text.lines().filter_map(file).collect())
}

/// Puts another word in the place of one, wherever it stands in these files of a worktree. The other is as long, and no
/// word: each letter is the next of its alphabet, each digit the next digit.
///
/// # Errors
/// When a file cannot be read or written. That none of them has the word is said in a sentence.
pub fn reword(
    directory: &Path,
    files: &[String],
    word: &str,
) -> Result<Result<Extent, String>, WorkspaceError> {
    let next = |c: char| match c {
        'z' => 'a',
        'Z' => 'A',
        '9' => '0',
        c if c.is_ascii_alphanumeric() => char::from_u32(u32::from(c) + 1).unwrap_or(c),
        c => c,
    };
    let other: String = word.chars().map(next).collect();
    let written = Written::of(directory, files.iter().map(PathBuf::from));
    let mut is_found = false;
    for path in files.iter().map(|file| directory.join(file)) {
        // What an agent put there may lead elsewhere.
        if !path.symlink_metadata().is_ok_and(|found| found.is_file()) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let (mut new, mut done) = (String::with_capacity(text.len()), 0);
        for (at, _) in words_in(&text).filter(|(_, found)| *found == word) {
            new.push_str(&text[done..at]);
            new.push_str(&other);
            done = at + word.len();
        }
        if done > 0 {
            is_found = true;
            new.push_str(&text[done..]);
            fs::write(&path, new).map_err(WorkspaceError::io("write", &path))?;
        }
    }
    written.tell_apart()?;
    Ok(if is_found { Ok(Extent::Whole) } else { Err(format!("later work took out \"{word}\"")) })
}

/// How much of what was to be undone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// Later work changed the same lines of some of it, and that stays.
    Part,
}

/// Undoes pieces in a worktree, one after the other as they are given: the newest change of a file first. Of a piece on
/// which later work stands, the hunks that stand alone are undone.
///
/// # Errors
/// When git cannot be run. That nothing of them stands alone is said in a sentence.
pub fn undo(directory: &Path, pieces: &[Piece]) -> Result<Result<Extent, String>, WorkspaceError> {
    let (mut undone, mut kept) = (0, Vec::new());
    for piece in pieces {
        if reverse(directory, piece)? {
            undone += 1;
            continue;
        }
        kept.push(piece.path.as_str());
        // From the last to the first, so that the lines before a hunk are where they were.
        for hunk in piece.hunks().iter().rev().filter(|hunk| *hunk != piece) {
            undone += usize::from(reverse(directory, hunk)?);
        }
    }
    Ok(match (undone, kept.first()) {
        (_, None) => Ok(Extent::Whole),
        (0, Some(path)) => Err(format!("later work changed the same lines of {path}")),
        (_, Some(_)) => Ok(Extent::Part),
    })
}

/// Whether a piece was undone; where it does not apply, nothing changes.
fn reverse(directory: &Path, piece: &Piece) -> Result<bool, WorkspaceError> {
    let git = Git::of_mission(directory).setting("apply.whitespace=nowarn").input(piece.patch.clone());
    let written = Written::of(directory, [PathBuf::from(&piece.path)]);
    let undone = git.outcome(["apply", "--reverse", "--whitespace=nowarn", "-"])?.exit.is_success();
    written.tell_apart()?;
    Ok(undone)
}

/// Removes the tracked files of a worktree whose path is not to be kept.
///
/// # Errors
/// When git cannot list them, or one cannot be removed.
pub fn remove_all_but(directory: &Path, keep: impl Fn(&str) -> bool) -> Result<(), WorkspaceError> {
    let tracked = Git::of_mission(directory).run("list the tracked files", ["ls-files", "-z"])?;
    for path in paths(&tracked).map(to_path).filter(|path| !keep(&path.to_string_lossy())) {
        remove_directory(&directory.join(path))?;
    }
    Ok(())
}

/// The parts of a text that begin at lines with this beginning; what stands before the first is a part when the text does
/// not begin with one.
fn split(text: &[u8], beginning: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match parts.last_mut() {
            Some(part) if !line.starts_with(beginning) => part.extend_from_slice(line),
            _ => parts.push(line.to_vec()),
        }
    }
    parts
}

/// The path that a file's part of a diff is about.
fn path_of(patch: &[u8]) -> String {
    let text = String::from_utf8_lossy(patch);
    let marked = |mark: &str| text.lines().find_map(|line| line.strip_prefix(mark).map(str::to_owned));
    let plus = marked("+++ b/").or_else(|| marked("--- a/"));
    let heading =
        || text.lines().next().and_then(|line| line.rsplit(" b/").next()).unwrap_or_default().to_owned();
    plus.unwrap_or_else(heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_apart_into_its_hunks() {
        let patch = b"diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@ fn a() @@\n a\n+b\n@@ -9 +10 @@\n-c\n+@@ d\n";
        let whole = Piece { path: path_of(patch), place: String::new(), patch: patch.to_vec() };
        assert_eq!(whole.path, "x");
        let hunks = whole.hunks();
        let places: Vec<&str> = hunks.iter().map(|hunk| hunk.place.as_str()).collect();
        assert_eq!(places, ["@@ -1 +1,2 @@", "@@ -9 +10 @@"]);
        assert!(hunks[1].patch.starts_with(b"diff --git") && hunks[1].patch.ends_with(b"+@@ d\n"));
        let binary = b"diff --git a/p.png b/p.png\nGIT binary patch\nliteral 3\n";
        let binary = Piece { path: path_of(binary), place: String::new(), patch: binary.to_vec() };
        assert_eq!((binary.path.as_str(), binary.hunks()), ("p.png", vec![binary.clone()]));
    }
}
