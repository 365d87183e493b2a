//! What was changed and decided, kept with who did it.

use crate::domain::event::Actor;
use crate::domain::gate::{DecidedBy, Decision, GateId};
use crate::domain::history::{Change, Record};
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;

impl Mission {
    pub(super) fn record(&mut self, by: Actor, at: Timestamp, change: Change) {
        self.history.push(Record { seq: self.seq, at, by, change });
    }

    /// The plan that was refused stays at hand until another is GO.
    pub(super) fn remember_refusal(&mut self, gate: GateId, decision: &Decision, at: Timestamp) {
        match (gate, decision) {
            (GateId::Plan, Decision::NoGo { note }) => {
                self.refused = Some(Box::new(self.as_refused(note.clone(), at)));
                self.answer = None;
            }
            (GateId::Plan, Decision::Go { .. }) => self.refused = None,
            (GateId::Milestone(_) | GateId::Final, Decision::Go { .. } | Decision::NoGo { .. }) => {}
        }
    }

    pub(super) fn record_gate(
        &mut self,
        by: Actor,
        at: Timestamp,
        (gate, decision, decider): (GateId, &Decision, DecidedBy),
    ) {
        self.record(by, at, Change::GateDecided { gate, decision: decision.clone(), by: decider });
        self.remember_refusal(gate, decision, at);
    }
}
