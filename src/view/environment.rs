//! The environment as a person edits it: TOML, read back whole, and what differs from before.

use similar::{ChangeTag, TextDiff};
use toml::Value;

use super::prelude::*;
use crate::domain::environment::Environment;

/// All of it as TOML.
///
/// # Errors
/// Why it cannot be written so.
pub fn written(environment: &Environment) -> Result<String, String> {
    let text = toml::to_string_pretty(environment);
    text.map_err(|fault| format!("the environment cannot be written as TOML: {fault}"))
}

/// Reads it; a word that means nothing is told, since a command that is left out unseen would gate nothing.
///
/// # Errors
/// A clause behind the name of what was read: `is no environment: …`.
pub fn read(text: &str) -> Result<Environment, String> {
    let wrong = |fault: toml::de::Error| format!("is no environment: {}", fault.to_string().trim_end());
    let given: Value = toml::from_str(text).map_err(wrong)?;
    let environment: Environment = toml::from_str(text).map_err(wrong)?;
    let taken = Value::try_from(&environment).map_err(|fault| format!("is no environment: {fault}"))?;
    if let Some(key) = ignored(&given, &taken, "") {
        return Err(format!(
            "is no environment: `{key}` means nothing here; `flightdeck environment show` prints the words there are"
        ));
    }
    match cut(&given, &taken) {
        None => Ok(environment),
        Some((length, kept)) => Err(format!(
            "has a text of {length} characters where {kept} fit: put a long command into a script of the repository and run that"
        )),
    }
}

/// The length of the first text that was cut, and what was kept of it: half a command would be another one.
fn cut(given: &Value, taken: &Value) -> Option<(usize, usize)> {
    if let (Value::Table(given), Value::Table(taken)) = (given, taken) {
        return given.iter().find_map(|(key, value)| cut(value, taken.get(key)?));
    }
    if let (Value::Array(given), Value::Array(taken)) = (given, taken) {
        return given.iter().zip(taken).find_map(|(given, taken)| cut(given, taken));
    }
    let (given, taken) = (given.as_str()?.trim(), taken.as_str()?);
    let (length, kept) = (given.chars().count(), taken.chars().count());
    (kept < length && taken.ends_with('…') && !given.ends_with('…')).then_some((length, kept))
}

/// The first key that was given and not taken.
fn ignored(given: &Value, taken: &Value, path: &str) -> Option<String> {
    if let (Value::Table(given), Value::Table(taken)) = (given, taken) {
        return given.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match taken.get(key) {
                Some(taken) => ignored(value, taken, &path),
                None => Some(path),
            }
        });
    }
    let (given, taken) = (given.as_array()?, taken.as_array()?);
    given.iter().zip(taken).find_map(|(given, taken)| ignored(given, taken, path))
}

/// The lines that one text has and the other has not, in order, with the heading that they stand under.
pub fn changes(before: &str, after: &str, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut heading = String::new();
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let line = clean(change.value().trim_end());
        let is_heading = line.starts_with('[');
        let (lead, style) = match change.tag() {
            ChangeTag::Equal => {
                if is_heading {
                    heading = line;
                }
                continue;
            }
            ChangeTag::Delete => ("- ", StyleRole::Removed),
            ChangeTag::Insert => ("+ ", StyleRole::Added),
        };
        if line.is_empty() {
            continue;
        }
        if is_heading {
            heading.clear();
        } else if !heading.is_empty() {
            rows.push(Row::of(StyleRole::Dim, std::mem::take(&mut heading)));
        }
        rows.extend(hanging((style, lead), style, &line, width));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::row;
    use super::*;

    #[test]
    fn what_was_changed_is_told_under_its_heading() {
        let before =
            "[[test]]\nname = \"unit\"\nrun = \"make test\"\n\n[[lint]]\nname = \"lint\"\nrun = \"lint\"\n";
        let after = before.replace("make test", "make check") + "\n[[build]]\nname = \"b\"\nrun = \"make\"\n";
        insta::assert_snapshot!(row::plain(&changes(before, &after, 60)), @r#"
        [[test]]
        - run = "make test"
        + run = "make check"
        + [[build]]
        + name = "b"
        + run = "make"
        "#);
        assert!(changes(before, before, 60).is_empty());
    }

    #[test]
    fn a_command_that_does_not_fit_is_refused_and_not_cut() {
        let with = |line: &str| format!("[[test]]\nname = \"unit\"\nrun = \"{line}\"\n");
        let long = "test -e a && ".repeat(60);
        let said = read(&with(&long)).unwrap_err();
        assert!(said.starts_with("has a text of 779 characters") && said.contains("into a script"), "{said}");
        assert_eq!(read(&with("echo and so on…")).unwrap().test[0].run.as_str(), "echo and so on…");
    }
}
