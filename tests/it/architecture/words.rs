//! What may not be written, and what must be.

use super::source::{files_below, hold, sources};

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
