//! `triage`: every open finding becomes a feature, joins one, or is dismissed with a reason.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::issue::SpecArgument;
use super::texts::{id, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::finding::{Ruling, TriageDecision};

pub(super) struct Triage(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// One for every open finding.
    decisions: Vec<DecisionArgument>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DecisionArgument {
    /// Such as FND-3.
    finding: String,
    decision: Kind,
    /// With `feature`: the fix, built before anything else.
    feature: Option<SpecArgument>,
    /// With `join`: a finding of this call that becomes a feature; one worker mends both.
    with: Option<String>,
    /// With `dismiss`: why nothing is done about it.
    reason: Option<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Feature,
    Join,
    Dismiss,
}

fn decision(argument: DecisionArgument) -> Result<TriageDecision, ToolError> {
    let finding = id(&argument.finding)?;
    let missing = |field: &str| ToolError::Mend(format!("{finding}: `{field}` is missing"));
    let ruling = match argument.decision {
        Kind::Feature => {
            Ruling::Feature { spec: argument.feature.ok_or_else(|| missing("feature"))?.try_into()? }
        }
        Kind::Join => Ruling::Join { with: id(&argument.with.ok_or_else(|| missing("with"))?)? },
        Kind::Dismiss => {
            Ruling::Dismiss { reason: text("reason", &argument.reason.ok_or_else(|| missing("reason"))?)? }
        }
    };
    Ok(TriageDecision { finding, ruling })
}

#[async_trait::async_trait]
impl Tool for Triage {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("triage", "Decides every open finding in one call. Ends your turn.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let Arguments { decisions } = arguments(value)?;
        let decisions = decisions.into_iter().map(decision).collect::<Result<_, _>>()?;
        self.0.close(vec![Command::Triage { decisions }], "Every finding is settled.").await
    }
}
