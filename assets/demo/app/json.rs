//! Entries as JSON, for other programs.

use std::fmt::Write;

use crate::entry::Entry;

/// A JSON array with an object for each entry.
pub fn entries(entries: &[Entry]) -> String {
    let objects: Vec<String> = entries
        .iter()
        .map(|entry| format!("{{\"name\":{},\"message\":{}}}", string(&entry.name), string(&entry.message)))
        .collect();
    format!("[{}]", objects.join(","))
}

fn string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => write!(out, "\\u{:04x}", c as u32).expect("writing to a string"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        let entry = Entry { name: "Ada \"A\"".to_owned(), message: "one\ntwo\t\\".to_owned() };
        let expected = r#"[{"name":"Ada \"A\"","message":"one\ntwo\u0009\\"}]"#;
        assert_eq!(entries(&[entry]), expected);
        assert_eq!(entries(&[]), "[]");
    }
}
