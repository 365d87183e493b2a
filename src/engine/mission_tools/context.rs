//! What a mission tool works with: who calls it, and the way to the dispatcher.

use std::sync::Arc;

use serde_json::Value;

use crate::agent::tool::{Output, Then, ToolError};
use crate::domain::command::Command;
use crate::domain::event::{Actor, Stamped};
use crate::domain::id::AttemptId;
use crate::engine::dispatcher::{DispatcherHandle, Refused};
use crate::engine::mission_cell::MissionCell;
use crate::store::Store;
use crate::workspace::Checkout;

/// The context of one attempt.
pub struct ToolContext {
    pub attempt: AttemptId,
    pub dispatcher: DispatcherHandle,
    pub cell: Arc<MissionCell>,
    pub store: Arc<Store>,
    pub handoff_source: HandoffSource,
}

/// Where the attempt works, as far as its tools must know.
#[derive(Debug, Clone)]
pub enum HandoffSource {
    /// The mission's checkout: what is handed in is read from it.
    Checkout(Checkout),
    /// Nowhere that is handed in.
    Elsewhere,
}

impl ToolContext {
    /// Asks the mission for something as this attempt; a refusal is for the model to mend.
    pub(super) async fn ask(&self, commands: Vec<Command>) -> Result<Vec<Stamped>, ToolError> {
        self.dispatcher.submit(Actor::Attempt(self.attempt), commands).await.map_err(
            |refused| match refused {
                Refused::Rejected(rejection) => ToolError::Mend(rejection.sentence),
                Refused::Fault(sentence) => ToolError::Fatal(sentence),
            },
        )
    }

    /// Asks, and goes on with an answer.
    pub(super) async fn tell(&self, commands: Vec<Command>, answer: &str) -> Result<Output, ToolError> {
        self.ask(commands).await?;
        Ok(Output::text(answer))
    }

    /// Asks, and ends the attempt.
    pub(super) async fn close(&self, commands: Vec<Command>, answer: &str) -> Result<Output, ToolError> {
        self.ask(commands).await?;
        Ok(Output { text: answer.to_owned(), then: Then::Close(Value::Null) })
    }
}
