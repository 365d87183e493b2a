//! `message`: an addressed message to the person, the orchestrator or a live attempt.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{id, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::message::{Delivery, Party};

pub(super) struct Message(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// `person`, `orchestrator`, or an attempt such as #18.
    to: String,
    text: String,
}

#[async_trait::async_trait]
impl Tool for Message {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("message", "Sends a message; an attempt reads it at its next turn.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let to = match wanted.to.trim() {
            "person" => Party::Person,
            "orchestrator" => Party::Orchestrator,
            attempt => Party::Attempt(id(attempt)?),
        };
        let command = Command::Say { to, text: text("text", &wanted.text)?, delivery: Delivery::Queue };
        self.0.tell(vec![command], "The message is sent.").await
    }
}
