//! What validators report.

use super::evidence::Judged;
use super::transaction::{Raised, Transaction};
use super::{Result, finding, second_try};
use crate::domain::attempt::AgentWork;
use crate::domain::event::{Actor, Event};
use crate::domain::evidence::{EvidenceKind, Piece};
use crate::domain::finding::{Observation, Severity, Source};
use crate::domain::flow::Flow;
use crate::domain::handoff::Issue;
use crate::domain::id::{AssertionId, AttemptId, MilestoneId};
use crate::domain::message::Knowledge;
use crate::domain::mission::Mission;
use crate::domain::note::Audience;
use crate::domain::rejection::Rejection;
use crate::domain::round::{Opinion, Review, ReviewIssue, Round, ScrutinyReport, UserTestingReport};
use crate::domain::text::{Line, Prose};
use crate::domain::verdict::{Outcome, Verdict};

pub(super) fn report_review(
    tx: &mut Transaction,
    summary: Prose,
    opinion: Opinion,
    issues: Vec<ReviewIssue>,
    known: &[Observation],
) -> Result {
    let asker = tx.asker()?;
    let attempt = asker.id;
    let AgentWork::Review { milestone, round, feature } = asker.work else {
        refuse!(OutOfTurn, "only a reviewer of a feature reports a review")
    };
    let blocking = issues.iter().any(|found| found.issue.severity == Severity::Blocking)
        || known.iter().any(|seen| finding::blocks(tx.mission(), seen))
        || tx.mission().findings.values().any(|found| {
            found.source == Source::FalseClaim { attempt } && found.severity == Severity::Blocking
        });
    let contradiction = match opinion {
        Opinion::Fail => {
            "a review that fails names at least one blocking issue or claim, or a blocking finding that still holds"
        }
        Opinion::Pass => {
            "a review that passes names no blocking issue or claim, and no blocking finding that still holds: say fail, or weigh it less"
        }
    };
    refuse_if!(blocking != (opinion == Opinion::Fail), Invalid, "{contradiction}");
    let review = Review { attempt, summary, opinion, issues: issues.clone() };
    tx.emit(Event::ReviewReported { milestone, round, feature, review: Box::new(review) });
    finding::see_all(tx, known)?;
    for found in issues {
        finding::report_placed(tx, found, Source::Review { attempt }, Some(feature))?;
    }
    tx.end_asker()
}

pub(super) fn report_scrutiny(
    tx: &mut Transaction,
    summary: Prose,
    issues: Vec<Issue>,
    knowledge: Vec<Line>,
    known: &[Observation],
) -> Result {
    let asker = tx.asker()?;
    let attempt = asker.id;
    let AgentWork::Scrutinize { milestone, round } = asker.work else {
        refuse!(OutOfTurn, "only the scrutiny validator reports scrutiny")
    };
    finding::see_all(tx, known)?;
    for issue in &issues {
        finding::report(tx, issue.clone(), Source::Scrutiny { attempt }, None)?;
    }
    for note in &knowledge {
        let knowledge =
            Knowledge { note: note.clone(), confirmed_by: attempt, at: tx.now, audience: Audience::Builders };
        tx.emit(Event::KnowledgeConfirmed { knowledge });
    }
    let report = ScrutinyReport { attempt, summary, issues, knowledge };
    tx.emit(Event::ScrutinyReported { milestone, round, report: Box::new(report) });
    tx.end_asker()
}

/// A verdict binds to the revision that the tester last heard of and to the commit under test.
pub(super) fn give_verdict(
    tx: &mut Transaction,
    assertion: AssertionId,
    outcome: Outcome,
    observed: Line,
    evidence: Vec<Piece>,
) -> Result {
    let (milestone, round, flow) = tester(tx)?;
    let asker = tx.asker()?;
    let attempt = asker.id;
    let under_test = round_of(tx.mission(), milestone, round)?;
    let due = under_test.share(flow).contains(&assertion);
    let Some(revision) = asker.revisions.get(&assertion).copied().filter(|_| due) else {
        let whose = if flow.is_whole() { "this round" } else { "your share of this round" };
        refuse!(Unknown, "{assertion} is not among the assertions of {whose}")
    };
    let own = |piece: &Piece| piece.facts.as_ref().is_some_and(|facts| facts.by == Actor::Attempt(attempt));
    let (steps, evidence): (Vec<Piece>, Vec<Piece>) =
        evidence.into_iter().partition(|piece| piece.kind == EvidenceKind::Steps);
    let judged = Judged {
        mission: tx.mission(),
        round: under_test,
        attempt,
        assertion: &assertion,
        revision,
        observed: &observed,
    };
    judged.may_rest_on(outcome, &evidence)?;
    let evidence = evidence.into_iter().map(|piece| piece.reference).collect();
    let commit = under_test.commit.clone();
    let verdict = Verdict {
        assertion,
        revision,
        commit,
        milestone,
        round,
        attempt,
        outcome,
        observed,
        evidence,
        steps: steps.into_iter().rfind(own).map(|piece| piece.reference),
        again: false,
        second: None,
        taken_back: false,
        at: tx.now,
    };
    tx.accept(Event::VerdictGiven { verdict: Box::new(verdict) })
}

pub(super) fn report_user_testing(
    tx: &mut Transaction,
    summary: Prose,
    frictions: Vec<Line>,
    issues: Vec<Issue>,
    known: &[Observation],
) -> Result {
    let (milestone, round, flow) = tester(tx)?;
    let attempt = tx.asker()?.id;
    let mission = tx.mission();
    let to_test = round_of(mission, milestone, round)?.share(flow).to_vec();
    let verdicts: Vec<&Verdict> =
        to_test.iter().filter_map(|id| verdict_of_round(mission, id, (milestone, round))).collect();
    let missing: Vec<String> = to_test
        .iter()
        .filter(|id| !mission.standing(id).is_excused())
        .filter(|id| !verdicts.iter().any(|verdict| verdict.assertion == **id))
        .map(ToString::to_string)
        .collect();
    refuse_if!(
        !missing.is_empty(),
        Invalid,
        "no verdict yet on {}: give each one, blocked if need be",
        missing.join(", ")
    );
    let counts = |verdict: &&&Verdict| {
        verdict.outcome == Outcome::Fail && !mission.standing(&verdict.assertion).is_excused()
    };
    // What can be tried again is no finding before it was.
    let failures: Vec<Verdict> = verdicts
        .iter()
        .filter(|verdict| !verdict.is_untried())
        .filter(counts)
        .map(|failed| (*failed).clone())
        .collect();
    finding::see_all(tx, known)?;
    for failed in failures {
        second_try::fails(tx, &failed, "fails")?;
    }
    for raised in unsteady(tx.mission(), &to_test, attempt) {
        tx.raise(raised);
    }
    for issue in &issues {
        finding::report(tx, issue.clone(), Source::UserTesting { attempt }, None)?;
    }
    let report = UserTestingReport { attempt, summary, frictions, issues };
    tx.emit(Event::UserTestingReported { milestone, round, flow, report: Box::new(report) });
    tx.end_asker()
}

/// What failed and then passed when the same tester tried it again. It is not blocking, whatever the assertion weighs: a
/// worker could not show it mended, since nobody can say whether the check or the app is unsteady. It is asked about at the
/// gate like any other finding.
fn unsteady(mission: &Mission, to_test: &[AssertionId], attempt: AttemptId) -> Vec<Raised> {
    let own = |id: &AssertionId| {
        let all = mission.verdicts.get(id).into_iter().flatten();
        all.filter(|verdict| verdict.attempt == attempt).cloned().collect::<Vec<Verdict>>()
    };
    let flaky = |id: &AssertionId| {
        let given = own(id);
        let failed = given.iter().find(|verdict| verdict.outcome == Outcome::Fail)?.clone();
        let passed = given.last().filter(|last| last.outcome == Outcome::Pass)?;
        (failed.revision == passed.revision).then_some(failed)
    };
    let raise = |failed: Verdict| {
        let words = described(mission, &failed, "failed, and passed when it was tried again");
        Raised::new(Severity::NonBlocking, Source::Flaky { attempt }, words).about(mission, &failed.assertion)
    };
    to_test.iter().filter_map(flaky).map(raise).collect()
}

/// What a tester saw, beside the assertion's name. Of a sealed one it is said as a user would report it, without its name
/// and its words.
pub(super) fn described(mission: &Mission, verdict: &Verdict, outcome: &str) -> String {
    let Verdict { assertion, observed, .. } = verdict;
    if mission.is_sealed(assertion) {
        return mission.unsealed(format!("a user saw: {observed}"));
    }
    format!("{assertion} {outcome}: {observed}")
}

/// The newest verdict on an assertion, if it was given in this round.
fn verdict_of_round<'a>(
    mission: &'a Mission,
    id: &AssertionId,
    round: (MilestoneId, u32),
) -> Option<&'a Verdict> {
    mission.verdicts.get(id)?.iter().rev().find(|verdict| (verdict.milestone, verdict.round) == round)
}

fn tester(tx: &Transaction) -> Result<(MilestoneId, u32, Flow)> {
    let AgentWork::TestAsUser { milestone, round, flow } = tx.asker()?.work else {
        refuse!(OutOfTurn, "only the user-testing validator gives verdicts")
    };
    Ok((milestone, round, flow))
}

fn round_of(mission: &Mission, milestone: MilestoneId, round: u32) -> Result<&Round> {
    mission
        .round(milestone, round)
        .ok_or_else(|| Rejection::unknown(format!("{milestone} has no round {round}")))
}
