//! The one task that changes a mission: decide, append, apply, publish. It runs on a thread of its own, because an
//! append waits for the disk.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::clock;
use super::error::EngineError;
use super::fault::{Fault, of_store};
use super::mission_cell::MissionCell;
use crate::agent::session::panic_words;
use crate::domain::command::Command;
use crate::domain::decide::decide_all;
use crate::domain::event::{Actor, Stamped};
use crate::domain::rejection::Rejection;
use crate::link::feed::Feed;
use crate::store::{Store, StoreError};
use crate::workspace::secrets::masked;

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
        self.record_all_if_due(vec![command]).await
    }

    /// As [`DispatcherHandle::record_if_due`], for several things as one.
    ///
    /// # Errors
    /// When the engine is going down.
    pub async fn record_all_if_due(
        &self,
        commands: Vec<Command>,
    ) -> Result<Option<Vec<Stamped>>, EngineError> {
        match self.submit(Actor::Engine, commands).await {
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
    /// Every event, for those inside the engine who deliver messages and tell hooks.
    pub events: [mpsc::UnboundedSender<Stamped>; 2],
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
            let (answer, broken) = match self.persist(actor, &commands, &mut submissions, &mut kept) {
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
        commands: &[Command],
        submissions: &mut mpsc::Receiver<Submission>,
        kept: &mut VecDeque<Submission>,
    ) -> Result<Result<Vec<Stamped>, Refused>, StoreError> {
        let (mut told, mut wait) = (false, FIRST_WAIT);
        loop {
            let before = self.cell.with(|mission| mission.seq);
            let handled = catch_unwind(AssertUnwindSafe(|| self.handle(actor, commands.to_vec())));
            let error = match handled.unwrap_or_else(|panic| self.reload(before, panic.as_ref())) {
                Ok(decided) => {
                    if told {
                        self.feed.warning("the log can be written again; the mission goes on".to_owned());
                    }
                    return Ok(decided);
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
    ) -> Result<Result<Vec<Stamped>, Refused>, StoreError> {
        if commands.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let commands = match commands.into_iter().map(without_secrets).collect() {
            Ok(commands) => commands,
            Err(error) => {
                let words = format!("it holds what looks like a secret, which is not kept: {error}");
                return Ok(Err(Refused::Fault(words)));
            }
        };
        let now = clock::now();
        let (seq, events) =
            self.cell.with(|mission| (mission.seq, decide_all(mission, actor, commands, now)));
        let events = match events {
            Ok(events) => events,
            Err(rejection) => return Ok(Err(rejection.into())),
        };
        let stamped = self.store.append(seq, now, actor, &events)?;
        self.cell.apply(&stamped);
        self.publish(&stamped);
        if let Err(error) = self.cell.with(|mission| self.store.snapshot_if_due(mission)) {
            tracing::warn!(%error, "no snapshot was kept; opening the mission takes longer");
        }
        Ok(Ok(stamped))
    }

    fn publish(&self, events: &[Stamped]) {
        for event in events {
            self.feed.publish_event(event.clone());
            // The receivers live until the engine ends.
            self.events.iter().for_each(|events| drop(events.send(event.clone())));
        }
    }

    /// A fault of ours while something was decided: the mission is what the log says, whatever of it was taken in.
    fn reload(
        &self,
        before: u64,
        panic: &(dyn Any + Send),
    ) -> Result<Result<Vec<Stamped>, Refused>, StoreError> {
        let words = panic_words(panic);
        let read = || Ok((self.store.read(before, u32::MAX)?, self.store.mission()?));
        let read = catch_unwind(AssertUnwindSafe(read));
        let (missed, mission) = read.unwrap_or_else(|_| Err(StoreError::Unfoldable(words.clone())))?;
        self.cell.replace(mission);
        self.publish(&missed);
        let words = format!("a fault of flightdeck's own ({words}); engine.log tells where");
        // What was durable before the fault holds, and whoever asked is told what holds now.
        Ok(if missed.is_empty() { Err(Refused::Fault(words)) } else { Ok(missed) })
    }
}

/// A command with what looks like a secret masked, unless its words are run or opened as they are.
fn without_secrets(command: Command) -> serde_json::Result<Command> {
    if command.is_exact() { Ok(command) } else { masked(command) }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::domain::budget::Budget;
    use crate::domain::event::{Event, Founding};
    use crate::domain::gate::Autopilot;
    use crate::domain::goal::Goal;
    use crate::domain::id::{Commit, Timestamp};
    use crate::domain::message::{Delivery, Party};
    use crate::domain::mission::{HoldCause, Limits};
    use crate::domain::text::{Prose, Title};
    use crate::store::memory::MemoryStore;
    use crate::store::{Access, ChainCheck, MissionLog};

    /// A log that breaks once, before or after it has kept what it was given.
    #[derive(Debug, Default)]
    struct Brittle {
        log: MemoryStore,
        before: Arc<AtomicBool>,
        after: Arc<AtomicBool>,
    }

    fn break_if(due: &AtomicBool) {
        assert!(!due.swap(false, Ordering::Relaxed), "oh no");
    }

    impl MissionLog for Brittle {
        fn append(&self, expected: u64, events: &[Stamped]) -> Result<(), StoreError> {
            break_if(&self.before);
            self.log.append(expected, events)?;
            break_if(&self.after);
            Ok(())
        }

        fn each_after(
            &self,
            after: u64,
            limit: u32,
            take: &mut dyn FnMut(Stamped) -> Result<(), StoreError>,
        ) -> Result<(), StoreError> {
            self.log.each_after(after, limit, take)
        }

        fn verify(&self) -> Result<ChainCheck, StoreError> {
            MissionLog::verify(&self.log)
        }

        fn last_seq(&self) -> Result<u64, StoreError> {
            self.log.last_seq()
        }

        fn snapshot(&self, format: &str, at_most: u64) -> Result<Option<(u64, String)>, StoreError> {
            self.log.snapshot(format, at_most)
        }

        fn save_snapshot(&self, format: &str, seq: u64, body: &str) -> Result<(), StoreError> {
            self.log.save_snapshot(format, seq, body)
        }

        fn place(&self) -> &Path {
            MissionLog::place(&self.log)
        }
    }

    fn founding() -> Event {
        let word = Title::clipped("m");
        Event::MissionCreated(Box::new(Founding {
            mission: "m".parse().unwrap(),
            title: word.clone(),
            goal: Goal::new("Greet.").unwrap(),
            repository: "/nowhere".to_owned(),
            target: word.clone(),
            base: Commit("0".repeat(40)),
            branch: word,
            models: BTreeMap::new(),
            budget: Budget::default(),
            limits: Limits::default(),
            autopilot: Autopilot::Off,
        }))
    }

    #[tokio::test]
    async fn a_panic_costs_one_answer_and_no_event() {
        let brittle = Brittle::default();
        let (before, after) = (Arc::clone(&brittle.before), Arc::clone(&brittle.after));
        let blobs = MemoryStore::default();
        let store = Arc::new(Store::new(Access::Write, brittle, blobs.clone(), blobs));
        store.append(0, Timestamp(1), Actor::Person, &[founding()]).unwrap();
        let cell = Arc::new(MissionCell::new(store.mission().unwrap()));
        let (events, mut delivered) = mpsc::unbounded_channel();
        let events = [events.clone(), events];
        let (fault, mut faulted) = oneshot::channel();
        let (cell_of_it, feed) = (Arc::clone(&cell), Arc::new(Feed::new()));
        let dispatcher = Dispatcher { store: Arc::clone(&store), cell: cell_of_it, feed, events, fault };
        let dispatcher = dispatcher.start().unwrap();
        let held = || cell.with(|mission| mission.hold.as_ref().map(|hold| hold.cause));

        before.store(true, Ordering::Relaxed);
        let refused = dispatcher.submit(Actor::Person, vec![Command::Pause]).await.unwrap_err();
        assert!(refused.to_string().contains("a fault of flightdeck's own (oh no)"), "{refused}");
        assert_eq!(
            (held(), store.last_seq().unwrap()),
            (None, 1),
            "nothing was kept, and nothing is believed"
        );

        after.store(true, Ordering::Relaxed);
        let kept = dispatcher.submit(Actor::Person, vec![Command::Pause]).await.unwrap();
        assert_eq!((held(), kept.len()), (Some(HoldCause::Person), 1), "what was durable holds");
        assert_eq!(delivered.recv().await.map(|stamped| stamped.seq), Some(2));

        let key = format!("sk-ant-api03-{}", "k3Vq8Zt1Lw9Yb2Nc7Xf4Hs6Dj0Mg5Pr8TaE");
        let text = Prose::new(format!("Use {key} for it")).unwrap();
        let said = Command::Say { to: Party::Orchestrator, text, delivery: Delivery::Queue };
        let kept = dispatcher.submit(Actor::Person, vec![said]).await.unwrap();
        assert!(format!("{kept:?}").contains("Use [secret: Anthropic key] for it"), "{kept:?}");

        dispatcher.submit(Actor::Person, vec![Command::Resume]).await.unwrap();
        assert_eq!((held(), store.mission().unwrap().seq), (None, 4));
        assert!(faulted.try_recv().is_err(), "the dispatcher goes on");
    }
}
