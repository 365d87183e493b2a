//! What becomes of findings: what later validators see of them, and what is decided on them one by one.

use super::handoff::raise_issue;
use super::transaction::Transaction;
use super::triage::{add_fix, all_quoted, check_dismissal, quoted};
use super::{Result, amendment};
use crate::domain::event::Event;
use crate::domain::finding::{
    Finding, FindingState, Observation, Ruling, Severity, Sight, Sighting, Source, TriageDecision, Until,
};
use crate::domain::handoff::Issue;
use crate::domain::id::{FeatureId, FindingId};
use crate::domain::mission::Mission;
use crate::domain::plan::FeatureState;
use crate::domain::rejection::Rejection;
use crate::domain::round::ReviewIssue;
use crate::domain::text::Line;

/// The person's decision on a finding, whether somebody decided on it before or not.
pub(super) fn decide(tx: &mut Transaction, decision: TriageDecision) -> Result {
    let TriageDecision { finding, ruling } = decision;
    if let Some(feature) = being_mended(tx.mission(), known(tx.mission(), finding)?) {
        let finding = quoted(tx.mission(), finding);
        refuse!(OutOfTurn, "{finding} is to be mended by {feature} already, which is not built yet");
    }
    let found = known(tx.mission(), finding)?;
    if let Some(feature) = mended_by(tx.mission(), found) {
        let how = if found.is_claim() { "set right" } else { "mended" };
        let finding = quoted(tx.mission(), finding);
        refuse!(
            OutOfTurn,
            "{finding} was {how} by {feature}: it is decided on again when somebody sees it again"
        );
    }
    match ruling {
        Ruling::Feature { spec, fulfills } => add_fix(tx, vec![finding], spec, fulfills)?,
        Ruling::Join { with } => join(tx, finding, with)?,
        Ruling::Dismiss { reason } => dismiss(tx, finding, reason)?,
        Ruling::Defer { until, reason } => defer(tx, finding, until, reason)?,
    }
    amendment::tell_decision(tx, finding)
}

pub(super) fn dismiss(tx: &mut Transaction, finding: FindingId, reason: Line) -> Result {
    check_dismissal(tx.mission(), finding)?;
    tx.accept(Event::FindingDismissed { finding, reason })
}

/// What is blocking can wait for another look, but the milestone cannot pass with it.
pub(super) fn defer(tx: &mut Transaction, finding: FindingId, until: Until, reason: Line) -> Result {
    let blocking = known(tx.mission(), finding)?.severity == Severity::Blocking;
    refuse_if!(
        blocking && until != Until::NextRound,
        Invalid,
        "{}: its milestone cannot pass with it, so put it off until next_round at most, make it a feature, or dismiss it with a reason",
        quoted(tx.mission(), finding)
    );
    tx.accept(Event::FindingDeferred { finding, until, reason })
}

/// Gives a finding to the fix that mends another one and is not built yet.
pub(super) fn join(tx: &mut Transaction, finding: FindingId, with: FindingId) -> Result {
    let mission = tx.mission();
    let Some(feature) = being_mended(mission, known(mission, with)?) else {
        let with = quoted(mission, with);
        refuse!(
            Invalid,
            "{with} becomes no feature, and none that is still to be built mends it: nothing can join it"
        )
    };
    tx.accept(Event::FindingTakenUp { finding, feature })
}

/// Takes in what a validator saw of findings that were known before.
pub(super) fn see_all(tx: &mut Transaction, observations: &[Observation]) -> Result {
    for (index, seen) in observations.iter().enumerate() {
        let id = seen.finding;
        let twice = observations.iter().take(index).any(|earlier| earlier.finding == id);
        refuse_if!(twice, Invalid, "{} is named twice in `known`", quoted(tx.mission(), id));
        see(tx, id, seen.now, &seen.observed)?;
    }
    Ok(())
}

/// What holds although it was to be mended is open again. What is mended needs no decision any more; seen otherwise at
/// the same commit, it is disputed, and whoever decides on it reads both.
pub(super) fn see(tx: &mut Transaction, id: FindingId, sight: Sight, observed: &Line) -> Result {
    let asker = tx.asker()?;
    let Some((_, round)) = asker.work.round() else {
        refuse!(OutOfTurn, "only a validator says whether a finding holds")
    };
    let (attempt, commit) = (asker.id, asker.base.clone());
    sighted(tx, id, Sighting { attempt, round, commit, sight, observed: observed.clone() })
}

/// Takes in what was seen of a finding, and by whom.
pub(super) fn sighted(tx: &mut Transaction, id: FindingId, sighting: Sighting) -> Result {
    let Sighting { attempt, commit, sight, observed, .. } = &sighting;
    let (sight, mission) = (*sight, tx.mission());
    let finding = known(mission, id)?;
    let moved = mission.last_seen(finding).is_none_or(|(_, last)| last != commit);
    let (open, mended) = (finding.is_open(), matches!(finding.state, FindingState::TakenUp { .. }));
    let pending = being_mended(mission, finding).is_some();
    let dismissable = check_dismissal(mission, id).is_ok();
    let reason = Line::clipped(format!("no longer holds at {commit}, as {attempt} saw: {observed}"));
    tx.emit(Event::FindingSeen { finding: id, sighting: Box::new(sighting) });
    match sight {
        Sight::StillHolds if (mended && !pending) || (!mended && !open && !dismissable) => {
            tx.emit(Event::FindingReopened { finding: id });
        }
        Sight::NoLongerHolds if open && moved && dismissable => {
            tx.emit(Event::FindingDismissed { finding: id, reason });
        }
        Sight::StillHolds | Sight::NoLongerHolds => {}
    }
    Ok(())
}

/// Raises what a validator reports; in the very words and of the weight of a finding that is open or was to be mended, it
/// is that finding.
pub(super) fn report(
    tx: &mut Transaction,
    issue: Issue,
    source: Source,
    feature: Option<FeatureId>,
) -> Result {
    let mission = tx.mission();
    let same = mission.findings.values().find(|finding| {
        let settled = matches!(finding.state, FindingState::Dismissed { .. });
        !settled && finding.severity == issue.severity && finding.description == issue.description
    });
    if let Some(id) = same.map(|finding| finding.id) {
        return see(tx, id, Sight::StillHolds, &issue.description);
    }
    raise_issue(tx, issue, source, feature);
    Ok(())
}

/// The same for what has a place in the code: what another reviewer reports of that place in nearly the same words is that
/// finding, seen by both.
pub(super) fn report_placed(
    tx: &mut Transaction,
    found: ReviewIssue,
    source: Source,
    feature: Option<FeatureId>,
) -> Result {
    let reporter = source.attempt();
    let other = |finding: &&Finding| finding.source.attempt() != reporter && found.is_also(finding);
    let known = tx.mission().findings.values().find(other).map(|finding| finding.id);
    match known {
        Some(id) => see(tx, id, Sight::StillHolds, &found.issue.description),
        None => report(tx, found.placed(), source, feature),
    }
}

/// Whether what is seen still to hold is blocking and nobody dismissed it.
pub(super) fn blocks(mission: &Mission, seen: &Observation) -> bool {
    let finding = mission.findings.get(&seen.finding);
    seen.now == Sight::StillHolds
        && finding.is_some_and(|finding| {
            finding.severity == Severity::Blocking && !matches!(finding.state, FindingState::Dismissed { .. })
        })
}

/// The feature that is to mend a finding and is not built yet.
fn being_mended(mission: &Mission, finding: &Finding) -> Option<FeatureId> {
    let FindingState::TakenUp { feature } = finding.state else { return None };
    mission.feature(feature).filter(|found| found.state == FeatureState::Pending).map(|found| found.id)
}

/// The built feature that a finding was given to.
fn mended_by(mission: &Mission, finding: &Finding) -> Option<FeatureId> {
    let FindingState::TakenUp { feature } = finding.state else { return None };
    mission.feature(feature).filter(|found| found.is_built()).map(|found| found.id)
}

/// A finding by its id.
pub(super) fn known(mission: &Mission, id: FindingId) -> Result<&Finding> {
    mission.findings.get(&id).ok_or_else(|| {
        let open = match all_quoted(mission.open_findings()) {
            none if none.is_empty() => "none is open".to_owned(),
            some => format!("open are {some}"),
        };
        Rejection::unknown(format!("there is no finding {id}; {open}"))
    })
}
