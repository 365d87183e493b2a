//! Proposing contract, environment and plan. What the person worded is kept through every proposal.

use std::collections::BTreeMap;

use super::planning::{before_go, new_feature, next_feature_id};
use super::proposal::{Split, propose, split_spec, split_wording, withdraw};
use super::requirement;
use super::transaction::{Transaction, without_complaints};
use super::{Result, negotiation};
use crate::domain::contract::{Assertion, AssertionDraft};
use crate::domain::environment::Environment;
use crate::domain::event::{Actor, Event};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, MilestoneId, Revision};
use crate::domain::lint;
use crate::domain::mission::Mission;
use crate::domain::part::{SpecEdit, WordingEdit};
use crate::domain::plan::{Feature, FeatureDraft, Milestone, MilestoneDraft, Origin, ProposedPlan};
use crate::domain::proposal::{ProposedBy, ProposedChange};
use crate::domain::text::{Line, Prose, Title};

/// Why a proposal is made to drop what a proposal left out.
const LEFT_OUT: &str = "the newer proposal leaves it out";

pub(super) fn propose_contract(tx: &mut Transaction, proposed: Vec<AssertionDraft>) -> Result {
    before_go(tx.mission(), "change the contract with amend_contract")?;
    without_complaints(&lint::lint_contract(&proposed))?;
    if let Some(taken) = proposed.iter().find(|draft| tx.mission().is_sealed(&draft.id)) {
        refuse!(Invalid, "the number of {} is taken: choose another one", taken.id);
    }
    requirement::read_goal(tx);
    let (mut assertions, mut held) = (Vec::new(), Vec::new());
    let mentioned: Vec<_> = proposed.iter().map(|draft| draft.id.clone()).collect();
    for mut draft in proposed {
        // What was never asked for cannot be shown. Its author is told, and the rest of the contract stands.
        draft.shows.retain(|id| tx.mission().requirement(*id).is_some());
        let (assertion, change) = reworded(tx, draft);
        assertions.push(assertion);
        held.extend(change);
    }
    for known in tx.mission().contract.values().filter(|known| !mentioned.contains(&known.id)) {
        let retired = tx.mission().is_retired_by_person(known);
        let worded = known.is_active() && !tx.mission().persons_parts(&known.id).is_empty();
        if worded {
            let reason = Line::clipped(LEFT_OUT);
            held.push(ProposedChange::Retire { assertion: known.id.clone(), reason });
        }
        assertions.extend((retired || worded).then(|| known.clone()));
    }
    tx.emit(Event::ContractProposed { assertions });
    keep(tx, held, |change| {
        matches!(
            change,
            ProposedChange::Reword { .. } | ProposedChange::Retire { .. } | ProposedChange::Add { .. }
        )
    });
    Ok(())
}

/// Keeps what a proposal would say in place of the person's words; what earlier proposals would have said is withdrawn.
fn keep(tx: &mut Transaction, held: Vec<ProposedChange>, of_its_kind: impl Fn(&ProposedChange) -> bool) {
    let Actor::Attempt(attempt) = tx.actor else { return };
    withdraw(tx, |one| {
        one.from != ProposedBy::Document
            && of_its_kind(&one.change)
            && !held.iter().any(|change| change.is_same(&one.change))
    });
    for change in held {
        propose(tx, ProposedBy::Attempt(attempt), change);
    }
}

/// An assertion as it stands after it was proposed, and what was held back. One that was proposed before keeps counting
/// its revisions, so that a waiver of the old words does not pass for the new ones; one that the person retired stays so.
fn reworded(tx: &Transaction, proposed: AssertionDraft) -> (Assertion, Option<ProposedChange>) {
    let mission = tx.mission();
    let Some(known) = mission.contract.get(&proposed.id) else {
        return (Assertion::new(proposed), None);
    };
    let is_persons = mission.persons_mappings.contains(&known.id);
    let shows = if is_persons { known.shows.clone() } else { proposed.shows };
    if tx.mission().is_retired_by_person(known) {
        return (known.clone(), None);
    }
    let edit = WordingEdit::between(&known.wording, &proposed.wording);
    let Split { taken, held } = split_wording(tx, &known.id, edit);
    let wording = taken.applied_to(&known.wording);
    let revision = if wording == known.wording { known.revision } else { known.revision.next() };
    let draft = AssertionDraft { id: proposed.id, wording, shows };
    let assertion = Assertion { revision, ..Assertion::new(draft) };
    let change = (!held.is_empty()).then(|| ProposedChange::Reword {
        assertion: assertion.id.clone(),
        base: revision,
        edit: Box::new(held),
    });
    (assertion, change)
}

pub(super) fn propose_environment(tx: &mut Transaction, environment: Environment) -> Result {
    let mission = tx.mission();
    refuse_if!(
        mission.environment_is_persons && mission.environment.as_ref() != Some(&environment),
        Conflict,
        "the person edited the environment, and it stays as they left it: go on with that one (your brief has it), or say with \
         ask_user what should change and why"
    );
    without_complaints(&lint::lint_environment(&environment))?;
    super::tampering::compare_environment(tx, &environment)?;
    let mission = tx.mission();
    let known = mission.environment.iter().flat_map(|known| &known.hosts);
    let known: Vec<&Line> = known.filter(|_| mission.is_go(GateId::Plan)).collect();
    let new = environment.hosts.iter().find(|host| mission.is_go(GateId::Plan) && !known.contains(host));
    if let Some(host) = new {
        refuse!(
            NotAllowed,
            "the plan is GO without `{host}` among its hosts: leave it out; the person is asked once a program wants it"
        );
    }
    tx.accept(Event::EnvironmentProposed { environment })
}

/// The person's own commands and services; agents keep to them from then on. What they test less with is their decision.
pub(super) fn edit_environment(tx: &mut Transaction, base: &Environment, environment: Environment) -> Result {
    let Some(present) = &tx.mission().environment else {
        refuse!(OutOfTurn, "there is no environment yet: the planner proposes one, and then you can edit it")
    };
    refuse_if!(
        present != base,
        Conflict,
        "the environment was changed meanwhile: look at it again, and edit what it says now"
    );
    refuse_if!(*present == environment, Invalid, "the environment already says that: nothing would change");
    without_complaints(&lint::lint_environment(&environment))?;
    tx.accept(Event::EnvironmentProposed { environment })
}

/// What the planner cannot mend stays, and the person reads why at the gate.
pub(super) fn keep_checks(
    tx: &mut Transaction,
    reasons: BTreeMap<AssertionId, Line>,
    commands: BTreeMap<Line, Line>,
) -> Result {
    before_go(tx.mission(), "change the contract with amend_contract")?;
    if let Some(unknown) = reasons.keys().find(|id| !tx.mission().contract.contains_key(id)) {
        refuse!(Unknown, "`checks_kept` names {unknown}, which is not in the contract");
    }
    let trials = tx.mission().base_trials();
    if let Some(unknown) = commands.keys().find(|run| !trials.iter().any(|one| one.script().run == **run)) {
        refuse!(Unknown, "`commands_kept` names `{unknown}`, which is no command of the environment");
    }
    let is_said = reasons == tx.mission().checks_kept && commands == tx.mission().commands_kept;
    if is_said { Ok(()) } else { tx.accept(Event::ChecksKept { reasons, commands }) }
}

pub(super) fn propose_plan(
    tx: &mut Transaction,
    title: Option<Title>,
    mut milestones: Vec<MilestoneDraft>,
    answer: Option<Prose>,
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
    let (ids, held) = keep_persons_features(tx, &mut milestones);
    without_complaints(&lint::lint_plan(&tx.mission().contract, &milestones))?;
    let invalid = tx.mission().invalid_checks();
    refuse_if!(
        !invalid.is_empty(),
        Invalid,
        "{}; word each anew with propose_contract, or say in `checks_kept` why it stays as it is",
        invalid.join("; ")
    );
    let invalid = tx.mission().invalid_commands();
    refuse_if!(
        !invalid.is_empty(),
        Invalid,
        "{}; propose the environment anew with commands that do their work here, or say in `commands_kept` why each stays as it is",
        invalid.join("; ")
    );
    let (milestones, features) = numbered(tx.mission(), milestones, &ids);
    tx.emit(Event::PlanProposed(Box::new(ProposedPlan { title, milestones, features, answer })));
    keep(tx, held, |change| {
        matches!(change, ProposedChange::RewordFeature { .. } | ProposedChange::CancelFeature { .. })
    });
    negotiation::all_answered(tx.mission())?;
    tx.end_asker()?;
    negotiation::open_plan_gate(tx);
    Ok(())
}

/// Finds the features that were in the plan before, gives them back the person's words, and puts in again those of the
/// person's that a new plan leaves out. Answers the ids that are known, by title, and what was held back.
fn keep_persons_features(
    tx: &Transaction,
    milestones: &mut [MilestoneDraft],
) -> (BTreeMap<Title, FeatureId>, Vec<ProposedChange>) {
    let mission = tx.mission();
    let (mut ids, mut held, mut retitled) = (BTreeMap::new(), Vec::new(), Vec::new());
    for draft in milestones.iter_mut().flat_map(|milestone| &mut milestone.features) {
        let Some(known) = continued(mission, draft, &ids) else { continue };
        let Split { taken, held: back } =
            split_spec(tx, known.id, SpecEdit::between(&known.spec, &draft.spec));
        let spec = taken.applied_to(&known.spec);
        retitled
            .extend((spec.title != draft.spec.title).then(|| (draft.spec.title.clone(), spec.title.clone())));
        let base = mission.feature_authors.get(&known.id).map_or(Revision::FIRST, |authors| authors.revision);
        let base = if spec == known.spec { base } else { base.next() };
        held.extend((!back.is_empty()).then(|| ProposedChange::RewordFeature {
            feature: known.id,
            base,
            edit: Box::new(back),
        }));
        draft.spec = spec;
        ids.insert(draft.spec.title.clone(), known.id);
    }
    for name in milestones.iter_mut().flat_map(|m| &mut m.features).flat_map(|draft| &mut draft.after) {
        if let Some((_, new)) = retitled.iter().find(|(old, _)| old == name) {
            name.clone_from(new);
        }
    }
    let left_out = |f: &&Feature| f.is_wanted() && !ids.values().any(|id| *id == f.id);
    let dear = |f: &&Feature| !mission.persons_feature_parts(f.id).is_empty();
    let dropped: Vec<&Feature> = mission.features.iter().filter(left_out).filter(dear).collect();
    for known in dropped {
        let draft = drafted(mission, known, milestones);
        ids.insert(draft.spec.title.clone(), known.id);
        let last = milestones.len().saturating_sub(1);
        let place = usize::try_from(known.milestone.0.saturating_sub(1)).unwrap_or(last).min(last);
        if let Some(milestone) = milestones.get_mut(place) {
            milestone.features.push(draft);
            held.push(ProposedChange::CancelFeature { feature: known.id, reason: Line::clipped(LEFT_OUT) });
        }
    }
    (ids, held)
}

/// The feature of the present plan that a draft goes on with: by its title, now or earlier, or by what it fulfills.
fn continued<'a>(
    mission: &'a Mission,
    draft: &FeatureDraft,
    taken: &BTreeMap<Title, FeatureId>,
) -> Option<&'a Feature> {
    let free = |f: &&Feature| f.is_wanted() && !taken.values().any(|id| *id == f.id);
    let was_called = |f: &&Feature| {
        mission
            .feature_authors
            .get(&f.id)
            .is_some_and(|authors| authors.was_called(draft.spec.title.as_str()))
    };
    let features = || mission.features.iter().filter(free);
    let by_title =
        features().find(|f| f.spec.title == draft.spec.title).or_else(|| features().find(was_called));
    by_title.or_else(|| features().find(|f| f.fulfills.iter().any(|id| draft.fulfills.contains(id))))
}

/// A feature of the present plan as a draft of the next: with what it fulfills that nobody else does now.
fn drafted(mission: &Mission, known: &Feature, milestones: &[MilestoneDraft]) -> FeatureDraft {
    let drafts = || milestones.iter().flat_map(|milestone| &milestone.features);
    let owed = |id: &&_| mission.contract.get(id).is_some_and(Assertion::is_active);
    let unclaimed = |id: &&_| !drafts().any(|draft| draft.fulfills.contains(id));
    let fulfills: Vec<_> = known.fulfills.iter().filter(owed).filter(unclaimed).cloned().collect();
    let reason = match &known.origin {
        Origin::Planned { no_assertion_because: Some(reason) } => reason.clone(),
        Origin::Planned { .. } | Origin::Fix { .. } => Line::clipped("the person worded it"),
    };
    FeatureDraft {
        spec: known.spec.clone(),
        no_assertion_because: fulfills.is_empty().then_some(reason),
        fulfills,
        after: Vec::new(),
    }
}

/// Gives milestones and features their ids, in order; what goes on from the plan before keeps its own. `after` may name
/// a feature that stands further down.
fn numbered(
    mission: &Mission,
    drafts: Vec<MilestoneDraft>,
    known: &BTreeMap<Title, FeatureId>,
) -> (Vec<Milestone>, Vec<Feature>) {
    let titles = drafts.iter().flat_map(|milestone| &milestone.features).map(|f| f.spec.title.clone());
    let mut numbers = (next_feature_id(mission).0..).map(FeatureId);
    let mut id_of = |title: &Title| known.get(title).copied().or_else(|| numbers.next());
    let ids: BTreeMap<Title, FeatureId> =
        titles.filter_map(|title| Some((title.clone(), id_of(&title)?))).collect();
    let (mut milestones, mut features) = (Vec::new(), Vec::new());
    for (id, milestone) in (1..).map(MilestoneId).zip(drafts) {
        milestones.push(Milestone { id, title: milestone.title });
        for draft in milestone.features {
            let after = draft.after.iter().filter_map(|title| ids.get(title).copied()).collect();
            let number = ids.get(&draft.spec.title).copied();
            features.extend(number.map(|number| new_feature(number, id, draft, after)));
        }
    }
    (milestones, features)
}
