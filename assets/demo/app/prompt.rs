//! Signing by answering two questions in a terminal.

use std::error::Error;
use std::io::{BufRead, Write};

use crate::entry::{Entry, Refusal};
use crate::store::Store;

/// Asks for a name and a message until the book takes them.
pub fn sign(store: &Store, input: &mut impl BufRead, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut name = ask("Name: ", input, out)?;
    let mut message = ask("Message: ", input, out)?;
    let entry = loop {
        match Entry::new(&name, &message) {
            Ok(entry) => break entry,
            Err(refusal) => {
                writeln!(out, "{refusal}")?;
                match refusal {
                    Refusal::NoName | Refusal::LongName => name = ask("Name: ", input, out)?,
                    Refusal::NoMessage | Refusal::LongMessage => message = ask("Message: ", input, out)?,
                }
            }
        }
    };
    store.add(&entry)?;
    writeln!(out, "Thank you, {}. Your words are in the book.", entry.name)?;
    Ok(())
}

fn ask(question: &str, input: &mut impl BufRead, out: &mut impl Write) -> Result<String, Box<dyn Error>> {
    write!(out, "{question}")?;
    out.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Err("You left without signing.".into());
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str) -> Store {
        let path = std::env::temp_dir().join(format!("guestbook-{}-ask-{name}.tsv", std::process::id()));
        drop(std::fs::remove_file(&path));
        Store::new(path)
    }

    #[test]
    fn two_answers_sign_the_book() {
        let (store, mut out) = (book("sign"), Vec::new());
        sign(&store, &mut "Ada\nHello\n".as_bytes(), &mut out).unwrap();
        assert_eq!(store.entries().unwrap(), [Entry::new("Ada", "Hello").unwrap()]);
        assert!(String::from_utf8(out).unwrap().starts_with("Name: Message: Thank you, Ada."));
    }

    #[test]
    fn an_empty_name_is_asked_again() {
        let (store, mut out) = (book("again"), Vec::new());
        sign(&store, &mut "\nHello\nAda\n".as_bytes(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("Please tell us your name.\nName: "));
        assert_eq!(store.entries().unwrap().len(), 1);
    }

    #[test]
    fn whoever_leaves_has_not_signed() {
        let store = book("leave");
        assert!(sign(&store, &mut "Ada\n".as_bytes(), &mut Vec::new()).is_err());
        assert_eq!(store.entries().unwrap(), []);
    }
}
