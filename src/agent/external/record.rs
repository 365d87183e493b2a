//! What an agent says and does, as the transcript and the screen know it of any session.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agent_client_protocol::v1::schema::{ContentBlock, ContentChunk, Plan, PlanEntryStatus, SessionUpdate};
use serde_json::Value;

use super::tool_call::AgentCall;
use crate::agent::model::{Item, Reply, StreamPiece, Thinking, ToolCall};
use crate::agent::session::Observer;

/// What is said at once before it becomes an item of the transcript, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;
/// Calls that are under way at the same time; of more, the oldest is taken for ended.
const MOST_CALLS: usize = 256;

/// Writes down what an agent says and does.
pub(super) struct Record {
    observer: Arc<dyn Observer>,
    dir: PathBuf,
    text: String,
    thought: String,
    plan: String,
    calls: BTreeMap<String, AgentCall>,
    /// What it has said since it last did something.
    pub said: String,
    /// Bytes of all that it said and thought, for those who count no tokens.
    pub bytes: usize,
    /// Calls of its own tools.
    pub own_calls: u32,
}

impl Record {
    pub fn new(observer: &Arc<dyn Observer>, dir: &Path) -> Self {
        Self {
            observer: Arc::clone(observer),
            dir: dir.to_owned(),
            text: String::new(),
            thought: String::new(),
            plan: String::new(),
            calls: BTreeMap::new(),
            said: String::new(),
            bytes: 0,
            own_calls: 0,
        }
    }

    /// Takes one update. What is of no use to a reader is passed over: commands on offer, modes, titles, and whatever a
    /// newer protocol says.
    pub fn take(&mut self, update: SessionUpdate) {
        match update {
            SessionUpdate::AgentMessageChunk(chunk) => self.say(&chunk),
            SessionUpdate::AgentThoughtChunk(chunk) => self.think(&chunk),
            SessionUpdate::ToolCall(call) => {
                let id = call.tool_call_id.to_string();
                self.call(id, |known| known.begin(call));
            }
            SessionUpdate::ToolCallUpdate(update) => {
                let id = update.tool_call_id.to_string();
                self.call(id, |known| known.update(update));
            }
            SessionUpdate::Plan(plan) => self.plan(&plan),
            _ => {}
        }
    }

    /// Whether a call that is under way is of one of the mission's tools: whoever asks about it may not say so again.
    pub fn is_of_mission(&self, id: &str) -> bool {
        self.calls.get(id).is_some_and(|call| call.is_of_mission(id))
    }

    fn say(&mut self, chunk: &ContentChunk) {
        let ContentBlock::Text(more) = &chunk.content else { return };
        self.observer.stream(StreamPiece::Text(&more.text));
        self.bytes += more.text.len();
        self.end_thought();
        self.text += &more.text;
        if self.text.len() > LONGEST_TEXT {
            self.end_text();
        }
    }

    fn think(&mut self, chunk: &ContentChunk) {
        let ContentBlock::Text(more) = &chunk.content else { return };
        self.observer.stream(StreamPiece::Thinking(&more.text));
        self.bytes += more.text.len();
        self.end_text();
        self.thought += &more.text;
        if self.thought.len() > LONGEST_TEXT {
            self.end_thought();
        }
    }

    fn plan(&mut self, plan: &Plan) {
        let line = |entry: &agent_client_protocol::v1::schema::PlanEntry| {
            let sign = match entry.status {
                PlanEntryStatus::Completed => "x",
                PlanEntryStatus::InProgress => "~",
                _ => " ",
            };
            format!("- [{sign}] {}", entry.content)
        };
        let plan = plan.entries.iter().map(line).collect::<Vec<_>>().join("\n");
        if plan != self.plan && !plan.is_empty() {
            self.flush();
            self.observer.item(&said(&format!("Plan:\n{plan}")));
            self.plan = plan;
        }
    }

    fn call(&mut self, id: String, change: impl FnOnce(&mut AgentCall)) {
        let known = self.calls.remove(&id);
        let is_new = known.is_none();
        let mut call = known.unwrap_or_default();
        change(&mut call);
        if call.is_of_mission(&id) {
            // These are written down where they are made.
            self.calls.insert(id, call);
            return;
        }
        if is_new {
            self.flush();
            self.said.clear();
            self.observer.stream(StreamPiece::CallStarted { call_id: &id, tool: call.tool() });
        }
        let more = call.fresh_output();
        if !more.is_empty() {
            self.observer.tool_output(&id, &more);
        }
        if call.has_ended() {
            self.ended(&id, &call);
            return;
        }
        if call.is_begun() {
            // What takes long is seen while it runs; a change of files is told once it is known.
            self.begun(&id, &mut call);
        }
        self.calls.insert(id, call);
        if self.calls.len() > MOST_CALLS {
            self.give_up_first();
        }
    }

    fn give_up_first(&mut self) {
        if let Some((id, call)) = self.calls.pop_first()
            && !call.is_of_mission(&id)
        {
            self.ended(&id, &call);
        }
    }

    fn begun(&self, id: &str, call: &mut AgentCall) {
        for (tool, arguments) in call.pieces(&self.dir).into_iter().take(1) {
            self.made(id, tool, arguments);
        }
        call.is_told = true;
    }

    fn made(&self, id: &str, tool: String, arguments: Value) {
        let made = ToolCall { id: id.to_owned(), tool, arguments: Some(arguments), raw: String::new() };
        self.observer.item(&Item::Assistant(Reply { calls: vec![made], ..Reply::default() }));
    }

    fn ended(&mut self, id: &str, call: &AgentCall) {
        for (number, (tool, arguments)) in call.pieces(&self.dir).into_iter().enumerate() {
            let id = if number == 0 { id.to_owned() } else { format!("{id}.{number}") };
            if number > 0 || !call.is_told {
                self.made(&id, tool.clone(), arguments);
            }
            let output = if number == 0 { call.output() } else { String::new() };
            self.observer.item(&Item::ToolResult { call_id: id, tool, output, status: call.status() });
        }
        self.own_calls = self.own_calls.saturating_add(1);
    }

    /// Writes down what was begun: its turn is over, or something else comes.
    pub fn flush(&mut self) {
        self.end_thought();
        self.end_text();
    }

    /// Its turn is over: what it still has under way is not finished.
    pub fn end_turn(&mut self) {
        self.flush();
        while !self.calls.is_empty() {
            self.give_up_first();
        }
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.trim().is_empty() {
            self.said += &text;
            self.observer.item(&said(&text));
        }
    }

    fn end_thought(&mut self) {
        let text = std::mem::take(&mut self.thought);
        if !text.trim().is_empty() {
            let thinking = vec![Thinking { text, signature: None }];
            self.observer.item(&Item::Assistant(Reply { thinking, ..Reply::default() }));
        }
    }
}

fn said(text: &str) -> Item {
    Item::Assistant(Reply { text: text.to_owned(), ..Reply::default() })
}
