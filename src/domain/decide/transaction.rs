//! The events of one decision as they are made, with the mission as it would be after them.

use std::borrow::Cow;

use super::Result;
use super::attempt::known;
use crate::domain::attempt::{Attempt, Ending};
use crate::domain::event::{Actor, Event};
use crate::domain::finding::{Finding, FindingState, Severity, Source};
use crate::domain::id::{AssertionId, DirectiveId, FeatureId, FindingId, MessageId, MilestoneId, Timestamp};
use crate::domain::message::{Delivery, Directive, Message, MessageState, Party};
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::text::{Line, Prose};

/// What a decision emits, all of it or nothing.
pub(super) struct Transaction<'a> {
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
    pub(super) sealed: Option<AssertionId>,
    pub(super) description: Line,
    pub(super) suggested_fix: Option<Line>,
    pub(super) hunk: Option<Prose>,
}

impl Raised {
    /// A finding about the milestone as a whole, without a suggestion.
    pub(super) fn new(severity: Severity, source: Source, description: impl AsRef<str>) -> Self {
        let description = Line::clipped(description);
        Self {
            severity,
            source,
            feature: None,
            assertion: None,
            sealed: None,
            description,
            suggested_fix: None,
            hunk: None,
        }
    }
}

impl Raised {
    /// About an assertion, and the feature that claims it. Of a sealed one nobody is told which it is.
    pub(super) fn about(self, mission: &Mission, id: &AssertionId) -> Self {
        let (named, sealed) = if mission.is_sealed(id) { (None, Some(id)) } else { (Some(id), None) };
        let feature = mission.claimant(id).map(|feature| feature.id);
        Self { feature, assertion: named.cloned(), sealed: sealed.cloned(), ..self }
    }
}

impl<'a> Transaction<'a> {
    pub(super) fn new(mission: &'a Mission, actor: Actor, now: Timestamp) -> Self {
        Self { mission: Cow::Borrowed(mission), events: Vec::new(), actor, now }
    }

    /// The mission as it is after what was emitted so far.
    pub(super) fn mission(&self) -> &Mission {
        &self.mission
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.mission.to_mut().apply_event(&event, self.actor, self.now);
        self.events.push(event);
    }

    /// Emits all that a verb directly causes.
    #[expect(clippy::unnecessary_wraps, reason = "verbs that cannot refuse any more end with it")]
    pub(super) fn accept(&mut self, event: Event) -> Result {
        self.emit(event);
        Ok(())
    }

    pub(super) fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// The attempt that asks.
    pub(super) fn asker(&self) -> Result<&Attempt> {
        let Actor::Attempt(id) = self.actor else { refuse!(OutOfTurn, "only an attempt can ask for that") };
        known(&self.mission, id)
    }

    /// Ends the attempt that asks, with what its role owes.
    pub(super) fn end_asker(&mut self) -> Result {
        let attempt = self.asker()?.id;
        self.accept(Event::AttemptEnded { attempt, ending: Ending::Done })
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
            sealed: raised.sealed,
            description: raised.description,
            suggested_fix: raised.suggested_fix,
            hunk: raised.hunk,
            state: FindingState::Open,
            seen: None,
        };
        self.emit(Event::FindingRaised { finding: Box::new(finding) });
    }

    /// Sends a message.
    pub(super) fn send(&mut self, from: Party, to: Party, text: Prose, delivery: Delivery) {
        let id = MessageId(self.mission.messages.last().map_or(1, |last| last.id.0 + 1));
        // The person reads a reply on their screen: nobody has to deliver it.
        let state = if to == Party::Person { MessageState::Delivered } else { MessageState::Waiting };
        let message = Message { id, from, to, text, delivery, at: self.now, state };
        self.emit(Event::MessageSent { message });
    }

    /// Gives every agent an instruction from now on.
    pub(super) fn direct(&mut self, from: Party, text: Prose) {
        let id = DirectiveId(self.mission.directives.last().map_or(1, |last| last.id.0 + 1));
        self.emit(Event::DirectiveIssued { directive: Directive { id, text, from, at: self.now } });
    }
}

/// The complaints of a lint as one refusal, or nothing.
pub(super) fn without_complaints(complaints: &[String]) -> Result {
    if complaints.is_empty() { Ok(()) } else { Err(Rejection::invalid(complaints.join("; "))) }
}
