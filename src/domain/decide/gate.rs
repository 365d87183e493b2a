//! GO and NO-GO.

use super::Result;
use super::requirement;
use super::transaction::{Raised, Transaction};
use crate::domain::event::Event;
use crate::domain::finding::{Severity, Source};
use crate::domain::gate::{DecidedBy, Decision, GateId};
use crate::domain::id::MilestoneId;
use crate::domain::message::{Delivery, Party};
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::requirement::RequirementOrigin;
use crate::domain::text::{Line, Prose};

/// Rounds that a NO-GO grants to a milestone which used up its own.
const MORE_ROUNDS: u32 = 2;

pub(super) fn decide_gate(tx: &mut Transaction, gate: GateId, decision: Decision) -> Result {
    let mission = tx.mission();
    exists(mission, gate)?;
    match mission.gates.get(&gate) {
        None => refuse!(OutOfTurn, "the {gate} gate is not reached yet"),
        Some(found) if !found.is_open() => refuse!(OutOfTurn, "the {gate} gate was decided already"),
        Some(_) => {}
    }
    let obstacles = mission.gate_obstacles(gate);
    if matches!(decision, Decision::Go { .. }) && !obstacles.is_empty() {
        let instead = if gate == GateId::Plan { "" } else { "waive an assertion with a reason, or " };
        refuse!(Invalid, "{gate} cannot be GO: {}; {instead}say NO-GO with a note", obstacles.join("; "));
    }
    let note = match &decision {
        Decision::NoGo { note } => Some(note.clone()),
        Decision::Go { .. } => None,
    };
    tx.emit(Event::GateDecided { gate, decision, by: DecidedBy::Person });
    if let Some(note) = note {
        send_back(tx, gate, &note);
    }
    Ok(())
}

/// A gate of a milestone that is not planned is a mistake; one of a later milestone only comes too early.
fn exists(mission: &Mission, gate: GateId) -> Result {
    let GateId::Milestone(id) = gate else { return Ok(()) };
    let known: Vec<String> = mission.milestones.iter().map(|milestone| milestone.id.to_string()).collect();
    if mission.milestones.iter().any(|milestone| milestone.id == id) {
        return Ok(());
    }
    Err(Rejection::unknown(match known.as_slice() {
        [] => format!("there is no milestone {id}: nothing is planned yet"),
        [..] => format!("there is no milestone {id}; there are {}", known.join(", ")),
    }))
}

/// A NO-GO becomes a directive and, after the plan, a blocking finding for a triage turn.
fn send_back(tx: &mut Transaction, gate: GateId, note: &Line) {
    let text = Prose::clipped(format!("At the {gate} gate the person said NO-GO: {note}"));
    let mission = tx.mission();
    let milestone = match gate {
        GateId::Plan => {
            // What the person wants beyond the goal is owed as the goal's sentences are.
            requirement::note(tx, note.as_str(), RequirementOrigin::NoGo);
            return tx.send(Party::Person, Party::Orchestrator, text, Delivery::Queue);
        }
        GateId::Milestone(id) => id,
        GateId::Final => mission.flown_milestone().unwrap_or(MilestoneId(1)),
    };
    let used = mission.rounds_used(milestone);
    if used >= mission.round_limit(milestone) {
        tx.emit(Event::RoundsExtended { milestone, limit: used.saturating_add(MORE_ROUNDS) });
    }
    tx.direct(Party::Person, text);
    tx.raise(Raised::new(Severity::Blocking, Source::Gate, format!("NO-GO at {gate}: {note}")));
}
