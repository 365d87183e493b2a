//! The reply as far as it has come, with bounds on everything that a server may repeat.

use serde_json::{Map, Value};

use crate::agent::model::{Reach, Reply, StreamPiece, StreamSink, Thinking, TokenUsage, ToolCall};

/// Bytes of one reply: text, reasoning, and arguments of calls. The longest reply of any model is a fifth of it.
const MOST_BYTES: usize = 4 << 20;
/// Calls of one reply. A model that means well makes a few dozen.
const MOST_CALLS: usize = 1024;
/// Longest text of broken arguments that is kept, in bytes.
const RAW_LIMIT: usize = 16 * 1024;

/// A reply that is longer than any model's.
#[derive(Debug)]
pub(super) struct TooMuch(pub(super) &'static str);

/// Collects a reply and shows its pieces as they come.
pub(super) struct Draft<'a> {
    sink: &'a dyn StreamSink,
    room: usize,
    text: String,
    thinking: Vec<Thinking>,
    calls: Vec<DraftCall>,
    /// The tokens as the provider counts them.
    pub(super) usage: TokenUsage,
}

/// A call in the making. Its slot is the provider's number of it, which is a name here and never a place in memory.
struct DraftCall {
    slot: u64,
    id: String,
    tool: String,
    json: String,
}

/// How a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// As the model meant it.
    Whole,
    /// At the most tokens it may have.
    CutOff,
    /// By a filter of the provider.
    Filtered,
}

impl Stop {
    /// What a provider's word for it means.
    pub(super) fn of(reason: &str) -> Self {
        match reason {
            "length" | "max_tokens" | "incomplete" | "model_context_window_exceeded" | "model_length" => {
                Self::CutOff
            }
            "content_filter" | "refusal" => Self::Filtered,
            _ => Self::Whole,
        }
    }
}

impl<'a> Draft<'a> {
    pub(super) fn new(sink: &'a dyn StreamSink) -> Self {
        Self {
            sink,
            room: MOST_BYTES,
            text: String::new(),
            thinking: Vec::new(),
            calls: Vec::new(),
            usage: TokenUsage::default(),
        }
    }

    /// How much has come, to tell a reply that grows from signs of life.
    pub(super) fn bytes(&self) -> usize {
        MOST_BYTES - self.room
    }

    pub(super) fn text(&mut self, piece: &str) -> Result<(), TooMuch> {
        self.take_room(piece)?;
        if !piece.is_empty() {
            self.text.push_str(piece);
            self.sink.piece(StreamPiece::Text(piece));
        }
        Ok(())
    }

    /// Begins a piece of reasoning of its own.
    pub(super) fn thought(&mut self, signature: Option<String>) -> Result<(), TooMuch> {
        self.take_room(signature.as_deref().unwrap_or_default())?;
        // Each has a price of its own, or a reply could have any number of empty ones.
        self.take_room("{}")?;
        self.thinking.push(Thinking { text: String::new(), signature });
        Ok(())
    }

    /// More of the newest piece of reasoning.
    pub(super) fn thinking(&mut self, piece: &str) -> Result<(), TooMuch> {
        self.take_room(piece)?;
        if piece.is_empty() {
            return Ok(());
        }
        if self.thinking.is_empty() {
            self.thinking.push(Thinking::default());
        }
        if let Some(newest) = self.thinking.last_mut() {
            newest.text.push_str(piece);
        }
        self.sink.piece(StreamPiece::Thinking(piece));
        Ok(())
    }

    /// More of the signature of the newest piece of reasoning.
    pub(super) fn signature(&mut self, piece: &str) -> Result<(), TooMuch> {
        self.take_room(piece)?;
        if let Some(newest) = self.thinking.last_mut() {
            newest.signature.get_or_insert_default().push_str(piece);
        }
        Ok(())
    }

    /// A call begins, or begins anew in a slot that another one had.
    pub(super) fn call(&mut self, slot: u64, id: &str, tool: &str) -> Result<(), TooMuch> {
        if self.calls.len() >= MOST_CALLS {
            return Err(TooMuch("calls"));
        }
        self.take_room(id)?;
        self.take_room(tool)?;
        let id = if id.is_empty() { format!("call_{slot}") } else { id.to_owned() };
        self.sink.piece(StreamPiece::CallStarted { call_id: &id, tool });
        self.calls.push(DraftCall { slot, id, tool: tool.to_owned(), json: String::new() });
        Ok(())
    }

    /// The id of the newest call in a slot.
    pub(super) fn call_in(&self, slot: u64) -> Option<&str> {
        self.calls.iter().rev().find(|call| call.slot == slot).map(|call| call.id.as_str())
    }

    /// More of the arguments of the call in a slot; of one that never began they are dropped.
    pub(super) fn arguments(&mut self, slot: u64, piece: &str) -> Result<(), TooMuch> {
        self.take_room(piece)?;
        let Some(call) = self.calls.iter_mut().rev().find(|call| call.slot == slot) else { return Ok(()) };
        if !piece.is_empty() {
            call.json.push_str(piece);
            self.sink.piece(StreamPiece::CallArguments { call_id: &call.id, json: piece });
        }
        Ok(())
    }

    /// The arguments of the call in a slot as they are told at its end: what was streamed may have been less.
    pub(super) fn all_arguments(&mut self, slot: u64, json: &str) -> Result<(), TooMuch> {
        let Some(call) = self.calls.iter_mut().rev().find(|call| call.slot == slot) else { return Ok(()) };
        if let Some(rest) = json.strip_prefix(call.json.as_str()) {
            return self.arguments(slot, rest);
        }
        self.room += call.json.len();
        call.json.clear();
        self.arguments(slot, json)
    }

    /// Drops reasoning that cannot be sent back.
    pub(super) fn keep_thinking(&mut self, keep: impl Fn(&Thinking) -> bool) {
        self.thinking.retain(keep);
    }

    /// The reply, when it ended in this way.
    pub(super) fn reply(self, stop: Stop) -> Reply {
        let complete = stop == Stop::Whole;
        Reply {
            text: self.text,
            thinking: self.thinking,
            calls: self.calls.into_iter().map(|call| call.whole(complete)).collect(),
            usage: self.usage,
            reach: if stop == Stop::CutOff { Reach::CutOff } else { Reach::Whole },
        }
    }

    fn take_room(&mut self, piece: &str) -> Result<(), TooMuch> {
        self.room = self.room.checked_sub(piece.len()).ok_or(TooMuch("bytes"))?;
        Ok(())
    }
}

impl DraftCall {
    /// No text at all means "no arguments" in a whole reply, and "cut off" in one that ran out of tokens. JSON that is
    /// nested deeper than the parser goes is none.
    fn whole(self, complete: bool) -> ToolCall {
        let (arguments, raw) = match serde_json::from_str(&self.json) {
            Ok(Value::Object(map)) => (Some(Value::Object(map)), String::new()),
            Err(_) if self.json.trim().is_empty() && complete => {
                (Some(Value::Object(Map::new())), String::new())
            }
            Ok(_) | Err(_) => (None, bounded(self.json)),
        };
        ToolCall { id: self.id, tool: self.tool, arguments, raw }
    }
}

fn bounded(mut text: String) -> String {
    let end = text.floor_char_boundary(RAW_LIMIT);
    text.truncate(end);
    text
}
