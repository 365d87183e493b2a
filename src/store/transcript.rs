//! Writes transcripts: `add` numbers an item and returns; a thread of its own writes what has come in since its last
//! batch. Transcripts stand in `transcripts.db`, apart from the log, so that no commit of an event ever waits for talk.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};

use super::bound::cut;
use super::error::StoreError;
use super::schema::{self, TRANSCRIPTS, signed};
use super::transcript_page::{FILE, PageEnd, TranscriptReader};
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::transcript::{Entry, EntryBody};

/// The most bytes of one text of an item.
const MOST_BYTES: usize = 256 * 1024;
/// The most items in one transaction.
const BATCH: usize = 500;
/// The most bytes that wait in memory while the disk takes nothing; after that the oldest texts are given up.
const MOST_WAITING: usize = 64 * 1024 * 1024;
/// How long the writer waits before it tries a failed batch again.
const RETRY: Duration = Duration::from_secs(1);

/// The transcripts of a mission, open for writing.
#[derive(Debug)]
pub struct Transcripts {
    shared: Arc<Shared>,
    reader: TranscriptReader,
    writer: Option<JoinHandle<()>>,
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

impl Transcripts {
    /// Opens the transcripts of a mission whose log this process writes, and sets them up when they are new.
    pub fn open(mission: &Path) -> Result<Self, StoreError> {
        let path = mission.join(FILE);
        let connection = schema::open_or_create(&path, &TRANSCRIPTS)?;
        let reader = TranscriptReader::open(mission)?;
        let shared = Arc::new(Shared::default());
        let writer = Writer { connection, path: path.clone(), shared: Arc::clone(&shared) };
        let writer = std::thread::Builder::new()
            .name("transcripts".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| StoreError::io(&path, error))?;
        Ok(Self { shared, reader, writer: Some(writer) })
    }

    /// Numbers an item and hands it to the writer; the disk is not waited for.
    ///
    /// # Errors
    /// When the number of an attempt's last item cannot be read, which happens once for each attempt.
    pub fn add(&self, attempt: AttemptId, at: Timestamp, mut body: EntryBody) -> Result<Entry, StoreError> {
        bound(&mut body);
        let bytes = weight(&body);
        let mut state = self.shared.lock();
        let number = self.last(&mut state, attempt)? + 1;
        state.last.insert(attempt, number);
        let entry = Entry { number, at, body };
        state.waiting.push_back(Arc::new(Item { attempt, entry: entry.clone(), bytes }));
        state.waiting_bytes += bytes;
        state.added += 1;
        state.give_up_oldest();
        drop(state);
        self.shared.incoming.notify_one();
        Ok(entry)
    }

    /// Waits until everything added so far is written.
    ///
    /// # Errors
    /// Why it could not be written. It stays in memory and is tried again.
    pub fn flush(&self) -> Result<(), Arc<StoreError>> {
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

    /// A page of an attempt's items that ends at `before`, and how many there are before its first: also what is not
    /// on the disk yet.
    pub fn page(
        &self,
        attempt: AttemptId,
        before: PageEnd,
        limit: u32,
    ) -> Result<(Vec<Entry>, u64), StoreError> {
        let waiting: Vec<Arc<Item>> = {
            let state = self.shared.lock();
            state.waiting.iter().filter(|item| item.attempt == attempt).cloned().collect()
        };
        // What was waiting a moment ago may be on the disk by now, never the other way round: the union is complete.
        let last = waiting.last().map_or(0, |item| item.entry.number).max(self.reader.count(attempt)?);
        let range = before.range(last, limit);
        let mut items = self.reader.range(attempt, range.clone())?;
        let written = items.last().map_or(range.start.saturating_sub(1), |entry| entry.number);
        let unwritten = waiting.iter().map(|item| &item.entry);
        items.extend(unwritten.filter(|e| e.number > written && range.contains(&e.number)).cloned());
        Ok((items, range.start.saturating_sub(1)))
    }

    /// How many items an attempt has.
    pub fn count(&self, attempt: AttemptId) -> Result<u64, StoreError> {
        self.last(&mut self.shared.lock(), attempt)
    }

    /// Why items are not being written, while they are not.
    pub fn fault(&self) -> Option<Arc<StoreError>> {
        self.shared.lock().fault.clone()
    }

    fn last(&self, state: &mut WriterState, attempt: AttemptId) -> Result<u64, StoreError> {
        if let Some(number) = state.last.get(&attempt) {
            return Ok(*number);
        }
        let number = self.reader.count(attempt)?;
        state.last.insert(attempt, number);
        Ok(number)
    }
}

impl Drop for Transcripts {
    /// Writes what is left.
    fn drop(&mut self) {
        self.shared.lock().phase = Phase::Closing;
        self.shared.incoming.notify_one();
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
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
        let failed = |error| StoreError::database(&self.path, error);
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

fn texts(body: &mut EntryBody) -> Vec<&mut String> {
    match body {
        EntryBody::Brief { text }
        | EntryBody::Message { text, .. }
        | EntryBody::Said { text }
        | EntryBody::Thought { text }
        | EntryBody::Noted { text } => vec![text],
        EntryBody::Called { call_id, tool, arguments } => vec![call_id, tool, arguments],
        EntryBody::Answered { call_id, tool, output, .. } => vec![call_id, tool, output],
        EntryBody::Unknown => Vec::new(),
    }
}

fn bound(body: &mut EntryBody) {
    for text in texts(body) {
        cut(text, MOST_BYTES);
    }
}

fn weight(body: &EntryBody) -> usize {
    match body {
        EntryBody::Brief { text }
        | EntryBody::Message { text, .. }
        | EntryBody::Said { text }
        | EntryBody::Thought { text }
        | EntryBody::Noted { text } => text.len(),
        EntryBody::Called { arguments, .. } => arguments.len(),
        EntryBody::Answered { output, .. } => output.len(),
        EntryBody::Unknown => 0,
    }
}
