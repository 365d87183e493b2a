//! Writes transcripts: `add` numbers an item and returns; a thread of its own writes what has come in since its last
//! batch.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};

use super::schema::{database, signed};
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::transcript::{Entry, EntryBody};
use crate::store::StoreError;
use crate::store::bound::bounded;

/// The most items in one transaction.
const BATCH: usize = 500;
/// The most bytes that wait in memory while the disk takes nothing; after that the oldest texts are given up.
const MOST_WAITING: usize = 64 * 1024 * 1024;
/// How long the writer waits before it tries a failed batch again.
const RETRY: Duration = Duration::from_secs(1);

/// The way to the writer's thread, which ends with it.
#[derive(Debug)]
pub(super) struct WriterHandle {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<WriterState>,
    /// Something came in, or the writer shall end.
    incoming: Condvar,
    /// A batch was written, or could not be.
    outgoing: Condvar,
}

#[derive(Debug, Default)]
struct WriterState {
    /// What is not on the disk yet; a batch leaves only once it is committed.
    waiting: VecDeque<Arc<Item>>,
    waiting_bytes: usize,
    last: HashMap<AttemptId, u64>,
    added: u64,
    written: u64,
    /// How often a batch failed, and why the last one did while it has not been mended.
    failures: u64,
    fault: Option<Arc<StoreError>>,
    phase: Phase,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    Closing,
}

#[derive(Debug, Clone)]
struct Item {
    attempt: AttemptId,
    entry: Entry,
    bytes: usize,
}

impl WriterHandle {
    /// Starts the thread that writes to a database.
    pub(super) fn start(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let writer = Writer { connection, path: path.to_owned(), shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new().name("transcripts".to_owned()).spawn(move || writer.run());
        let thread = thread.map_err(|error| StoreError::io(path, error))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Numbers an item and hands it over; the disk is not waited for. `last` is what [`Self::last`] was or, before the
    /// first item, what is on the disk.
    pub(super) fn add(&self, attempt: AttemptId, last: u64, at: Timestamp, body: EntryBody) -> Entry {
        let (body, bytes) = bounded(body);
        let mut state = self.shared.lock();
        let newest = state.last.entry(attempt).or_insert(last);
        *newest += 1;
        let number = *newest;
        let entry = Entry { number, at, body };
        state.waiting.push_back(Arc::new(Item { attempt, entry: entry.clone(), bytes }));
        state.waiting_bytes += bytes;
        state.added += 1;
        state.give_up_oldest();
        drop(state);
        self.shared.incoming.notify_one();
        entry
    }

    /// The number of an attempt's newest item, once one was added here.
    pub(super) fn last(&self, attempt: AttemptId) -> Option<u64> {
        self.shared.lock().last.get(&attempt).copied()
    }

    /// The items of an attempt that are not on the disk yet.
    pub(super) fn waiting(&self, attempt: AttemptId) -> Vec<Entry> {
        let state = self.shared.lock();
        let own = state.waiting.iter().filter(|item| item.attempt == attempt);
        own.map(|item| item.entry.clone()).collect()
    }

    /// Waits until everything added so far is written, or cannot be.
    pub(super) fn flush(&self) -> Result<(), Arc<StoreError>> {
        let mut state = self.shared.lock();
        let (goal, failures) = (state.added, state.failures);
        self.shared.incoming.notify_one();
        while state.written < goal {
            if state.failures > failures
                && let Some(fault) = &state.fault
            {
                return Err(Arc::clone(fault));
            }
            state = self.shared.outgoing.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}

impl Drop for WriterHandle {
    /// Writes what is left.
    fn drop(&mut self) {
        self.shared.lock().phase = Phase::Closing;
        self.shared.incoming.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of transcripts broke down");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, WriterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WriterState {
    /// Keeps memory bounded while the disk is full: the numbers stay, the oldest texts go, and say so.
    fn give_up_oldest(&mut self) {
        let mut place = 0;
        while self.waiting_bytes > MOST_WAITING
            && let Some(item) = self.waiting.get_mut(place)
        {
            if item.bytes > 0 {
                self.waiting_bytes -= item.bytes;
                let text = "not kept: the disk took nothing for too long".to_owned();
                let entry = Entry { body: EntryBody::Noted { text }, ..item.entry.clone() };
                *item = Arc::new(Item { attempt: item.attempt, entry, bytes: 0 });
            }
            place += 1;
        }
    }
}

struct Writer {
    connection: Connection,
    path: PathBuf,
    shared: Arc<Shared>,
}

impl Writer {
    fn run(mut self) {
        while let Some(batch) = self.next_batch() {
            let result = self.write(&batch);
            let mut state = self.shared.lock();
            match result {
                Ok(()) => {
                    for item in state.waiting.drain(..batch.len()).collect::<Vec<_>>() {
                        state.waiting_bytes -= item.bytes;
                        state.written += 1;
                    }
                    state.fault = None;
                    drop(state);
                }
                Err(error) => {
                    tracing::error!(%error, "transcripts are not written");
                    state.failures += 1;
                    state.fault = Some(Arc::new(error));
                    if state.phase == Phase::Closing {
                        return;
                    }
                    drop(self.shared.incoming.wait_timeout(state, RETRY));
                }
            }
            self.shared.outgoing.notify_all();
        }
    }

    /// What is waiting, once something is; `None` when all is written and no more will come.
    fn next_batch(&self) -> Option<Vec<Arc<Item>>> {
        let mut state = self.shared.lock();
        while state.waiting.is_empty() {
            if state.phase == Phase::Closing {
                return None;
            }
            state = self.shared.incoming.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Some(state.waiting.iter().take(BATCH).cloned().collect())
    }

    fn write(&mut self, batch: &[Arc<Item>]) -> Result<(), StoreError> {
        let failed = |error| database(&self.path, error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        for Item { attempt, entry, .. } in batch.iter().map(AsRef::as_ref) {
            let body = serde_json::to_string(&entry.body)
                .map_err(|source| StoreError::Encode { what: "a transcript item", source })?;
            transaction
                .prepare_cached("INSERT INTO transcripts (attempt, number, at, body) VALUES (?1, ?2, ?3, ?4)")
                .and_then(|mut insert| {
                    insert.execute(params![attempt.0, signed(entry.number), entry.at.0, body])
                })
                .map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }
}
