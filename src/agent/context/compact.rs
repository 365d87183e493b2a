//! Compaction: the older turns are replaced by a list of what was called and said, by number, and what is kept of them. No
//! model is asked for it.

use std::collections::BTreeSet;

use super::bound::clipped;
use super::estimate::{bytes_in, items_tokens};
use super::history::History;
use crate::agent::model::{Item, Reply, ResultStatus};

/// Begins the item that stands for the turns left out.
pub const SUMMARY: &str =
    "[Earlier turns by their numbers, shortened by flightdeck because the conversation grew too long]";
/// Begins what flightdeck itself says to a model; such items may be left out of a compacted conversation.
pub const NOTICE: &str = "[flightdeck]";

/// Bytes of a summary, an eighth of the budget within these; the oldest lines go first.
const LEAST_SUMMARY: usize = 1_024;
const MOST_SUMMARY: usize = 12 * 1024;
/// Longest piece of arguments or speech in a summary's line, in bytes.
const PIECE_LIMIT: usize = 160;

/// Replaces the oldest turns by a summary until the rest fits into `budget` tokens. The first item, which is the brief, what
/// is kept, and everything said by a person or another agent stay whole and in order; at least the newest turn stays.
pub(super) fn compact(history: &mut History, kept: &BTreeSet<String>, budget: usize) {
    let History { items, numbers, last, .. } = history;
    let starts: Vec<usize> =
        (1..items.len()).filter(|place| matches!(items[*place], Item::Assistant(_))).collect();
    // Half of the budget for what stays whole, so that the next compaction is not due at once.
    let room = budget / 2;
    let cut = starts.iter().copied().find(|&start| items_tokens(&items[start..]) <= room);
    let cut = cut.or(starts.last().copied()).unwrap_or(1);
    if cut <= 1 {
        return;
    }
    let older = Older { items: &items[1..cut], numbers: &numbers[1..cut], kept };
    let room = bytes_in(budget / 8).clamp(LEAST_SUMMARY, MOST_SUMMARY);
    *last += 1;
    let summary = (*last, Item::User { text: older.summary(room) });
    let mut compacted = vec![(numbers[0], items[0].clone()), summary];
    compacted.extend(older.whole());
    compacted.extend(numbers[cut..].iter().copied().zip(items[cut..].iter().cloned()));
    (*numbers, *items) = compacted.into_iter().unzip();
}

/// The part of a conversation that is left out, but for what is kept of it.
struct Older<'a> {
    items: &'a [Item],
    numbers: &'a [u64],
    kept: &'a BTreeSet<String>,
}

impl Older<'_> {
    /// Messages, and calls that are kept with their results.
    fn whole(&self) -> Vec<(u64, Item)> {
        let mut whole = Vec::new();
        for (place, (item, number)) in self.items.iter().zip(self.numbers).enumerate() {
            match item {
                Item::User { .. } if is_pinned(item) => whole.push((*number, item.clone())),
                Item::Assistant(reply) => whole.extend(self.calls_of(place, *number, reply)),
                Item::User { .. } | Item::ToolResult { .. } | Item::Unknown => {}
            }
        }
        whole
    }

    fn calls_of(&self, place: usize, number: u64, reply: &Reply) -> Vec<(u64, Item)> {
        let results: Vec<(u64, Item)> = self
            .results(place)
            .filter(|(_, id, _)| self.kept.contains(*id))
            .map(|(number, _, item)| (number, item.clone()))
            .collect();
        let has_result = |id: &str| self.results(place).any(|(_, known, _)| known == id);
        let calls = reply.calls.iter().filter(|call| self.kept.contains(&call.id) && has_result(&call.id));
        let calls: Vec<_> = calls.cloned().collect();
        if calls.is_empty() {
            return Vec::new();
        }
        let reply = Item::Assistant(Reply { calls, ..Reply::default() });
        std::iter::once((number, reply)).chain(results).collect()
    }

    /// The results of the reply at a place, with the ids of their calls.
    fn results(&self, place: usize) -> impl Iterator<Item = (u64, &str, &Item)> {
        let later = self.items[place + 1..].iter().zip(&self.numbers[place + 1..]);
        later.map_while(|(item, number)| match item {
            Item::ToolResult { call_id, .. } => Some((*number, call_id.as_str(), item)),
            Item::User { .. } | Item::Assistant(_) | Item::Unknown => None,
        })
    }

    fn summary(&self, room: usize) -> String {
        let mut lines = Vec::new();
        for (place, item) in self.items.iter().enumerate() {
            match item {
                Item::User { text } if text.starts_with(SUMMARY) => {
                    lines.extend(text.lines().skip(1).map(str::to_owned));
                }
                Item::Assistant(reply) => self.summarise(place, reply, &mut lines),
                Item::User { .. } | Item::ToolResult { .. } | Item::Unknown => {}
            }
        }
        let mut used = 0;
        let fits = lines.iter().rev().take_while(|line| {
            used += line.len() + 1;
            used <= room
        });
        let first = lines.len() - fits.count();
        let left_out = if first > 0 { "\n- (older lines left out)" } else { "" };
        format!("{SUMMARY}{left_out}\n{}", lines[first..].join("\n"))
    }

    fn summarise(&self, place: usize, reply: &Reply, lines: &mut Vec<String>) {
        let (number, said) = (self.numbers[place], piece(&reply.text));
        if !said.is_empty() {
            lines.push(format!("- {number}: you said: {said}"));
        }
        for call in reply.calls.iter().filter(|call| !self.kept.contains(&call.id)) {
            let result = self.results(place).find(|(_, id, _)| *id == call.id).map(|(_, _, item)| item);
            let came = match result {
                Some(Item::ToolResult { output, status: ResultStatus::Failed, .. }) => {
                    format!("failed: {}", piece(output))
                }
                Some(Item::ToolResult { output, .. }) => format!("done ({} bytes)", output.len()),
                Some(Item::User { .. } | Item::Assistant(_) | Item::Unknown) | None => "no result".to_owned(),
            };
            lines.push(format!(
                "- {number}: you called {} {} → {came}",
                call.tool,
                piece(&call.arguments_text())
            ));
        }
    }
}

/// A message of a person or an agent, as against a notice or an older summary.
fn is_pinned(item: &Item) -> bool {
    matches!(item, Item::User { text } if !text.starts_with(NOTICE) && !text.starts_with(SUMMARY))
}

/// The beginning of a text, on one line.
fn piece(text: &str) -> String {
    clipped(&text.split_whitespace().collect::<Vec<_>>().join(" "), PIECE_LIMIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pair::tests::{any_items, is_paired};
    use super::super::{Fit, pair_calls};
    use super::*;
    use crate::agent::model::{Thinking, ToolCall};

    fn fit(history: &mut History, budget: usize) -> Fit {
        super::super::fit(history, &BTreeSet::new(), budget)
    }

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
        let mut history = History::new(items.clone());
        assert_eq!(fit(&mut history, 4_000), Fit::Compacted);
        for (number, item) in history.numbers.iter().zip(&history.items).skip(2) {
            let before = usize::try_from(number - 1).unwrap();
            assert_eq!(std::mem::discriminant(item), std::mem::discriminant(&items[before]), "{number}");
        }
        let items = &history.items;
        assert_eq!(items[0], Item::User { text: "the brief".into() });
        let Item::User { text } = &items[1] else { panic!("{items:?}") };
        assert!(
            text.starts_with(SUMMARY) && text.contains("- 8: you called read {\"path\":\"src/3.rs\"}"),
            "{text}"
        );
        assert_eq!(items[2], Item::User { text: "a person says: mind the tests".into() });
        assert!(matches!(&items[3], Item::Assistant(reply) if reply.thinking.is_empty()));
        assert!(is_paired(items));
        let mut more = Vec::new();
        (40..80).for_each(|number| turn(number, &mut more));
        for item in more {
            history.push(item);
        }
        assert_eq!(fit(&mut history, 8_000), Fit::Compacted);
        assert!(history.numbers.windows(2).skip(1).all(|pair| pair[0] < pair[1] || pair[0] == history.last));
        let Item::User { text } = &history.items[1] else { panic!("{history:?}") };
        assert!(
            text.contains("src/20.rs") && text.contains("src/50.rs"),
            "the older summary is taken over: {text}"
        );
    }

    #[test]
    fn a_brief_that_is_too_long_is_not_cut() {
        let mut items = vec![Item::User { text: "x".repeat(40_000) }];
        turn(0, &mut items);
        let mut history = History::new(items);
        assert_eq!(fit(&mut history, 1_000), Fit::TooLong);
        assert_eq!(history.items[0], Item::User { text: "x".repeat(40_000) });
    }

    proptest! {
        #[test]
        fn calls_stay_paired_and_messages_stay_in_order(mut items in any_items(), budget in 0_usize..200) {
            items.insert(0, Item::User { text: "brief".into() });
            pair_calls(&mut items);
            let said: Vec<Item> = items.iter().filter(|item| is_pinned(item)).cloned().collect();
            let mut history = History::new(items);
            fit(&mut history, budget);
            let items = &history.items;
            prop_assert_eq!(items.len(), history.numbers.len());
            prop_assert!(is_paired(items), "{:?}", items);
            let left: Vec<Item> = items.iter().filter(|item| is_pinned(item)).cloned().collect();
            prop_assert_eq!(said, left);
        }
    }
}
