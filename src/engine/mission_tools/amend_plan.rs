//! `amend_plan`: features added, reworded or taken back after the plan is GO.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::issue::SpecArgument;
use super::propose_plan::FeatureArgument;
use super::texts::{id, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::{Command, PlanChange};

pub(super) struct AmendPlan(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Made together, or not at all.
    #[serde(default)]
    add: Vec<Addition>,
    /// New words for features that are not built yet.
    #[serde(default)]
    edit: Vec<Edit>,
    #[serde(default)]
    cancel: Vec<Cancel>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Addition {
    /// Such as M2; it must not be GO yet.
    milestone: String,
    feature: FeatureArgument,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Such as F7.
    feature: String,
    spec: SpecArgument,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cancel {
    feature: String,
    reason: String,
}

#[async_trait::async_trait]
impl Tool for AmendPlan {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("amend_plan", "Adds, rewords or cancels features that are not built yet.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let mut changes = Vec::new();
        for Addition { milestone, feature } in wanted.add {
            changes.push(PlanChange::AddFeature { milestone: id(&milestone)?, draft: feature.try_into()? });
        }
        for Edit { feature, spec } in wanted.edit {
            changes.push(PlanChange::EditFeature { feature: id(&feature)?, spec: spec.try_into()? });
        }
        for Cancel { feature, reason } in wanted.cancel {
            changes
                .push(PlanChange::CancelFeature { feature: id(&feature)?, reason: text("reason", &reason)? });
        }
        self.0.tell(vec![Command::AmendPlan { changes }], "The plan is amended.").await
    }
}
