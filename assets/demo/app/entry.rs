//! What somebody wrote in the book.

use std::fmt;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;
/// The longest message, in characters.
pub const LONGEST_MESSAGE: usize = 500;

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub message: String,
}

/// Why an entry is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NoName,
    NoMessage,
    LongName,
    LongMessage,
}

impl Entry {
    /// Takes a name and a message as somebody typed them.
    pub fn new(name: &str, message: &str) -> Result<Self, Refusal> {
        let (name, message) = (name.trim(), message.trim());
        if name.is_empty() {
            Err(Refusal::NoName)
        } else if message.is_empty() {
            Err(Refusal::NoMessage)
        } else if name.chars().count() > LONGEST_NAME {
            Err(Refusal::LongName)
        } else if message.chars().count() > LONGEST_MESSAGE {
            Err(Refusal::LongMessage)
        } else {
            Ok(Self { name: name.to_owned(), message: message.to_owned() })
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => write!(f, "Please tell us your name."),
            Self::NoMessage => write!(f, "Please write a message."),
            Self::LongName => write!(f, "A name has at most {LONGEST_NAME} characters."),
            Self::LongMessage => write!(f, "A message has at most {LONGEST_MESSAGE} characters."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_trimmed() {
        let entry = Entry::new("  Ada ", "Hello!\n").unwrap();
        assert_eq!((entry.name.as_str(), entry.message.as_str()), ("Ada", "Hello!"));
    }

    #[test]
    fn an_entry_needs_a_name_and_a_message() {
        assert_eq!(Entry::new("  ", "Hello"), Err(Refusal::NoName));
        assert_eq!(Entry::new("Ada", ""), Err(Refusal::NoMessage));
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(Entry::new(&"é".repeat(LONGEST_NAME), "Hello").is_ok());
        assert_eq!(Entry::new(&"é".repeat(LONGEST_NAME + 1), "Hello"), Err(Refusal::LongName));
    }
}
