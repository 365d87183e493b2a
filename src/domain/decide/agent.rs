//! What workers hand in, and how the orchestrator settles what they and the validators reported.

use std::collections::BTreeMap;

use super::Result;
use super::draft::{Draft, Raised};
use super::planning::next_feature_id;
use crate::domain::attempt::AgentWork;
use crate::domain::contract::Assertion;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, Ruling, Severity, Source, TriageDecision};
use crate::domain::gate::GateId;
use crate::domain::handoff::{Handoff, Issue};
use crate::domain::id::{AssertionId, Commit, FeatureId, FindingId};
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::plan::{Feature, FeatureSpec, FeatureState, Origin};
use crate::domain::rejection::Rejection;
use crate::domain::text::Line;
use crate::domain::verdict::Standing;

pub(super) fn hand_in(draft: &mut Draft, handoff: Handoff, head: Commit) -> Result {
    let asker = draft.asker()?;
    let (attempt, base) = (asker.id, asker.base.clone());
    let AgentWork::Build { feature } = asker.work else {
        return Err(Rejection::out_of_turn("only a worker on a feature hands in"));
    };
    if head == base && !handoff.implemented.is_empty() {
        return Err(Rejection::invalid(
            "nothing was committed since you started: commit your work, or leave `implemented` empty and say why",
        ));
    }
    let untouched = head == base;
    draft.emit(Event::HandoffGiven { attempt, feature, head, handoff: Box::new(handoff.clone()) });
    let mut raise = |severity, source, text: &str| {
        draft.raise(Raised { feature: Some(feature), ..Raised::new(severity, source, text) });
    };
    if untouched {
        let text = format!("{feature} was handed in without a commit: {}", handoff.summary);
        raise(Severity::Blocking, Source::Handoff { attempt }, &text);
    }
    for item in &handoff.left_undone {
        raise(Severity::NonBlocking, Source::LeftUndone { attempt }, item.as_str());
    }
    for issue in handoff.issues {
        raise_issue(draft, issue, Source::Handoff { attempt }, Some(feature));
    }
    draft.end_asker();
    Ok(())
}

/// Raises a reported issue as a finding.
pub(super) fn raise_issue(draft: &mut Draft, issue: Issue, source: Source, feature: Option<FeatureId>) {
    let Issue { severity, description, suggested_fix } = issue;
    draft.raise(Raised { feature, suggested_fix, ..Raised::new(severity, source, description) });
}

pub(super) fn request_amendment(
    draft: &mut Draft,
    assertion: &AssertionId,
    proposal: Line,
    reason: &Line,
) -> Result {
    let source = Source::Amendment { attempt: draft.asker()?.id };
    super::contract::known(draft.mission(), assertion)?;
    let description = format!("{assertion} should be amended: {reason}");
    draft.raise(Raised {
        feature: draft.mission().claimant(assertion).map(|feature| feature.id),
        assertion: Some(assertion.clone()),
        suggested_fix: Some(proposal),
        ..Raised::new(Severity::NonBlocking, source, description)
    });
    Ok(())
}

/// Settles every open finding in one turn: each becomes a fix feature, joins one, or is dismissed with a reason.
pub(super) fn triage(draft: &mut Draft, decisions: Vec<TriageDecision>) -> Result {
    check_complete(draft.mission(), &decisions)?;
    let mut joined: BTreeMap<FindingId, Vec<FindingId>> = BTreeMap::new();
    let mut fixes: Vec<(FindingId, FeatureSpec)> = Vec::new();
    let mut dismissed = Vec::new();
    for decision in decisions {
        match decision.ruling {
            Ruling::Feature { spec } => fixes.push((decision.finding, spec)),
            Ruling::Join { with } => joined.entry(with).or_default().push(decision.finding),
            Ruling::Dismiss { reason } => dismissed.push((decision.finding, reason)),
        }
    }
    if let Some(with) = joined.keys().find(|with| !fixes.iter().any(|(finding, _)| finding == *with)) {
        return Err(Rejection::invalid(format!(
            "{with} does not become a feature in this triage: nothing can join it"
        )));
    }
    for (finding, reason) in dismissed {
        check_dismissal(draft.mission(), finding)?;
        draft.emit(Event::FindingDismissed { finding, reason });
    }
    for (finding, spec) in fixes {
        let mut findings = vec![finding];
        findings.extend(joined.remove(&finding).unwrap_or_default());
        add_fix(draft, findings, spec);
    }
    draft.end_asker();
    hold_endless_fixes(draft);
    Ok(())
}

/// Fixes that only lead to further fixes are not flown for ever: the person is asked to look.
fn hold_endless_fixes(draft: &mut Draft) {
    let mission = draft.mission();
    let most = mission.limits().rounds;
    let pending = mission.features.iter().filter(|f| f.is_fix() && f.state == FeatureState::Pending);
    let deepest = pending.map(|feature| (fix_depth(mission, feature.id), feature.id)).max();
    let Some((depth, feature)) = deepest.filter(|(depth, _)| *depth > most && mission.hold.is_none()) else {
        return;
    };
    let sentence = format!(
        "{feature} would be fix number {depth} in a row for the same thing: look at the findings, then `flightdeck resume` to let it try, or tell the orchestrator what to do"
    );
    draft.emit(Event::MissionHeld { hold: Hold::new(HoldCause::Failures, sentence) });
}

/// How many fixes stand behind each other: 1 for one that mends a planned feature.
fn fix_depth(mission: &Mission, id: FeatureId) -> u32 {
    let Some(Origin::Fix { findings }) = mission.feature(id).map(|feature| &feature.origin) else { return 0 };
    let mended = findings.iter().filter_map(|finding| mission.findings.get(finding)?.feature);
    1 + mended.filter(|older| *older < id).map(|older| fix_depth(mission, older)).max().unwrap_or(0)
}

fn check_complete(mission: &Mission, decisions: &[TriageDecision]) -> Result {
    for decision in decisions {
        let id = decision.finding;
        match mission.findings.get(&id) {
            None => return Err(Rejection::unknown(format!("there is no finding {id}"))),
            Some(finding) if !finding.is_open() => {
                return Err(Rejection::out_of_turn(format!("{id} is settled already")));
            }
            Some(_) => {}
        }
        if decisions.iter().filter(|other| other.finding == id).count() > 1 {
            return Err(Rejection::invalid(format!("{id} is decided twice")));
        }
    }
    let decided = |finding: &&Finding| decisions.iter().any(|decision| decision.finding == finding.id);
    let undecided = mission.open_findings().filter(|finding| !decided(finding));
    let undecided: Vec<String> = undecided.map(|finding| finding.id.to_string()).collect();
    if undecided.is_empty() {
        return Ok(());
    }
    let undecided = undecided.join(", ");
    Err(Rejection::invalid(format!("{undecided} not decided: every open finding needs a decision")))
}

/// A failed assertion cannot be talked away: it is mended, amended, or waived by the person.
pub(super) fn check_dismissal(mission: &Mission, id: FindingId) -> Result {
    let failed = mission.findings.get(&id).filter(|f| matches!(f.source, Source::Verdict { .. }));
    let Some(assertion) = failed.and_then(|finding| finding.assertion.as_ref()) else { return Ok(()) };
    let blocking = mission.contract.get(assertion).is_some_and(Assertion::is_blocking);
    if blocking && mission.standing(assertion) == Standing::Failed {
        return Err(Rejection::invalid(format!(
            "{id} cannot be dismissed while {assertion} fails: mend it, amend the assertion, or ask the person to waive it"
        )));
    }
    Ok(())
}

fn add_fix(draft: &mut Draft, findings: Vec<FindingId>, spec: FeatureSpec) {
    let mission = draft.mission();
    let of_finding =
        findings.first().and_then(|id| mission.findings.get(id)).map(|finding| finding.milestone);
    let open = of_finding.filter(|milestone| !mission.is_go(GateId::Milestone(*milestone)));
    let Some(milestone) = open.or_else(|| mission.flown_milestone()) else { return };
    let id = next_feature_id(mission);
    let feature = Feature {
        id,
        milestone,
        spec,
        fulfills: Vec::new(),
        after: Vec::new(),
        origin: Origin::Fix { findings: findings.clone() },
        state: FeatureState::Pending,
    };
    draft.emit(Event::FeatureAdded { feature: Box::new(feature) });
    for finding in findings {
        draft.emit(Event::FindingTakenUp { finding, feature: id });
    }
}
