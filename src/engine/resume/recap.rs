//! What an earlier session did, for an agent that cannot take it up: its conversation in lines, shortened as that of a model.

use std::collections::BTreeSet;

use crate::agent::context::{History, clipped, fit};
use crate::agent::model::Item;

/// What it may take of the new conversation, in tokens.
const ROOM: usize = 6_000;
/// The longest part of it, in bytes.
const LONGEST: usize = 2_000;

/// The conversation but for its brief, with why it is told and where things stand.
pub(super) fn of(history: &History, why: &str, place: &str) -> String {
    let mut history = history.clone();
    fit(&mut history, &BTreeSet::new(), ROOM);
    let lines: Vec<String> = history.items.iter().skip(1).flat_map(lines).collect();
    format!(
        "# What you did already\n{why} {place} This is how far you were; do not begin again:\n{}",
        lines.join("\n")
    )
}

fn lines(item: &Item) -> Vec<String> {
    match item {
        Item::User { text } => vec![format!("- you were told: {}", clipped(text, LONGEST))],
        Item::Assistant(reply) => {
            let said = Some(&reply.text).filter(|text| !text.trim().is_empty());
            let said = said.map(|text| format!("- you said: {}", clipped(text.trim(), LONGEST)));
            let called = reply.calls.iter().map(|call| {
                let arguments = call.arguments_text();
                format!("- you called {} {}", call.tool, clipped(&arguments, LONGEST))
            });
            said.into_iter().chain(called).collect()
        }
        Item::ToolResult { output, .. } => vec![format!("  and got: {}", clipped(output.trim(), LONGEST))],
        Item::Unknown => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::model::{Reply, ResultStatus, ToolCall};

    #[test]
    fn what_was_said_and_done_is_told_without_the_brief_and_within_its_room() {
        let call = ToolCall {
            tool: "shell".into(),
            arguments: Some(json!({ "command": "make" })),
            ..ToolCall::default()
        };
        let reply = Reply { text: "I build.".into(), calls: vec![call], ..Reply::default() };
        let result = |output: String| Item::ToolResult {
            call_id: String::new(),
            tool: "shell".into(),
            output,
            status: ResultStatus::Done,
        };
        let mut items = vec![Item::User { text: "the brief".into() }];
        let told = of(
            &History::new(
                [items.clone(), vec![Item::Assistant(reply.clone()), result("ok".into())]].concat(),
            ),
            "Cut.",
            "There.",
        );
        assert!(
            told.ends_with("- you said: I build.\n- you called shell {\"command\":\"make\"}\n  and got: ok"),
            "{told}"
        );
        assert!(
            told.contains("Cut. There. This is how far you were") && !told.contains("the brief"),
            "{told}"
        );
        for _ in 0..400 {
            items.extend([Item::Assistant(reply.clone()), result("x".repeat(900))]);
        }
        assert!(of(&History::new(items), "", "").len() < ROOM * 8);
    }
}
