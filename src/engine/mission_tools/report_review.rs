//! `report_review`: how a reviewer ends.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::issue::SeverityArgument;
use super::texts::text;
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::handoff::Issue;
use crate::domain::round::{Opinion, ReviewIssue};

pub(super) struct ReportReview(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    summary: String,
    verdict: OpinionArgument,
    #[serde(default)]
    issues: Vec<PlacedIssue>,
}

/// Fail names at least one blocking issue; pass names none.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum OpinionArgument {
    Pass,
    Fail,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlacedIssue {
    file: String,
    line: Option<u32>,
    severity: SeverityArgument,
    /// What is wrong and what follows from it.
    description: String,
}

fn issue(argument: &PlacedIssue) -> Result<ReviewIssue, ToolError> {
    Ok(ReviewIssue {
        file: text("file", &argument.file)?,
        line: argument.line,
        issue: Issue {
            severity: argument.severity.into(),
            description: text("description", &argument.description)?,
            suggested_fix: None,
        },
    })
}

#[async_trait::async_trait]
impl Tool for ReportReview {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("report_review", "Reports your review and ends the attempt.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let command = Command::ReportReview {
            summary: text("summary", &wanted.summary)?,
            opinion: match wanted.verdict {
                OpinionArgument::Pass => Opinion::Pass,
                OpinionArgument::Fail => Opinion::Fail,
            },
            issues: wanted.issues.iter().map(issue).collect::<Result<_, _>>()?,
        };
        self.0.close(vec![command], "The review is recorded.").await
    }
}
