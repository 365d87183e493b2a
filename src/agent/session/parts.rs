//! What a session is given and what it gives back.

use std::time::Duration;

use serde_json::Value;

use crate::agent::model::{Item, StreamPiece, TokenUsage};
use crate::agent::turn::{Ending, Fault};

/// Says whether the model may be asked: budgets are checked before money is spent.
#[async_trait::async_trait]
pub trait Permit: Send + Sync {
    /// Called before every model call with the size of the request in tokens. It may wait.
    ///
    /// # Errors
    /// [`Denied`] ends the session.
    async fn before_model_call(&self, estimate_tokens: u64) -> Result<(), Denied>;
}

/// Why the model may not be asked, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Denied {
    /// The sentence.
    pub reason: String,
}

/// Watches a session. Implementations must not block: they drop what they cannot take, except whole items.
pub trait Observer: Send + Sync {
    /// A whole item, for the transcript.
    fn item(&self, item: &Item);
    /// A piece of the reply that is being made.
    fn stream(&self, piece: StreamPiece<'_>);
    /// Output of a running tool.
    fn tool_output(&self, call_id: &str, text: &str);
    /// What one model call used.
    fn usage(&self, usage: TokenUsage);
}

/// A message to the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// What is said, sender included.
    pub text: String,
    /// When it is read.
    pub urgency: Urgency,
}

/// When a message is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Before the next model call.
    NextTurn,
    /// At once: whatever runs is given up.
    Interrupt,
}

/// A session that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// How it ended.
    pub outcome: Outcome,
    /// What all its model calls used.
    pub usage: TokenUsage,
    /// Replies of the model.
    pub turns: u32,
    /// Calls of tools.
    pub tool_calls: u32,
    /// Messages that came too late to be read.
    pub unread: Vec<String>,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With its closing tool.
    Closed { tool: String, value: Value },
    /// With a text, where that is how it may end.
    Said(String),
    /// It was told to stop.
    Stopped { reason: String },
    /// It did not do what it was for.
    Failed { reason: String, fault: Fault },
    /// The provider's quota is spent until then.
    Quota { reason: String, resets_after: Duration },
    /// The permit refused a model call.
    Denied { reason: String },
}

impl From<Ending> for Outcome {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Closed { tool, value } => Self::Closed { tool, value },
            Ending::Said(text) => Self::Said(text),
            Ending::Failed { reason, fault } => Self::Failed { reason, fault },
        }
    }
}
