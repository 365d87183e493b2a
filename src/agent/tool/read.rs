//! `read`: a text file, with line numbers.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read as _, Seek};
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Call, ToolEnv, ToolError, ToolRow};
use crate::workspace::Access;

/// Lines of one answer, unless the model asks for fewer.
const LINES: usize = 2_000;
/// Bytes of one answer.
const BYTES: usize = 48 * 1024;
/// Bytes of one line; minified files have lines of megabytes.
const LINE_BYTES: usize = 2_000;
/// How much of a file is looked at to tell text from other bytes.
const SNIFF: u64 = 8 * 1024;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    path: String,
    /// From 1.
    offset: Option<usize>,
    limit: Option<usize>,
}

pub(super) fn row(env: &Arc<ToolEnv>) -> ToolRow {
    let description = "Shows a text file of the checkout with line numbers; a long one in parts.";
    ToolRow::on_files("read", description, Access::Read, env, show)
}

fn show(env: &ToolEnv, wanted: &Arguments, _call: &Call) -> Result<String, ToolError> {
    let path = env.readable(&wanted.path)?;
    let mut file = open(&path, &wanted.path)?;
    let mut start = Vec::new();
    let unreadable =
        |fault: std::io::Error| ToolError::Mend(format!("`{}` cannot be read: {fault}", wanted.path));
    file.by_ref().take(SNIFF).read_to_end(&mut start).map_err(unreadable)?;
    if start.contains(&0) {
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        return Err(ToolError::Mend(format!(
            "`{}` is not text ({bytes} bytes); use `shell` to inspect it",
            wanted.path
        )));
    }
    file.rewind().map_err(unreadable)?;
    let first = wanted.offset.unwrap_or(1).max(1);
    let most = wanted.limit.unwrap_or(LINES).clamp(1, LINES);
    Page::read(BufReader::new(file), first, most).map(|page| page.text(first)).map_err(unreadable)
}

fn open(path: &Path, named: &str) -> Result<File, ToolError> {
    if path.is_dir() {
        return Err(ToolError::Mend(format!("`{named}` is a directory; use `list`")));
    }
    // Opening a pipe would wait for a writer that never comes.
    if path.exists() && !path.is_file() {
        return Err(ToolError::Mend(format!("`{named}` is not a regular file")));
    }
    File::open(path).map_err(|fault| match fault.kind() {
        ErrorKind::NotFound => ToolError::Mend(format!("there is no file `{named}`{}", similar(path))),
        _ => ToolError::Mend(format!("`{named}` cannot be read: {fault}")),
    })
}

/// Names in the same directory that a model may have meant.
fn similar(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let entries = path.parent().and_then(|parent| parent.read_dir().ok()).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !stem.is_empty() && name.to_lowercase().contains(&stem))
        .collect();
    names.sort();
    names.truncate(5);
    if names.is_empty() { String::new() } else { format!("; in that directory are: {}", names.join(", ")) }
}

/// The part of a file that is shown.
#[derive(Default)]
struct Page {
    text: String,
    shown: usize,
    total: usize,
}

impl Page {
    fn read(mut file: impl BufRead, first: usize, most: usize) -> std::io::Result<Self> {
        let mut page = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                return Ok(page);
            }
            page.total += 1;
            let wanted = page.total >= first && page.shown < most && page.text.len() < BYTES;
            // The page ends where it is full, even if a shorter line comes later.
            if wanted && page.total == first + page.shown {
                page.push(&line);
            }
        }
    }

    fn push(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = String::from_utf8_lossy(line);
        let end = line.floor_char_boundary(LINE_BYTES);
        let cut = if end < line.len() { " […]" } else { "" };
        let _ = writeln!(self.text, "{:>6}\t{}{cut}", self.total, &line[..end]);
        self.shown += 1;
    }

    fn text(self, first: usize) -> String {
        let Self { mut text, shown, total } = self;
        if total == 0 {
            return "(the file is empty)".to_owned();
        }
        if shown == 0 {
            return format!("(the file has only {})", lines(total));
        }
        let last = first + shown - 1;
        if last < total {
            let _ = writeln!(text, "[lines {first} to {last} of {total}; go on with offset {}]", last + 1);
        }
        text
    }
}

/// `1 line`, `2 lines`.
pub(super) fn lines(number: usize) -> String {
    format!("{number} line{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::*;

    #[tokio::test]
    async fn lines_are_numbered_and_long_files_come_in_parts() {
        let place = Place::new();
        place.file("a.txt", "one\ntwo\r\nthree\nfour");
        let read = row(&place.env);
        let whole = call(&read, json!({ "path": "a.txt" })).await.unwrap();
        assert_eq!(whole, "     1\tone\n     2\ttwo\n     3\tthree\n     4\tfour\n");
        let part = call(&read, json!({ "path": "a.txt", "offset": 2, "limit": 2 })).await.unwrap();
        assert_eq!(part, "     2\ttwo\n     3\tthree\n[lines 2 to 3 of 4; go on with offset 4]\n");
        let beyond = call(&read, json!({ "path": "a.txt", "offset": 9 })).await.unwrap();
        assert_eq!(beyond, "(the file has only 4 lines)");
    }

    #[tokio::test]
    async fn what_cannot_be_read_says_why() {
        let place = Place::new();
        place.file("bin", [0_u8, 1, 2]);
        place.file("src/Engine.rs", "x");
        std::os::unix::fs::symlink("/etc/passwd", place.root.path().join("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(place.root.path().join("socket")).unwrap();
        let read = row(&place.env);
        for (path, words) in [
            ("bin", "not text (3 bytes)"),
            ("src", "use `list`"),
            ("socket", "not a regular file"),
            ("src/engine.txt", "in that directory are: Engine.rs"),
            ("../x", "outside the checkout"),
            ("/etc/passwd", "outside the checkout"),
            ("link", "outside the checkout"),
        ] {
            let fault = call(&read, json!({ "path": path })).await.unwrap_err();
            assert!(fault.contains(words), "{path}: {fault}");
        }
        assert!(call(&read, json!({ "file": "x" })).await.unwrap_err().contains("unknown field"));
    }

    #[tokio::test]
    async fn fifty_megabytes_stay_small() {
        let place = Place::new();
        place.file("big.txt", "0123456789abcdef\n".repeat(3_000_000));
        place.file("line.txt", "x".repeat(5_000_000));
        let read = row(&place.env);
        let text = call(&read, json!({ "path": "big.txt" })).await.unwrap();
        assert!(text.len() < BYTES + 200 && text.contains("of 3000000; go on"), "{}", text.len());
        assert!(call(&read, json!({ "path": "line.txt" })).await.unwrap().len() < LINE_BYTES + 100);
    }
}
