//! Amending the plan.

use super::Result;
use super::contract::{is_known, without_conflict};
use super::proposal::{Also, Split, propose_for_agent, split_spec};
use super::transaction::Transaction;
use super::triage::check_dismissal;
use crate::domain::command::{PlanChange, SpecEdit};
use crate::domain::contract::Assertion;
use crate::domain::event::{Actor, Event};
use crate::domain::finding::{Finding, FindingState};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, FindingId, MilestoneId, Revision};
use crate::domain::mission::Mission;
use crate::domain::part::differing;
use crate::domain::plan::{Feature, FeatureDraft, FeatureSpec, FeatureState, Origin};
use crate::domain::proposal::ProposedChange;
use crate::domain::rejection::Rejection;
use crate::domain::text::Line;

pub(super) fn new_feature(
    id: FeatureId,
    milestone: MilestoneId,
    draft: FeatureDraft,
    after: Vec<FeatureId>,
) -> Feature {
    Feature {
        id,
        milestone,
        spec: draft.spec,
        fulfills: draft.fulfills,
        after,
        origin: Origin::Planned { no_assertion_because: draft.no_assertion_because },
        state: FeatureState::Pending,
    }
}

fn find_by_name(features: &[Feature], name: &str) -> Option<FeatureId> {
    features.iter().find(|f| f.spec.title.as_str() == name || f.id.to_string() == name).map(|f| f.id)
}

pub(super) fn amend_plan(tx: &mut Transaction, changes: Vec<PlanChange>) -> Result {
    refuse_if!(changes.is_empty(), Invalid, "no change is named");
    let mut cancelled = Vec::new();
    for change in changes {
        match change {
            PlanChange::AddFeature { milestone, draft: added } => add_feature(tx, milestone, added)?,
            PlanChange::EditFeature { feature, spec } => {
                let edit = SpecEdit::between(&unbuilt(tx.mission(), feature)?.spec, &spec);
                edit_feature(tx, feature, revision_of(tx.mission(), feature), edit)?;
            }
            PlanChange::CancelFeature { feature, reason } => {
                cancel_feature(tx, feature, &reason)?;
                cancelled.push(feature);
            }
        }
    }
    // Looked at last: another change of the same amendment may take an assertion over.
    cancelled.into_iter().try_for_each(|feature| leaves_nothing_owed(tx.mission(), feature))
}

/// Nobody mends what a cancelled fix was to mend, so its findings are dismissed with it, as far as they can be.
pub(super) fn cancel_feature(tx: &mut Transaction, id: FeatureId, reason: &Line) -> Result {
    unbuilt(tx.mission(), id)?;
    if tx.actor != Actor::Person && !tx.mission().persons_feature_parts(id).is_empty() {
        let change = ProposedChange::CancelFeature { feature: id, reason: reason.clone() };
        return propose_for_agent(tx, change, Also::Nothing);
    }
    let mends = |finding: &&Finding| finding.state == FindingState::TakenUp { feature: id };
    let findings: Vec<FindingId> = tx.mission().findings.values().filter(mends).map(|f| f.id).collect();
    for finding in findings {
        check_dismissal(tx.mission(), finding)?;
        let reason = Line::clipped(format!("{id} was cancelled: {reason}"));
        tx.emit(Event::FindingDismissed { finding, reason });
    }
    tx.accept(Event::FeatureCancelled { feature: id, reason: reason.clone() })
}

pub(super) fn leaves_nothing_owed(mission: &Mission, id: FeatureId) -> Result {
    let Some(feature) = mission.feature(id) else { return Ok(()) };
    if feature.is_wanted() {
        return Ok(());
    }
    match feature.fulfills.iter().find(|id| is_owed(mission, id) && mission.claimant(id).is_none()) {
        None => Ok(()),
        Some(owed) => Err(Rejection::invalid(format!(
            "{id} fulfills {owed}: retire the assertion first, or add a feature that fulfills it in the same amendment"
        ))),
    }
}

fn is_owed(mission: &Mission, id: &AssertionId) -> bool {
    mission.contract.get(id).is_some_and(Assertion::is_active)
}

fn add_feature(tx: &mut Transaction, milestone: MilestoneId, added: FeatureDraft) -> Result {
    let mission = tx.mission();
    refuse_if!(
        !mission.milestones.iter().any(|found| found.id == milestone),
        Unknown,
        "there is no milestone {milestone}; there are {}",
        mission.milestones.iter().map(|known| known.id.to_string()).collect::<Vec<_>>().join(", ")
    );
    refuse_if!(
        mission.is_go(GateId::Milestone(milestone)),
        OutOfTurn,
        "{milestone} is GO already: add the feature to a later one"
    );
    check_fulfills(mission, &added.fulfills)?;
    refuse_if!(
        added.fulfills.is_empty() && added.no_assertion_because.is_none(),
        Invalid,
        "the feature fulfills no assertion: say why in no_assertion_because"
    );
    let id = next_feature_id(mission);
    let after = predecessors(mission, milestone, &added)?;
    let feature = new_feature(id, milestone, added, after);
    tx.accept(Event::FeatureAdded { feature: Box::new(feature) })
}

/// Whether a feature that is added while the mission flies may claim these. What a built feature claims, a later one
/// may have to make hold again; what one is still to build is its own.
pub(super) fn check_fulfills(mission: &Mission, ids: &[AssertionId]) -> Result {
    for id in ids {
        refuse_if!(
            !is_owed(mission, id),
            Unknown,
            "{id} is not in the contract: name one that is, or add it with amend_contract first"
        );
        if let Some(other) = mission.claimant(id).filter(|other| !other.is_built()) {
            refuse!(Invalid, "{id} is claimed by {} already, which is still to be built", other.quoted());
        }
    }
    Ok(())
}

fn predecessors(mission: &Mission, milestone: MilestoneId, added: &FeatureDraft) -> Result<Vec<FeatureId>> {
    let mut after = Vec::new();
    for name in &added.after {
        let found = find_by_name(&mission.features, name.as_str()).and_then(|id| mission.feature(id));
        match found {
            None => refuse!(
                Unknown,
                "there is no feature \"{name}\" to come after; there are {}",
                names(&mission.features)
            ),
            Some(found) if found.milestone > milestone => refuse!(
                Invalid,
                "{} belongs to {}, which is built after {milestone}: nothing in {milestone} can wait for it",
                found.quoted(),
                found.milestone
            ),
            Some(found) => after.push(found.id),
        }
    }
    Ok(after)
}

/// The id of the next feature of a mission.
pub(super) fn next_feature_id(mission: &Mission) -> FeatureId {
    FeatureId(mission.features.iter().map(|feature| feature.id.0).max().unwrap_or(0) + 1)
}

/// An agent's edit leaves the person's words, and is kept for them to decide on as far as it would change those.
pub(super) fn edit_feature(tx: &mut Transaction, id: FeatureId, base: Revision, edit: SpecEdit) -> Result {
    check_feature_edit(tx.mission(), id, base, &edit)?;
    let Split { taken, held } = split_spec(tx, id, edit);
    let also = if taken.is_empty() { Also::Nothing } else { Also::Changed };
    if also == Also::Changed {
        let spec = check_feature_edit(tx.mission(), id, base, &taken)?;
        tx.emit(Event::FeatureEdited { feature: id, spec });
    }
    if held.is_empty() {
        return Ok(());
    }
    let base = revision_of(tx.mission(), id);
    let change = ProposedChange::RewordFeature { feature: id, base, edit: Box::new(held) };
    propose_for_agent(tx, change, also)
}

/// The words after an edit. What others worded meanwhile stays, unless the edit words it too: then nothing happens.
pub(super) fn check_feature_edit(
    mission: &Mission,
    id: FeatureId,
    base: Revision,
    edit: &SpecEdit,
) -> Result<FeatureSpec> {
    let feature = unbuilt(mission, id)?;
    let authors = mission.feature_authors.get(&id).cloned().unwrap_or_default();
    is_known(&feature.quoted(), authors.revision, base)?;
    let spec = edit.applied_to(&feature.spec);
    refuse_if!(feature.spec == spec, Invalid, "{} already says that: nothing would change", feature.quoted());
    without_conflict(&feature.quoted(), &authors, base, &differing(&feature.spec, &spec))?;
    Ok(spec)
}

/// How often a feature has been worded.
fn revision_of(mission: &Mission, id: FeatureId) -> Revision {
    mission.feature_authors.get(&id).map_or(Revision::FIRST, |authors| authors.revision)
}

pub(super) fn unbuilt(mission: &Mission, id: FeatureId) -> Result<&Feature> {
    match mission.feature(id) {
        None => {
            let known = names(&mission.features);
            Err(Rejection::unknown(format!("there is no feature {id}; there are {known}")))
        }
        Some(feature) => match &feature.state {
            FeatureState::Pending => Ok(feature),
            FeatureState::Built { .. } => Err(Rejection::out_of_turn(format!(
                "{} is built already: add a feature that changes it",
                feature.quoted()
            ))),
            FeatureState::Cancelled { reason } => {
                Err(Rejection::out_of_turn(format!("{} was cancelled: {reason}", feature.quoted())))
            }
        },
    }
}

/// Features by their names, for a refusal.
fn names(features: &[Feature]) -> String {
    features.iter().map(Feature::quoted).collect::<Vec<_>>().join(", ")
}

pub(super) fn before_go(mission: &Mission, instead: &str) -> Result {
    refuse_if!(mission.is_go(GateId::Plan), OutOfTurn, "the plan is GO already: {instead}");
    Ok(())
}
