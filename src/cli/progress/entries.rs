//! What agents say and do, in a few words: nobody reads a stream of tokens in a log.

use std::collections::BTreeMap;

use serde_json::Value;

use super::line::{Glyph, Line};
use super::words::first_sentence;
use crate::domain::id::AttemptId;
use crate::domain::transcript::EntryBody;
use crate::workspace::clean_text;

/// The arguments that say best what a call is about, in this order.
const TELLING: [&str; 9] =
    ["command", "path", "pattern", "query", "url", "assertion", "question", "name", "text"];

/// The tool calls of the running attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<AttemptId, Calls>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Calls {
    by_tool: BTreeMap<String, usize>,
    /// The newest, in a few words.
    last: String,
}

impl Tally {
    /// Counts a call; `arguments` is JSON as text.
    pub fn count(&mut self, attempt: AttemptId, tool: &str, arguments: &str) {
        let calls = self.0.entry(attempt).or_default();
        *calls.by_tool.entry(tool.to_owned()).or_default() += 1;
        calls.last = call_words(tool, arguments);
    }

    /// The newest call of an attempt in a few words.
    pub fn last(&self, attempt: AttemptId) -> Option<&str> {
        self.0.get(&attempt).map(|calls| calls.last.as_str())
    }

    /// How many calls an attempt has made.
    pub fn calls(&self, attempt: AttemptId) -> usize {
        self.0.get(&attempt).map_or(0, |calls| calls.by_tool.values().sum())
    }

    /// Forgets an attempt that has ended and says what it called: `shell 5, edit 3`.
    pub fn take(&mut self, attempt: AttemptId) -> Option<String> {
        let mut tools: Vec<(String, usize)> = self.0.remove(&attempt)?.by_tool.into_iter().collect();
        tools.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Some(tools.into_iter().map(|(tool, n)| format!("{tool} {n}")).collect::<Vec<_>>().join(", "))
    }
}

/// The line for an item of a transcript, where one is worth it: what was said aloud, and what the engine noted.
pub fn tell(attempt: AttemptId, body: &EntryBody) -> Option<Line> {
    let (glyph, text) = match body {
        EntryBody::Said { text } => (Glyph::Said, text),
        EntryBody::Noted { text } => (Glyph::Note, text),
        _ => return None,
    };
    let sentence = first_sentence(&clean_text(text.as_bytes()));
    (!sentence.is_empty()).then(|| Line::new(glyph, &attempt, sentence))
}

/// A call in a few words: `shell cargo test`, `edit src/main.rs`.
pub fn call_words(tool: &str, arguments: &str) -> String {
    let parsed: Value = serde_json::from_str(arguments).unwrap_or(Value::Null);
    let about = TELLING.iter().find_map(|name| parsed.get(name)?.as_str());
    let Some(about) = about else { return clean_text(tool.as_bytes()) };
    let about = clean_text(about.as_bytes());
    let line = about.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    format!("{} {line}", clean_text(tool.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_by_what_it_is_about() {
        assert_eq!(call_words("shell", r#"{"timeout":5,"command":"cargo test\n"}"#), "shell cargo test");
        assert_eq!(call_words("edit", r#"{"path":"src/main.rs","new":"x"}"#), "edit src/main.rs");
        assert_eq!(call_words("handoff", r#"{"summary":"x"}"#), "handoff");
        assert_eq!(call_words("shell", "{broken \u{1b}[31m"), "shell");
    }

    #[test]
    fn only_the_first_sentence_is_told_and_no_control_sequences() {
        let said = EntryBody::Said { text: "\u{1b}[2JI will read the code. Then I write.".into() };
        assert_eq!(tell(AttemptId(3), &said).unwrap().text, "I will read the code.");
        assert_eq!(tell(AttemptId(3), &EntryBody::Said { text: " \n".into() }), None);
    }

    #[test]
    fn calls_are_counted_until_the_attempt_ends() {
        let mut tally = Tally::default();
        for tool in ["read", "shell", "shell"] {
            tally.count(AttemptId(1), tool, "{\"path\":\"a.rs\"}");
        }
        assert_eq!(tally.calls(AttemptId(1)), 3);
        assert_eq!(tally.last(AttemptId(1)), Some("shell a.rs"));
        assert_eq!(tally.take(AttemptId(1)).as_deref(), Some("shell 2, read 1"));
        assert_eq!(tally.take(AttemptId(1)), None);
    }
}
