//! What a session is given and what it gives back.

use std::sync::Arc;

use crate::agent::context::History;
use crate::agent::external::AgentSpec;
use crate::agent::model::{Item, Model, ModelError, StreamPiece, TokenUsage};
use crate::agent::turn::Outcome;

/// Who plays a session.
#[derive(Clone)]
pub enum Player {
    /// A model, whose loop is ours.
    Model(Arc<dyn Model>),
    /// An agent that has a loop of its own.
    Agent(Arc<AgentSpec>),
}

/// Says whether the model may be asked: budgets are checked before money is spent.
#[async_trait::async_trait]
pub trait Permit: Send + Sync {
    /// Called before every model call with the size of the request in tokens. It may wait.
    ///
    /// # Errors
    /// A sentence that says why not; it ends the session.
    async fn before_model_call(&self, estimate_tokens: u64) -> Result<(), String>;

    /// Called after a model call that brought a reply.
    async fn after_reply(&self) {}

    /// Called after a model call that brought none. It may wait; that is no time of the session's.
    async fn after_fault(&self, _fault: &ModelError) -> Again {
        Again::GiveUp
    }
}

/// What comes after a model call that brought no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// The same call once more.
    Ask,
    /// The fault ends the session.
    GiveUp,
    /// The session ends for another reason.
    End { reason: String },
}

/// An earlier session of an agent that has a loop of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenUp {
    /// What the agent called it, where it said so.
    pub session: Option<String>,
    /// What it hears where it goes on with it.
    pub brief: String,
    /// What came of it, for one that cannot go on and is briefed anew.
    pub recap: String,
}

/// Watches a session, or what it chooses to see of it. Implementations must not block: they drop what they cannot
/// take, except whole items.
pub trait Observer: Send + Sync {
    /// A whole item, for the transcript.
    fn item(&self, _item: &Item) {}
    /// Earlier items were shortened: this is the conversation from now on.
    fn rewritten(&self, _history: &History) {}
    /// A piece of the reply that is being made.
    fn stream(&self, _piece: StreamPiece<'_>) {}
    /// Output of a running tool.
    fn tool_output(&self, _call_id: &str, _text: &str) {}
    /// What one model call used.
    fn usage(&self, usage: TokenUsage);
    /// The same where somebody else tells what it costs: its tokens alone.
    fn tokens(&self, usage: TokenUsage) {
        self.usage(usage);
    }
    /// What an agent that has a loop of its own calls the session.
    fn session(&self, _name: &str) {}
    /// What was spent, in millionths of a dollar, as an agent tells it of itself.
    fn cost(&self, _micro_dollars: u64) {}
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
