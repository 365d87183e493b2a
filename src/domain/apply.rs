//! The fold: how each event changes what is true. It contains no rules and cannot fail; an event about something
//! unknown changes nothing.

mod planning;
mod validation;
mod work;

use super::event::{Event, Stamped};
use super::gate::GateId;
use super::id::{MilestoneId, Timestamp};
use super::message::MessageState;
use super::mission::{End, Mission, Mode};

impl Mission {
    /// The state after a whole log.
    pub fn fold<'a>(log: impl IntoIterator<Item = &'a Stamped>) -> Self {
        let mut mission = Self::unborn();
        for stamped in log {
            mission.apply(stamped);
        }
        mission
    }

    /// Takes one more event in.
    pub fn apply(&mut self, stamped: &Stamped) {
        self.seq = stamped.seq;
        self.apply_event(&stamped.event, stamped.at);
    }

    /// Changes the state by one fact; the sequence number stays. Every event is named here, so that none is forgotten.
    pub(super) fn apply_event(&mut self, event: &Event, at: Timestamp) {
        self.updated = at;
        match event {
            Event::ContractProposed { .. }
            | Event::EnvironmentProposed { .. }
            | Event::PlanProposed { .. }
            | Event::FeatureAdded { .. }
            | Event::FeatureEdited { .. }
            | Event::FeatureCancelled { .. }
            | Event::AssertionAdded { .. }
            | Event::AssertionEdited { .. }
            | Event::AssertionRetired { .. }
            | Event::AssertionWaived { .. } => self.apply_planning(event, at),
            Event::AttemptStarted { .. }
            | Event::AttemptEnded { .. }
            | Event::UsageCounted { .. }
            | Event::RevisionTold { .. }
            | Event::HandoffGiven { .. }
            | Event::ClaimsChecked { .. } => self.apply_work(event, at),
            Event::GateOpened { .. }
            | Event::GateDecided { .. }
            | Event::FindingRaised { .. }
            | Event::FindingTakenUp { .. }
            | Event::FindingDismissed { .. } => self.apply_decisions(event, at),
            Event::RoundOpened { .. }
            | Event::GateCommandsRun { .. }
            | Event::ReviewReported { .. }
            | Event::ScrutinyReported { .. }
            | Event::VerdictGiven { .. }
            | Event::UserTestingReported { .. }
            | Event::RoundClosed { .. }
            | Event::RoundsExtended { .. } => self.apply_validation(event, at),
            Event::DirectiveIssued { .. }
            | Event::KnowledgeConfirmed { .. }
            | Event::MessageSent { .. }
            | Event::MessagesDelivered { .. }
            | Event::QuestionAsked { .. }
            | Event::QuestionAnswered { .. } => self.apply_talk(event),
            Event::MissionCreated(_)
            | Event::MissionHeld { .. }
            | Event::MissionResumed
            | Event::ModelChosen { .. }
            | Event::BudgetSet { .. }
            | Event::AutopilotSet { .. }
            | Event::MissionCompleted
            | Event::MissionLanded { .. }
            | Event::MissionAbandoned { .. }
            | Event::Unrecognised { .. } => self.apply_lifecycle(event, at),
        }
    }

    /// The mission as a whole: its start, its settings, its holds and its end.
    fn apply_lifecycle(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::MissionCreated(founding) => {
                self.created = at;
                self.models.clone_from(&founding.models);
                self.budget = founding.budget;
                self.autopilot = founding.autopilot;
                self.founding = Some((**founding).clone());
            }
            Event::ModelChosen { role, model } => {
                self.models.insert(*role, model.clone());
            }
            Event::BudgetSet { budget } => self.budget = *budget,
            Event::AutopilotSet { autopilot } => self.autopilot = *autopilot,
            Event::MissionHeld { hold } => self.hold = Some(hold.clone()),
            Event::MissionResumed => {
                self.hold = None;
                self.failures.clear();
            }
            Event::MissionCompleted => self.end = Some(End::Completed { at }),
            Event::MissionAbandoned { reason } => {
                self.end = Some(End::Abandoned { at, reason: reason.clone() });
            }
            Event::MissionLanded { commit, .. } => self.landed = Some(commit.clone()),
            Event::Unrecognised { .. } => self.mode = Mode::ReadOnly,
            _ => {}
        }
    }

    fn apply_talk(&mut self, event: &Event) {
        match event {
            Event::DirectiveIssued { directive } => self.directives.push(directive.clone()),
            Event::KnowledgeConfirmed { knowledge } => self.knowledge.push(knowledge.clone()),
            Event::MessageSent { message } => self.messages.push(message.clone()),
            Event::MessagesDelivered { messages } => {
                for message in self.messages.iter_mut().filter(|m| messages.contains(&m.id)) {
                    message.state = MessageState::Delivered;
                }
            }
            Event::QuestionAsked { question } => self.questions.push(question.clone()),
            Event::QuestionAnswered { question, answer } => {
                if let Some(found) = self.questions.iter_mut().find(|q| q.id == *question) {
                    found.answer = Some(answer.clone());
                }
            }
            _ => {}
        }
    }
}

/// The gate of a milestone.
impl From<MilestoneId> for GateId {
    fn from(id: MilestoneId) -> Self {
        Self::Milestone(id)
    }
}
