//! What the end of a session means to the mission.

use std::sync::Arc;

use super::attempt::AttemptRun;
use super::session_recorder::SessionRecorder;
use crate::agent::session::Ended;
use crate::agent::turn::{Fault, Outcome};
use crate::domain::attempt::{AgentWork, Attempt, Ending};
use crate::domain::command::Command;
use crate::domain::event::Actor;
use crate::domain::id::{AttemptId, MessageId};
use crate::domain::message::{Delivery, Party};
use crate::domain::text::{Line, Prose};

impl AttemptRun {
    /// Closes the attempt as its session ended. One that ended with its closing tool is closed already.
    pub(super) async fn close(&self, ended: Ended, observer: &Arc<SessionRecorder>, mail: Vec<MessageId>) {
        if let Some(words) = end_note(&ended.outcome) {
            observer.note(words);
        }
        match ended.outcome {
            Outcome::Closed { .. } => {
                self.delivered(mail).await;
                self.end(Ending::Done).await;
            }
            Outcome::Said(text) if self.work == AgentWork::Talk => self.answer(&text, mail).await,
            Outcome::Said(_) => {
                let reason = Line::clipped("it ended with words instead of its closing tool");
                self.end(Ending::Failed { reason }).await;
            }
            Outcome::Stopped { .. } | Outcome::Denied { .. } => self.end(Ending::Interrupted).await,
            Outcome::Failed { reason, fault: Fault::Provider | Fault::Configuration } => {
                self.end(Ending::Unusable { reason: Line::clipped(reason) }).await;
            }
            Outcome::Failed { reason, .. } => {
                self.end(Ending::Failed { reason: Line::clipped(reason) }).await;
            }
        }
    }

    /// Ends the attempt, unless it has ended already.
    pub(super) async fn end(&self, ending: Ending) {
        let attempt = self.attempt;
        let live = self.engine.cell.with(|m| m.attempts.get(&attempt).is_some_and(Attempt::is_live));
        if live {
            self.record(Command::EndAttempt { attempt, ending }).await;
        }
    }

    /// What the orchestrator says at the end of a talk goes to the person, and to workers who asked and got no answer.
    async fn answer(&self, text: &str, mail: Vec<MessageId>) {
        let asking: Vec<AttemptId> = self
            .engine
            .cell
            .with(|mission| mission.waiting_workers().map(|question| question.from).collect());
        let text = Prose::clipped(text);
        let say = |to| Command::Say { to, text: text.clone(), delivery: Delivery::Queue };
        let mut commands: Vec<Command> = asking.into_iter().map(|id| say(Party::Attempt(id))).collect();
        if !mail.is_empty() || commands.is_empty() {
            commands.push(say(Party::Person));
        }
        if let Err(refused) = self.engine.dispatcher.submit(Actor::Attempt(self.attempt), commands).await {
            tracing::warn!(%refused, "what the orchestrator said could not be recorded");
        }
        self.delivered(mail).await;
        self.end(Ending::Done).await;
    }

    async fn delivered(&self, messages: Vec<MessageId>) {
        if !messages.is_empty() {
            self.record(Command::MarkDelivered { messages }).await;
        }
    }

    async fn record(&self, command: Command) {
        self.engine.dispatcher.record_or_warn(command, &format!("the end of {}", self.attempt)).await;
    }
}

/// What the transcript says of an end that its own items do not show.
fn end_note(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Closed { .. } | Outcome::Said(_) => None,
        Outcome::Stopped { reason } => Some(format!("stopped: {reason}")),
        Outcome::Failed { reason, .. } => Some(format!("failed: {reason}")),
        Outcome::Denied { reason } => Some(format!("not asked any further: {reason}")),
    }
}
