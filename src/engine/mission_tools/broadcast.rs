//! `broadcast`: a directive to every agent from now on.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::text;
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;

pub(super) struct Broadcast(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    text: String,
}

#[async_trait::async_trait]
impl Tool for Broadcast {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("broadcast", "Issues a directive that every agent follows from now on.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let command = Command::Broadcast { text: text("text", &wanted.text)? };
        self.0.tell(vec![command], "The directive is issued.").await
    }
}
