//! Changes while the mission flies: to the plan and to the contract, a worker's request for one, and its answer.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext, held_back};
use crate::agent::tool::{Answer, Call, Output, ToolError, ToolRow};
use crate::domain::amendment::AmendmentOutcome;
use crate::domain::command::{Command, PlanChange, WordingEdit};
use crate::domain::consequence::{ContractChange, consequences, plan_changes};
use crate::domain::contract::AssertionDraft;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::{AssertionId, FeatureId, FindingId, MilestoneId, Revision};
use crate::domain::plan::{FeatureDraft, FeatureSpec};
use crate::domain::text::Line;
use crate::workspace::Access;

/// What is said where every change waits for the person.
const NOTHING: &str = "Nothing is amended yet.";

#[derive(Deserialize, JsonSchema)]
struct PlanChanges {
    /// Made together, or not at all.
    #[serde(default)]
    add: Vec<NewFeature>,
    /// New words for features that are not built yet.
    #[serde(default)]
    edit: Vec<FeatureEdit>,
    #[serde(default)]
    cancel: Vec<Cancellation>,
}

#[derive(Deserialize, JsonSchema)]
struct NewFeature {
    /// Such as M2; it must not be GO yet.
    milestone: MilestoneId,
    feature: FeatureDraft,
}

#[derive(Deserialize, JsonSchema)]
struct FeatureEdit {
    /// Such as F7.
    feature: FeatureId,
    spec: FeatureSpec,
}

#[derive(Deserialize, JsonSchema)]
struct Cancellation {
    feature: FeatureId,
    reason: Line,
}

#[derive(Deserialize, JsonSchema)]
struct ContractChanges {
    /// Made together, or not at all. An edited assertion is tested again.
    #[serde(default)]
    edit: Vec<AssertionEdit>,
    #[serde(default)]
    add: Vec<NewAssertion>,
    #[serde(default)]
    retire: Vec<Retirement>,
}

#[derive(Deserialize, JsonSchema)]
struct AssertionEdit {
    id: AssertionId,
    #[serde(flatten)]
    edit: WordingEdit,
}

#[derive(Deserialize, JsonSchema)]
struct NewAssertion {
    assertion: AssertionDraft,
    /// The feature that fulfills it, such as F7.
    feature: FeatureId,
}

#[derive(Deserialize, JsonSchema)]
struct Retirement {
    id: AssertionId,
    reason: Line,
}

#[derive(Deserialize, JsonSchema)]
struct AmendmentRequest {
    assertion: AssertionId,
    /// What it should say.
    proposal: Line,
    reason: Line,
}

#[derive(Deserialize, JsonSchema)]
struct AmendmentReply {
    /// The request, such as FND-3.
    finding: FindingId,
    answer: AmendmentOutcome,
    /// Why; where you counter, what holds instead. The worker reads it.
    words: Line,
    /// What becomes of the assertion. Agreed without it: the worker's words are its statement. Countered without it: it stays.
    #[serde(default)]
    edit: WordingEdit,
}

pub(super) fn rows(context: &Arc<ToolContext>) -> [ToolRow; 4] {
    [
        ToolRow::new(
            "amend_plan",
            "Adds, rewords or cancels features that are not built yet; answers with what follows.",
            Access::Read,
            Ok(Arc::clone(context)),
            amend_plan,
        ),
        ToolRow::new(
            "amend_contract",
            "Edits, adds or retires assertions of the contract; answers with what follows.",
            Access::Read,
            Ok(Arc::clone(context)),
            amend_contract,
        ),
        context.asking(
            "request_amendment",
            "Asks to change an assertion that is wrong or impossible. Work on meanwhile.",
            Accepted::GoOn("The request is recorded, and the orchestrator is told. Until an answer changes it, the assertion holds as it stands."),
            |AmendmentRequest { assertion, proposal, reason }| {
                Ok(Command::RequestAmendment { assertion, proposal, reason })
            },
        ),
        context.asking(
            "answer_amendment",
            "Answers a worker's request to amend an assertion, while it works: agreed, countered or refused. What changes a blocking assertion, or words of the person, waits for them.",
            Accepted::GoOn("The request is settled, and the worker is told."),
            |AmendmentReply { finding, answer, words, edit }| {
                Ok(Command::AnswerAmendment { finding, outcome: answer, words, edit: Box::new(edit) })
            },
        ),
    ]
}

impl From<PlanChanges> for Vec<PlanChange> {
    fn from(PlanChanges { add, edit, cancel }: PlanChanges) -> Self {
        let add = add
            .into_iter()
            .map(|NewFeature { milestone, feature }| PlanChange::AddFeature { milestone, draft: feature });
        let edit =
            edit.into_iter().map(|FeatureEdit { feature, spec }| PlanChange::EditFeature { feature, spec });
        let cancel = cancel
            .into_iter()
            .map(|Cancellation { feature, reason }| PlanChange::CancelFeature { feature, reason });
        add.chain(edit).chain(cancel).collect()
    }
}

async fn amend_plan(context: Arc<ToolContext>, changes: PlanChanges, _call: Call) -> Answer {
    let events = context.ask(vec![Command::AmendPlan { changes: changes.into() }]).await?;
    let told = context.engine.cell.with(|m| plan_changes(m, events.iter().map(|stamped| &stamped.event)));
    let changes = |stamped: &Stamped| !matches!(stamped.event, Event::ProposalMade { .. });
    let outcome = if events.iter().any(changes) { "The plan is amended." } else { NOTHING };
    Ok(Output::text(format!("{outcome}{}\n- {}", held_back(&events), told.join("\n- "))))
}

async fn amend_contract(context: Arc<ToolContext>, wanted: ContractChanges, _call: Call) -> Answer {
    let edit = wanted.edit.into_iter().map(|AssertionEdit { id, edit }| {
        let base = context.engine.cell.with(|m| m.contract.get(&id).map_or(Revision::FIRST, |a| a.revision));
        ContractChange::Edit { assertion: id, base, edit: Box::new(edit) }
    });
    let add = wanted.add.into_iter().map(|NewAssertion { assertion, feature }| ContractChange::Add {
        draft: Box::new(assertion),
        feature,
    });
    let retire = wanted
        .retire
        .into_iter()
        .map(|Retirement { id, reason }| ContractChange::Retire { assertion: id, reason });
    let changes: Vec<ContractChange> = edit.chain(add).chain(retire).collect();
    if changes.is_empty() {
        return Err(ToolError::Mend("no change is named: give edit, add or retire".to_owned()));
    }
    let told: Vec<(AssertionId, String)> = context.engine.cell.with(|mission| {
        let told =
            |change: &ContractChange| (change.assertion().clone(), consequences(mission, change).told());
        changes.iter().map(told).collect()
    });
    let events = context.ask(changes.into_iter().map(Command::from).collect()).await?;
    // What waits for the person has led to nothing yet.
    let made =
        told.iter().filter(|(id, _)| events.iter().any(|stamped| changes_assertion(&stamped.event, id)));
    let made: Vec<String> = made.map(|(id, told)| format!("\n- {id}: {told}")).collect();
    let outcome = if made.is_empty() { NOTHING } else { "The contract is amended." };
    Ok(Output::text(format!("{outcome}{}{}", held_back(&events), made.concat())))
}

fn changes_assertion(event: &Event, id: &AssertionId) -> bool {
    match event {
        Event::AssertionEdited { assertion, .. } | Event::AssertionRetired { assertion, .. } => {
            assertion == id
        }
        Event::AssertionAdded { assertion, .. } => assertion.id == *id,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::tool::arguments;
    use crate::domain::contract::Weight;

    #[test]
    fn an_edit_names_only_what_changes() {
        let edit = json!({ "id": "VAL-AUTH-001", "severity": "non_blocking", "title": "" });
        let read: ContractChanges = arguments(json!({ "edit": [edit] })).unwrap();
        let wanted = WordingEdit { weight: Some(Weight::NonBlocking), ..WordingEdit::default() };
        assert_eq!(read.edit[0].edit, wanted);
    }

    #[test]
    fn changes_of_a_plan_keep_their_order() {
        let spec = json!({ "title": "Login", "description": "A form." });
        let read: PlanChanges = arguments(json!({
            "cancel": [{ "feature": "F2", "reason": "not wanted" }],
            "edit": [{ "feature": "F1", "spec": spec }],
            "add": [{ "milestone": "M1", "feature": spec }],
        }))
        .unwrap();
        let changes: Vec<PlanChange> = read.into();
        assert!(matches!(
            &changes[..],
            [PlanChange::AddFeature { .. }, PlanChange::EditFeature { .. }, PlanChange::CancelFeature { .. }]
        ));
    }
}
