//! The events of one decision as they are made, with the mission as it would be after them.

use std::borrow::Cow;

use crate::domain::attempt::{Attempt, Ending};
use crate::domain::event::{Actor, Event};
use crate::domain::finding::{Finding, FindingState, Severity, Source};
use crate::domain::id::{AssertionId, AttemptId, FeatureId, FindingId, MilestoneId, Timestamp};
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::text::Line;

/// A decision in the making.
pub(super) struct Draft<'a> {
    mission: Cow<'a, Mission>,
    events: Vec<Event>,
    pub(super) actor: Actor,
    pub(super) now: Timestamp,
}

/// What a finding says, before it has a number.
pub(super) struct Raised {
    pub(super) severity: Severity,
    pub(super) source: Source,
    pub(super) feature: Option<FeatureId>,
    pub(super) assertion: Option<AssertionId>,
    pub(super) description: Line,
    pub(super) suggested_fix: Option<Line>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(mission: &'a Mission, actor: Actor, now: Timestamp) -> Self {
        Self { mission: Cow::Borrowed(mission), events: Vec::new(), actor, now }
    }

    /// The mission as it is after what was emitted so far.
    pub(super) fn mission(&self) -> &Mission {
        &self.mission
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.mission.to_mut().apply_event(&event, self.now);
        self.events.push(event);
    }

    pub(super) fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// The attempt that asks.
    pub(super) fn asker(&self) -> Result<&Attempt, Rejection> {
        let Actor::Attempt(id) = self.actor else {
            return Err(Rejection::out_of_turn("only an attempt can ask for that"));
        };
        self.mission.attempts.get(&id).ok_or_else(|| Rejection::unknown(format!("there is no attempt {id}")))
    }

    /// Ends the attempt that asks, with what its role owes.
    pub(super) fn end_asker(&mut self) {
        if let Actor::Attempt(attempt) = self.actor {
            self.emit(Event::AttemptEnded { attempt, ending: Ending::Done });
        }
    }

    /// Raises a finding in the milestone that is being flown.
    pub(super) fn raise(&mut self, raised: Raised) {
        let milestone = self.mission.flown_milestone().unwrap_or(MilestoneId(1));
        let id = FindingId(self.mission.findings.keys().next_back().map_or(1, |last| last.0 + 1));
        let finding = Finding {
            id,
            severity: raised.severity,
            source: raised.source,
            milestone,
            feature: raised.feature,
            assertion: raised.assertion,
            description: raised.description,
            suggested_fix: raised.suggested_fix,
            state: FindingState::Open,
        };
        self.emit(Event::FindingRaised { finding: Box::new(finding) });
    }

    /// The number of the next attempt.
    pub(super) fn next_attempt(&self) -> AttemptId {
        AttemptId(self.mission.attempts.keys().next_back().map_or(1, |last| last.0 + 1))
    }
}

/// The complaints of a lint as one refusal, or nothing.
pub(super) fn refuse(complaints: &[String]) -> Result<(), Rejection> {
    if complaints.is_empty() { Ok(()) } else { Err(Rejection::invalid(complaints.join("; "))) }
}
