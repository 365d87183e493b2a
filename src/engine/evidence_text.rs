//! What a piece of evidence shows, as text: what its tester says of it is held against that.

use serde_json::Value;

use crate::domain::evidence::EvidenceKind;
use crate::domain::shown;
use crate::domain::verdict::EvidenceRef;
use crate::store::{Store, StoreError};
use crate::workspace::clean_text;

/// What a tester's words say that it shows, and it does not: values behind words that say so, and those that the assertion
/// wants. Of a picture without its page nobody can tell.
///
/// # Errors
/// When it cannot be read.
pub(super) fn lacks(
    store: &Store,
    reference: &EvidenceRef,
    observed: &str,
    wanted: &str,
) -> Result<Vec<String>, StoreError> {
    let doc = store.evidence().doc(reference)?;
    let text = match (doc.kind, doc.beside) {
        (EvidenceKind::Screenshot, Some(page)) => text_of(&store.evidence().get(&page)?.doc().content),
        (EvidenceKind::Terminal, _) => screen(&doc.content),
        (EvidenceKind::Recording, _) => recording(&doc.content),
        (EvidenceKind::Screenshot | EvidenceKind::Unknown, _) => return Ok(Vec::new()),
        _ => text_of(&doc.content),
    };
    let told = shown::told(observed).into_iter().filter(|value| !shown::has(&text, value)).map(str::to_owned);
    // What was typed or asked for is wanted, and not shown.
    let unshown = shown::unshown(observed, wanted, &text).into_iter();
    Ok(told.chain(unshown.filter(|value| !shown::has(&doc.title, value))).collect())
}

/// Parts of a record that say what was asked, and not what it showed.
const ASKED: &[&str] = &["command", "directory", "url", "method", "request_headers", "request_body"];

/// What stands on a screen, and how its program ended. Its size and where the cursor is, nobody sees.
fn screen(content: &str) -> String {
    let Ok(screen) = serde_json::from_str::<Value>(content) else { return content.to_owned() };
    let mut text = String::new();
    ["lines", "exit"].iter().filter_map(|part| screen.get(part)).for_each(|part| collect(part, &mut text));
    text
}

/// What a program printed while it was recorded, and how it ended.
fn recording(content: &str) -> String {
    let event = |line: &str| {
        let (_, code, data): (f64, String, String) = serde_json::from_str(line).ok()?;
        match code.as_str() {
            "o" => Some(data),
            "x" => Some(format!("\n{data}\n")),
            _ => None,
        }
    };
    clean_text(content.lines().filter_map(event).collect::<String>().as_bytes())
}

/// The texts and numbers of a record; all of it where it is no JSON.
fn text_of(content: &str) -> String {
    let Ok(record) = serde_json::from_str::<Value>(content) else { return content.to_owned() };
    let mut text = String::new();
    collect(&record, &mut text);
    text
}

fn collect(value: &Value, text: &mut String) {
    match value {
        Value::String(said) => {
            text.push_str(said);
            // An answer may be JSON with letters in escapes.
            if said.contains("\\u")
                && let Ok(inner) = serde_json::from_str::<Value>(said)
            {
                text.push('\n');
                collect(&inner, text);
            }
            text.push('\n');
        }
        Value::Number(number) => text.push_str(&format!("{number}\n")),
        Value::Array(all) => all.iter().for_each(|one| collect(one, text)),
        Value::Object(all) => {
            let shown = all.iter().filter(|(name, _)| !ASKED.contains(&name.as_str()));
            shown.for_each(|(_, one)| collect(one, text));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_shows_what_came_and_not_what_was_asked() {
        let text = text_of(
            r#"{"method":"GET","url":"http://127.0.0.1/words?q=7","answer":{"status":200,"body":"{\"n\":\"\\u00e9\"}"}}"#,
        );
        assert!(shown::has(&text, "200") && shown::has(&text, "é"), "{text}");
        assert!(!shown::has(&text, "7"), "{text}");
        assert_eq!(text_of("words: 2"), "words: 2");
        let recording =
            recording("{\"version\":3}\n[0.1,\"o\",\"\\u001b[1m3\\u001b[0m\\r\\n\"]\n[0.1,\"x\",\"0\"]\n");
        assert!(shown::has(&recording, "3") && shown::has(&recording, "0") && !shown::has(&recording, "1"));
        let screen = screen(r#"{"cols":80,"rows":24,"lines":["3"],"cursor":{"row":2},"exit":{"code":0}}"#);
        assert!(
            shown::has(&screen, "3") && shown::has(&screen, "0") && !shown::has(&screen, "2"),
            "{screen}"
        );
    }
}
