//! A transcript block in lines: what was said, and tool calls as one line each with what they changed.

use std::collections::VecDeque;

use serde_json::Value;

use super::prelude::*;
use super::text::{self, first_line, wrap};
use crate::domain::message::Party;
use crate::domain::transcript::{Entry, ToolOutcome};

use super::block::{Block, BlockBody, ToolCall, append};

/// How wide the column of verbs is.
const VERB: usize = 8;
/// Lines of a tool's output that stay visible when it is folded.
const PEEK: usize = 3;

/// Whether long output is folded away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fold {
    #[default]
    Folded,
    Unfolded,
}

impl Fold {
    /// The one that this is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Folded => Self::Unfolded,
            Self::Unfolded => Self::Folded,
        }
    }
}

/// What stands above a block.
#[derive(Debug, Clone, Copy)]
pub enum Above<'a> {
    /// It is the first.
    Nothing,
    Block(&'a Block),
}

/// The lines of one block; the one before it decides on the air above.
pub fn lines(above: Above<'_>, block: &Block, width: usize, fold: Fold) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Above::Block(before) = above
        && wants_air(before, block)
    {
        rows.push(Row::new());
    }
    match &block.body {
        BlockBody::Said(text) => rows.extend(paragraph(StyleRole::Text, text.trim(), width)),
        BlockBody::Thought(text) => rows.extend(folded_text(StyleRole::Thought, "Thinks", text, width, fold)),
        BlockBody::Brief(text) => rows.extend(folded_text(StyleRole::Dim, "Brief", text, width, fold)),
        BlockBody::Note(text) => rows.extend(verbed(StyleRole::Warn, StyleRole::Text, "Note", text, width)),
        BlockBody::Message { from, text } => {
            let from = match from {
                Party::Person => "You".to_owned(),
                Party::Orchestrator => "Orch".to_owned(),
                Party::Attempt(id) => id.to_string(),
            };
            rows.extend(verbed(StyleRole::Accent, StyleRole::Text, &from, text, width));
        }
        BlockBody::Call(call) => rows.extend(call_lines(call, width, fold)),
    }
    rows
}

/// A transcript in lines, nothing of it folded away.
pub fn page(entries: &[Entry], width: usize) -> Vec<Row> {
    let mut blocks = VecDeque::new();
    for entry in entries {
        append(&mut blocks, entry);
    }
    let above = std::iter::once(Above::Nothing).chain(blocks.iter().map(Above::Block));
    above.zip(&blocks).flat_map(|(above, block)| lines(above, block, width, Fold::Unfolded)).collect()
}

/// At least the last `most` lines of one block, or all that it has: a text that is still being said is long, and is
/// drawn again with every word.
pub fn last_lines(above: Above<'_>, block: &Block, width: usize, fold: Fold, most: usize) -> Vec<Row> {
    if let BlockBody::Said(text) = &block.body {
        let (text, last) = (text.trim_end(), text::last_lines(text.trim_end(), most));
        if last.len() < text.len() {
            return paragraph(StyleRole::Text, last, width);
        }
    }
    lines(above, block, width, fold)
}

fn wants_air(before: &Block, block: &Block) -> bool {
    let is_call = |block: &Block| matches!(block.body, BlockBody::Call(_));
    !(is_call(before) && is_call(block))
}

fn folded_text(style: StyleRole, verb: &str, text: &str, width: usize, fold: Fold) -> Vec<Row> {
    let lines = text.lines().count();
    if fold == Fold::Folded && (lines > 1 || text.len() > width) {
        let row = Row::of(style, format!("{verb:<VERB$}{}", first_line(text)));
        return vec![if lines > 1 { row.end(StyleRole::Faint, plural(lines, "line")) } else { row }];
    }
    verbed(style, style, verb, text, width)
}

/// A text behind its verb.
fn verbed(verb_style: StyleRole, style: StyleRole, verb: &str, text: &str, width: usize) -> Vec<Row> {
    hanging((verb_style, &format!("{verb:<VERB$}")), style, text.trim(), width)
}

fn call_lines(call: &ToolCall, width: usize, fold: Fold) -> Vec<Row> {
    let said = Spoken::of(call);
    let failed = call.answer.is_some_and(|answer| answer.status == ToolOutcome::Failed);
    let verb = match call.answer {
        None => StyleRole::Accent,
        Some(_) if failed => StyleRole::Bad,
        Some(_) => StyleRole::Dim,
    };
    let mut row =
        Row::of(verb, format!("{:<VERB$}", said.verb)).then(StyleRole::Text, first_line(&said.object));
    row.right.clone_from(&said.result.right);
    if let Some(answer) = call.answer.filter(|answer| answer.took >= 1_000) {
        row = row.end(StyleRole::Dim, format!("  {}", span(answer.took)));
    }
    let mut rows = vec![row];
    rows.extend(output_lines(call, &said, width, if failed { Fold::Unfolded } else { fold }, failed));
    rows
}

fn output_lines(call: &ToolCall, said: &Spoken, width: usize, fold: Fold, failed: bool) -> Vec<Row> {
    let shown = match (said.output, fold) {
        (Output::Hidden, Fold::Folded) => return Vec::new(),
        (Output::Hidden | Output::Tail, _) => call.output.trim_end(),
    };
    if shown.is_empty() {
        return Vec::new();
    }
    let style = if failed { StyleRole::Bad } else { StyleRole::Dim };
    let room = width.saturating_sub(VERB);
    let line = |text: &str| Row::of(StyleRole::Text, " ".repeat(VERB)).then(style, text);
    if fold == Fold::Unfolded && !failed {
        return shown.lines().flat_map(|text| wrap(text, room)).map(|text| line(&text)).collect();
    }
    let keep = match call.answer {
        Some(_) if failed => 2 * PEEK,
        Some(_) => 1,
        None => PEEK,
    };
    let said = || shown.lines().filter(|text| !text.trim().is_empty() && !is_exit_line(text));
    let tail: Vec<&str> = said().collect::<Vec<_>>().into_iter().rev().take(keep).collect();
    let hidden = said().count().saturating_sub(tail.len());
    let mut rows: Vec<Row> = tail.into_iter().rev().map(line).collect();
    if hidden > 0
        && let Some(first) = rows.first_mut()
    {
        first.right.push(Piece::new(StyleRole::Faint, format!("{} more", plural(hidden, "line"))));
    }
    rows
}

/// The line that only repeats the exit code, which stands at the right already.
fn is_exit_line(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    text.len() < 24 && text.starts_with("exit")
}

/// A tool call in a few words: `Run cargo test`, `Edit src/main.rs`. The arguments are JSON as text, which may be cut
/// off.
pub fn call_words(tool: &str, arguments: &str) -> String {
    let whole = serde_json::from_str::<Value>(arguments)
        .map_or_else(|_| format!("{arguments}\"}}"), |_| arguments.to_owned());
    let call = ToolCall { tool: tool.to_owned(), arguments: whole, ..ToolCall::default() };
    let said = Spoken::of(&call);
    format!("{} {}", said.verb, first_line(&said.object)).trim_end().to_owned()
}

/// Whether a tool's output is worth a look of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    /// Its size says enough.
    Hidden,
    Tail,
}

/// A tool call in words.
struct Spoken {
    verb: String,
    object: String,
    result: Row,
    output: Output,
}

impl Spoken {
    fn of(call: &ToolCall) -> Self {
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or(Value::Null);
        let argument = |key: &str| arguments.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let lines = call.output.lines().count();
        let ended = call.answer.is_some();
        let size = || if ended { Row::new().end(StyleRole::Dim, plural(lines, "line")) } else { Row::new() };
        let (verb, object, result, output) = match call.tool.as_str() {
            "read" => ("Read", argument("path"), size(), Output::Hidden),
            "list" => ("List", argument("path"), size(), Output::Hidden),
            "search" => {
                let place = argument("path");
                let place = if place.is_empty() { place } else { format!("  in {place}") };
                ("Search", format!("{}{place}", argument("pattern")), size(), Output::Hidden)
            }
            "write" => {
                let added = count(argument("content").lines().count() as u64);
                let result = Row::new().end(StyleRole::Added, format!("+{added}"));
                ("Write", argument("path"), result, Output::Hidden)
            }
            "edit" => {
                ("Edit", argument("path"), edit_size(&argument("old"), &argument("new")), Output::Hidden)
            }
            "shell" => ("Run", argument("command"), exit_of(call), Output::Tail),
            "job" => {
                let id = arguments.get("id").map(Value::to_string).unwrap_or_default();
                ("Job", format!("{} {id}", argument("action")), Row::new(), Output::Tail)
            }
            "delegate" => {
                let questions = arguments.get("questions").and_then(Value::as_array).map_or(0, Vec::len);
                let object = format!("{} to researchers", plural(questions, "question"));
                ("Ask", object, size(), Output::Hidden)
            }
            other => (&*verb_of(other), summary(&arguments), Row::new(), Output::Hidden),
        };
        Self { verb: clip(verb, VERB - 1), object, result, output }
    }
}

/// `+31 −4`, counted over the lines that differ.
fn edit_size(old: &str, new: &str) -> Row {
    let diff = similar::TextDiff::from_lines(old, new);
    let mut counts = (0_u64, 0_u64);
    for change in diff.iter_all_changes() {
        match change.tag() {
            similar::ChangeTag::Insert => counts.0 += 1,
            similar::ChangeTag::Delete => counts.1 += 1,
            similar::ChangeTag::Equal => {}
        }
    }
    let row = Row::new();
    let row = if counts.0 > 0 { row.end(StyleRole::Added, format!("+{}", count(counts.0))) } else { row };
    if counts.1 > 0 { row.end(StyleRole::Removed, format!(" −{}", count(counts.1))) } else { row }
}

/// The exit code, where the first or last line of the output says one.
fn exit_of(call: &ToolCall) -> Row {
    let Some(answer) = call.answer else { return Row::new().end(StyleRole::Accent, "running") };
    let edges = [call.output.lines().next(), call.output.lines().last()];
    let code = edges.into_iter().flatten().find_map(|line| {
        let rest = line.to_ascii_lowercase();
        let (_, after) = rest.split_once("exit")?;
        let digits: String =
            after.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    match (code, answer.status) {
        (Some(0), _) => Row::new().end(StyleRole::Good, "exit 0"),
        (Some(code), _) => Row::new().end(StyleRole::Bad, format!("exit {code}")),
        (None, ToolOutcome::Failed) => Row::new().end(StyleRole::Bad, "failed"),
        (None, ToolOutcome::Done) => Row::new(),
    }
}

fn verb_of(tool: &str) -> String {
    let word = tool.rsplit("__").next().unwrap_or(tool).split('_').next().unwrap_or(tool);
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The first thing said in the arguments, whatever they are.
fn summary(arguments: &Value) -> String {
    let Some(object) = arguments.as_object() else { return String::new() };
    let parts = object.iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some(first_line(text).to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) if items.len() == 1 => {
            Some(format!("1 {}", name.strip_suffix('s').unwrap_or(name)))
        }
        Value::Array(items) if !items.is_empty() => Some(format!("{} {name}", items.len())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    parts.filter(|part| !part.is_empty()).take(3).collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::super::block::Answered;
    use super::super::row::plain;
    use super::*;
    use crate::domain::id::Timestamp;

    fn call(tool: &str, arguments: &str, output: &str, status: ToolOutcome) -> Block {
        let answer = Some(Answered { status, took: 2_100 });
        let call = ToolCall {
            id: "1".into(),
            tool: tool.into(),
            arguments: arguments.into(),
            output: output.into(),
            answer,
        };
        Block { number: 1, at: Timestamp(0), body: BlockBody::Call(call) }
    }

    #[test]
    fn calls_are_one_line_with_what_they_did() {
        let edit = call(
            "edit",
            r#"{"path":"src/session.rs","old":"a\nb\n","new":"a\nc\nd\n"}"#,
            "",
            ToolOutcome::Done,
        );
        insta::assert_snapshot!(plain(&lines(Above::Nothing, &edit, 60, Fold::Folded)), @"Edit    src/session.rs | +2 −1  2.1s");
        let run = call(
            "shell",
            r#"{"command":"cargo test session"}"#,
            "a\nb\nc\n12 passed\nexit code 0",
            ToolOutcome::Done,
        );
        insta::assert_snapshot!(plain(&lines(Above::Nothing, &run, 60, Fold::Folded)), @r"
        Run     cargo test session | exit 0  2.1s
                12 passed | 3 lines more
        ");
        let plan = call("propose_contract", r#"{"assertions":[{},{}],"notes":[]}"#, "", ToolOutcome::Done);
        insta::assert_snapshot!(plain(&lines(Above::Nothing, &plan, 60, Fold::Folded)), @"Propose 2 assertions |   2.1s");
        let one = call("triage", r#"{"decisions":[{}]}"#, "", ToolOutcome::Done);
        insta::assert_snapshot!(plain(&lines(Above::Nothing, &one, 60, Fold::Folded)), @"Triage  1 decision |   2.1s");
        let odd = call("browser_click", r#"{"selector":".save"}"#, "ok", ToolOutcome::Done);
        insta::assert_snapshot!(plain(&lines(Above::Nothing, &odd, 60, Fold::Folded)), @"Browser .save |   2.1s");
    }

    #[test]
    fn half_written_arguments_are_shown_as_nothing() {
        let mut live = call("edit", r#"{"path":"src/se"#, "", ToolOutcome::Done);
        if let BlockBody::Call(call) = &mut live.body {
            call.answer = None;
        }
        assert_eq!(plain(&lines(Above::Nothing, &live, 60, Fold::Folded)), "Edit");
    }
}
