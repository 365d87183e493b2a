//! `report_user_testing`: how the user-testing validator ends; every assertion has its verdict by then.

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

pub(super) struct ReportUserTesting(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    summary: String,
    /// What was awkward though it worked.
    #[serde(default)]
    frictions: Vec<String>,
    /// What is wrong beyond the assertions. A failed verdict is reported already.
    #[serde(default)]
    issues: Vec<IssueArgument>,
}

#[async_trait::async_trait]
impl Tool for ReportUserTesting {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>(
            "report_user_testing",
            "Ends the attempt. Refused while an assertion of the round has no verdict.",
        )
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let command = Command::ReportUserTesting {
            summary: text("summary", &wanted.summary)?,
            frictions: texts("frictions", &wanted.frictions)?,
            issues: issues(wanted.issues)?,
        };
        self.0.close(vec![command], "The report is recorded.").await
    }
}
