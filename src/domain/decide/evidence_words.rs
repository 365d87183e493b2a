//! What statements, checks and testers say of codes, statuses and addresses, as far as a verdict is held against it.

use std::collections::BTreeSet;

/// The program that rewrites what is seen of a command line in the end; one that only chooses lines or letters is none.
pub(super) fn rewritten(command: &str) -> Option<&str> {
    const CHOOSES: [&str; 3] = ["-n", "-d", "-s"];
    let last = command.split(['\n', ';']).flat_map(|part| part.split("&&")).flat_map(|part| part.split("||"));
    let last = last.filter(|part| !part.trim().is_empty()).last()?;
    let mut behind = last.split('|').skip(1).map(str::trim_start);
    behind.find_map(|part| {
        let mut words = part.split_whitespace();
        let program = words.next()?;
        let chooses = words.any(|word| CHOOSES.contains(&word)) && !part.contains("s/");
        let rewrites = ["sed", "awk", "gawk", "perl", "tr", "rev"].contains(&program) && !chooses;
        (rewrites && !last.contains('>')).then_some(program)
    })
}

/// The paths of addresses that a text names.
pub(super) fn paths_in(text: &str) -> Vec<&str> {
    let words = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/' && c != '}' && c != '>'));
    words.filter(|word| word.starts_with('/') && !word.starts_with("//")).collect()
}

/// Whether an address is of a path that a check names, with the query where that names one: what differs from one thing to
/// the next may be named by a word.
pub(super) fn is_path(path: &str, asked: &str) -> bool {
    let parts = |text: &str| -> (Vec<String>, BTreeSet<String>) {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = path.split('#').next().unwrap_or_default().trim_end_matches('/');
        let query = query.replace("%20", "+").replace(' ', "+");
        let query = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        (path.split('/').map(str::to_owned).collect(), query)
    };
    let ((one, wanted), (other, query)) = (parts(path), parts(asked));
    let is_word = |part: &str| {
        part.starts_with(['{', ':', '<', '[', '$'])
            || ["id", "n", "x", "...", "\u{2026}"].contains(&part)
            || part.chars().all(|c| c.is_ascii_digit())
            || part.chars().count() > 1 && part.chars().all(|c| c.is_uppercase() || c == '_')
    };
    let has = |pair: &String| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        query.iter().any(|found| found.to_lowercase() == pair.to_lowercase())
            || is_word(value) && query.iter().any(|found| found.starts_with(&format!("{name}=")))
    };
    let is_same = |one: &String, other: &String| {
        one.to_lowercase() == other.to_lowercase() || !one.is_empty() && is_word(one)
    };
    one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| is_same(one, other))
        && wanted.iter().all(has)
}

/// The exit codes that a text tells of: `exits 0`, `exit code 2`, `exits with 1`.
pub(super) fn exits_in(text: &str) -> Vec<i32> {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
    let behind = |at: usize| {
        let mut after = words[at + 1..]
            .iter()
            .skip_while(|word| ["code", "with", "status", "a", "the", "is"].contains(word));
        after.next()?.parse().ok()
    };
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.starts_with("exit"))
        .filter_map(|(at, _)| behind(at))
        .collect()
}

/// Whether a text says that a program ends with that code, by its number or as any that is not zero.
pub(super) fn names_exit(text: &str, code: i32) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    let number = code.to_string();
    let ends = words.iter().any(|word| word.starts_with("exit") || ["status", "code"].contains(word));
    ends && words.iter().any(|word| *word == number || ["non-zero", "nonzero"].contains(word))
}

/// From this one on, a status of HTTP says that the server failed.
pub(super) const SERVER_FAILED: u16 = 500;

/// The statuses of HTTP that a text tells of: numbers behind a word that speaks of one.
pub(super) fn statuses_in(text: &str) -> Vec<u16> {
    const BEFORE: [&str; 4] = ["status", "http", "answers", "answered"];
    let text = text.to_lowercase().replace("status code", "status");
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let status =
        |word: &str| word.parse().ok().filter(|status| (100..600).contains(status) && word.len() == 3);
    let told = words.windows(2).filter(|pair| BEFORE.contains(&pair[0]));
    told.filter_map(|pair| status(pair[1])).collect()
}

/// Whether a text says that a server fails, by the status or as any of its kind.
pub(super) fn names_server_fault(text: &str, status: u16) -> bool {
    let text = text.to_lowercase();
    let number = status.to_string();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    text.contains("server error") || words.any(|word| word == number || word == "5xx")
}

/// Whether a text says that nothing answers at an address.
pub(super) fn names_silence(text: &str) -> bool {
    const SILENCE: [&str; 8] = [
        "nothing answers",
        "nothing listens",
        "nobody answers",
        "no answer",
        "not answer",
        "not listen",
        "not reach",
        "unreachable",
    ];
    let text = text.to_lowercase();
    SILENCE.iter().any(|words| text.contains(words))
        || (text.contains("connection") && text.contains("refuse"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_by_a_word_that_speaks_of_one() {
        let table: [(&str, &[u16]); 6] = [
            ("It answers 201, status 200 for the second.", &[201, 200]),
            ("HTTP 500 with a page", &[500]),
            ("status code 404", &[404]),
            ("HTTP/1.1 204 No Content", &[]),
            ("100 items in 250 ms", &[]),
            ("exit code 200, 999 lines, status 99", &[]),
        ];
        for (text, told) in table {
            assert_eq!(statuses_in(text), told, "{text}");
        }
        assert!(names_server_fault("It answers 503.", 503) && names_server_fault("any 5xx", 500));
        assert!(
            names_server_fault("an internal server error", 500) && !names_server_fault("It is 201.", 500)
        );
    }
}
