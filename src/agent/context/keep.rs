//! What stays whole when a conversation is shortened: what was decided, what is still open, and the last state of files.

use std::collections::{BTreeMap, BTreeSet};

use super::bound::WHOLE_RESULTS;
use crate::agent::model::{Item, ResultStatus, ToolCall};

/// Tools that show a whole file, and the one that changes a part of it.
const SHOWING: [&str; 2] = ["read", "write"];
const CHANGING: &str = "edit";
/// Bytes of a decision beyond which only the newest of its tool stays.
const LONG: usize = 2_000;
/// Open ends that stay.
const MOST_OPEN: usize = 4;
/// Where the result of a command ends.
const EXIT: &str = "[exit code ";

/// A call with its result.
struct Made<'a> {
    call: &'a ToolCall,
    output: &'a str,
    status: ResultStatus,
}

impl Made<'_> {
    fn bytes(&self) -> usize {
        self.call.arguments_text().len() + self.output.len()
    }

    fn path(&self) -> Option<&str> {
        self.call.arguments.as_ref()?.get("path")?.as_str()
    }

    fn went_well(&self) -> bool {
        self.status == ResultStatus::Done && !self.exited_badly()
    }

    fn is_command(&self) -> bool {
        self.output.contains(EXIT)
    }

    fn exited_badly(&self) -> bool {
        self.output.rsplit_once(EXIT).is_some_and(|(_, code)| !code.starts_with("0]"))
    }
}

/// The ids of the calls that stay whole, in so many bytes, what is newest first. The newest results stay anyway.
pub(super) fn kept(items: &[Item], deciding: &BTreeSet<String>, room: usize) -> BTreeSet<String> {
    let made = made(items);
    let newest = made.len().saturating_sub(WHOLE_RESULTS);
    let (decided, open, files) = (decided(&made, deciding), open(&made), files(&made));
    let mut left = room;
    let mut kept = BTreeSet::new();
    for group in decided.into_iter().chain(open).chain(files) {
        let new = group.iter().filter(|place| **place < newest && !kept.contains(&made[**place].call.id));
        let bytes: usize = new.map(|place| made[*place].bytes()).sum();
        if let Some(rest) = left.checked_sub(bytes) {
            left = rest;
            kept.extend(group.iter().map(|place| made[*place].call.id.clone()));
        }
    }
    kept
}

fn made(items: &[Item]) -> Vec<Made<'_>> {
    let mut made = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Item::Assistant(reply) = item else { continue };
        let later = items[at + 1..].iter().take_while(|item| matches!(item, Item::ToolResult { .. }));
        for result in later {
            if let Item::ToolResult { call_id, output, status, .. } = result
                && let Some(call) = reply.calls.iter().find(|call| call.id == *call_id)
            {
                made.push(Made { call, output, status: *status });
            }
        }
    }
    made
}

/// What was accepted; of what is long the newest alone, since it takes the place of those before.
fn decided(made: &[Made<'_>], deciding: &BTreeSet<String>) -> Vec<Vec<usize>> {
    let mut seen = BTreeSet::new();
    let newest_first = made.iter().enumerate().rev().filter(|(_, made)| deciding.contains(&made.call.tool));
    let accepted = newest_first.filter(|(_, made)| made.status == ResultStatus::Done);
    let stays = accepted.filter(|(_, made)| seen.insert(&made.call.tool) || made.bytes() <= LONG);
    stays.map(|(place, _)| vec![place]).collect()
}

/// What went wrong last and did not go well since: a command by its line, anything else by its tool.
fn open(made: &[Made<'_>]) -> Vec<Vec<usize>> {
    let mut seen: BTreeSet<(&str, String)> = BTreeSet::new();
    let mut open = Vec::new();
    for (place, call) in made.iter().enumerate().rev() {
        let line = if call.is_command() { call.call.arguments_text() } else { String::new() };
        if seen.insert((&call.call.tool, line)) && !call.went_well() {
            open.push(vec![place]);
        }
    }
    open.truncate(MOST_OPEN);
    open
}

/// For each file what showed it last, with what was changed since.
fn files(made: &[Made<'_>]) -> Vec<Vec<usize>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut changes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut files = Vec::new();
    for (place, call) in made.iter().enumerate().rev().filter(|(_, call)| call.went_well()) {
        let Some(path) = call.path().filter(|path| !done.contains(path)) else { continue };
        let tool = call.call.tool.as_str();
        if tool == CHANGING {
            changes.entry(path).or_default().push(place);
        } else if SHOWING.contains(&tool) {
            done.insert(path);
            files.push(changes.remove(path).unwrap_or_default().into_iter().chain([place]).collect());
        }
    }
    files.extend(changes.into_values());
    files
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::model::Reply;

    fn call(items: &mut Vec<Item>, id: &str, tool: &str, arguments: serde_json::Value, output: &str) {
        let status = if output.starts_with("no") { ResultStatus::Failed } else { ResultStatus::Done };
        let call =
            ToolCall { id: id.into(), tool: tool.into(), arguments: Some(arguments), raw: String::new() };
        items.push(Item::Assistant(Reply { calls: vec![call], ..Reply::default() }));
        items.push(Item::ToolResult { call_id: id.into(), tool: tool.into(), output: output.into(), status });
    }

    #[test]
    fn decisions_open_ends_and_the_last_state_of_files_stay() {
        let mut items = vec![Item::User { text: "brief".into() }];
        let long = "x".repeat(LONG);
        for (id, tool, arguments, output) in [
            ("read1", "read", json!({ "path": "a" }), "1 one"),
            ("red", "shell", json!({ "command": "test" }), "2 failed\n[exit code 101]"),
            ("plan1", "propose_plan", json!({ "plan": long }), "accepted"),
            ("refused", "propose_plan", json!({ "plan": "x" }), "no: the contract comes first"),
            ("plan2", "propose_plan", json!({ "plan": long }), "accepted"),
            ("asked", "ask_orchestrator", json!({ "question": "?" }), "blue"),
            ("read2", "read", json!({ "path": "a" }), "1 two"),
            ("edit1", "edit", json!({ "path": "a", "old": "two", "new": "three" }), "- two\n+ three"),
            ("write", "write", json!({ "path": "b", "content": "b" }), "written"),
            ("lint", "shell", json!({ "command": "lint" }), "[exit code 1]"),
            ("green", "shell", json!({ "command": "lint" }), "[exit code 0]\n\nevidence: ev_1"),
        ] {
            call(&mut items, id, tool, arguments, output);
        }
        (0..WHOLE_RESULTS).for_each(|n| call(&mut items, &format!("n{n}"), "list", json!({}), "x"));
        let deciding = ["propose_plan", "ask_orchestrator"].map(str::to_owned).into();
        let all: Vec<String> = kept(&items, &deciding, 100_000).into_iter().collect();
        assert_eq!(all, ["asked", "edit1", "plan2", "read2", "red", "write"]);
        let few: Vec<String> = kept(&items, &deciding, 100).into_iter().collect();
        assert!(!few.contains(&"plan2".to_owned()) && few.contains(&"asked".to_owned()), "{few:?}");
    }
}
