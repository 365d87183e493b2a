//! Shapes that several tools share.

use schemars::JsonSchema;
use serde::Deserialize;

use super::texts::{maybe, text, texts};
use crate::agent::tool::ToolError;
use crate::domain::finding::Severity;
use crate::domain::handoff::Issue;
use crate::domain::plan::FeatureSpec;

/// Something that is wrong.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueArgument {
    pub severity: SeverityArgument,
    /// What is wrong and how it shows, in a sentence or two.
    pub description: String,
    pub suggested_fix: Option<String>,
}

/// How much it weighs.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SeverityArgument {
    /// The milestone must not pass with it.
    Blocking,
    NonBlocking,
    Suggestion,
}

impl From<SeverityArgument> for Severity {
    fn from(argument: SeverityArgument) -> Self {
        match argument {
            SeverityArgument::Blocking => Self::Blocking,
            SeverityArgument::NonBlocking => Self::NonBlocking,
            SeverityArgument::Suggestion => Self::Suggestion,
        }
    }
}

impl TryFrom<IssueArgument> for Issue {
    type Error = ToolError;

    fn try_from(argument: IssueArgument) -> Result<Self, ToolError> {
        Ok(Self {
            severity: argument.severity.into(),
            description: text("description", &argument.description)?,
            suggested_fix: maybe("suggested_fix", argument.suggested_fix.as_deref())?,
        })
    }
}

/// Issues of a list.
pub(super) fn issues(arguments: Vec<IssueArgument>) -> Result<Vec<Issue>, ToolError> {
    arguments.into_iter().map(Issue::try_from).collect()
}

/// What is to be built.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpecArgument {
    pub title: String,
    /// What is to be built and why, for a worker who knows nothing else.
    pub description: String,
    /// When it is done: one checkable criterion each.
    #[serde(default)]
    pub criteria: Vec<String>,
}

impl TryFrom<SpecArgument> for FeatureSpec {
    type Error = ToolError;

    fn try_from(argument: SpecArgument) -> Result<Self, ToolError> {
        Ok(Self {
            title: text("title", &argument.title)?,
            description: text("description", &argument.description)?,
            criteria: texts("criteria", &argument.criteria)?,
        })
    }
}
