//! What a model is to a session: one request in, one streamed reply out.
//!
//! Every backend stands behind [`Model`]. The shapes here are flightdeck's own, so that a session, its transcript
//! and its tests do not know which wire protocol is spoken.

pub mod catalogue;
mod conversation;
pub mod line;
pub mod provider;
pub mod retry;
pub mod script;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub use conversation::Conversation;

/// One turn of a model.
pub type Turn = Result<Reply, ModelError>;

/// A model that can be asked for the next turn of a conversation.
#[async_trait::async_trait]
pub trait Model: Send + Sync {
    /// The name a person configured, such as `anthropic/claude-sonnet-4-5`.
    fn name(&self) -> &str;

    /// Asks for one turn. Text and tool-call arguments are handed to `stream` as they arrive; the reply is whole.
    ///
    /// # Errors
    /// A [`ModelError`] that says whether trying again can help. Cancelling yields [`ModelError::Cancelled`].
    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn;

    /// Whether it can take up a conversation that another session began.
    fn goes_on(&self) -> bool {
        true
    }
}

#[async_trait::async_trait]
impl Model for Arc<dyn Model> {
    fn name(&self) -> &str {
        self.as_ref().name()
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        self.as_ref().turn(request, stream, cancel).await
    }

    fn goes_on(&self) -> bool {
        self.as_ref().goes_on()
    }
}

/// Receives what a model says while it says it. Implementations must not block: drop what they cannot take.
pub trait StreamSink: Send + Sync {
    /// Takes one piece of the stream.
    fn piece(&self, piece: StreamPiece<'_>);
}

/// One piece of a streamed reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamPiece<'a> {
    /// More of the text said aloud.
    Text(&'a str),
    /// More of the reasoning, where the provider shows it.
    Thinking(&'a str),
    /// A tool call begins.
    CallStarted { call_id: &'a str, tool: &'a str },
    /// More of the JSON arguments of the call.
    CallArguments { call_id: &'a str, json: &'a str },
    /// The request stands in line: its server answers only so many at a time.
    Queued,
    /// Its turn has come.
    Asked,
    /// The server reads the request, so far.
    Reading { percent: u8 },
    /// The reply is being asked for again after a fault; what was streamed so far is void.
    Restarted { reason: &'a str },
}

/// Everything a model needs for one turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The system prompt: stable over the session, so that it can be cached.
    pub system: String,
    /// The conversation, oldest first.
    pub items: Conversation,
    /// The tools on offer.
    pub tools: Vec<ToolSpec>,
    /// Whether one of them must be called.
    pub choice: ToolChoice,
    /// The most tokens the reply may have; `None` leaves it to the provider.
    pub max_output_tokens: Option<u32>,
    /// What the session is about (`role`, `work`, `title` …): the rehearsal picks its script by these, gateways may log them.
    pub labels: BTreeMap<String, String>,
}

/// Whether a reply must call a tool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// As the model sees fit.
    #[default]
    Free,
    /// It must, as far as the server holds the model to it.
    Required,
}

/// One item of a conversation. A transcript stores these whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum Item {
    /// Said to the model: the brief, a message, a nudge.
    User { text: String },
    /// Said by the model.
    Assistant(Reply),
    /// What a tool answered to the call of that id.
    ToolResult { call_id: String, tool: String, output: String, status: ResultStatus },
    /// An item of a newer version; it is kept out of requests and shown as unknown.
    #[serde(other)]
    Unknown,
}

/// Whether a tool did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultStatus {
    /// It did.
    Done,
    /// It refused or failed, in words the model can act on.
    Failed,
}

/// A whole reply.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The text said aloud; may be empty.
    #[serde(default)]
    pub text: String,
    /// Reasoning with its provider's signature, to be sent back unchanged.
    #[serde(default)]
    pub thinking: Vec<Thinking>,
    /// The tool calls, in order.
    #[serde(default)]
    pub calls: Vec<ToolCall>,
    /// Tokens as the provider counted them.
    #[serde(default)]
    pub usage: TokenUsage,
    /// Whether the model came to its own end.
    #[serde(default)]
    pub reach: Reach,
}

/// How far a reply got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// To where the model wanted it to end.
    #[default]
    Whole,
    /// To the most tokens that a reply may have: what it meant to say is not all there.
    CutOff,
    /// To where it began to say the same over and over; it was not heard any further.
    Repeating,
}

/// A piece of reasoning that belongs to the conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Thinking {
    /// What may be shown; empty when the provider keeps it to itself.
    pub text: String,
    /// Opaque bytes that the provider wants back with the next request.
    pub signature: Option<String>,
}

/// A call to a tool. `arguments` is an object when the model's JSON parsed, else `None` with the text in `raw`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The provider's id, which the result must name.
    pub id: String,
    /// The tool's name as the model wrote it; it may not exist.
    pub tool: String,
    /// The arguments when they are valid JSON.
    pub arguments: Option<Value>,
    /// The arguments as they were written, bounded, when they are not valid JSON.
    #[serde(default)]
    pub raw: String,
}

impl ToolCall {
    /// The arguments as every provider wants them: an object. What was none travels as what it was.
    pub fn as_object(&self) -> Value {
        self.arguments.clone().unwrap_or_else(|| serde_json::json!({ "invalid_json": self.raw }))
    }

    /// The arguments as text: JSON, or what the model wrote instead.
    pub fn arguments_text(&self) -> String {
        self.arguments.as_ref().map_or_else(|| self.raw.clone(), Value::to_string)
    }
}

/// Tokens of one or more turns, as the provider reported them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Input tokens that were not cached.
    pub input: u64,
    /// Input tokens read from the provider's cache.
    pub cached: u64,
    /// Input tokens written to the provider's cache.
    pub cache_written: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Whether some of it is estimated, because the provider counted nothing, or what cannot be.
    #[serde(default)]
    pub estimated: bool,
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.cached = self.cached.saturating_add(more.cached);
        self.cache_written = self.cache_written.saturating_add(more.cache_written);
        self.output = self.output.saturating_add(more.output);
        self.estimated = self.estimated || more.estimated;
    }
}

/// A tool as a model sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// The name it is called by: `[a-z_]+`.
    pub name: String,
    /// One or two sentences for the model.
    pub description: String,
    /// A JSON schema of the arguments: always an object.
    pub schema: Value,
}

/// Why a model gave no reply. The words are for a person; [`ModelError::retry`] is for the loop.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The key is missing or refused.
    #[error("{0}")]
    Key(String),
    /// The provider does not know the model, or the request is malformed: trying again cannot help.
    #[error("{0}")]
    Refused(String),
    /// A passing fault: 408, 409, 429, 5xx, 529, a broken stream, a refused connection.
    #[error("{message}")]
    Passing { message: String, retry_after: Option<Duration> },
    /// A quota or rate limit whose reset is further away than retries may wait.
    #[error("{message}")]
    Quota { message: String, resets_after: Duration },
    /// The conversation no longer fits the model's window.
    #[error("{0}")]
    TooLong(String),
    /// The session is to stop.
    #[error("the session was stopped")]
    Cancelled,
}
