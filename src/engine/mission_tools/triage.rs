//! `triage`: every finding that is due becomes a feature, joins one, is put off, or is dismissed with a reason.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext};
use crate::agent::tool::{ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::finding::{Ruling, TriageDecision, Until};
use crate::domain::id::{AssertionId, FindingId};
use crate::domain::plan::FeatureSpec;
use crate::domain::text::Line;

#[derive(Deserialize, JsonSchema)]
struct Triage {
    /// One for every finding under "Open findings".
    decisions: Vec<Settlement>,
}

/// Flat, since few providers take a schema of alternatives.
#[derive(Deserialize, JsonSchema)]
#[schemars(description = "")]
struct Settlement {
    /// Such as FND-3.
    finding: FindingId,
    decision: Kind,
    /// With `feature`: the fix, built before anything else.
    feature: Option<Fix>,
    /// With `join`: a finding of this call that becomes a feature, or one that a feature to come mends; one worker mends
    /// both.
    with: Option<FindingId>,
    /// With `defer`: when it is asked about again. A blocking one can only wait for the next round.
    until: Option<Until>,
    /// With `dismiss`: why nothing is done about it, for good. With `defer`: why it can wait.
    reason: Option<Line>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(description = "")]
struct Fix {
    #[serde(flatten)]
    spec: FeatureSpec,
    /// Assertions that it must make hold, where the findings name none or not all. Its worker reads them word for word.
    #[serde(default)]
    fulfills: Vec<AssertionId>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Feature,
    Join,
    Dismiss,
    /// It stays open.
    Defer,
}

pub(super) fn row(context: &Arc<ToolContext>) -> ToolRow {
    context.asking(
        "triage",
        "Decides every finding that is due in one call. Ends your turn.",
        Accepted::Close("Every finding is decided on."),
        |Triage { decisions }| {
            let decisions = decisions.into_iter().map(TriageDecision::try_from).collect::<Result<_, _>>()?;
            Ok(Command::Triage { decisions })
        },
    )
}

impl TryFrom<Settlement> for TriageDecision {
    type Error = ToolError;

    fn try_from(
        Settlement { finding, decision, feature, with, until, reason }: Settlement,
    ) -> Result<Self, ToolError> {
        let missing = |field: &str| ToolError::Mend(format!("{finding}: `{field}` is missing"));
        let ruling = match decision {
            Kind::Feature => {
                let Fix { spec, fulfills } = feature.ok_or_else(|| missing("feature"))?;
                Ruling::Feature { spec, fulfills }
            }
            Kind::Join => Ruling::Join { with: with.ok_or_else(|| missing("with"))? },
            Kind::Dismiss => Ruling::Dismiss { reason: reason.ok_or_else(|| missing("reason"))? },
            Kind::Defer => Ruling::Defer {
                until: until.ok_or_else(|| missing("until"))?,
                reason: reason.ok_or_else(|| missing("reason"))?,
            },
        };
        Ok(Self { finding, ruling })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::tool::arguments;

    #[test]
    fn a_fix_may_say_what_it_fulfills() {
        let fix = json!({ "title": "Mend", "description": "Do it.", "fulfills": ["VAL-A-001"] });
        let value = json!({ "decisions": [{ "finding": "FND-3", "decision": "feature", "feature": fix }] });
        let Triage { decisions } = arguments(value).unwrap();
        let decision = decisions.into_iter().map(TriageDecision::try_from).next().unwrap().unwrap();
        let Ruling::Feature { fulfills, .. } = decision.ruling else { panic!("{decision:?}") };
        assert_eq!(fulfills, ["VAL-A-001".parse().unwrap()]);
    }

    #[test]
    fn a_decision_names_what_it_lacks() {
        for (kind, field) in
            [("feature", "feature"), ("join", "with"), ("dismiss", "reason"), ("defer", "until")]
        {
            let value = json!({ "decisions": [{ "finding": "fnd-3", "decision": kind, "reason": "" }] });
            let Triage { decisions } = arguments(value).unwrap();
            let fault = decisions.into_iter().map(TriageDecision::try_from).next().unwrap().unwrap_err();
            assert_eq!(fault.to_string(), format!("FND-3: `{field}` is missing"));
        }
    }
}
