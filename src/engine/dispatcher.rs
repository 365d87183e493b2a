//! The one task that changes a mission: decide, append, apply, publish. It runs on a thread of its own, because an
//! append waits for the disk.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::clock;
use super::error::EngineError;
use super::fault::{Fault, of_store};
use super::mission_cell::MissionCell;
use crate::domain::command::Command;
use crate::domain::decide::decide_all;
use crate::domain::event::{Actor, Stamped};
use crate::domain::rejection::Rejection;
use crate::link::feed::Feed;
use crate::store::{Store, StoreError};

/// Commands that may wait for the dispatcher; when there are more, those who ask wait.
const QUEUE: usize = 256;
/// The first wait before the log is tried again; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest such wait: the person who made room should not wait for long.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How often the queue is looked into meanwhile.
const LOOK: Duration = Duration::from_millis(100);

/// Asks the dispatcher. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DispatcherHandle {
    queue: mpsc::Sender<Submission>,
}

/// Why a submission changed nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refused {
    /// The domain refused it.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// It could not be made durable; the engine is going down.
    #[error("{0}")]
    Fault(String),
}

struct Submission {
    actor: Actor,
    commands: Vec<Command>,
    reply: Option<oneshot::Sender<Result<Vec<Stamped>, Refused>>>,
}

impl DispatcherHandle {
    /// Asks for several things as one and waits until they are durable, or refused.
    ///
    /// # Errors
    /// [`Refused`], or [`Refused::Fault`] when the engine is going down.
    pub async fn submit(&self, actor: Actor, commands: Vec<Command>) -> Result<Vec<Stamped>, Refused> {
        let (reply, answer) = oneshot::channel();
        let submission = Submission { actor, commands, reply: Some(reply) };
        let down = || Refused::Fault(EngineError::ShuttingDown.to_string());
        self.queue.send(submission).await.map_err(|_| down())?;
        answer.await.map_err(|_| down())?
    }

    /// Asks for one thing as the engine itself.
    ///
    /// # Errors
    /// As [`DispatcherHandle::submit`].
    pub async fn record(&self, command: Command) -> Result<Vec<Stamped>, Refused> {
        self.submit(Actor::Engine, vec![command]).await
    }

    /// Asks for one thing that the schedule wanted. `None` when it is refused: the mission has moved on, and what is due
    /// is worked out anew.
    ///
    /// # Errors
    /// When the engine is going down.
    pub async fn record_if_due(&self, command: Command) -> Result<Option<Vec<Stamped>>, EngineError> {
        match self.record(command).await {
            Ok(events) => Ok(Some(events)),
            Err(Refused::Rejected(rejection)) => {
                tracing::debug!(%rejection, "the mission has moved on");
                Ok(None)
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// Asks for one thing where nobody can act on a refusal: it is logged, with what could not be recorded.
    pub async fn record_or_warn(&self, command: Command, what: &str) {
        if let Err(refused) = self.record(command).await {
            tracing::warn!(%refused, "{what} could not be recorded");
        }
    }

    /// Asks for something that need not be waited for. It is left out when the queue is full and the caller may not wait.
    pub fn tell(&self, command: Command) {
        let submission = Submission { actor: Actor::Engine, commands: vec![command], reply: None };
        if let Err(error) = self.queue.try_send(submission) {
            tracing::warn!(%error, "a note for the log did not fit into the dispatcher's queue");
        }
    }

    /// Waits until everything asked before is decided.
    ///
    /// # Errors
    /// When the engine is going down.
    pub async fn flush(&self) -> Result<(), Refused> {
        self.submit(Actor::Engine, Vec::new()).await.map(drop)
    }
}

/// Decides and writes, and who hears of it.
pub struct Dispatcher {
    pub store: Arc<Store>,
    pub cell: Arc<MissionCell>,
    pub feed: Arc<Feed>,
    /// Every event, for those inside the engine who deliver messages.
    pub events: mpsc::UnboundedSender<Stamped>,
    /// Sent once, when the mission can no longer be written.
    pub fault: oneshot::Sender<StoreError>,
}

impl Dispatcher {
    /// Starts the dispatcher's thread. It ends when every [`DispatcherHandle`] is gone.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(self) -> Result<DispatcherHandle, EngineError> {
        let (queue, submissions) = mpsc::channel(QUEUE);
        let run = move || self.run(submissions);
        let spawned = thread::Builder::new().name("dispatcher".to_owned()).spawn(run);
        spawned.map_err(|error| EngineError::Unfit(format!("no thread for the dispatcher: {error}")))?;
        Ok(DispatcherHandle { queue })
    }

    fn run(self, mut submissions: mpsc::Receiver<Submission>) {
        let mut kept = VecDeque::new();
        while let Some(submission) = kept.pop_front().or_else(|| submissions.blocking_recv()) {
            let Submission { actor, commands, reply } = submission;
            let (answer, broken) = match self.persist(actor, commands, &mut submissions, &mut kept) {
                Ok(decided) => (decided, None),
                Err(error) => (Err(Refused::Fault(error.to_string())), Some(error)),
            };
            if let Some(reply) = reply {
                // The asker may be gone; what was decided stands.
                drop(reply.send(answer));
            }
            if let Some(error) = broken {
                self.feed.warning(error.to_string());
                drop(self.fault.send(error));
                return;
            }
        }
    }

    /// Decides, and tries again for as long as what keeps the log from being written passes by itself, such as a full
    /// disk. A person does not wait for that: they are told, and nothing has changed. Who else asks waits in order.
    fn persist(
        &self,
        actor: Actor,
        commands: Vec<Command>,
        submissions: &mut mpsc::Receiver<Submission>,
        kept: &mut VecDeque<Submission>,
    ) -> Result<Result<Vec<Stamped>, Refused>, StoreError> {
        let (mut told, mut wait) = (false, FIRST_WAIT);
        loop {
            let error = match self.handle(actor, commands.clone()) {
                Ok(decided) => {
                    if told {
                        self.feed.warning("the log can be written again; the mission goes on".to_owned());
                    }
                    return Ok(decided.map_err(Refused::from));
                }
                Err(error) => error,
            };
            if !matches!(of_store(&error), Fault::Passing { .. }) {
                return Err(error);
            }
            if actor == Actor::Person {
                return Ok(Err(Refused::Fault(format!("nothing was done: {error}"))));
            }
            if !told {
                let sentence = format!("{error}; it is tried again until then, and nothing goes on before");
                tracing::warn!("{sentence}");
                self.feed.warning(sentence);
                told = true;
            }
            let until = Instant::now() + wait;
            while Instant::now() < until {
                thread::sleep(LOOK);
                while let Ok(submission) = submissions.try_recv() {
                    keep_or_refuse(submission, &error, kept);
                }
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// What was decided, once it is durable; an error when it cannot be.
    fn handle(
        &self,
        actor: Actor,
        commands: Vec<Command>,
    ) -> Result<Result<Vec<Stamped>, Rejection>, StoreError> {
        if commands.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let now = clock::now();
        let (seq, events) =
            self.cell.with(|mission| (mission.seq, decide_all(mission, actor, commands, now)));
        let events = match events {
            Ok(events) => events,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let stamped = self.store.append(seq, now, actor, &events)?;
        self.cell.apply(&stamped);
        for event in &stamped {
            self.feed.publish_event(event.clone());
            // The receiver lives until the engine ends.
            drop(self.events.send(event.clone()));
        }
        if let Err(error) = self.cell.with(|mission| self.store.snapshot_if_due(mission)) {
            tracing::warn!(%error, "no snapshot was kept; opening the mission takes longer");
        }
        Ok(Ok(stamped))
    }
}

/// What a person asks while the log cannot be written is refused; what the engine and agents ask is done later.
fn keep_or_refuse(submission: Submission, error: &StoreError, kept: &mut VecDeque<Submission>) {
    match submission {
        Submission { actor: Actor::Person, reply: Some(reply), .. } => {
            drop(reply.send(Err(Refused::Fault(format!("nothing was done: {error}")))));
        }
        other => kept.push_back(other),
    }
}
