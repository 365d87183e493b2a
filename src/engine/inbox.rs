//! Brings messages, directives and new wordings to the attempts that are running.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::mpsc;

use super::context::EngineContext;
use super::evidence;
use crate::agent::session::{InboxMessage, Urgency};
use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::command::Command;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::{AssertionId, AttemptId, FeatureId, Revision};
use crate::domain::message::{Delivery, Message, MessageState, Party};

/// How a message begins in the ears of the one it is for; the name of who sent it follows.
const MESSAGE: &str = "A message from ";

/// Messages that may wait for one attempt.
const INBOX: usize = 64;

/// The inboxes of the attempts that are running.
#[derive(Debug, Default)]
pub struct Inboxes {
    open: Mutex<BTreeMap<AttemptId, mpsc::Sender<InboxMessage>>>,
}

impl Inboxes {
    /// Opens the inbox of an attempt; messages that wait for it already are put in.
    pub fn open(&self, attempt: AttemptId) -> mpsc::Receiver<InboxMessage> {
        let (sender, receiver) = mpsc::channel(INBOX);
        self.locked().insert(attempt, sender);
        receiver
    }

    /// Closes it: the attempt has ended.
    pub fn close(&self, attempt: AttemptId) {
        self.locked().remove(&attempt);
    }

    fn ids(&self) -> Vec<AttemptId> {
        self.locked().keys().copied().collect()
    }

    /// Puts a text into the inbox of an attempt and says whether it has one. An inbox that is full belongs to an attempt
    /// that has stopped reading: the message stays in the log.
    async fn put(&self, attempt: AttemptId, text: String, urgency: Urgency) -> bool {
        let Some(inbox) = self.locked().get(&attempt).cloned() else { return false };
        if inbox.send_timeout(InboxMessage { text, urgency }, Duration::from_secs(1)).await.is_err() {
            tracing::warn!("a message could not be put into an inbox");
        }
        true
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<AttemptId, mpsc::Sender<InboxMessage>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the events and delivers what they mean to running attempts.
pub struct InboxRouter(pub Arc<EngineContext>);

impl InboxRouter {
    /// Runs until the dispatcher is gone.
    pub async fn run(self, mut events: mpsc::UnboundedReceiver<Stamped>) {
        while let Some(stamped) = events.recv().await {
            let seq = stamped.seq;
            if AssertUnwindSafe(self.route(stamped.event)).catch_unwind().await.is_err() {
                tracing::error!(seq, "an event could not be brought to the attempts it concerns");
            }
        }
    }

    async fn route(&self, event: Event) {
        match event {
            Event::MessageSent { message } => self.deliver(&message).await,
            Event::DirectiveIssued { directive } => {
                let text = format!(
                    "A directive of {}, for everybody from now on: {}",
                    name(directive.from),
                    directive.text
                );
                for attempt in self.0.inboxes.ids() {
                    self.0.inboxes.put(attempt, text.clone(), Urgency::NextTurn).await;
                }
            }
            Event::AssertionEdited { assertion, revision, wording } => {
                let check = &wording.check;
                let text = format!(
                    "{assertion} has a new wording, revision {}: {}. {} Check via {}: {} It holds from now on.",
                    revision.0,
                    wording.title,
                    wording.statement,
                    check.via.word(),
                    check.how
                );
                self.tell_revision(&assertion, revision, &text).await;
            }
            Event::FeatureEdited { feature, spec } => {
                let text =
                    format!("Your feature {feature} has new words: {}. {}", spec.title, spec.description);
                self.tell_worker(feature, text).await;
            }
            Event::GateOpened { .. } => {
                if let Err(error) = evidence::check(&self.0).await {
                    tracing::warn!(%error, "the evidence at the gate could not be looked at");
                }
            }
            _ => {}
        }
    }

    async fn tell_worker(&self, feature: FeatureId, text: String) {
        let at_it = |a: &&Attempt| a.work == AgentWork::Build { feature };
        let worker =
            self.0.cell.with(|mission| mission.live_attempts().find(at_it).map(|attempt| attempt.id));
        if let Some(worker) = worker {
            self.0.inboxes.put(worker, text, Urgency::NextTurn).await;
        }
    }

    async fn deliver(&self, message: &Message) {
        let Party::Attempt(id) = message.to else { return };
        let urgency = match message.delivery {
            Delivery::Queue => Urgency::NextTurn,
            Delivery::Interrupt => Urgency::Interrupt,
        };
        let still_waits = self.0.cell.with(|mission| {
            mission.messages.iter().any(|m| m.id == message.id && m.state == MessageState::Waiting)
        });
        let text = format!("{}{}: {}", MESSAGE, name(message.from), message.text);
        if still_waits && self.0.inboxes.put(id, text, urgency).await {
            self.0.dispatcher.tell(Command::MarkDelivered { messages: vec![message.id] });
        }
    }

    async fn tell_revision(&self, assertion: &AssertionId, revision: Revision, text: &str) {
        let affected: Vec<AttemptId> = self.0.cell.with(|mission| {
            let works_under = |a: &&Attempt| a.revisions.contains_key(assertion);
            mission.live_attempts().filter(works_under).map(|attempt| attempt.id).collect()
        });
        for attempt in affected {
            if self.0.inboxes.put(attempt, text.to_owned(), Urgency::NextTurn).await {
                let assertion = assertion.clone();
                self.0.dispatcher.tell(Command::TellRevision { attempt, assertion, revision });
            }
        }
    }
}

/// A message as it was delivered: who sent it, and what it says; nothing when a text is none.
pub fn heard(text: &str) -> Option<(Party, &str)> {
    let (sender, text) = text.strip_prefix(MESSAGE)?.split_once(": ")?;
    let parties = [Party::Person, Party::Orchestrator].into_iter();
    let known = parties.chain(sender.parse().ok().map(Party::Attempt)).find(|party| name(*party) == sender);
    known.map(|party| (party, text))
}

fn name(party: Party) -> String {
    match party {
        Party::Person => "the person".to_owned(),
        Party::Orchestrator => "the orchestrator".to_owned(),
        Party::Attempt(id) => id.to_string(),
    }
}
