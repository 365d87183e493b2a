//! The three protocols: how a request is written, and how the events of an answer are read.

mod chat;
mod messages;
mod responses;

use std::collections::BTreeSet;

use serde_json::Value;

use super::draft::{Draft, Stop, TooMuch};
use super::options;
use super::spec::{Effort, ProviderSpec, Wire};
use super::sse::{Event, Overlong};
use crate::agent::context::clipped;
use crate::agent::model::Request;

/// Where an answer stands after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// There is more to come.
    Open,
    /// It is whole.
    Ended(Stop),
}

/// Why an answer cannot be read on.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is more of something than any model sends.
    TooMuch(&'static str),
    /// An event is no JSON; its beginning.
    NoJson(String),
    /// It ended, and did not say how.
    NoEnd,
    /// The provider tells of a fault, in its own words.
    Told(Value),
}

impl From<TooMuch> for Fault {
    fn from(TooMuch(what): TooMuch) -> Self {
        Self::TooMuch(what)
    }
}

impl From<Overlong> for Fault {
    fn from(Overlong: Overlong) -> Self {
        Self::TooMuch("bytes in one event")
    }
}

/// Reads the events of one answer.
pub(super) struct Reader {
    wire: Wire,
    /// How it ended, where that is told before the end.
    stop: Option<Stop>,
}

impl Reader {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, stop: None }
    }

    /// How the reply ended, if it said so: nothing that must be had comes after it.
    pub(super) fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// Takes the next event. A reply that says the same over and over is at its end.
    pub(super) fn take(&mut self, event: &Event, draft: &mut Draft<'_>) -> Result<Progress, Fault> {
        match self.read(event, draft)? {
            Progress::Open if draft.repeats() => Ok(Progress::Ended(Stop::Repeating)),
            progress => Ok(progress),
        }
    }

    fn read(&mut self, event: &Event, draft: &mut Draft<'_>) -> Result<Progress, Fault> {
        let words = event.data.trim();
        if words.is_empty() {
            return Ok(Progress::Open);
        }
        if words == "[DONE]" {
            return Ok(Progress::Ended(self.stop.unwrap_or(Stop::Whole)));
        }
        let Ok(data) = serde_json::from_str::<Value>(words) else {
            return if is_ours(&event.name) {
                Err(Fault::NoJson(clipped(words, 120)))
            } else {
                Ok(Progress::Open)
            };
        };
        let kind = data.get("type").and_then(Value::as_str).unwrap_or(&event.name);
        if let Some(told) = told(kind, &data) {
            return Err(Fault::Told(told));
        }
        let stop = match self.wire {
            Wire::AnthropicMessages => match messages::read(kind, &data, draft)? {
                messages::Told::Stop(stop) => Some(stop),
                messages::Told::Over => return Ok(Progress::Ended(self.stop.unwrap_or(Stop::Whole))),
                messages::Told::Nothing => None,
            },
            Wire::OpenAiResponses => return responses::read(kind, &data, draft),
            Wire::OpenAiChat => chat::read(&data, draft)?,
        };
        self.stop = stop.or(self.stop);
        Ok(Progress::Open)
    }
}

/// Whether an event of that name has something of the reply in it. Servers have events of their own between them.
fn is_ours(name: &str) -> bool {
    let families = ["message", "content_block", "response.", "error"];
    name.is_empty() || families.iter().any(|family| name.starts_with(family))
}

/// The fault that an event tells of, on any wire: servers that pass on others mix them.
fn told(kind: &str, data: &Value) -> Option<Value> {
    let error = data.get("error").filter(|error| error.is_string() || error.is_object());
    (kind == "error" || error.is_some()).then(|| data.clone())
}

/// Reads a reply that came whole instead of a stream; `None` where it is none.
pub(super) fn whole(wire: Wire, reply: &Value, draft: &mut Draft<'_>) -> Result<Option<Stop>, Fault> {
    if let Some(told) = told("", reply) {
        return Err(Fault::Told(told));
    }
    match wire {
        Wire::AnthropicMessages => messages::whole(reply, draft),
        Wire::OpenAiResponses => responses::whole(reply, draft),
        Wire::OpenAiChat => chat::whole(reply, draft),
    }
}

/// The page that is asked for replies.
pub(super) fn page(wire: Wire) -> &'static str {
    match wire {
        Wire::AnthropicMessages => "messages",
        Wire::OpenAiResponses => "responses",
        Wire::OpenAiChat => "chat/completions",
    }
}

/// The body of a request without the options that its server refuses. What was sent with the request before is its
/// beginning, but for cache marks: so a prompt cache finds it, and nothing of it is written twice.
pub(super) fn body(request: &Request, spec: &ProviderSpec, left_out: &BTreeSet<&'static str>) -> Vec<u8> {
    let (mut head, messages) = match spec.wire {
        Wire::AnthropicMessages => (messages::head(request, spec), "messages"),
        Wire::OpenAiResponses => (responses::head(request, spec), "input"),
        Wire::OpenAiChat => (chat::head(request, spec), "messages"),
    };
    options::leave_out(&mut head, left_out, spec.wire);
    let mut written = request.items.written(spec.wire as u8, left_out);
    written.take_up(&request.items, |item, written| match spec.wire {
        Wire::AnthropicMessages => messages::write(item, written),
        Wire::OpenAiResponses => responses::write(item, written),
        Wire::OpenAiChat => chat::write(item, written, left_out),
    });
    // What differs from one request to the next stands behind the conversation.
    let choice = head.as_object_mut().and_then(|head| head.shift_remove("tool_choice"));
    let mut body = head.to_string().into_bytes();
    body.pop();
    body.extend_from_slice(format!(",\"{messages}\":[").as_bytes());
    let system = chat::system(request).filter(|_| spec.wire == Wire::OpenAiChat);
    if let Some(system) = system {
        body.extend_from_slice(system.to_string().as_bytes());
        body.extend_from_slice(if request.items.is_empty() { b"" } else { b"," });
    }
    let may_mark = spec.wire == Wire::AnthropicMessages && !left_out.contains("cache_control");
    written.copy(&mut body, messages::MARK, if may_mark { messages::MARKED_MESSAGES } else { 0 });
    let choice = choice.map(|choice| format!(",\"tool_choice\":{choice}")).unwrap_or_default();
    body.extend_from_slice(format!("]{choice}}}").as_bytes());
    body
}

/// A text inside an event; empty where it is missing or something else.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an item of the answer: any at all, since it only names it.
fn slot(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// A count of tokens, if the server gave one that can be a count.
fn tokens(value: &Value, pointer: &str) -> Option<u64> {
    let count = value.pointer(pointer)?;
    count.as_u64().or_else(|| {
        let count = count.as_f64().filter(|count| (0.0..1e15).contains(count))?;
        format!("{count:.0}").parse().ok()
    })
}

/// An empty result is refused by some providers.
fn output_of(output: &str) -> &str {
    if output.is_empty() { "(no output)" } else { output }
}

fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
    }
}
