//! Numbers and sentences as people read them.

use crate::domain::attempt::{Attempt, Ending};
use crate::domain::budget::dollars;
pub use crate::domain::text::plural as count;
use crate::domain::usage::Usage;

/// What is written with a dot in the middle of a sentence.
const ABBREVIATIONS: [&str; 6] = ["e.g", "i.e", "cf", "vs", "no", "approx"];

/// A length of time: `0:07`, `12:30`, `1:02:03`, `2d 03:14:15`.
pub fn elapsed(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let seconds = seconds % 60;
    match (days, hours) {
        (0, 0) => format!("{minutes}:{seconds:02}"),
        (0, _) => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{days}d {hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// Tokens, rounded: `812`, `34k`, `1.2M`.
pub fn tokens(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{}k", (number + 500) / 1_000),
        _ => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

/// What something used: `34k tokens · $0.12`; money only where there is a price.
pub fn used(usage: &Usage) -> String {
    let mut words = format!("{} tokens", tokens(usage.tokens()));
    if usage.micro_dollars > 0 {
        words.push_str(" · ");
        words.push_str(&dollars(usage.micro_dollars));
    }
    words
}

/// How an attempt ended, in words.
pub fn ending(attempt: &Attempt) -> String {
    match attempt.ended.as_ref().map(|ended| &ended.ending) {
        None => "running".to_owned(),
        Some(Ending::Done) => "done".to_owned(),
        Some(Ending::Interrupted) => "interrupted".to_owned(),
        Some(Ending::Failed { reason }) => format!("failed: {reason}"),
        Some(Ending::Unusable { reason }) => format!("could not use its model: {reason}"),
        Some(Ending::Stopped { reason }) => format!("stopped: {reason}"),
    }
}

/// The first sentence of a text, on one line.
pub fn first_sentence(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A dot inside a name or a number is followed by no blank; the number of a list and an abbreviation end nothing.
    let end = flat.char_indices().find(|(at, c)| {
        let next_is_blank = flat[at + c.len_utf8()..].chars().next().is_none_or(|next| next == ' ');
        let word = flat[..*at].rsplit(' ').next().unwrap_or("");
        let goes_on = ABBREVIATIONS.contains(&word) || word.len() == *at && word.parse::<u32>().is_ok();
        matches!(c, '.' | '!' | '?' | ':') && next_is_blank && !goes_on
    });
    match end {
        Some((at, ':')) => flat[..at].to_owned(),
        Some((at, c)) => flat[..at + c.len_utf8()].to_owned(),
        None => flat,
    }
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words after each other, with `and` before the last: `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_as_long_as_it_needs_to_be() {
        let table =
            [(7_400, "0:07"), (750_000, "12:30"), (3_723_000, "1:02:03"), (184_455_000, "2d 03:14:15")];
        for (milliseconds, words) in table {
            assert_eq!(elapsed(milliseconds), words);
        }
    }

    #[test]
    fn the_first_sentence_ends_where_a_person_would_end_it() {
        let table = [
            ("I read src/main.rs. Then I wrote.", "I read src/main.rs."),
            ("Version 1.2 works, e.g. here.\nNext", "Version 1.2 works, e.g. here."),
            ("Let me look at these files:\n- a\n- b", "Let me look at these files"),
            ("no end\nat all", "no end at all"),
            ("Done! Really.", "Done!"),
            ("It is 42. Then", "It is 42."),
            ("1. First this. 2. Then", "1. First this."),
            ("", ""),
        ];
        for (text, sentence) in table {
            assert_eq!(first_sentence(text), sentence);
        }
    }

    #[test]
    fn numbers_are_rounded_for_reading() {
        assert_eq!([tokens(812), tokens(33_600), tokens(1_240_000)], ["812", "34k", "1.2M"]);
        assert_eq!(count(1, "feature"), "1 feature");
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
