//! A call of a tool of an agent's own, put together from what it says of it bit by bit, and told as a call of ours that does
//! the same.

use std::path::Path;

use agent_client_protocol::v1::schema::{
    ContentBlock, Diff, ToolCall, ToolCallContent, ToolCallLocation, ToolCallStatus, ToolCallUpdate, ToolKind,
};
use serde_json::{Value, json};

use super::permission::names_mission;
use crate::agent::context::bounded;
use crate::agent::model::ResultStatus;

/// Bytes of an output that are kept.
const OUTPUT: usize = 30_000;
/// What agents call the arguments that we show.
const COMMANDS: [&str; 3] = ["command", "cmd", "script"];
const PATHS: [&str; 4] = ["path", "file_path", "filePath", "absolute_path"];
const PATTERNS: [&str; 4] = ["pattern", "query", "regex", "glob"];

/// One call as far as it is known.
#[derive(Debug, Default)]
pub(super) struct AgentCall {
    title: String,
    name: Option<String>,
    kind: ToolKind,
    status: ToolCallStatus,
    input: Value,
    locations: Vec<ToolCallLocation>,
    diffs: Vec<Diff>,
    text: String,
    /// What a terminal printed, where it comes as such.
    printed: String,
    exit: Option<i64>,
    shown: usize,
    /// Whether the transcript has it already.
    pub is_told: bool,
}

impl AgentCall {
    pub fn begin(&mut self, call: ToolCall) {
        self.title = call.title;
        self.name = call.name.or(self.name.take());
        self.kind = call.kind;
        self.status = call.status;
        self.content(call.content);
        self.locations = call.locations;
        self.input(call.raw_input);
        self.output_of(call.raw_output.as_ref());
        self.terminal(call.meta.as_ref());
    }

    pub fn update(&mut self, update: ToolCallUpdate) {
        let fields = update.fields;
        self.title = fields.title.unwrap_or(std::mem::take(&mut self.title));
        self.name = fields.name.or(self.name.take());
        self.kind = fields.kind.unwrap_or(self.kind);
        self.status = fields.status.unwrap_or(self.status);
        self.content(fields.content.unwrap_or_default());
        self.locations = fields.locations.unwrap_or(std::mem::take(&mut self.locations));
        self.input(fields.raw_input);
        self.output_of(fields.raw_output.as_ref());
        self.terminal(update.meta.as_ref());
    }

    fn input(&mut self, input: Option<Value>) {
        if let Some(input) = input.filter(|input| input.as_object().is_none_or(|fields| !fields.is_empty())) {
            self.input = input;
        }
    }

    /// Content comes whole each time.
    fn content(&mut self, content: Vec<ToolCallContent>) {
        if content.is_empty() {
            return;
        }
        let (mut diffs, mut text) = (Vec::new(), String::new());
        for part in content {
            match part {
                ToolCallContent::Diff(diff) => diffs.push(diff),
                ToolCallContent::Content(part) => {
                    if let ContentBlock::Text(part) = part.content {
                        text += &part.text;
                    }
                }
                _ => {}
            }
        }
        if !diffs.is_empty() {
            self.diffs = diffs;
        }
        if !text.is_empty() {
            self.text = text;
        }
    }

    /// Some tell what came out as data alone.
    fn output_of(&mut self, output: Option<&Value>) {
        let Some(output) = output else { return };
        self.exit =
            output.get("exit_code").or_else(|| output.get("exitCode")).and_then(Value::as_i64).or(self.exit);
        if !self.text.is_empty() {
            return;
        }
        let names = ["formatted_output", "aggregated_output", "output", "stdout", "text"];
        let text = output.as_str().or_else(|| names.iter().find_map(|name| output.get(name)?.as_str()));
        if let Some(text) = text {
            text.clone_into(&mut self.text);
        }
    }

    /// Codex tells of its shell in marks: what it printed since the last one, and how it ended.
    fn terminal(&mut self, meta: Option<&serde_json::Map<String, Value>>) {
        let Some(meta) = meta else { return };
        for mark in ["terminal_output_delta", "terminal_output"] {
            if let Some(more) = meta.get(mark).and_then(|mark| mark.get("data")?.as_str()) {
                self.printed += more;
                if self.printed.len() > 2 * OUTPUT {
                    self.shown = self.shown.min(self.printed.len());
                    let cut = self.printed.ceil_char_boundary(self.printed.len() - OUTPUT);
                    self.shown = self.shown.saturating_sub(cut);
                    self.printed.drain(..cut);
                }
            }
        }
        let exit = meta.get("terminal_exit").and_then(|mark| mark.get("exit_code")?.as_i64());
        self.exit = exit.or(self.exit);
    }

    /// Whether it is a call of one of the mission's tools.
    pub fn is_of_mission(&self, id: &str) -> bool {
        names_mission(id, Some(&self.title), self.name.as_deref(), Some(&self.input))
    }

    pub fn has_ended(&self) -> bool {
        matches!(self.status, ToolCallStatus::Completed | ToolCallStatus::Failed)
    }

    /// Whether it runs and all that is told of it before its end is known.
    pub fn is_begun(&self) -> bool {
        let is_whole = self.input.as_object().is_some_and(|input| !input.is_empty());
        !self.is_told && is_whole && self.status == ToolCallStatus::InProgress && self.kind != ToolKind::Edit
    }

    pub fn status(&self) -> ResultStatus {
        match self.status {
            ToolCallStatus::Completed if self.exit.is_none_or(|code| code == 0) => ResultStatus::Done,
            _ => ResultStatus::Failed,
        }
    }

    /// What was printed since it was last asked.
    pub fn fresh_output(&mut self) -> String {
        let fresh = self.printed.get(self.shown..).unwrap_or_default().to_owned();
        self.shown = self.printed.len();
        fresh
    }

    /// The tool of ours that does the same, or what it calls its own.
    pub fn tool(&self) -> &str {
        match self.kind {
            ToolKind::Read => "read",
            ToolKind::Edit => "edit",
            ToolKind::Execute => "shell",
            ToolKind::Search => "search",
            ToolKind::Delete => "delete",
            ToolKind::Move => "move",
            ToolKind::Fetch => "fetch",
            ToolKind::Think => "think",
            _ => self.name.as_deref().unwrap_or("call"),
        }
    }

    /// The calls that tell of it, each with its arguments: one for every file that it changed.
    pub fn pieces(&self, dir: &Path) -> Vec<(String, Value)> {
        if !self.diffs.is_empty() {
            return self.diffs.iter().map(|diff| change(diff, dir)).collect();
        }
        let at = || self.locations.first().map(|at| shown(&at.path, dir)).or_else(|| self.argument(&PATHS));
        let title = || self.title.clone();
        let arguments = match self.kind {
            ToolKind::Execute => json!({ "command": self.argument(&COMMANDS).unwrap_or_else(title) }),
            ToolKind::Read | ToolKind::Edit | ToolKind::Delete => {
                json!({ "path": at().unwrap_or_else(title) })
            }
            ToolKind::Search => json!({ "pattern": self.argument(&PATTERNS).unwrap_or_else(title) }),
            _ if self.input.is_object() => self.input.clone(),
            _ => json!({ "title": self.title }),
        };
        vec![(self.tool().to_owned(), arguments)]
    }

    /// What came of it; the exit code stands at the end, as in the output of ours.
    pub fn output(&self) -> String {
        let text = if self.text.trim().is_empty() { &self.printed } else { &self.text };
        let mut text = bounded(text.clone(), OUTPUT);
        if let (ToolKind::Execute, Some(code)) = (self.kind, self.exit) {
            text = format!("{}\nexit code {code}", text.trim_end());
        }
        if !self.has_ended() {
            let said = text.trim_end();
            text = if said.is_empty() { "not finished".to_owned() } else { format!("{said}\nnot finished") };
        }
        text
    }

    fn argument(&self, names: &[&str]) -> Option<String> {
        let value = names.iter().find_map(|name| self.input.get(name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            // A command line in its parts; what only starts a shell says nothing.
            Value::Array(words) => {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                let shell = words.len() == 3 && words[1].starts_with('-') && words[1].ends_with('c');
                Some(if shell { words[2].to_owned() } else { words.join(" ") })
            }
            _ => None,
        }
    }
}

/// A change of a file as the call of ours that would make it.
fn change(diff: &Diff, dir: &Path) -> (String, Value) {
    let path = shown(&diff.path, dir);
    match diff.old_text.as_deref() {
        None | Some("") => ("write".to_owned(), json!({ "path": path, "content": diff.new_text })),
        Some(old) => ("edit".to_owned(), json!({ "path": path, "old": old, "new": diff.new_text })),
    }
}

fn shown(path: &Path, dir: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(updates: Vec<Value>) -> AgentCall {
        let mut call = AgentCall::default();
        for mut update in updates {
            update["toolCallId"] = json!("1");
            if update["sessionUpdate"] == "tool_call" {
                call.begin(serde_json::from_value(update).unwrap());
            } else {
                call.update(serde_json::from_value(update).unwrap());
            }
        }
        call
    }

    #[test]
    fn a_call_whose_input_comes_piecewise_is_told_whole() {
        let call = of(vec![
            json!({ "sessionUpdate": "tool_call", "title": "Terminal", "kind": "execute", "status": "pending", "rawInput": {} }),
            json!({ "rawInput": { "command": "make test" }, "title": "`make test`" }),
            json!({ "status": "completed", "rawInput": {},
                "content": [{ "type": "content", "content": { "type": "text", "text": "ok\n" } }] }),
        ]);
        assert_eq!(call.pieces(Path::new("/w")), [("shell".to_owned(), json!({ "command": "make test" }))]);
        assert_eq!((call.output().as_str(), call.status()), ("ok\n", ResultStatus::Done));
    }

    #[test]
    fn a_shell_that_is_told_in_marks_has_its_output_and_its_exit_code() {
        let delta = |text: &str| json!({ "_meta": { "terminal_output_delta": { "data": text } } });
        let call = of(vec![
            json!({ "sessionUpdate": "tool_call", "title": "sh", "kind": "execute", "status": "in_progress",
                "rawInput": { "command": ["/bin/bash", "-lc", "cargo test"] } }),
            delta("one\n"),
            delta("two\n"),
            json!({ "status": "completed", "_meta": { "terminal_exit": { "exit_code": 101 } } }),
        ]);
        assert_eq!(call.pieces(Path::new("/w"))[0].1, json!({ "command": "cargo test" }));
        assert_eq!(
            (call.output().as_str(), call.status()),
            ("one\ntwo\nexit code 101", ResultStatus::Failed)
        );
    }

    #[test]
    fn each_changed_file_is_a_call_with_what_changed() {
        let call = of(vec![json!({ "title": "Patch", "kind": "edit", "status": "completed", "content": [
            { "type": "diff", "path": "/w/src/new.rs", "oldText": null, "newText": "a\n" },
            { "type": "diff", "path": "/w/src/empty.rs", "oldText": "", "newText": "b\n" },
            { "type": "diff", "path": "/w/src/old.rs", "oldText": "c\n", "newText": "d\n" },
        ] })]);
        let pieces = call.pieces(Path::new("/w"));
        let tools: Vec<_> = pieces
            .iter()
            .map(|(tool, arguments)| (tool.as_str(), arguments["path"].as_str().unwrap()))
            .collect();
        assert_eq!(tools, [("write", "src/new.rs"), ("write", "src/empty.rs"), ("edit", "src/old.rs")]);
        assert_eq!(pieces[2].1["new"], "d\n");
    }

    #[test]
    fn only_an_update_is_a_call_too_and_one_that_never_ends_says_so() {
        let call =
            of(vec![json!({ "title": "Reading a", "kind": "read", "locations": [{ "path": "/w/a" }] })]);
        assert_eq!(call.pieces(Path::new("/w")), [("read".to_owned(), json!({ "path": "a" }))]);
        assert_eq!((call.output().as_str(), call.status()), ("not finished", ResultStatus::Failed));
        assert!(of(vec![json!({ "title": "mcp__flightdeck__handoff" })]).is_of_mission("c1"));
    }
}
