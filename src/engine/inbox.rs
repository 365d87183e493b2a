//! Brings messages, directives and new wordings to the attempts that are running.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use tokio::sync::mpsc;

use super::context::EngineContext;
use super::evidence;
use crate::agent::session::{InboxMessage, Urgency};
use crate::domain::attempt::{AgentWork, Attempt, Role};
use crate::domain::brief::worded;
use crate::domain::command::Command;
use crate::domain::contract::{Assertion, AssertionState};
use crate::domain::event::{Event, Stamped};
use crate::domain::id::{AssertionId, AttemptId, FeatureId, Revision};
use crate::domain::message::{Delivery, Message, MessageState, Party};
use crate::domain::plan::FeatureSpec;

/// How a message begins in the ears of the one it is for; the name of who sent it follows.
const MESSAGE: &str = "A message from ";

/// Messages that may wait for one attempt.
const INBOX: usize = 64;

/// The inboxes of the attempts that are running.
#[derive(Debug, Default)]
pub struct Inboxes {
    open: Mutex<BTreeMap<AttemptId, Inbox>>,
}

#[derive(Debug)]
struct Inbox {
    sender: mpsc::Sender<InboxMessage>,
    receipts: Vec<Receipt>,
}

/// A message that was put in, and what is recorded once it was read; none is put in twice for the same record.
#[derive(Debug)]
struct Receipt {
    text: String,
    record: Option<Command>,
    is_read: bool,
}

impl Inboxes {
    /// Opens the inbox of an attempt.
    pub fn open(&self, attempt: AttemptId) -> mpsc::Receiver<InboxMessage> {
        let (sender, receiver) = mpsc::channel(INBOX);
        self.locked().insert(attempt, Inbox { sender, receipts: Vec::new() });
        receiver
    }

    /// Closes it: the attempt has ended.
    pub fn close(&self, attempt: AttemptId) {
        self.locked().remove(&attempt);
    }

    /// What is to be recorded now that an attempt's model has been shown a text, if it came from here.
    pub fn read(&self, attempt: AttemptId, text: &str) -> Option<Command> {
        let mut open = self.locked();
        let receipts = &mut open.get_mut(&attempt)?.receipts;
        let receipt = receipts.iter_mut().find(|receipt| !receipt.is_read && receipt.text == text)?;
        receipt.is_read = true;
        receipt.record.clone()
    }

    /// Whether something was put in that an attempt's model has not been shown.
    pub fn has_unread(&self, attempt: AttemptId) -> bool {
        let open = self.locked();
        open.get(&attempt).is_some_and(|inbox| inbox.receipts.iter().any(|receipt| !receipt.is_read))
    }

    fn ids(&self) -> Vec<AttemptId> {
        self.locked().keys().copied().collect()
    }

    /// The attempts that were told of an assertion, whether they have read it or not.
    fn told_of(&self, assertion: &AssertionId) -> Vec<AttemptId> {
        let is_about = |receipt: &Receipt| match &receipt.record {
            Some(Command::TellRevision { assertion: told, .. }) => told == assertion,
            _ => false,
        };
        let open = self.locked();
        open.iter().filter(|(_, inbox)| inbox.receipts.iter().any(is_about)).map(|(id, _)| *id).collect()
    }

    /// Puts a text into the inbox of an attempt that has one.
    fn put(&self, attempt: AttemptId, text: String, urgency: Urgency) {
        if let Some(inbox) = self.locked().get_mut(&attempt) {
            inbox.put(text, urgency, None);
        }
    }

    /// Puts a text in, once, and records that it was read as soon as it is.
    fn put_with_receipt(&self, attempt: AttemptId, text: String, urgency: Urgency, record: Command) {
        let mut open = self.locked();
        let Some(inbox) = open.get_mut(&attempt) else { return };
        if inbox.receipts.iter().all(|receipt| receipt.record.as_ref() != Some(&record)) {
            inbox.put(text, urgency, Some(record));
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<AttemptId, Inbox>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// An inbox that is full belongs to an attempt that has stopped reading: the message stays in the log.
    fn put(&mut self, text: String, urgency: Urgency, record: Option<Command>) {
        if self.sender.try_send(InboxMessage { text: text.clone(), urgency }).is_ok() {
            self.receipts.push(Receipt { text, record, is_read: false });
        } else {
            tracing::warn!("a message could not be put into an inbox");
        }
    }
}

/// Puts in what was said to an attempt before its inbox was open: its checkout may have taken minutes to prepare.
pub fn deliver_waiting(engine: &EngineContext, attempt: AttemptId) {
    let waiting: Vec<Message> = engine.cell.with(|mission| {
        let waits = |m: &&Message| m.to == Party::Attempt(attempt) && m.state == MessageState::Waiting;
        mission.messages.iter().filter(waits).cloned().collect()
    });
    for message in waiting {
        deliver(engine, &message);
    }
}

fn deliver(engine: &EngineContext, message: &Message) {
    let Party::Attempt(id) = message.to else { return };
    let urgency = match message.delivery {
        Delivery::Queue => Urgency::NextTurn,
        Delivery::Interrupt => Urgency::Interrupt,
    };
    let still_waits = engine.cell.with(|mission| {
        mission.messages.iter().any(|m| m.id == message.id && m.state == MessageState::Waiting)
    });
    if still_waits {
        let text = for_attempt(engine, id, format!("{MESSAGE}{}: {}", name(message.from), message.text));
        let record = Command::MarkDelivered { messages: vec![message.id] };
        engine.inboxes.put_with_receipt(id, text, urgency, record);
    }
}

/// A text as the one who does an attempt may read it.
pub(super) fn for_attempt(engine: &EngineContext, id: AttemptId, text: String) -> String {
    let role = engine.cell.with(|mission| mission.attempts.get(&id).map(|attempt| attempt.role));
    engine.for_role(role.unwrap_or(Role::Worker), text)
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
            Event::MessageSent { message } => deliver(&self.0, &message),
            Event::DirectiveIssued { directive } => {
                let text = format!(
                    "A directive of {}, for everybody from now on: {}",
                    name(directive.from),
                    directive.text
                );
                for attempt in self.0.inboxes.ids() {
                    let text = for_attempt(&self.0, attempt, text.clone());
                    self.0.inboxes.put(attempt, text, Urgency::NextTurn);
                }
            }
            Event::AssertionEdited { assertion: id, revision, wording } => {
                let edited = Assertion {
                    id: id.clone(),
                    revision,
                    wording: *wording,
                    state: AssertionState::Active,
                    shows: Vec::new(),
                };
                let text = format!("{id} has a new wording, which holds from now on:\n{}", worded(&edited));
                self.tell_revision(&id, revision, &text);
            }
            Event::AssertionAdded { assertion, feature } => self.tell_new(&assertion, feature),
            Event::AssertionUnsealed { assertion: id, feature } => {
                let unsealed = self.0.cell.with(|mission| mission.contract.get(&id).cloned());
                if let Some(assertion) = unsealed {
                    self.tell_new(&assertion, feature);
                }
            }
            Event::AssertionRetired { assertion, reason } => {
                let text = format!("{assertion} is retired and holds no longer: {reason}");
                for attempt in self.at_work_under(&assertion) {
                    self.0.inboxes.put(attempt, text.clone(), Urgency::NextTurn);
                }
            }
            Event::FeatureEdited { feature, spec } => self.tell_worker(feature, &spec),
            Event::GateOpened { .. } => {
                if let Err(error) = evidence::check(&self.0).await {
                    tracing::warn!(%error, "the evidence at the gate could not be looked at");
                }
            }
            _ => {}
        }
    }

    fn tell_new(&self, assertion: &Assertion, feature: FeatureId) {
        let Assertion { id, revision, .. } = assertion;
        let text = format!("{id} is new, and {feature} is to fulfill it:\n{}", worded(assertion));
        self.tell_revision(id, *revision, &text);
    }

    fn tell_worker(&self, feature: FeatureId, spec: &FeatureSpec) {
        let criteria: Vec<String> = spec.criteria.iter().map(|criterion| format!("- {criterion}")).collect();
        let criteria = criteria.join("\n");
        let text = format!(
            "Your feature {feature} has new words: {}\n{}\nIt is done when\n{criteria}\n",
            spec.title, spec.description
        );
        let at_it = |a: &&Attempt| a.work == AgentWork::Build { feature };
        let worker =
            self.0.cell.with(|mission| mission.live_attempts().find(at_it).map(|attempt| attempt.id));
        if let Some(worker) = worker {
            self.0.inboxes.put(worker, text, Urgency::NextTurn);
        }
    }

    /// The running attempts whose work an assertion is about, whether they have heard of it or not.
    fn at_work_under(&self, assertion: &AssertionId) -> Vec<AttemptId> {
        let told = self.0.inboxes.told_of(assertion);
        self.0.cell.with(|mission| {
            let about = |attempt: &&Attempt| {
                attempt.revisions.contains_key(assertion)
                    || told.contains(&attempt.id)
                    || mission.assertions_in(attempt.work).contains(assertion)
            };
            mission.live_attempts().filter(about).map(|attempt| attempt.id).collect()
        })
    }

    fn tell_revision(&self, id: &AssertionId, revision: Revision, text: &str) {
        for attempt in self.at_work_under(id) {
            let record = Command::TellRevision { attempt, assertion: id.clone(), revision };
            self.0.inboxes.put_with_receipt(attempt, text.to_owned(), Urgency::NextTurn, record);
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
