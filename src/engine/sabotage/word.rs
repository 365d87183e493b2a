//! Words of what is asserted that stand in what was built: where others stand in their place, a check that looks must fail,
//! and the app is there to be judged.

use std::collections::BTreeMap;

use crate::domain::contract::{Assertion, Wording};
use crate::domain::mission::Mission;
use crate::workspace::undo::words_in;

/// Words that are tried for one assertion at most.
const MOST: usize = 2;
/// Letters of a word at least, digits of a number.
const LETTERS: usize = 3;
const DIGITS: usize = 2;
/// A word in more lines than that is the app's language rather than what it says.
const COMMON: usize = 5;

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
}

/// The words of an assertion to change in these lines that were built for it, the most telling first: what is quoted, then
/// what stands in the fewest lines.
pub fn telling<'a>(said: &Said, built: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for line in built {
        let mut words: Vec<&str> = words_in(line).map(|(_, word)| word).collect();
        words.sort_unstable();
        words.dedup();
        words.into_iter().for_each(|word| *lines.entry(word).or_default() += 1);
    }
    let mut found: Vec<(bool, usize, &str)> = Vec::new();
    for text in &said.0 {
        for (at, word) in words_in(text).filter(|(_, word)| is_telling(word)) {
            let is_path =
                text[..at].ends_with(['/', '$', '-', '.']) || text[at + word.len()..].starts_with('/');
            let number = lines.get(word).copied().filter(|number| *number <= COMMON && !is_path);
            if let Some(number) = number
                && found.iter().all(|(_, _, known)| *known != word)
            {
                let is_quoted = quotes(text).any(|(from, to)| (from..to).contains(&at));
                found.push((!is_quoted, number, word));
            }
        }
    }
    found.sort();
    found.into_iter().take(MOST).map(|(_, _, word)| word.to_owned()).collect()
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
    fn the_words_that_tell_most_are_changed_and_paths_and_common_ones_are_not() {
        let built = "fn main() { println!(\"Hello, {name}!\"); } // guests\nlet guests = 40;\nstatus(404)";
        let telling = |texts: &[&str]| telling(&said(texts), built.lines());
        assert_eq!(telling(&["./greet Ada | grep -q 'Hello, Ada'"]), ["Hello"]);
        assert_eq!(telling(&["A guest's page has no guests, and says 404."]), ["404", "guests"]);
        assert_eq!(telling(&["It says 404,", "and \"name\"."]), ["name", "404"], "quoted first");
        assert_eq!(telling(&["Open /guests, ./main.rs and $name.", "cat src/main 4"]), [""; 0]);
        let everywhere = ["a word"; COMMON + 1];
        assert_eq!(super::telling(&said(&["A word."]), everywhere.into_iter()), [""; 0]);
    }

    #[test]
    fn what_is_quoted_is_told_from_apostrophes() {
        let said = said(&["See `0 guests`; it's all.", "Ada's list shows 'No guests', “none” and \"-\"."]);
        assert_eq!(said.quoted(), ["0 guests", "No guests", "none"]);
    }
}
