//! What follows from the new state, whichever command led to it.

use super::proposal;
use super::transaction::Transaction;
use crate::domain::attempt::{Attempt, Ending};
use crate::domain::contract::Assertion;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, FindingState, Severity, Until};
use crate::domain::gate::{Autopilot, DecidedBy, Decision, GateId};
use crate::domain::message::{Message, Party};
use crate::domain::mission::Mission;
use crate::domain::proposal::ProposalState;
use crate::domain::round::{Round, RoundOutcome};
use crate::domain::text::{Line, Prose};
use crate::domain::verdict::Standing;

/// Emits what follows until nothing more does. Each step closes or opens something, so it ends.
pub(super) fn settle(tx: &mut Transaction) {
    while let Some(event) = next(tx.mission()) {
        tx.emit(event);
    }
    forward_unread(tx);
}

/// What was said to an attempt that ended without reading it, and whose work nobody takes up again, is the
/// orchestrator's to act on: nothing that was said is lost.
fn forward_unread(tx: &mut Transaction) {
    if tx.mission().end.is_some() {
        return;
    }
    let unread: Vec<Message> = tx.mission().undeliverable().cloned().collect();
    for message in unread {
        let Party::Attempt(addressee) = message.to else { continue };
        tx.emit(Event::MessagesDelivered { messages: vec![message.id] });
        let text =
            Prose::clipped(format!("To {addressee}, which ended before it read this: {}", message.text));
        tx.send(message.from, Party::Orchestrator, text, message.delivery);
    }
}

fn next(mission: &Mission) -> Option<Event> {
    if mission.end.is_some() || mission.founding.is_none() {
        return None;
    }
    moot_proposal(mission)
        .or_else(|| close_round(mission))
        .or_else(|| reopen_put_off(mission))
        .or_else(|| stop_moot(mission))
        .or_else(|| open_milestone_gate(mission))
        .or_else(|| open_final_gate(mission))
        .or_else(|| autopilot(mission))
        .or_else(|| complete(mission))
}

/// What can no longer be made does not wait for the person.
fn moot_proposal(mission: &Mission) -> Option<Event> {
    let proposal = proposal::moot(mission)?;
    Some(Event::ProposalDecided { proposal, state: ProposalState::Withdrawn })
}

fn close_round(mission: &Mission) -> Option<Event> {
    let round = mission.rounds.iter().find(|round| round.is_open())?;
    let outcome = outcome(mission, round)?;
    Some(Event::RoundClosed { milestone: round.milestone, round: round.number, outcome })
}

/// What was put off until the next round is decided on anew after it.
fn reopen_put_off(mission: &Mission) -> Option<Event> {
    let due = |finding: &&Finding| match finding.state {
        FindingState::Deferred { until: Until::NextRound, at, .. } => {
            mission.rounds.iter().any(|round| !round.is_open() && round.opened >= at)
        }
        FindingState::Deferred { until: Until::Milestone | Until::Final, .. }
        | FindingState::Open
        | FindingState::TakenUp { .. }
        | FindingState::Dismissed { .. } => false,
    };
    mission.findings.values().find(due).map(|finding| Event::FindingReopened { finding: finding.id })
}

/// How a round ends, once nothing of it is left to do. Only a gate command that fails ends it early: what the tester sees
/// does not depend on what the reviewers say, and one round then finds it all.
fn outcome(mission: &Mission, round: &Round) -> Option<RoundOutcome> {
    let blocking = mission
        .open_findings()
        .any(|finding| finding.severity == Severity::Blocking && finding.milestone == round.milestone);
    if round.runs.iter().any(|run| !run.passed()) {
        return Some(RoundOutcome::Failed);
    }
    if !round.again {
        round.scrutiny.as_ref()?;
    }
    if !mission.flows_due(round).is_empty() || mission.to_try_again(round).next().is_some() {
        return None;
    }
    if round.again && round.to_test.is_empty() && !mission.has_verdict_of(round) {
        return Some(RoundOutcome::TakenBack);
    }
    let standings: Vec<Standing> = round
        .to_test
        .iter()
        .filter(|id| mission.assertion(id).is_some_and(Assertion::is_blocking))
        .map(|id| mission.standing(id))
        .collect();
    Some(if blocking || standings.contains(&Standing::Failed) {
        RoundOutcome::Failed
    } else if standings.contains(&Standing::Blocked) {
        RoundOutcome::Blocked
    } else {
        RoundOutcome::Passed
    })
}

/// Ends an attempt whose work is no longer wanted, so that it neither counts nor stands in the way of what is.
fn stop_moot(mission: &Mission) -> Option<Event> {
    let moot = |attempt: &&Attempt| mission.is_go(GateId::Final) || !mission.wants(attempt.work);
    let attempt = mission.live_attempts().find(moot)?.id;
    let reason = Line::clipped("its work is no longer wanted");
    Some(Event::AttemptEnded { attempt, ending: Ending::Stopped { reason } })
}

fn open_milestone_gate(mission: &Mission) -> Option<Event> {
    let milestone = mission.current_milestone()?.id;
    let gate = GateId::Milestone(milestone);
    let reached = mission.is_go(GateId::Plan) && mission.is_at_gate(milestone) && !mission.is_gate_open(gate);
    reached.then_some(Event::GateOpened { gate })
}

fn open_final_gate(mission: &Mission) -> Option<Event> {
    if !mission.is_go(GateId::Plan) || mission.current_milestone().is_some() {
        return None;
    }
    let last = mission.milestones.last()?.id;
    let gate = GateId::Final;
    let reached = mission.is_at_gate(last) && !mission.is_gate_open(gate) && !mission.is_go(gate);
    reached.then_some(Event::GateOpened { gate })
}

/// Under autopilot an accepted plan is GO, a milestone that passes is GO, and the end is GO when everything is
/// settled. A milestone that does not pass waits for the person, and so does one that passed by a check without teeth, and
/// whatever rests on a record that was changed outside.
fn autopilot(mission: &Mission) -> Option<Event> {
    if mission.autopilot == Autopilot::Off {
        return None;
    }
    let gate = mission.open_gate()?.id;
    let toothless = gate != GateId::Plan && !mission.toothless(&mission.assertions_at(gate)).is_empty();
    // Nobody but the person agrees to fewer tests; at the final gate they have been asked.
    let let_be = matches!(gate, GateId::Milestone(_)) && mission.let_be(gate).next().is_some();
    let clear = mission.waits_at(gate) && mission.gate_obstacles(gate).is_empty();
    let sound = mission.record_doubt.is_none();
    let passes = clear && sound && !let_be && !toothless && mission.too_few_families(gate).is_none();
    let decision = Decision::Go { note: None };
    passes.then_some(Event::GateDecided { gate, decision, by: DecidedBy::Autopilot })
}

fn complete(mission: &Mission) -> Option<Event> {
    mission.is_go(GateId::Final).then_some(Event::MissionCompleted)
}
