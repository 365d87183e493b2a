//! `report_scrutiny`: the synthesis over the reviews of a milestone.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::issue::{IssueArgument, issues};
use super::texts::{text, texts};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;

pub(super) struct ReportScrutiny(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    summary: String,
    /// What the reviews did not say already: what goes wrong between features.
    #[serde(default)]
    issues: Vec<IssueArgument>,
    /// Notes that you found true and worth keeping for later agents.
    #[serde(default)]
    knowledge: Vec<String>,
}

#[async_trait::async_trait]
impl Tool for ReportScrutiny {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("report_scrutiny", "Reports the scrutiny of the milestone and ends the attempt.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let command = Command::ReportScrutiny {
            summary: text("summary", &wanted.summary)?,
            issues: issues(wanted.issues)?,
            knowledge: texts("knowledge", &wanted.knowledge)?,
        };
        self.0.close(vec![command], "The scrutiny is recorded.").await
    }
}
