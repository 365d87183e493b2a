//! Words of what is asserted that stand in what was built: where others stand in their place, a check that looks must fail,
//! and the app is there to be judged.

use crate::domain::contract::{Assertion, Wording};
use crate::domain::mission::Mission;
use crate::workspace::undo::words_in;

/// Letters of a word at least, digits of a number.
const LETTERS: usize = 3;
const DIGITS: usize = 2;

/// What is said of an assertion: its check, its statement, and what its tester observed.
pub struct Said(Vec<String>);

impl Said {
    pub fn of(mission: &Mission, assertion: &Assertion) -> Self {
        let Wording { check, statement, .. } = &assertion.wording;
        let observed = mission.newest_verdict(&assertion.id).map(|verdict| verdict.observed.to_string());
        let command = check.command.iter().map(ToString::to_string);
        Self(command.chain([check.how.to_string(), statement.to_string()]).chain(observed).collect())
    }

    /// What is quoted of what must be seen.
    pub fn quoted(&self) -> Vec<String> {
        let all = self.0.iter().flat_map(|text| quotes(text).map(|(from, to)| text[from..to].to_owned()));
        all.filter(|words| words.chars().any(char::is_alphanumeric)).collect()
    }

    /// The words in what is quoted that may stand in an app to be shown, in order; paths and variables are none of them.
    pub fn words(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for text in &self.0 {
            for (from, to) in quotes(text) {
                for (at, word) in words_in(&text[from..to]) {
                    let (before, after) = (&text[..from + at], &text[from + at + word.len()..]);
                    let is_path = before.ends_with(['/', '$', '-', '.']) || after.starts_with('/');
                    if is_telling(word) && !is_path && !found.contains(&word) {
                        found.push(word);
                    }
                }
            }
        }
        found
    }
}

fn is_telling(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits == word.len() { digits >= DIGITS } else { word.chars().count() >= LETTERS }
}

/// Where what is quoted in a text begins and ends.
fn quotes(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut open: Option<(usize, char)> = None;
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, c)| {
        let is_inside_a_word = before.is_alphanumeric();
        before = c;
        match open {
            Some((from, mark)) if mark == c => {
                open = None;
                Some((from, at))
            }
            None if "\"'`“".contains(c) && !is_inside_a_word => {
                open = Some((at + c.len_utf8(), if c == '“' { '”' } else { c }));
                None
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    fn said(texts: &[&str]) -> Said {
        Said(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn quoted_words_that_an_app_may_show_are_changed_and_paths_are_not() {
        for (text, words) in [
            ("./greet Ada | grep -q 'Hello, Ada'", &["Hello", "Ada"][..]),
            ("A guest's page says 404 and has no guests.", &[]),
            ("It answers `404 Not Found` to `/guests/x`, `./main.rs` and `$name`.", &["404", "Not", "Found"]),
        ] {
            assert_eq!(said(&[text]).words(), words, "{text}");
        }
        assert_eq!(said(&["'one two'", "'two three'"]).words(), ["one", "two", "three"]);
    }

    #[test]
    fn what_is_quoted_is_told_from_apostrophes() {
        let said = said(&["See `0 guests`; it's all.", "Ada's list shows 'No guests', “none” and \"-\"."]);
        assert_eq!(said.quoted(), ["0 guests", "No guests", "none"]);
    }
}
