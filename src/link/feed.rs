//! The hub between the engine and its clients. Publishing never waits: fifty agents may stream while a client sleeps.

use std::cell::LazyCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::protocol::{LiveOutput, Notice, OutputPiece};
use super::queue::{Cut, Queue, Taken};
use super::wire;
use crate::domain::activity::Activity;
use crate::domain::event::Stamped;
use crate::domain::id::AttemptId;
use crate::domain::transcript::Entry;

/// Tells every client what happens.
///
/// An event is published after it is applied to the state that [`super::Host::state`] gives: then a client that
/// subscribes first and takes the state second misses none.
#[derive(Debug, Default)]
pub struct Feed {
    listeners: Mutex<Vec<Listener>>,
    /// Shared with every open connection; how often it is held is how many there are.
    present: Arc<()>,
}

/// A connection that is open; dropping it closes it for the count.
#[derive(Debug)]
pub struct Presence {
    _held: Arc<()>,
}

/// What one client hears from now on.
#[derive(Debug)]
pub struct Subscription {
    queue: Arc<Queue<Arc<Fact>>>,
    /// Events up to this one are part of the state the client has.
    known: u64,
}

#[derive(Debug)]
struct Listener {
    queue: Weak<Queue<Arc<Fact>>>,
    output: LiveOutput,
}

/// A notice as it is sent: encoded once for all clients.
#[derive(Debug, Clone)]
struct Fact {
    /// The sequence number of an event.
    seq: Option<u64>,
    line: String,
}

impl Feed {
    /// A feed without clients.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells an event. It is never left out.
    pub fn publish_event(&self, event: Stamped) {
        self.fact(&Notice::Event(Box::new(event)));
    }

    /// Tells a finished transcript item to clients that watch agents work. It is never left out.
    pub fn entry(&self, attempt: AttemptId, entry: Entry) {
        self.fact(&Notice::Entry { attempt, entry });
    }

    /// Tells a sentence about the engine itself.
    pub fn warning(&self, sentence: impl Into<String>) {
        self.fact(&Notice::Warning { sentence: sentence.into() });
    }

    /// Tells live output to clients that watch agents work; slow ones get it merged, or not at all.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the engine hands a piece over and keeps nothing of it"
    )]
    pub fn publish_output(&self, attempt: AttemptId, piece: OutputPiece) {
        self.each(|listener, queue| {
            if listener.output == LiveOutput::Wanted {
                queue.output(attempt, &piece);
            }
        });
    }

    /// Tells what runs now; a slow client gets the latest only.
    pub fn activity(&self, live: Vec<Activity>) {
        let live: Arc<[Activity]> = live.into();
        self.each(|_, queue| queue.activity(Arc::clone(&live)));
    }

    /// Starts to listen.
    pub fn subscribe(&self, output: LiveOutput) -> Subscription {
        let queue = Arc::new(Queue::default());
        self.listeners().push(Listener { queue: Arc::downgrade(&queue), output });
        Subscription { queue, known: 0 }
    }

    /// How many listen.
    pub fn clients(&self) -> usize {
        self.listeners().iter().filter(|listener| listener.queue.strong_count() > 0).count()
    }

    /// Counts a connection for as long as it is open.
    pub fn enter(&self) -> Presence {
        Presence { _held: Arc::clone(&self.present) }
    }

    /// How many connections are open, whether they listen or only ask.
    pub fn connections(&self) -> usize {
        Arc::strong_count(&self.present) - 1
    }

    fn fact(&self, notice: &Notice) {
        let is_entry = matches!(notice, Notice::Entry { .. });
        let fact = LazyCell::new(|| {
            let seq = if let Notice::Event(event) = notice { Some(event.seq) } else { None };
            Arc::new(Fact { seq, line: encoded(notice) })
        });
        self.each(|listener, queue| {
            if !is_entry || listener.output == LiveOutput::Wanted {
                queue.fact(Arc::clone(&fact), fact.line.len());
            }
        });
    }

    fn each(&self, tell: impl Fn(&Listener, &Queue<Arc<Fact>>)) {
        self.listeners().retain(|listener| {
            let Some(queue) = listener.queue.upgrade() else { return false };
            tell(listener, &queue);
            true
        });
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Leaves out events that the client has as part of the state at this sequence number.
    #[must_use]
    pub fn knowing(mut self, seq: u64) -> Self {
        self.known = seq;
        self
    }

    /// The next line to send, as soon as there is one.
    ///
    /// # Errors
    /// Why there will be no more.
    pub async fn next(&mut self) -> Result<String, Cut> {
        loop {
            if let Some(line) = self.line(self.queue.next().await?) {
                return Ok(line);
            }
        }
    }

    /// The lines that are ready to be sent.
    pub fn ready(&self) -> impl Iterator<Item = String> {
        std::iter::from_fn(|| self.queue.try_next()?.ok()).filter_map(|taken| self.line(taken))
    }

    /// What is taken as a line; nothing for an event that the client has.
    fn line(&self, taken: Taken<Arc<Fact>>) -> Option<String> {
        match taken {
            Taken::Fact(fact) if fact.seq.is_some_and(|seq| seq <= self.known) => None,
            Taken::Fact(fact) => Some(Arc::unwrap_or_clone(fact).line),
            Taken::Live(notice) => Some(encoded(&notice)),
        }
    }
}

fn encoded(notice: &Notice) -> String {
    wire::encode_notice(notice).unwrap_or_else(|error| {
        tracing::error!(%error, "a notice could not be encoded");
        String::new()
    })
}
