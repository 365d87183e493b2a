//! How the orchestrator settles what was reported.

use std::collections::BTreeMap;

use super::planning::{check_fulfills, next_feature_id};
use super::transaction::Transaction;
use super::{Result, finding};
use crate::domain::contract::Assertion;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, FindingState, Ruling, Source, TriageDecision};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, FindingId};
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::plan::{Feature, FeatureSpec, FeatureState, Origin};
use crate::domain::rejection::Rejection;
use crate::domain::verdict::Standing;

/// Decides on findings in one turn: each becomes a fix feature, joins one, is put off, or is dismissed with a reason.
pub(super) fn triage(tx: &mut Transaction, decisions: Vec<TriageDecision>) -> Result {
    check_complete(tx.mission(), &decisions)?;
    let mut joined: BTreeMap<FindingId, Vec<FindingId>> = BTreeMap::new();
    let mut fixes: Vec<(FindingId, FeatureSpec, Vec<AssertionId>)> = Vec::new();
    for TriageDecision { finding, ruling } in decisions {
        match ruling {
            Ruling::Feature { spec, fulfills } => fixes.push((finding, spec, fulfills)),
            Ruling::Join { with } => joined.entry(with).or_default().push(finding),
            Ruling::Dismiss { reason } => finding::dismiss(tx, finding, reason)?,
            Ruling::Defer { until, reason } => finding::defer(tx, finding, until, reason)?,
        }
    }
    let is_fixed = |finding: &FindingId| fixes.iter().any(|(fixed, ..)| fixed == finding);
    let (with_new, with_older): (BTreeMap<_, _>, BTreeMap<_, _>) =
        joined.into_iter().partition(|(with, _)| is_fixed(with));
    for (with, findings) in with_older {
        findings.into_iter().try_for_each(|finding| finding::join(tx, finding, with))?;
    }
    let mut joined = with_new;
    for (finding, spec, fulfills) in fixes {
        let mut findings = vec![finding];
        findings.extend(joined.remove(&finding).unwrap_or_default());
        add_fix(tx, findings, spec, fulfills)?;
    }
    tx.end_asker()?;
    hold_endless_fixes(tx);
    Ok(())
}

/// Fixes that only lead to further fixes are not flown for ever: the person is asked to look.
fn hold_endless_fixes(tx: &mut Transaction) {
    let mission = tx.mission();
    let most = mission.limits().rounds;
    let pending = mission.features.iter().filter(|f| f.is_fix() && f.state == FeatureState::Pending);
    let deepest = pending.map(|feature| (fix_depth(mission, feature.id), feature.id)).max();
    let Some((depth, feature)) = deepest.filter(|(depth, _)| *depth > most && mission.hold.is_none()) else {
        return;
    };
    let sentence = format!(
        "{feature} would be fix number {depth} in a row for the same thing: look at the findings, then `flightdeck resume` to let it try, or tell the orchestrator what to do"
    );
    tx.emit(Event::MissionHeld { hold: Hold::new(HoldCause::Failures, sentence) });
}

/// How many fixes stand behind each other: 1 for one that mends a planned feature.
fn fix_depth(mission: &Mission, id: FeatureId) -> u32 {
    let Some(Origin::Fix { findings }) = mission.feature(id).map(|feature| &feature.origin) else { return 0 };
    let mended = findings.iter().filter_map(|finding| mission.findings.get(finding)?.feature);
    // A finding that was still there after a fix was taken up more than once.
    let again = |feature: &&Feature| feature.mends().iter().any(|finding| findings.contains(finding));
    let tried = mission.features.iter().filter(again);
    let older = mended.chain(tried.map(|feature| feature.id)).filter(|older| *older < id);
    1 + older.map(|older| fix_depth(mission, older)).max().unwrap_or(0)
}

fn check_complete(mission: &Mission, decisions: &[TriageDecision]) -> Result {
    for decision in decisions {
        let id = decision.finding;
        still_open(finding::known(mission, id)?)?;
        refuse_if!(
            decisions.iter().filter(|other| other.finding == id).count() > 1,
            Invalid,
            "{} is decided twice",
            quoted(mission, id)
        );
    }
    let decided = |finding: &&Finding| decisions.iter().any(|decision| decision.finding == finding.id);
    let undecided = all_quoted(mission.findings_to_decide().filter(|finding| !decided(finding)));
    if undecided.is_empty() {
        return Ok(());
    }
    Err(Rejection::invalid(format!(
        "not decided yet: {undecided}; every finding that is due needs a decision"
    )))
}

pub(super) fn still_open(finding: &Finding) -> Result {
    match decision_on(finding).filter(|_| !finding.is_open()) {
        None => Ok(()),
        Some(decision) => {
            Err(Rejection::out_of_turn(format!("{} is settled already: {decision}", finding.quoted())))
        }
    }
}

/// What was decided on a finding, as a clause.
pub(super) fn decision_on(finding: &Finding) -> Option<String> {
    match &finding.state {
        FindingState::Open => None,
        FindingState::Deferred { until, reason, .. } => {
            Some(format!("it is put off until {}, since {reason}", until.word()))
        }
        FindingState::TakenUp { feature } => {
            let how = if finding.is_claim() { "sets it right" } else { "mends it" };
            Some(format!("{feature} {how}"))
        }
        FindingState::Dismissed { reason } => Some(format!("it was dismissed, since {reason}")),
    }
}

/// Findings with what they say, so that nobody has to look one up to mend a refusal.
pub(super) fn all_quoted<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    findings.map(Finding::quoted).collect::<Vec<_>>().join(", ")
}

pub(super) fn quoted(mission: &Mission, id: FindingId) -> String {
    mission.findings.get(&id).map_or_else(|| id.to_string(), Finding::quoted)
}

/// A failed assertion cannot be talked away: it is mended, amended, or waived by the person.
pub(super) fn check_dismissal(mission: &Mission, id: FindingId) -> Result {
    let failed = mission.findings.get(&id).filter(|f| matches!(f.source, Source::Verdict { .. }));
    let Some(assertion) = failed.and_then(Finding::about) else { return Ok(()) };
    let blocking = mission.assertion(assertion).is_some_and(Assertion::is_blocking);
    refuse_if!(
        blocking && mission.standing(assertion) == Standing::Failed && mission.is_sealed(assertion),
        Invalid,
        "{} cannot be dismissed while it happens: have it mended, or ask the person what is wanted",
        quoted(mission, id)
    );
    refuse_if!(
        blocking && mission.standing(assertion) == Standing::Failed,
        Invalid,
        "{} cannot be dismissed while {assertion} fails: mend it, amend the assertion, or ask the person to waive it",
        quoted(mission, id)
    );
    Ok(())
}

/// Adds a feature that mends findings, at the front of their milestone.
pub(super) fn add_fix(
    tx: &mut Transaction,
    findings: Vec<FindingId>,
    spec: FeatureSpec,
    fulfills: Vec<AssertionId>,
) -> Result {
    check_fulfills(tx.mission(), &fulfills)?;
    let mission = tx.mission();
    let of_finding =
        findings.first().and_then(|id| mission.findings.get(id)).map(|finding| finding.milestone);
    let open = of_finding.filter(|milestone| !mission.is_go(GateId::Milestone(*milestone)));
    let Some(milestone) = open.or_else(|| mission.flown_milestone()) else {
        refuse!(OutOfTurn, "nothing is planned yet that a fix could be part of")
    };
    let id = next_feature_id(mission);
    let feature = Feature {
        id,
        milestone,
        spec,
        fulfills,
        after: Vec::new(),
        origin: Origin::Fix { findings: findings.clone() },
        state: FeatureState::Pending,
    };
    tx.emit(Event::FeatureAdded { feature: Box::new(feature) });
    for finding in findings {
        tx.emit(Event::FindingTakenUp { finding, feature: id });
    }
    Ok(())
}
