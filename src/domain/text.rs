//! Text that knows how long it may be, so that no event can grow without bound.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Text of at most `MAX` characters (Unicode scalar values), without control characters other than line breaks and tabs.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(description = "")]
pub struct Text<const MAX: usize>(#[schemars(length(min = 1, max = MAX))] String);

/// A heading: one short line.
pub type Title = Text<160>;
/// A sentence or two.
pub type Line = Text<600>;
/// A few paragraphs.
pub type Prose = Text<8_000>;

impl<const MAX: usize> Text<MAX> {
    /// Checks a text that somebody proposes.
    ///
    /// # Errors
    /// When it is empty after trimming, or longer than `MAX` characters.
    pub fn new(text: impl AsRef<str>) -> Result<Self, TextError> {
        let clean = clean(text.as_ref());
        let length = clean.chars().count();
        if clean.is_empty() {
            return Err(TextError::Empty);
        }
        if length > MAX {
            return Err(TextError::TooLong { length, most: MAX });
        }
        Ok(Self(clean))
    }

    /// Takes any text and shortens it to fit, marking the cut with an ellipsis; it is cut between words where it has any.
    pub fn clipped(text: impl AsRef<str>) -> Self {
        let clean = clean(text.as_ref());
        if clean.chars().count() <= MAX {
            return Self(clean);
        }
        let end = clean.char_indices().nth(MAX.saturating_sub(1)).map_or(clean.len(), |(at, _)| at);
        Self(format!("{}…", whole_words(&clean, end)))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More characters than its place allows.
    #[error("the text has {length} characters; at most {most} fit")]
    TooLong { length: usize, most: usize },
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MAX: usize> AsRef<str> for Text<MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// What was stored is believed, but never grows: a longer text from another version is clipped.
impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::clipped(String::deserialize(deserializer)?))
    }
}

/// Gives an enum the words that `strum::IntoStaticStr` derives.
macro_rules! worded {
    ($name:ident) => {
        impl $name {
            /// The word for it.
            pub fn word(self) -> &'static str {
                self.into()
            }
        }
    };
}
pub(super) use worded;

/// A number with its noun: `1 finding`, `2 findings`.
pub fn plural(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// The beginning of a text up to a place, without the word that would be cut there. One that is very long is cut.
fn whole_words(text: &str, end: usize) -> &str {
    let (kept, rest) = text.split_at(end);
    if rest.starts_with(char::is_whitespace) {
        return kept.trim_end();
    }
    let between = kept.rfind(char::is_whitespace).filter(|at| *at > kept.len() / 2);
    kept.get(..between.unwrap_or(kept.len())).unwrap_or(kept).trim_end()
}

fn clean(text: &str) -> String {
    // Control characters go first: they may hide white space from the trimming.
    let visible: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    visible.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_freed_of_control_characters() {
        assert_eq!(Title::new("  a\u{1b}[31mb \r\n").unwrap().as_str(), "a[31mb");
    }

    #[test]
    fn white_space_behind_a_control_character_is_trimmed_too() {
        assert_eq!(Title::clipped("\u{1b} a \u{7}").as_str(), "a");
    }

    #[test]
    fn empty_and_overlong_texts_are_refused() {
        assert_eq!(Title::new(" \n"), Err(TextError::Empty));
        assert_eq!(Text::<3>::new("four"), Err(TextError::TooLong { length: 4, most: 3 }));
    }

    #[test]
    fn clipping_counts_characters_not_bytes() {
        assert_eq!(Text::<3>::clipped("äöüß").as_str(), "äö…");
        assert_eq!(Text::<4>::clipped("äöüß").as_str(), "äöüß");
    }

    #[test]
    fn no_word_is_cut_but_one_that_is_very_long() {
        assert_eq!(Text::<12>::clipped("the cart adds up").as_str(), "the cart…");
        assert_eq!(Text::<14>::clipped("the cart adds up").as_str(), "the cart adds…");
        assert_eq!(Text::<13>::clipped("the cart adds up").as_str(), "the cart…");
        assert_eq!(Text::<8>::clipped("a verylongword").as_str(), "a veryl…");
    }
}
