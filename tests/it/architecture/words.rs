//! What may not be written, and what must be.

use super::source::{Source, files_below, hold, sources};

#[test]
fn no_lint_is_allowed_away() {
    hold("a lint is expected with a reason, never allowed", &containing(&["#[allow(", "#![allow("]));
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file is no offender.
    let marks = ["FIX", "XX", "HA", "not imple"].iter().zip(["ME", "X", "CK", "mented"]);
    let marks: Vec<String> = marks.map(|(start, end)| format!("{start}{end}")).collect();
    let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
    let mut offences = Vec::new();
    for source in sources() {
        for (number, line) in (1..).zip(source.text.lines()) {
            if marks.iter().any(|mark| line.contains(mark)) {
                offences.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    hold("what is written is finished", &offences);
}

#[test]
fn every_file_says_what_it_is_for() {
    let mute = |text: &str| !text.starts_with("//! ");
    let files = sources().into_iter().chain(files_below("tests/it"));
    let offences: Vec<String> = files.filter(|source| mute(&source.text)).map(|source| source.path).collect();
    hold("every file starts with a //! sentence", &offences);
}

#[test]
fn every_test_file_is_compiled() {
    let files = files_below("tests/it");
    let main = files.iter().find(|source| source.path == "tests/it/main.rs").unwrap();
    let offences: Vec<String> = files
        .iter()
        .filter_map(|source| source.path.strip_prefix("tests/it/"))
        .filter(|below| *below != "main.rs")
        .map(|below| below.split('/').next().unwrap_or(below).trim_end_matches(".rs"))
        .filter(|module| !main.text.contains(&format!("mod {module};")))
        .map(|module| format!("tests/it/{module}: main.rs does not list it"))
        .collect();
    hold("every file of tests/it is a module of main.rs", &offences);
}

/// Rooms in which a new variant of an enum must not compile until every match says what it means there.
const EXHAUSTIVE: [&str; 2] = ["domain", "view"];

#[test]
fn no_match_on_an_enum_has_an_arm_for_all_the_rest() {
    let rooms = sources().into_iter().filter(|source| EXHAUSTIVE.contains(&source.room()));
    let offences: Vec<String> = rooms.flat_map(|source| catch_alls(&source)).collect();
    hold("a match on an enum names every variant", &offences);
}

/// Arms for all the rest (`_ =>`, `_ if …`, `other =>`) beside an arm that names a variant by its path. rustfmt puts
/// the arms of a match at one indentation.
fn catch_alls(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.code().lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_catch_all(line)) {
        let outside = |other: &&str| !other.is_empty() && indent(other) < indent(line);
        let start = lines[..at].iter().rposition(outside).unwrap_or(0);
        let end = at + lines[at..].iter().position(outside).unwrap_or(lines.len() - at);
        let arms = lines[start + 1..end].iter().filter(|other| indent(other) == indent(line));
        if lines[start].contains("match ") && arms.into_iter().any(|arm| names_a_variant(arm)) {
            found.push(format!("{}:{}: {}", source.path, at + 1, line.trim()));
        }
    }
    found
}

fn is_catch_all(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_');
    let binds = rest.len() < line.trim_start().len();
    binds && (rest.starts_with(" =>") || rest.starts_with(" if "))
}

fn names_a_variant(arm: &str) -> bool {
    let pattern = arm.split("=>").next().unwrap_or(arm);
    let upper = |part: &str| part.chars().next().is_some_and(char::is_uppercase);
    let last_word = |part: &str| part.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(upper);
    let mut paths = pattern.split("::").peekable();
    std::iter::from_fn(|| Some((paths.next()?, *paths.peek()?))).any(|(a, b)| last_word(a) && upper(b))
}

#[test]
fn the_reader_of_matches_sees_arms_for_all_the_rest() {
    let text = "fn a() {\n    match b {\n        B::C => 1,\n        REST\n    }\n}\n";
    for (arm, offences) in
        [("_ => 2,", 1), ("other => other.d(),", 1), ("_ if c => 2,", 1), ("B::D => 2,", 0)]
    {
        let source = Source { path: "src/a.rs".into(), text: text.replace("REST", arm) };
        assert_eq!(catch_alls(&source).len(), offences, "{arm}");
        let numbers = Source { path: "src/a.rs".into(), text: source.text.replace("B::C", "1") };
        assert!(catch_alls(&numbers).is_empty(), "{arm}: no variant is named");
    }
}

/// Lines of code that contain one of some words.
fn containing(words: &[&str]) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources() {
        for (number, line) in (1..).zip(source.text.lines()) {
            if words.iter().any(|word| line.contains(word)) {
                offences.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    offences
}
