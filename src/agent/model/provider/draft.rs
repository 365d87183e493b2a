//! The reply as far as it has come, with bounds on everything that a server may repeat.

use serde_json::{Map, Value};

use crate::agent::model::{Reach, Reply, StreamPiece, StreamSink, Thinking, TokenUsage, ToolCall};
use crate::agent::repetition::{Written, stutters};

/// Bytes of one reply: text, reasoning, and arguments of calls. The longest reply of any model is a fifth of it.
const MOST_BYTES: usize = 4 << 20;
/// Calls of one reply. A model that means well makes a few dozen.
const MOST_CALLS: usize = 1024;
/// Longest text of broken arguments that is kept, in bytes.
const RAW_LIMIT: usize = 16 * 1024;

/// Bytes between two looks at whether a reply repeats itself.
const LOOK_EVERY: usize = 400;

/// A reply that is longer than any model's.
#[derive(Debug)]
pub(super) struct TooMuch(pub(super) &'static str);

/// Collects a reply and shows its pieces as they come.
pub(super) struct Draft<'a> {
    sink: &'a dyn StreamSink,
    most_tokens: Option<u32>,
    room: usize,
    text: String,
    thinking: Vec<Thinking>,
    calls: Vec<DraftCall>,
    /// Bytes since it was last looked whether it repeats itself.
    unlooked: usize,
    /// The tokens as the provider counts them.
    pub(super) usage: TokenUsage,
}

/// A piece of a call as a server sends it. What it does not say is empty.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CallPiece<'a> {
    /// The provider's number of the call, which is a name here and never a place in memory.
    pub(super) slot: Option<u64>,
    pub(super) id: &'a str,
    pub(super) tool: &'a str,
    /// More of the arguments.
    pub(super) json: &'a str,
}

/// A call in the making.
struct DraftCall {
    slot: Option<u64>,
    /// Whether its id is the provider's own.
    named: bool,
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
    /// By us, since it said the same over and over.
    Repeating,
}

impl Stop {
    /// What a provider's word for it means.
    pub(super) fn of(reason: &str) -> Self {
        match reason {
            "length"
            | "max_tokens"
            | "max_output_tokens"
            | "MAX_TOKENS"
            | "incomplete"
            | "model_context_window_exceeded"
            | "model_length" => Self::CutOff,
            "content_filter" | "refusal" => Self::Filtered,
            _ => Self::Whole,
        }
    }
}

impl<'a> Draft<'a> {
    /// A reply that may have so many tokens.
    pub(super) fn new(sink: &'a dyn StreamSink, most_tokens: Option<u32>) -> Self {
        Self {
            sink,
            most_tokens,
            room: MOST_BYTES,
            text: String::new(),
            thinking: Vec::new(),
            calls: Vec::new(),
            unlooked: 0,
            usage: TokenUsage::default(),
        }
    }

    /// How much has come, to tell a reply that grows from signs of life.
    pub(super) fn bytes(&self) -> usize {
        MOST_BYTES - self.room
    }

    /// The server has read so many tokens of the request.
    pub(super) fn reading(&self, read: u64, all: u64) {
        let percent = read.min(all).saturating_mul(100).checked_div(all).unwrap_or_default();
        self.sink.piece(StreamPiece::Reading { percent: u8::try_from(percent).unwrap_or(100) });
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

    /// A piece of a call. It belongs to the call of its id, else to the newest in its slot, else to the newest of all;
    /// where there is none, or the piece begins another, a call begins.
    pub(super) fn call(&mut self, piece: &CallPiece<'_>) -> Result<(), TooMuch> {
        let known = self.place_of(piece);
        let place = match known {
            Some(place) => place,
            None if piece.id.is_empty() && piece.tool.is_empty() => return self.take_room(piece.json),
            None => self.begin_call(piece)?,
        };
        self.take_room(piece.json)?;
        let call = &mut self.calls[place];
        if call.tool.is_empty() && !piece.tool.is_empty() {
            piece.tool.clone_into(&mut call.tool);
            self.sink.piece(StreamPiece::CallStarted { call_id: &call.id, tool: piece.tool });
        }
        if !piece.json.is_empty() {
            call.json.push_str(piece.json);
            self.sink.piece(StreamPiece::CallArguments { call_id: &call.id, json: piece.json });
        }
        Ok(())
    }

    fn place_of(&self, piece: &CallPiece<'_>) -> Option<usize> {
        if !piece.id.is_empty()
            && let Some(place) = self.calls.iter().rposition(|call| call.id == piece.id)
        {
            return Some(place);
        }
        let newest = match piece.slot {
            Some(slot) => self.calls.iter().rposition(|call| call.slot == Some(slot))?,
            None => self.calls.len().checked_sub(1)?,
        };
        let call = &self.calls[newest];
        // Some servers number every call 0, and some give neither a number nor an id.
        let of_another = !piece.id.is_empty() && call.named;
        let begins_another = !piece.tool.is_empty() && piece.id.is_empty() && call.is_whole();
        (!of_another && !begins_another).then_some(newest)
    }

    fn begin_call(&mut self, piece: &CallPiece<'_>) -> Result<usize, TooMuch> {
        if self.calls.len() >= MOST_CALLS {
            return Err(TooMuch("calls"));
        }
        self.take_room(piece.id)?;
        self.take_room(piece.tool)?;
        let place = self.calls.len();
        let id = if piece.id.is_empty() { format!("call_{place}") } else { piece.id.to_owned() };
        if !piece.tool.is_empty() {
            self.sink.piece(StreamPiece::CallStarted { call_id: &id, tool: piece.tool });
        }
        let (slot, named) = (piece.slot, !piece.id.is_empty());
        self.calls.push(DraftCall { slot, named, id, tool: piece.tool.to_owned(), json: String::new() });
        Ok(place)
    }

    /// Whether there is a call of that id or in that slot.
    pub(super) fn has_call(&self, slot: Option<u64>, id: &str) -> bool {
        self.calls.iter().any(|call| call.slot == slot || (call.named && call.id == id))
    }

    /// The arguments of a call as they are told at its end, or at once: what was streamed may have been less.
    pub(super) fn all_arguments(&mut self, piece: &CallPiece<'_>) -> Result<(), TooMuch> {
        self.call(&CallPiece { json: "", ..*piece })?;
        let Some(place) = self.place_of(&CallPiece { tool: "", ..*piece }) else { return Ok(()) };
        let (id, before) = (self.calls[place].id.clone(), std::mem::take(&mut self.calls[place].json));
        let rest = if let Some(rest) = piece.json.strip_prefix(before.as_str()) {
            self.calls[place].json = before;
            rest
        } else {
            self.room += before.len();
            piece.json
        };
        self.call(&CallPiece { slot: piece.slot, id: &id, tool: "", json: rest })
    }

    /// Cuts what it says over and over, and says whether it does.
    pub(super) fn repeats(&mut self) -> bool {
        if self.unlooked < LOOK_EVERY {
            return false;
        }
        self.unlooked = 0;
        let words =
            self.thinking.last_mut().map(|thought| &mut thought.text).into_iter().chain([&mut self.text]);
        let words = words.map(|text| (text, Written::Words));
        let arguments = self.calls.last_mut().map(|call| (&mut call.json, Written::Arguments));
        let mut repeating =
            words.chain(arguments).filter_map(|(text, written)| Some((stutters(text, written)?, text)));
        repeating.next().map(|(cut, text)| text.truncate(cut)).is_some()
    }

    /// Drops reasoning that cannot be sent back.
    pub(super) fn keep_thinking(&mut self, keep: impl Fn(&Thinking) -> bool) {
        self.thinking.retain(keep);
    }

    /// The reply, when it ended in this way. One that has all the tokens it may have is cut, whatever its end says.
    pub(super) fn reply(self, stop: Stop) -> Reply {
        let used_up = self.most_tokens.is_some_and(|most| self.usage.output >= u64::from(most));
        let stop = if stop == Stop::Whole && used_up { Stop::CutOff } else { stop };
        let complete = stop == Stop::Whole;
        Reply {
            text: self.text,
            thinking: self.thinking,
            calls: self.calls.into_iter().map(|call| call.whole(complete)).collect(),
            usage: self.usage,
            reach: match stop {
                Stop::CutOff => Reach::CutOff,
                Stop::Repeating => Reach::Repeating,
                Stop::Whole | Stop::Filtered => Reach::Whole,
            },
        }
    }

    fn take_room(&mut self, piece: &str) -> Result<(), TooMuch> {
        self.room = self.room.checked_sub(piece.len()).ok_or(TooMuch("bytes"))?;
        self.unlooked += piece.len();
        Ok(())
    }
}

impl DraftCall {
    /// Whether its arguments are an object already: nothing can follow.
    fn is_whole(&self) -> bool {
        object(&self.json).is_some()
    }

    /// No text at all means "no arguments" in a whole reply, and "cut off" in one that ran out of tokens. JSON that is
    /// nested deeper than the parser goes is none.
    fn whole(self, complete: bool) -> ToolCall {
        let none = matches!(self.json.trim(), "" | "null" | "\"\"");
        let (arguments, raw) = match object(&self.json) {
            None if none && complete => (Some(Value::Object(Map::new())), String::new()),
            None => (None, bounded(self.json)),
            arguments => (arguments, String::new()),
        };
        ToolCall { id: self.id, tool: self.tool, arguments, raw }
    }
}

/// Arguments as the object they are. Some servers write the text of it as a text once more.
fn object(json: &str) -> Option<Value> {
    match serde_json::from_str(json).ok()? {
        Value::String(text) => serde_json::from_str(&text).ok().filter(Value::is_object),
        value => Some(value).filter(Value::is_object),
    }
}

fn bounded(mut text: String) -> String {
    let end = text.floor_char_boundary(RAW_LIMIT);
    text.truncate(end);
    text
}
