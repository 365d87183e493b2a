//! The book on disk: one line per entry, so that an entry is there whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::entry::Entry;

/// A book in a file that several programs may write.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Writes an entry at the end of the book.
    pub fn add(&self, entry: &Entry) -> io::Result<()> {
        let line = format!("{}\t{}\n", escape(&entry.name), escape(&entry.message));
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        file.write_all(line.as_bytes())
    }

    /// All entries, newest first. A book that nobody has written in yet is empty.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut entries = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let entry = parse(line).ok_or_else(|| {
                let message = format!("{}: line {} is no entry", self.path.display(), index + 1);
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
            entries.push(entry);
        }
        entries.reverse();
        Ok(entries)
    }
}

fn parse(line: &str) -> Option<Entry> {
    let (name, message) = line.split_once('\t')?;
    Some(Entry { name: unescape(name), message: unescape(message) })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str) -> Store {
        let path = std::env::temp_dir().join(format!("guestbook-{}-{name}.tsv", std::process::id()));
        drop(fs::remove_file(&path));
        Store::new(path)
    }

    #[test]
    fn an_unwritten_book_is_empty() {
        assert_eq!(book("empty").entries().unwrap(), []);
    }

    #[test]
    fn the_newest_entry_comes_first() {
        let book = book("order");
        for name in ["Ada", "Grace"] {
            book.add(&Entry::new(name, "Hello").unwrap()).unwrap();
        }
        let names: Vec<_> = book.entries().unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["Grace", "Ada"]);
        fs::remove_file(&book.path).unwrap();
    }

    #[test]
    fn tabs_lines_and_backslashes_come_back() {
        let book = book("escape");
        let entry = Entry::new("A\\tB", "one\ttwo\nthree\\").unwrap();
        book.add(&entry).unwrap();
        assert_eq!(book.entries().unwrap(), [entry]);
        fs::remove_file(&book.path).unwrap();
    }
}
