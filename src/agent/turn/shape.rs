//! What goes into the turn machine and what comes out.

use std::time::Duration;

use serde_json::Value;

use crate::agent::model::{Reply, ToolCall};
use crate::agent::tool::{Output, ToolError};

/// How a session may end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// By calling one of these tools.
    Tools(Vec<String>),
    /// By saying something without calling a tool.
    Text,
}

impl Closing {
    /// Whether a call of that tool ends the session.
    pub fn is_by(&self, tool: &str) -> bool {
        matches!(self, Self::Tools(names) if names.iter().any(|name| name == tool))
    }

    /// Why a session failed that was told how to end, and said only this.
    pub fn not_reached(&self, said: &str) -> String {
        match self {
            _ if said.is_empty() => "it replied with nothing, although it was told".to_owned(),
            Self::Tools(names) => {
                format!("it stopped without calling `{}`, although it was told", names.join("` or `"))
            }
            Self::Text => "it ended without an answer".to_owned(),
        }
    }
}

/// How far a session may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Replies of the model.
    pub max_turns: u32,
    /// Wall-clock time of the whole session.
    pub max_time: Duration,
    /// Bytes of one tool result that go back to the model.
    pub tool_output_bytes: usize,
    /// Tokens that conversation and reply may have together.
    pub window_tokens: u32,
    /// Tokens of one reply; `None` leaves it to the provider.
    pub max_output_tokens: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_turns: 200,
            max_time: Duration::from_hours(2),
            tool_output_bytes: 30_000,
            window_tokens: 128_000,
            max_output_tokens: None,
        }
    }
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The session begins.
    Begin,
    /// The model replied.
    Reply(Reply),
    /// The calls of [`TurnStep::CallTools`] were made; calls without an answer were not.
    Answered(Vec<ToolReply>),
    /// The model call was given up because a message came in; the conversation stands where it was.
    Interrupted,
    /// The conversation may be shortened now.
    Shorten,
    /// The provider says that the conversation does not fit.
    TooLong(String),
}

/// What a tool answered to the call of that id.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolReply {
    /// The call.
    pub call_id: String,
    /// Its answer, or why there is none.
    pub result: Result<Output, ToolError>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnStep {
    /// Ask the model with the machine's request.
    AskModel,
    /// The conversation is to be shortened: say so to whom it concerns, and come back with [`Input::Shorten`].
    Shorten,
    /// Make these calls, in order; stop after one that closes the session.
    CallTools(Vec<ToolCall>),
    /// The session is over.
    Finish(Outcome),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With its closing tool.
    Closed { tool: String, value: Value },
    /// With a text, where that is how it may end.
    Said(String),
    /// It was asked to stop.
    Stopped { reason: String },
    /// It did not do what it was for.
    Failed { reason: String, fault: Fault },
    /// The permit refused a model call.
    Denied { reason: String },
}

/// Whose fault a failure is: it decides whether trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The model did not do its part: it looped, fell silent or did not close.
    Agent,
    /// A limit on turns, time or length was reached.
    Limit,
    /// A tool broke beyond what the model can mend.
    Tool,
    /// The provider stayed out of reach.
    Provider,
    /// The key or the model's name is wrong: a person must mend it.
    Configuration,
}
