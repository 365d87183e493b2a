//! The three protocols: how a request is written, and how the events of an answer are read.

mod chat;
mod messages;
mod responses;

use serde_json::Value;

use super::draft::{Draft, Stop, TooMuch};
use super::spec::{Effort, ProviderSpec, Wire};
use super::sse::{Event, Overlong};
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
    /// An event is no JSON.
    NoJson,
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

    /// Takes the next event.
    pub(super) fn take(&mut self, event: &Event, draft: &mut Draft<'_>) -> Result<Progress, Fault> {
        if self.wire == Wire::OpenAiChat && event.data.trim() == "[DONE]" {
            return self.stop.map(Progress::Ended).ok_or(Fault::NoEnd);
        }
        let data: Value = serde_json::from_str(&event.data).map_err(|_| Fault::NoJson)?;
        let kind = data.get("type").and_then(Value::as_str).unwrap_or(&event.name);
        match self.wire {
            Wire::AnthropicMessages => messages::read(kind, &data, draft, &mut self.stop),
            Wire::OpenAiResponses => responses::read(kind, &data, draft),
            Wire::OpenAiChat => {
                if let Some(stop) = chat::read(&data, draft)? {
                    self.stop = Some(stop);
                }
                Ok(Progress::Open)
            }
        }
    }
}

/// The path of the request below the provider's address, and its body.
pub(super) fn write(request: &Request, spec: &ProviderSpec) -> (&'static str, Value) {
    match spec.wire {
        Wire::AnthropicMessages => ("messages", messages::body(request, spec)),
        Wire::OpenAiResponses => ("responses", responses::body(request, spec)),
        Wire::OpenAiChat => ("chat/completions", chat::body(request, spec)),
    }
}

/// A text inside an event; empty where it is missing or something else.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an item of the answer: any at all, since it only names it.
fn slot(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
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
