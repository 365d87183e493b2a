//! What parties say to each other: messages, questions and directives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attempt::{AgentWork, Attempt, Role};
use super::id::{AttemptId, DirectiveId, MessageId, QuestionId, Timestamp};
use super::mission::Mission;
use super::note::Audience;
use super::text::{Line, Prose, Title};

/// Who speaks or is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Person,
    Orchestrator,
    Attempt(AttemptId),
}

/// An addressed message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub from: Party,
    pub to: Party,
    pub text: Prose,
    pub delivery: Delivery,
    pub at: Timestamp,
    pub state: MessageState,
}

/// When a message reaches a running attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// At its next turn.
    #[default]
    Queue,
    /// At once: the running turn is broken off.
    Interrupt,
}

/// Whether the addressee has seen a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    Waiting,
    Delivered,
}

/// A question that somebody waits on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: QuestionId,
    pub from: AttemptId,
    /// The person, or the orchestrator.
    pub to: Party,
    pub text: Prose,
    /// Answers to choose from; empty for an open question.
    pub options: Vec<Line>,
    pub at: Timestamp,
    pub answer: Option<Prose>,
    /// The MCP server of the attempt that asks, where it is not the agent: it hears the answer, and the agent works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Title>,
    /// Why nobody waits for an answer any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Line>,
}

impl Question {
    /// Whether somebody waits for the answer.
    pub fn is_open(&self) -> bool {
        self.answer.is_none() && self.withdrawn.is_none()
    }

    /// Whether an agent asks the person, who is answered in the next session at the same work.
    pub fn is_of_agent_to_person(&self) -> bool {
        self.to == Party::Person && self.server.is_none()
    }
}

/// A question as it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionDraft {
    /// With what you would do otherwise.
    pub question: Prose,
    /// Answers to choose from.
    #[serde(default)]
    pub options: Vec<Line>,
}

/// An instruction to every agent from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    pub id: DirectiveId,
    pub text: Prose,
    pub from: Party,
    pub at: Timestamp,
}

/// A short note that a validator confirmed; handed to later agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    pub note: Line,
    pub confirmed_by: AttemptId,
    pub at: Timestamp,
    /// Knowledge of older logs is about the code.
    #[serde(default)]
    pub audience: Audience,
}

impl Mission {
    /// Whether an attempt asked the person.
    pub fn has_asked_person(&self, attempt: AttemptId) -> bool {
        self.questions.iter().any(|question| question.from == attempt && question.is_of_agent_to_person())
    }

    /// Messages to earlier attempts at this work that ended before they read them.
    pub fn unheard(&self, work: AgentWork) -> impl Iterator<Item = &Message> {
        self.waiting_for_ended().filter(move |(_, attempt)| attempt.work == work).map(|(message, _)| message)
    }

    /// Messages that no attempt will read any more: their addressee has ended, and nobody goes on with its work.
    pub fn undeliverable(&self) -> impl Iterator<Item = &Message> {
        let nobody = |attempt: &Attempt| attempt.role == Role::Orchestrator || !self.wants(attempt.work);
        self.waiting_for_ended().filter(move |(_, attempt)| nobody(attempt)).map(|(message, _)| message)
    }

    /// An attempt has ended, and its servers with it: they hear no answers.
    pub(super) fn withdraw_questions_of(&mut self, attempt: AttemptId) {
        let of_server = |question: &&mut Question| question.from == attempt && question.server.is_some();
        for question in self.questions.iter_mut().filter(of_server).filter(|question| question.is_open()) {
            question.withdrawn = Some(Line::clipped(format!("{attempt} has ended")));
        }
    }

    fn waiting_for_ended(&self) -> impl Iterator<Item = (&Message, &Attempt)> {
        let waiting = self.messages.iter().filter(|message| message.state == MessageState::Waiting);
        waiting.filter_map(|message| {
            let Party::Attempt(id) = message.to else { return None };
            let attempt = self.attempts.get(&id).filter(|attempt| !attempt.is_live())?;
            Some((message, attempt))
        })
    }
}
