//! What happened, newest first: attempts that ended, gates, directives, waivers, questions, and what was changed.

use crate::domain::attempt::{AgentWork, Attempt, Ending, Role};
use crate::domain::finding::{Finding, FindingState};
use crate::domain::gate::GateId;
use crate::domain::history::{Change, Record};
use crate::domain::id::{AssertionId, AttemptId, DirectiveId, MilestoneId, QuestionId, Timestamp};
use crate::domain::mission::End;
use crate::domain::plan::FeatureState;
use crate::domain::proposal::ProposalState;
use crate::domain::verdict::{Outcome, Verdict};

use super::history;
use super::prelude::*;
use super::work::{GATE_AHEAD, attempt_sign, decision, ending_words, gate_subject, subject};

/// What a row of the timeline stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    Attempt(AttemptId),
    Gate(GateId),
    Directive(DirectiveId),
    Waiver(AssertionId),
    Question(QuestionId),
    /// What the engine proved again in a round by the steps of testers.
    Replay(MilestoneId, u32),
    /// A change or a decision, by its event.
    Change(u64),
    Began,
    Ended,
}

/// Everything that happened, newest first.
pub fn moments(mission: &Mission) -> Vec<(Timestamp, Moment)> {
    let mut moments = Vec::new();
    let ended = mission.attempts.values().filter_map(|a| Some((a.ended.as_ref()?.at, Moment::Attempt(a.id))));
    moments.extend(ended);
    for gate in mission.gates.values() {
        moments
            .push((gate.decided.as_ref().map_or(gate.opened, |decided| decided.at), Moment::Gate(gate.id)));
    }
    let told = mission.history.iter().filter(|record| is_told(mission, record));
    moments.extend(told.map(|record| (record.at, Moment::Change(record.seq))));
    moments
        .extend(mission.directives.iter().map(|directive| (directive.at, Moment::Directive(directive.id))));
    moments.extend(mission.waivers.iter().map(|(id, waiver)| (waiver.at, Moment::Waiver(id.clone()))));
    moments.extend(mission.questions.iter().map(|question| (question.at, Moment::Question(question.id))));
    moments.extend(mission.rounds.iter().filter_map(|round| {
        let at = replays(mission, (round.milestone, round.number)).map(|verdict| verdict.at).max()?;
        Some((at, Moment::Replay(round.milestone, round.number)))
    }));
    if mission.founding.is_some() {
        moments.push((mission.created, Moment::Began));
    }
    if let Some(End::Completed { at } | End::Abandoned { at, .. }) = &mission.end {
        moments.push((*at, Moment::Ended));
    }
    moments.sort_by(|a, b| b.cmp(a));
    moments
}

/// Whether a change has a row of its own: the last decision of a gate is the gate's, and what was withdrawn asks nothing.
fn is_told(mission: &Mission, record: &Record) -> bool {
    if let Change::GateDecided { gate, .. } = &record.change {
        let last = mission.gates.get(gate).and_then(|gate| gate.decided.as_ref());
        return last.is_none_or(|last| last.at != record.at);
    }
    !matches!(&record.change, Change::ProposalDecided { state: ProposalState::Withdrawn, .. })
}

/// One row: `  7m  #17 worker        ✓ F5 Login form`, and at the edge `tests +6  1 finding → F9  9f3c2a1`.
pub fn row(mission: &Mission, (at, moment): &(Timestamp, Moment), now: Timestamp) -> Row {
    let row = Row::of(StyleRole::Dim, format!("{:>4}  ", ago(now.since(*at))));
    let headed = |row: Row, what: &str| row.then(StyleRole::Text, column(what, 18));
    match moment {
        Moment::Attempt(id) => match mission.attempts.get(id) {
            Some(attempt) => attempt_row(mission, attempt, row),
            None => row,
        },
        Moment::Gate(id) => gate_row(mission, *id, headed(row, &gate_subject(*id))),
        Moment::Directive(id) => {
            let text = mission.directives.iter().find(|d| d.id == *id).map_or("", |d| d.text.as_str());
            headed(row, "directive").then(StyleRole::Text, quoted(text))
        }
        Moment::Waiver(id) => {
            let reason = mission.waivers.get(id).map_or("", |waiver| waiver.reason.as_str());
            headed(row, "waived")
                .then(StyleRole::Text, format!("{id}  "))
                .then(StyleRole::Dim, quoted(reason))
        }
        Moment::Question(id) => question_row(mission, *id, row),
        Moment::Replay(milestone, round) => {
            let proven = replays(mission, (*milestone, *round)).count();
            headed(row, "engine").sign(StyleRole::Good, Glyph::Done).then(
                StyleRole::Text,
                format!(
                    "{milestone} round {round}: {} again by the steps of testers",
                    plural(proven, "assertion")
                ),
            )
        }
        Moment::Change(seq) => match mission.record_of(*seq) {
            Some(record) => headed(row, &history::subject(&record.change))
                .then(StyleRole::Text, history::words(mission, record)),
            None => row,
        },
        Moment::Began => headed(row, "mission").then(StyleRole::Text, "began"),
        Moment::Ended => match &mission.end {
            Some(End::Abandoned { reason, .. }) => headed(row, "mission")
                .then(StyleRole::Warn, format!("abandoned  {}", quoted(reason.as_str()))),
            Some(End::Completed { .. }) | None => headed(row, "mission").then(StyleRole::Good, "completed"),
        },
    }
}

fn attempt_row(mission: &Mission, attempt: &Attempt, row: Row) -> Row {
    let who = format!("{:<4}{}", attempt.id.to_string(), attempt.role);
    let about = if attempt.role == Role::Orchestrator {
        attempt.work.to_string()
    } else {
        subject(mission, attempt.work)
    };
    let (sign, style) = attempt_sign(attempt);
    let row = row.then(StyleRole::Dim, column(&who, 18));
    let ending = attempt.ended.as_ref().map(|ended| &ended.ending);
    if let Some(ending) = ending.filter(|ending| **ending != Ending::Done) {
        return row
            .sign(style, sign)
            .then(StyleRole::Text, format!("{about}  "))
            .then(style, ending_words(ending));
    }
    match attempt.work {
        AgentWork::Build { feature } => built(
            mission,
            attempt,
            feature,
            row.sign(StyleRole::Good, Glyph::Done).then(StyleRole::Text, about),
        ),
        AgentWork::TestAsUser { .. } => verdicts(mission, attempt, row, &about),
        AgentWork::Plan
        | AgentWork::Criticize { .. }
        | AgentWork::Talk
        | AgentWork::Triage
        | AgentWork::Review { .. }
        | AgentWork::Scrutinize { .. } => {
            with_findings(mission, attempt.id, row.sign(style, sign).then(StyleRole::Text, about))
        }
    }
}

fn built(mission: &Mission, attempt: &Attempt, feature: crate::domain::id::FeatureId, row: Row) -> Row {
    let Some((_, handoff)) = mission.handoffs.get(&feature).filter(|(by, _)| *by == attempt.id) else {
        return with_findings(mission, attempt.id, row);
    };
    let row = match handoff.tests_added() {
        0 => row,
        tests => row.end(StyleRole::Text, format!("  tests +{tests}")),
    };
    let row = with_findings(mission, attempt.id, row);
    if let Some(FeatureState::Built { head, .. }) = mission.feature(feature).map(|feature| &feature.state) {
        return row.end(StyleRole::Dim, format!("  {head}"));
    }
    row
}

/// What the engine proved again in a round.
fn replays(mission: &Mission, round: (MilestoneId, u32)) -> impl Iterator<Item = &Verdict> {
    let of_round = move |verdict: &&Verdict| verdict.again && (verdict.milestone, verdict.round) == round;
    mission.verdicts.values().flatten().filter(of_round)
}

/// What a tester's attempt decided: on each assertion its last word. What the engine proved again later by its steps is
/// none of its own.
fn verdicts(mission: &Mission, attempt: &Attempt, row: Row, about: &str) -> Row {
    let own = |verdict: &&Verdict| verdict.attempt == attempt.id && !verdict.again;
    let given = mission.verdicts.values().filter_map(|given| given.iter().rfind(own));
    let outcomes: Vec<Outcome> = given.map(|verdict| verdict.outcome).collect();
    let passed = outcomes.iter().filter(|outcome| **outcome == Outcome::Pass).count();
    let (sign, style) = if passed == outcomes.len() { GOOD } else { BAD };
    let row = row.sign(style, sign).then(StyleRole::Text, format!("{about}  "));
    with_findings(mission, attempt.id, row.then(style, format!("{passed}/{}", outcomes.len())))
}

fn with_findings(mission: &Mission, attempt: AttemptId, row: Row) -> Row {
    let found: Vec<&Finding> =
        mission.findings.values().filter(|finding| finding.source.attempt() == Some(attempt)).collect();
    if found.is_empty() {
        return row;
    }
    let style = if found.iter().any(|finding| finding.is_open()) { StyleRole::Warn } else { StyleRole::Dim };
    let mut features: Vec<String> = found
        .iter()
        .filter_map(|finding| match &finding.state {
            FindingState::TakenUp { feature } => Some(feature.to_string()),
            FindingState::Open | FindingState::Dismissed { .. } | FindingState::Deferred { .. } => None,
        })
        .collect();
    features.dedup();
    let row = row.end(style, format!("  {}", plural(found.len(), "finding")));
    let fate = if features.is_empty() { String::new() } else { format!(" → {}", features.join(", ")) };
    row.end(StyleRole::Dim, fate)
}

fn gate_row(mission: &Mission, id: GateId, mut row: Row) -> Row {
    match mission.gates.get(&id).and_then(|gate| gate.decided.as_ref()) {
        None if mission.waits_at(id) => {
            row.sign(StyleRole::Warn, Glyph::Needs).then(StyleRole::Warn, "waits for you")
        }
        None => row.then(StyleRole::Dim, GATE_AHEAD),
        Some(decided) => {
            row.left.extend(decision(&decided.decision, decided.by));
            row
        }
    }
}

fn question_row(mission: &Mission, id: QuestionId, row: Row) -> Row {
    let Some(question) = mission.questions.iter().find(|question| question.id == id) else { return row };
    let row = row.then(StyleRole::Dim, column(&format!("{:<4}asks", question.from.to_string()), 18));
    let text = StyleRole::Text;
    match (&question.answer, &question.withdrawn) {
        (None, Some(reason)) => row
            .then(StyleRole::Dim, quoted(question.text.as_str()))
            .then(StyleRole::Dim, format!(" {reason}")),
        (None, None) => row.sign(StyleRole::Warn, Glyph::Needs).then(text, quoted(question.text.as_str())),
        (Some(answer), _) => {
            row.then(text, quoted(question.text.as_str())).then(StyleRole::Dim, format!(" → {answer}"))
        }
    }
}
