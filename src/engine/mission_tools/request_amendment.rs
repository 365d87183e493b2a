//! `request_amendment`: a worker holds an assertion to be wrong.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{id, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;

pub(super) struct RequestAmendment(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    assertion: String,
    /// What it should say.
    proposal: String,
    /// Why it cannot or should not hold as it is.
    reason: String,
}

#[async_trait::async_trait]
impl Tool for RequestAmendment {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>(
            "request_amendment",
            "Asks for a change to an assertion that is wrong or impossible. The orchestrator decides after your handoff; go on with your work.",
        )
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let command = Command::RequestAmendment {
            assertion: id(&wanted.assertion)?,
            proposal: text("proposal", &wanted.proposal)?,
            reason: text("reason", &wanted.reason)?,
        };
        self.0.tell(vec![command], "The request is recorded; the orchestrator decides on it.").await
    }
}
