//! Compaction: the older turns are replaced by a list of what was called and said. No model is asked for it.

use std::fmt::Write as _;

use super::bound::clipped;
use super::estimate::items_tokens;
use crate::agent::model::{Item, Reply, ResultStatus};

/// Begins the item that stands for the turns left out.
pub const SUMMARY: &str = "[Earlier turns, shortened by flightdeck because the conversation grew too long]";
/// Begins what flightdeck itself says to a model; such items may be left out of a compacted conversation.
pub const NOTICE: &str = "[flightdeck]";

/// Longest summary, in bytes; the oldest lines go first.
const SUMMARY_LIMIT: usize = 12 * 1024;
/// Longest piece of arguments or speech in a summary's line, in bytes.
const PIECE_LIMIT: usize = 160;

/// Replaces the oldest turns by a summary until the rest fits into `budget` tokens. The first item, which is the
/// brief, and everything said by a person or another agent stay whole and in order; at least the newest turn stays.
pub fn compact(items: &mut Vec<Item>, budget: usize) {
    let Some((brief, history)) = items.split_first() else { return };
    let starts: Vec<usize> = history
        .iter()
        .enumerate()
        .filter_map(|(index, item)| matches!(item, Item::Assistant(_)).then_some(index))
        .collect();
    // Half of the budget for what stays whole, so that the next compaction is not due at once.
    let room = budget / 2;
    let cut = starts.iter().copied().find(|&start| items_tokens(&history[start..]) <= room);
    let cut = cut.or(starts.last().copied()).unwrap_or(0);
    if cut == 0 {
        return;
    }
    let (older, newer) = history.split_at(cut);
    let mut compacted = vec![brief.clone()];
    compacted.push(Item::User { text: summary(older) });
    compacted.extend(older.iter().filter(|item| is_pinned(item)).cloned());
    compacted.extend_from_slice(newer);
    *items = compacted;
}

/// A message of a person or an agent, as against a notice or an older summary.
fn is_pinned(item: &Item) -> bool {
    matches!(item, Item::User { text } if !text.starts_with(NOTICE) && !text.starts_with(SUMMARY))
}

fn summary(older: &[Item]) -> String {
    let mut lines = Vec::new();
    for item in older {
        match item {
            Item::User { text } if text.starts_with(SUMMARY) => {
                lines.extend(text.lines().skip(1).map(str::to_owned));
            }
            Item::Assistant(reply) => summarise(reply, older, &mut lines),
            _ => {}
        }
    }
    let mut kept = 0;
    let fits = lines.iter().rev().take_while(|line| {
        kept += line.len() + 1;
        kept <= SUMMARY_LIMIT
    });
    let first = lines.len() - fits.count();
    let mut text = SUMMARY.to_owned();
    if first > 0 {
        text.push_str("\n- (older lines left out)");
    }
    for line in &lines[first..] {
        text.push('\n');
        text.push_str(line);
    }
    text
}

fn summarise(reply: &Reply, older: &[Item], lines: &mut Vec<String>) {
    let said = piece(&reply.text);
    if !said.is_empty() {
        lines.push(format!("- you said: {said}"));
    }
    for call in &reply.calls {
        let mut line = format!("- you called {} {}", call.tool, piece(&call.arguments_text()));
        let result = older.iter().find_map(|item| match item {
            Item::ToolResult { call_id, output, status, .. } if *call_id == call.id => {
                Some((output, *status))
            }
            _ => None,
        });
        // Writing to a string cannot fail.
        let _ = match result {
            Some((output, ResultStatus::Failed)) => write!(line, " → failed: {}", piece(output)),
            Some((output, ResultStatus::Done)) => write!(line, " → done ({} bytes)", output.len()),
            None => write!(line, " → no result"),
        };
        lines.push(line);
    }
}

/// The beginning of a text, on one line.
fn piece(text: &str) -> String {
    clipped(&text.split_whitespace().collect::<Vec<_>>().join(" "), PIECE_LIMIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pair::tests::{any_items, is_paired};
    use super::super::{Fit, fit, pair_calls};
    use super::*;
    use crate::agent::model::{Thinking, ToolCall};

    fn turn(number: usize, items: &mut Vec<Item>) {
        let id = format!("c{number}");
        let call = ToolCall {
            id: id.clone(),
            tool: "read".into(),
            arguments: Some(serde_json::json!({ "path": format!("src/{number}.rs") })),
            raw: String::new(),
        };
        let thinking = vec![Thinking { text: "hm".into(), signature: Some("sig".into()) }];
        items.push(Item::Assistant(Reply { calls: vec![call], thinking, ..Reply::default() }));
        items.push(Item::ToolResult {
            call_id: id,
            tool: "read".into(),
            output: "x".repeat(1_000),
            status: ResultStatus::Done,
        });
    }

    #[test]
    fn the_brief_and_messages_stay_and_the_calls_are_listed() {
        let mut items = vec![Item::User { text: "the brief".into() }];
        (0..20).for_each(|number| turn(number, &mut items));
        items.push(Item::User { text: "a person says: mind the tests".into() });
        items.push(Item::User { text: format!("{NOTICE} You have not called a tool.") });
        (20..40).for_each(|number| turn(number, &mut items));
        assert_eq!(fit(&mut items, 4_000), Fit::Compacted);
        assert_eq!(items[0], Item::User { text: "the brief".into() });
        let Item::User { text } = &items[1] else { panic!("{items:?}") };
        assert!(text.starts_with(SUMMARY) && text.contains("src/3.rs"), "{text}");
        assert_eq!(items[2], Item::User { text: "a person says: mind the tests".into() });
        assert!(matches!(&items[3], Item::Assistant(reply) if reply.thinking.is_empty()));
        assert!(is_paired(&items));
        (40..80).for_each(|number| turn(number, &mut items));
        assert_eq!(fit(&mut items, 4_000), Fit::Compacted);
        let Item::User { text } = &items[1] else { panic!("{items:?}") };
        assert!(
            text.contains("src/3.rs") && text.contains("src/50.rs"),
            "the older summary is taken over: {text}"
        );
    }

    #[test]
    fn a_brief_that_is_too_long_is_not_cut() {
        let mut items = vec![Item::User { text: "x".repeat(40_000) }];
        turn(0, &mut items);
        assert_eq!(fit(&mut items, 1_000), Fit::TooLong);
        assert_eq!(items[0], Item::User { text: "x".repeat(40_000) });
    }

    proptest! {
        #[test]
        fn calls_stay_paired_and_messages_stay_in_order(mut items in any_items(), budget in 0_usize..200) {
            items.insert(0, Item::User { text: "brief".into() });
            pair_calls(&mut items);
            let said: Vec<Item> = items.iter().filter(|item| is_pinned(item)).cloned().collect();
            fit(&mut items, budget);
            prop_assert!(is_paired(&items), "{items:?}");
            let left: Vec<Item> = items.iter().filter(|item| is_pinned(item)).cloned().collect();
            prop_assert_eq!(said, left);
        }
    }
}
