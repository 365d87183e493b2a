//! Rounds, reviews and verdicts.

use super::work::runs_words;
use crate::domain::environment::CommandRun;
use crate::domain::finding::{Finding, Severity};
use crate::domain::flow::Flow;
use crate::domain::id::{AssertionId, FeatureId, MilestoneId};
use crate::domain::round::{
    CheckRun, Opinion, Review, RoundOutcome, RoundScope, ScrutinyReport, UserTestingReport,
};
use crate::domain::sabotage::{Sabotage, SabotageOutcome};
use crate::domain::verdict::{EvidenceRef, Outcome, Recurrence, SecondTry, Standing, Verdict};
use crate::view::assertion::second_try;
use crate::view::prelude::*;
use crate::view::work::outcome_sign;

pub(super) fn opened(scope: &RoundScope, mission: &Mission) -> LogLine {
    let RoundScope { milestone, round, commit, to_review, to_test, flows, again } = scope;
    let (features, assertions) = (plural(to_review.len(), "feature"), plural(to_test.len(), "assertion"));
    let before = mission.round(*milestone, *round).and_then(|round| mission.round_before(round));
    let same = before.filter(|before| before.commit == *commit);
    let same = same.map(|before| format!(", the same commit as in round {}", before.number));
    let testers = if flows.is_empty() { String::new() } else { format!(" by {} testers", flows.len()) };
    let due = if *again {
        format!("{assertions} to prove again{testers}")
    } else {
        format!("{features} to review, {assertions} to try{testers}")
    };
    LogLine::new(
        BEGINS,
        milestone,
        format!("round {round} at {}{}: {due}", commit.short(), same.unwrap_or_default()),
    )
}

pub(super) fn gate_commands(milestone: MilestoneId, runs: &[CommandRun]) -> LogLine {
    let sign = if runs.iter().all(CommandRun::passed) { GOOD } else { BAD };
    LogLine::new(sign, &milestone, format!("gate commands: {}", runs_words(runs)))
}

pub(super) fn checks(milestone: MilestoneId, checks: &[CheckRun]) -> LogLine {
    let red: Vec<String> =
        checks.iter().filter(|check| !check.run.passed()).map(|check| check.assertion.to_string()).collect();
    let all = plural(checks.len(), "check");
    if red.is_empty() {
        return LogLine::new(GOOD, &milestone, format!("{all} of the contract run by the engine: all green"));
    }
    LogLine::new(BAD, &milestone, format!("{all} of the contract run by the engine: {} red", listed(&red)))
}

pub(super) fn reviewed(feature: FeatureId, review: &Review) -> LogLine {
    let (sign, word) = match review.opinion {
        Opinion::Pass => (GOOD, "passes"),
        Opinion::Fail => (BAD, "objects"),
    };
    let summary = first_sentence(review.summary.as_str());
    LogLine::new(sign, &feature, format!("{} reviewer {word}: {summary}", review.attempt))
}

pub(super) fn scrutinized(milestone: MilestoneId, report: &ScrutinyReport) -> LogLine {
    let sign = if report.issues.is_empty() { GOOD } else { WARNING };
    let summary = first_sentence(report.summary.as_str());
    LogLine::new(sign, &milestone, format!("{} scrutiny: {summary}", report.attempt))
}

pub(super) fn verdict(verdict: &Verdict) -> LogLine {
    let again = if verdict.again { " again by the same steps" } else { "" };
    LogLine::new(
        outcome_sign(verdict.outcome),
        &verdict.assertion,
        format!("{}{again}: {}", verdict.outcome.word(), verdict.observed),
    )
}

pub(super) fn tried_again(assertion: &AssertionId, second: &SecondTry) -> LogLine {
    let sign = match second.result {
        Recurrence::Same => BAD,
        Recurrence::Other { .. } | Recurrence::NotTried { .. } => WARNING,
    };
    LogLine::new(sign, assertion, second_try(&second.result))
}

pub(super) fn lost(evidence: &[EvidenceRef], mission: &Mission) -> LogLine {
    let rests = |verdict: &Verdict| verdict.evidence.iter().any(|reference| evidence.contains(reference));
    let newest = mission.verdicts.keys().filter(|id| mission.newest_verdict(id).is_some_and(rests));
    let ids: Vec<String> = newest.map(ToString::to_string).collect();
    let pieces = evidence.iter().map(|reference| reference.0.as_str()).collect::<Vec<_>>().join(", ");
    let text = format!("{pieces} was changed or removed on disk: {} must be shown again", listed(&ids));
    LogLine::new(WARNING, "evidence", text)
}

pub(super) fn tested(milestone: MilestoneId, flow: Flow, report: &UserTestingReport) -> LogLine {
    let summary = first_sentence(report.summary.as_str());
    LogLine::new(NOTE, &milestone, format!("{} user testing{}: {summary}", report.attempt, flow.suffix()))
}

pub(super) fn sabotaged(sabotage: &Sabotage) -> LogLine {
    let sign = match sabotage.outcome {
        SabotageOutcome::Red => GOOD,
        SabotageOutcome::Toothless => BAD,
        SabotageOutcome::Untold | SabotageOutcome::OutOfTime => WARNING,
    };
    LogLine::new(sign, &sabotage.assertion, format!("its check {}", sabotage.sentence()))
}

pub(super) fn closed(
    milestone: MilestoneId,
    round: u32,
    outcome: RoundOutcome,
    mission: &Mission,
) -> LogLine {
    let sign = match outcome {
        RoundOutcome::Passed => GOOD,
        RoundOutcome::Failed => BAD,
        RoundOutcome::Blocked => WARNING,
        RoundOutcome::TakenBack => NOTE,
    };
    let held: Vec<&AssertionId> =
        mission.assertions_of(milestone).chain(mission.sealed_of(milestone)).map(|one| &one.id).collect();
    let tally = mission.tally(held.iter().copied());
    let waived = if tally.waived > 0 { format!(", {} waived", tally.waived) } else { String::new() };
    // Where no assertion says why a round failed, a finding does.
    let blocking = |found: &&Finding| found.milestone == milestone && found.severity == Severity::Blocking;
    let found = mission.open_findings().filter(blocking).count();
    let hidden = outcome == RoundOutcome::Failed && tally.proven + tally.waived == tally.all;
    let why = if hidden && found > 0 {
        format!(", {} open", plural(found, "blocking finding"))
    } else {
        String::new()
    };
    let (tried, earlier) =
        (tried_in(mission, (milestone, round)), held_before(mission, &held, (milestone, round)));
    let holds = if tried.len() == tally.all && earlier.is_empty() {
        format!("{} of {} hold", tally.proven, plural(tally.all, "assertion"))
    } else {
        [decided(&tried), from_before(&earlier, milestone)].concat()
    };
    LogLine::new(sign, &milestone, format!("round {round} {}: {holds}{waived}{why}", outcome.word()))
}

/// The last word of a round on each assertion that it tried, of whichever milestone.
fn tried_in(mission: &Mission, round: (MilestoneId, u32)) -> Vec<&Verdict> {
    let of_round = |verdict: &&Verdict| (verdict.milestone, verdict.round) == round && !verdict.taken_back;
    mission.verdicts.values().filter_map(|given| given.iter().rfind(of_round)).collect()
}

/// What holds of a milestone by the verdicts of other rounds.
fn held_before<'a>(
    mission: &'a Mission,
    held: &[&AssertionId],
    round: (MilestoneId, u32),
) -> Vec<&'a Verdict> {
    let stands = held.iter().filter(|id| mission.standing(id) == Standing::Passed);
    let stands = stands.filter(|id| !mission.seen_red(id).proves_nothing());
    let newest = stands.filter_map(|id| mission.newest_verdict(id));
    newest.filter(|verdict| (verdict.milestone, verdict.round) != round).collect()
}

fn decided(tried: &[&Verdict]) -> String {
    let hold = tried.iter().filter(|verdict| verdict.outcome == Outcome::Pass).count();
    match tried.len() {
        0 => "nothing was tried".to_owned(),
        all => format!("{hold} of {all} tried {}", if hold == 1 { "holds" } else { "hold" }),
    }
}

/// How many hold by earlier rounds, and by which where it is one.
fn from_before(earlier: &[&Verdict], milestone: MilestoneId) -> String {
    let Some(first) = earlier.first() else { return String::new() };
    let same = |one: &&Verdict| (one.milestone, one.round) == (first.milestone, first.round);
    let one = earlier.iter().all(same) && first.milestone == milestone;
    let rounds = if one { format!("round {}", first.round) } else { "earlier rounds".to_owned() };
    let hold = if earlier.len() == 1 { "holds" } else { "hold" };
    format!("; {} {hold} from {rounds}", earlier.len())
}
