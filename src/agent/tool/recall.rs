//! `recall`: what was left out of a conversation that grew too long, by its number or by words in it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::env::blocking;
use super::{Answer, Call, Output, ToolError, ToolRow};
use crate::agent::context::{bounded, clipped};
use crate::agent::model::Item;
use crate::workspace::{Access, Jail};

/// Bytes of one answer.
const MOST_BYTES: usize = 16 * 1024;
/// Places that are shown for words, the newest first.
const MOST_PLACES: usize = 8;
/// Bytes of one place, before and after the words.
const AROUND: usize = 240;

/// All that was said in a session, from its brief on.
pub trait Archive: Send + Sync {
    /// Every item; its number is its place, from 1.
    fn items(&self) -> Vec<Item>;
}

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The number of an entry, as the list of earlier turns has it.
    number: Option<usize>,
    /// Or words to look for.
    words: Option<String>,
}

/// The tool of a session whose items are kept somewhere.
pub fn row(archive: Arc<dyn Archive>) -> ToolRow {
    let description = "Gives back what was left out of this conversation: an entry by its number, or the places with some words.";
    ToolRow::new("recall", description, Access::Read, Ok(archive), recall)
}

async fn recall(archive: Arc<dyn Archive>, wanted: Arguments, _call: Call) -> Answer {
    blocking(&Jail::default(), move || {
        let items = archive.items();
        match (wanted.number, wanted.words.as_deref().map(str::trim).filter(|words| !words.is_empty())) {
            (Some(number), _) => entry(&items, number),
            (None, Some(words)) => places(&items, words),
            (None, None) => Err(ToolError::Mend("give a `number`, or `words` to look for".to_owned())),
        }
        .map(Output::text)
    })
    .await
}

/// An entry, whole; a reply with the results of its calls.
fn entry(items: &[Item], number: usize) -> Result<String, ToolError> {
    let found = number.checked_sub(1).and_then(|place| items.get(place..)).and_then(<[Item]>::split_first);
    let Some((item, later)) = found else {
        return Err(ToolError::Mend(format!(
            "there is no entry {number}: they go from 1 to {}",
            items.len()
        )));
    };
    let results = later.iter().take_while(|item| matches!(item, Item::ToolResult { .. }));
    let results = results.filter(|_| matches!(item, Item::Assistant(_)));
    let texts: Vec<String> = std::iter::once(item).chain(results).map(text).collect();
    Ok(bounded(texts.join("\n"), MOST_BYTES))
}

fn places(items: &[Item], words: &str) -> Result<String, ToolError> {
    let wanted = words.to_lowercase();
    let found = items.iter().enumerate().rev().filter_map(|(place, item)| {
        let text = text(item);
        let at = text.to_lowercase().find(&wanted)?;
        let from = text.floor_char_boundary(at.saturating_sub(AROUND).min(text.len()));
        let begun = if from > 0 { "…" } else { "" };
        let shown = clipped(&text[from..], 2 * AROUND + wanted.len());
        Some(format!("{}: {begun}{shown}", place + 1))
    });
    let found: Vec<String> = found.take(MOST_PLACES).collect();
    if found.is_empty() {
        return Err(ToolError::Mend(format!(
            "`{words}` stands nowhere in this conversation: try fewer words"
        )));
    }
    Ok(format!("The newest places first, by number:\n{}", found.join("\n---\n")))
}

fn text(item: &Item) -> String {
    match item {
        Item::User { text } => format!("you were told: {text}"),
        Item::Assistant(reply) => {
            let said =
                if reply.text.is_empty() { String::new() } else { format!("you said: {}", reply.text) };
            let calls =
                reply.calls.iter().map(|call| format!("you called {} {}", call.tool, call.arguments_text()));
            std::iter::once(said).filter(|said| !said.is_empty()).chain(calls).collect::<Vec<_>>().join("\n")
        }
        Item::ToolResult { tool, output, .. } => format!("{tool} answered: {output}"),
        Item::Unknown => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::call;
    use super::*;
    use crate::agent::model::{Reply, ResultStatus, ToolCall};

    struct Kept(Vec<Item>);

    impl Archive for Kept {
        fn items(&self) -> Vec<Item> {
            self.0.clone()
        }
    }

    #[tokio::test]
    async fn what_was_left_out_is_found_by_number_and_by_words_and_is_bounded() {
        let made = ToolCall {
            id: "a".into(),
            tool: "read".into(),
            arguments: Some(json!({ "path": "ä.rs" })),
            raw: String::new(),
        };
        let reply = Reply { text: "I look.".into(), calls: vec![made], ..Reply::default() };
        let output = format!("fn begin()\n{}fn Ende()", "é\n".repeat(20_000));
        let result =
            Item::ToolResult { call_id: "a".into(), tool: "read".into(), output, status: ResultStatus::Done };
        let items = vec![Item::User { text: "the brief".into() }, Item::Assistant(reply), result];
        let tool = row(Arc::new(Kept(items)));
        let whole = call(&tool, json!({ "number": 2 })).await.unwrap();
        assert!(whole.starts_with(
            "you said: I look.\nyou called read {\"path\":\"ä.rs\"}\nread answered: fn begin()"
        ));
        assert!(whole.contains("bytes left out") && whole.len() < MOST_BYTES + 100, "{}", whole.len());
        assert_eq!(call(&tool, json!({ "number": 1 })).await.unwrap(), "you were told: the brief");
        let found = call(&tool, json!({ "words": "fn ende" })).await.unwrap();
        assert!(found.contains("\n3: …é") && found.ends_with("fn Ende()"), "{found}");
        assert!(call(&tool, json!({ "number": 4 })).await.unwrap_err().contains("from 1 to 3"));
        assert!(call(&tool, json!({ "words": "nowhere" })).await.unwrap_err().contains("fewer words"));
        assert!(call(&tool, json!({})).await.unwrap_err().contains("give a `number`"));
    }
}
