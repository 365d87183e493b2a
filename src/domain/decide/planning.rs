//! Proposing and amending the plan.

use std::collections::BTreeMap;

use super::Result;
use super::contract::{is_known, without_conflict};
use super::transaction::{Transaction, without_complaints};
use super::triage::check_dismissal;
use crate::domain::command::{PlanChange, SpecEdit};
use crate::domain::contract::{Assertion, AssertionDraft};
use crate::domain::environment::Environment;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, FindingState};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, FindingId, MilestoneId, Revision};
use crate::domain::lint;
use crate::domain::mission::Mission;
use crate::domain::part::differing;
use crate::domain::plan::{
    Feature, FeatureDraft, FeatureState, Milestone, MilestoneDraft, Origin, ProposedPlan,
};
use crate::domain::rejection::Rejection;
use crate::domain::text::{Line, Title};

pub(super) fn propose_contract(tx: &mut Transaction, assertions: Vec<AssertionDraft>) -> Result {
    before_go(tx.mission(), "change the contract with amend_contract")?;
    without_complaints(&lint::lint_contract(&assertions))?;
    let mission = tx.mission();
    let assertions = assertions.into_iter().map(|proposed| reworded(mission, proposed)).collect();
    tx.accept(Event::ContractProposed { assertions })
}

/// An assertion that was proposed before keeps counting its revisions, so that a waiver of the old words does not
/// pass for the new ones.
fn reworded(mission: &Mission, proposed: AssertionDraft) -> Assertion {
    let known =
        mission.contract.get(&proposed.id).map(|known| (known.revision, known.wording == proposed.wording));
    let fresh = Assertion::new(proposed);
    match known {
        None => fresh,
        Some((revision, true)) => Assertion { revision, ..fresh },
        Some((revision, false)) => Assertion { revision: revision.next(), ..fresh },
    }
}

pub(super) fn propose_environment(tx: &mut Transaction, environment: Environment) -> Result {
    without_complaints(&lint::lint_environment(&environment))?;
    tx.accept(Event::EnvironmentProposed { environment })
}

pub(super) fn propose_plan(
    tx: &mut Transaction,
    title: Option<Title>,
    milestones: Vec<MilestoneDraft>,
) -> Result {
    let mission = tx.mission();
    before_go(mission, "change the plan with amend_plan")?;
    refuse_if!(
        mission.contract.is_empty(),
        OutOfTurn,
        "the contract comes first: call propose_contract, then propose the plan"
    );
    refuse_if!(
        mission.environment.is_none(),
        OutOfTurn,
        "the environment comes before the plan: call propose_environment, then propose the plan"
    );
    without_complaints(&lint::lint_plan(&mission.contract, &milestones))?;
    let (milestones, features) = numbered(milestones);
    tx.emit(Event::PlanProposed(Box::new(ProposedPlan { title, milestones, features })));
    tx.end_asker()?;
    if !tx.mission().is_gate_open(GateId::Plan) {
        tx.emit(Event::GateOpened { gate: GateId::Plan });
    }
    Ok(())
}

/// Gives milestones and features their ids, in order. `after` may name a feature that stands further down.
fn numbered(drafts: Vec<MilestoneDraft>) -> (Vec<Milestone>, Vec<Feature>) {
    let titles = drafts.iter().flat_map(|milestone| &milestone.features).map(|f| f.spec.title.clone());
    let ids: BTreeMap<Title, FeatureId> = titles.zip((1..).map(FeatureId)).collect();
    let mut numbers = (1..).map(FeatureId);
    let (mut milestones, mut features) = (Vec::new(), Vec::new());
    for (id, milestone) in (1..).map(MilestoneId).zip(drafts) {
        milestones.push(Milestone { id, title: milestone.title });
        for (draft, number) in milestone.features.into_iter().zip(&mut numbers) {
            let after = draft.after.iter().filter_map(|title| ids.get(title).copied()).collect();
            features.push(new_feature(number, id, draft, after));
        }
    }
    (milestones, features)
}

fn new_feature(id: FeatureId, milestone: MilestoneId, draft: FeatureDraft, after: Vec<FeatureId>) -> Feature {
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
                let present = unbuilt(tx.mission(), feature)?;
                let edit = SpecEdit::between(&present.spec, &spec);
                let base = tx.mission().feature_authors.get(&feature).map_or(Revision::FIRST, |a| a.revision);
                edit_feature(tx, feature, base, &edit)?;
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
fn cancel_feature(tx: &mut Transaction, id: FeatureId, reason: &Line) -> Result {
    unbuilt(tx.mission(), id)?;
    let mends = |finding: &&Finding| finding.state == FindingState::TakenUp { feature: id };
    let findings: Vec<FindingId> = tx.mission().findings.values().filter(mends).map(|f| f.id).collect();
    for finding in findings {
        check_dismissal(tx.mission(), finding)?;
        let reason = Line::clipped(format!("{id} was cancelled: {reason}"));
        tx.emit(Event::FindingDismissed { finding, reason });
    }
    tx.accept(Event::FeatureCancelled { feature: id, reason: reason.clone() })
}

fn leaves_nothing_owed(mission: &Mission, id: FeatureId) -> Result {
    let Some(feature) = mission.feature(id) else { return Ok(()) };
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

pub(super) fn edit_feature(tx: &mut Transaction, id: FeatureId, base: Revision, edit: &SpecEdit) -> Result {
    let feature = unbuilt(tx.mission(), id)?;
    let authors = tx.mission().feature_authors.get(&id).cloned().unwrap_or_default();
    is_known(&feature.quoted(), authors.revision, base)?;
    let spec = edit.applied_to(&feature.spec);
    refuse_if!(feature.spec == spec, Invalid, "{} already says that: nothing would change", feature.quoted());
    without_conflict(&feature.quoted(), &authors, base, &differing(&feature.spec, &spec))?;
    tx.accept(Event::FeatureEdited { feature: id, spec })
}

fn unbuilt(mission: &Mission, id: FeatureId) -> Result<&Feature> {
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

fn before_go(mission: &Mission, instead: &str) -> Result {
    refuse_if!(mission.is_go(GateId::Plan), OutOfTurn, "the plan is GO already: {instead}");
    Ok(())
}
