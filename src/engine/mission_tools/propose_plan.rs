//! `propose_plan`: milestones and features; it ends the planning turn.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{ids, maybe, text, texts};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::plan::{FeatureDraft, FeatureSpec, MilestoneDraft};
use crate::domain::text::Title;

pub(super) struct ProposePlan(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// What the mission is called from now on: what will be there, in at most seven words.
    #[serde(default)]
    title: Option<String>,
    milestones: Vec<MilestoneArgument>,
}

/// Features that are validated together and pass one gate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MilestoneArgument {
    title: String,
    features: Vec<FeatureArgument>,
}

/// One worker's work.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FeatureArgument {
    pub title: String,
    /// What is to be built and why, for a worker who knows nothing else.
    pub description: String,
    /// When it is done: one checkable criterion each.
    #[serde(default)]
    pub criteria: Vec<String>,
    /// Assertions that hold once it is built. Each assertion is claimed by exactly one feature.
    #[serde(default)]
    pub fulfills: Vec<String>,
    /// Needed when it fulfills none.
    pub no_assertion_because: Option<String>,
    /// Exact titles of features that must be built first.
    #[serde(default)]
    pub after: Vec<String>,
}

impl TryFrom<FeatureArgument> for FeatureDraft {
    type Error = ToolError;

    fn try_from(argument: FeatureArgument) -> Result<Self, ToolError> {
        Ok(Self {
            spec: FeatureSpec {
                title: text("title", &argument.title)?,
                description: text("description", &argument.description)?,
                criteria: texts("criteria", &argument.criteria)?,
            },
            fulfills: ids(&argument.fulfills)?,
            no_assertion_because: maybe("no_assertion_because", argument.no_assertion_because.as_deref())?,
            after: texts("after", &argument.after)?,
        })
    }
}

#[async_trait::async_trait]
impl Tool for ProposePlan {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>(
            "propose_plan",
            "Proposes milestones and their features, in the order in which they are built. Ends your turn: the person decides at the plan gate.",
        )
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let Arguments { title, milestones } = arguments(value)?;
        // No plan is refused for its name.
        let title = title.as_deref().and_then(|title| title.trim().lines().next()).map(Title::clipped);
        let milestone = |argument: MilestoneArgument| {
            let features = argument.features.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
            Ok::<_, ToolError>(MilestoneDraft { title: text("title", &argument.title)?, features })
        };
        let milestones = milestones.into_iter().map(milestone).collect::<Result<_, _>>()?;
        self.0.close(vec![Command::ProposePlan { title, milestones }], "The plan is at its gate.").await
    }
}
