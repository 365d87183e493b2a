//! `verdict`: pass, fail or blocked on one assertion, with the evidence it rests on.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{id, text};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::verdict::{EvidenceRef, Outcome};

pub(super) struct Verdict(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Such as VAL-AUTH-001.
    assertion: String,
    outcome: OutcomeArgument,
    /// What you saw, as exactly as the app showed it; for blocked, what stood in the way.
    observed: String,
    /// References (ev_…) that your instruments returned. Pass and fail need at least one.
    #[serde(default)]
    evidence: Vec<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeArgument {
    Pass,
    Fail,
    Blocked,
}

#[async_trait::async_trait]
impl Tool for Verdict {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("verdict", "Gives your verdict on one assertion. Giving it again replaces it.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: Arguments = arguments(value)?;
        let mut evidence = Vec::new();
        for reference in wanted.evidence {
            let reference = EvidenceRef(reference.trim().to_owned());
            if self.0.store.evidence().get(&reference).is_err() {
                return Err(ToolError::Mend(format!(
                    "there is no evidence {}: name a reference that an instrument returned",
                    reference.0
                )));
            }
            evidence.push(reference);
        }
        let answer = format!("The verdict on {} is recorded.", wanted.assertion);
        let command = Command::GiveVerdict {
            assertion: id(&wanted.assertion)?,
            outcome: match wanted.outcome {
                OutcomeArgument::Pass => Outcome::Pass,
                OutcomeArgument::Fail => Outcome::Fail,
                OutcomeArgument::Blocked => Outcome::Blocked,
            },
            observed: text("observed", &wanted.observed)?,
            evidence,
        };
        self.0.tell(vec![command], &answer).await
    }
}
