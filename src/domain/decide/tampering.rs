//! What the engine saw taken away from tests and gates, and what the orchestrator takes away from the environment.

use super::Result;
use super::transaction::{Raised, Transaction};
use crate::domain::environment::{Environment, Script};
use crate::domain::finding::{Severity, Source};
use crate::domain::gate::GateId;
use crate::domain::id::FeatureId;
use crate::domain::plan::FeatureState;
use crate::domain::tampering::Suspicion;
use crate::domain::text::Line;

/// Raises what was seen of a handoff; what was raised before in the same words is not raised again, whatever was decided
/// on it.
pub(super) fn record(tx: &mut Transaction, feature: FeatureId, found: Vec<Suspicion>) -> Result {
    let Some(FeatureState::Built { attempt, .. }) = tx.mission().feature(feature).map(|known| &known.state)
    else {
        refuse!(OutOfTurn, "{feature} is not built")
    };
    let source = Source::Tampering { attempt: *attempt };
    for Suspicion { severity, description, hunk } in found {
        let is_known = tx.mission().findings.values().any(|known| {
            matches!(known.source, Source::Tampering { .. })
                && known.feature == Some(feature)
                && known.description == description
                && known.hunk == hunk
        });
        if !is_known {
            let suggested_fix = (severity == Severity::Blocking).then(|| Line::clipped(UNDO));
            let raised = Raised {
                feature: Some(feature),
                suggested_fix,
                hunk,
                ..Raised::new(severity, source.clone(), description)
            };
            tx.raise(raised);
        }
    }
    Ok(())
}

/// What becomes of it unless somebody decides otherwise.
const UNDO: &str = "Put back what tested this, and make the program pass it.";

/// Once the plan is GO, commands of the environment that test are the person's word too: one that goes is a finding.
pub(super) fn compare_environment(tx: &mut Transaction, new: &Environment) -> Result {
    let mission = tx.mission();
    let Some(old) = mission.environment.clone().filter(|_| mission.is_go(GateId::Plan)) else {
        return Ok(());
    };
    let attempt = tx.asker()?.id;
    let groups =
        [("test", &old.test, &new.test), ("lint", &old.lint, &new.lint), ("build", &old.build, &new.build)];
    for (group, before, after) in groups {
        let gone: Vec<&Script> =
            before.iter().filter(|script| !after.iter().any(|kept| kept.run == script.run)).collect();
        if gone.is_empty() {
            continue;
        }
        let come: Vec<&Script> =
            after.iter().filter(|script| !before.iter().any(|kept| kept.run == script.run)).collect();
        let named = |scripts: &[&Script]| match scripts {
            [] => "nothing".to_owned(),
            some => some.iter().map(|script| format!("`{}`", script.run)).collect::<Vec<_>>().join(", "),
        };
        let severity = if come.len() < gone.len() { Severity::Blocking } else { Severity::NonBlocking };
        let words = format!(
            "the environment's {group} command was {} when the plan was GO, and is {} now",
            named(&gone),
            named(&come)
        );
        tx.raise(Raised::new(severity, Source::Tampering { attempt }, words));
    }
    Ok(())
}
