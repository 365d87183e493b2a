//! The book from the command line.

use std::error::Error;
use std::io::Write;

use crate::entry::Entry;
use crate::store::Store;

/// Signs the book.
pub fn add(name: &str, message: &str, store: &Store, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let entry = Entry::new(name, message).map_err(|refusal| refusal.to_string())?;
    store.add(&entry)?;
    writeln!(out, "Thank you, {}.", entry.name)?;
    Ok(())
}

/// Prints the entries, newest first.
pub fn list(store: &Store, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let entries = store.entries()?;
    if entries.is_empty() {
        writeln!(out, "Nobody has signed yet.")?;
    }
    for entry in &entries {
        writeln!(out, "{}: {}", printable(&entry.name), printable(&entry.message))?;
    }
    Ok(())
}

/// An entry is one line, and may not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str) -> Store {
        let path = std::env::temp_dir().join(format!("guestbook-{}-cli-{name}.tsv", std::process::id()));
        drop(std::fs::remove_file(&path));
        Store::new(path)
    }

    #[test]
    fn what_is_added_is_listed() {
        let (store, mut out) = (book("add"), Vec::new());
        add("Ada", "Hello\nthere\x1b[31m", &store, &mut out).unwrap();
        list(&store, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Thank you, Ada.\nAda: Hello there [31m\n");
    }

    #[test]
    fn a_refused_entry_is_not_written() {
        let (store, mut out) = (book("refused"), Vec::new());
        let error = add("", "Hello", &store, &mut out).unwrap_err();
        assert_eq!(error.to_string(), "Please tell us your name.");
        assert_eq!(store.entries().unwrap(), []);
    }
}
