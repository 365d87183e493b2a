//! The hub between the engine and its clients. Publishing never waits: fifty agents may stream while a client sleeps.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::protocol::{LiveOutput, Notice, OutputPiece};
use super::queue::{Cut, Queue};
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
    queue: Arc<Queue>,
    /// Events up to this one are part of the state the client has.
    known: u64,
}

#[derive(Debug)]
struct Listener {
    queue: Weak<Queue>,
    output: LiveOutput,
}

impl Feed {
    /// A feed without clients.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells an event. It is never left out.
    pub fn publish_event(&self, event: Stamped) {
        self.fact(Notice::Event(Box::new(event)));
    }

    /// Tells a finished transcript item to clients that watch agents work. It is never left out.
    pub fn entry(&self, attempt: AttemptId, entry: Entry) {
        self.fact(Notice::Entry { attempt, entry });
    }

    /// Tells a sentence about the engine itself.
    pub fn warning(&self, sentence: impl Into<String>) {
        self.fact(Notice::Warning { sentence: sentence.into() });
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

    fn fact(&self, notice: Notice) {
        let bytes = length(&notice);
        let (is_entry, notice) = (matches!(notice, Notice::Entry { .. }), Arc::new(notice));
        self.each(|listener, queue| {
            if !is_entry || listener.output == LiveOutput::Wanted {
                queue.fact(Arc::clone(&notice), bytes);
            }
        });
    }

    fn each(&self, tell: impl Fn(&Listener, &Queue)) {
        self.listeners().retain(|listener| {
            let Some(queue) = listener.queue.upgrade() else { return false };
            tell(listener, &queue);
            true
        });
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
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

    /// The next thing to tell, as soon as there is one.
    ///
    /// # Errors
    /// Why there will be no more.
    pub async fn next(&mut self) -> Result<Notice, Cut> {
        loop {
            let notice = self.queue.next().await?;
            if self.is_new(&notice) {
                return Ok(notice);
            }
        }
    }

    /// The next thing to tell, if there is one.
    pub fn try_next(&mut self) -> Option<Result<Notice, Cut>> {
        loop {
            match self.queue.try_next()? {
                Ok(notice) if !self.is_new(&notice) => {}
                next => return Some(next),
            }
        }
    }

    fn is_new(&self, notice: &Notice) -> bool {
        !matches!(notice, Notice::Event(event) if event.seq <= self.known)
    }
}

/// The length of a notice in bytes, without writing it anywhere.
pub(super) fn length(notice: &Notice) -> usize {
    struct Counter(usize);
    impl Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    drop(serde_json::to_writer(&mut counter, notice));
    counter.0
}
