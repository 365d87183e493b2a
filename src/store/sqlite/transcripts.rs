//! Transcripts in `transcripts.db`, apart from the log, so that no commit of an event ever waits for talk. A page costs
//! itself and not what is before it.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};

use super::schema::{self, TRANSCRIPTS, database, signed, unsigned};
use super::transcript_writer::WriterHandle;
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::transcript::{Entry, EntryBody};
use crate::store::{StoreError, Transcripts};

const FILE: &str = "transcripts.db";

/// The transcripts of one mission, with or without the thread that writes them.
#[derive(Debug)]
pub(super) struct SqliteTranscripts {
    path: PathBuf,
    /// Opened when it is first needed: few readers need it, and before the first attempt there may be no file.
    reader: Mutex<Option<Connection>>,
    writer: Option<WriterHandle>,
}

impl SqliteTranscripts {
    /// The transcripts of a mission for reading, which an engine may be writing.
    pub(super) fn reading(dir: &Path) -> Self {
        Self { path: dir.join(FILE), reader: Mutex::default(), writer: None }
    }

    /// Opens the transcripts of a mission whose log this process writes, and sets them up when they are new.
    pub(super) fn writing(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        let connection = schema::open_or_create(&path, &TRANSCRIPTS)?;
        let writer = WriterHandle::start(connection, &path)?;
        Ok(Self { path, reader: Mutex::default(), writer: Some(writer) })
    }

    /// Reads what is on the disk; nothing, where there is no file.
    fn read<T: Default>(
        &self,
        what: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match reader.take() {
            Some(open) => open,
            None => match schema::open_read_only(&self.path) {
                Err(StoreError::Missing { .. }) => return Ok(T::default()),
                opened => opened?,
            },
        };
        what(reader.insert(connection)).map_err(|error| database(&self.path, error))
    }

    fn written(&self, attempt: AttemptId) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT COALESCE(MAX(number), 0) FROM transcripts WHERE attempt = ?1")?
                .query_row([attempt.0], |row| row.get(0))
                .map(unsigned)
        })
    }
}

impl Transcripts for SqliteTranscripts {
    fn add(&self, attempt: AttemptId, at: Timestamp, body: EntryBody) -> Result<Entry, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        Ok(writer.add(attempt, self.count(attempt)?, at, body))
    }

    fn range(&self, attempt: AttemptId, numbers: Range<u64>) -> Result<Vec<Entry>, StoreError> {
        // What was waiting a moment ago may be on the disk by now, never the other way round: the union is complete.
        let waiting = self.writer.as_ref().map(|writer| writer.waiting(attempt)).unwrap_or_default();
        let mut items = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT number, at, body FROM transcripts
                 WHERE attempt = ?1 AND number >= ?2 AND number < ?3 ORDER BY number",
            )?;
            let ends = params![attempt.0, signed(numbers.start), signed(numbers.end)];
            let rows = statement.query_map(ends, |row| {
                let body: String = row.get(2)?;
                // An item this version cannot read still has its place.
                let body = serde_json::from_str(&body).unwrap_or(EntryBody::Unknown);
                Ok(Entry { number: unsigned(row.get(0)?), at: Timestamp(row.get(1)?), body })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let written = items.last().map_or(numbers.start.saturating_sub(1), |entry| entry.number);
        items.extend(waiting.into_iter().filter(|e| e.number > written && numbers.contains(&e.number)));
        Ok(items)
    }

    fn count(&self, attempt: AttemptId) -> Result<u64, StoreError> {
        let added = self.writer.as_ref().and_then(|writer| writer.last(attempt));
        added.map_or_else(|| self.written(attempt), Ok)
    }

    fn flush(&self) -> Result<(), Arc<StoreError>> {
        self.writer.as_ref().map_or(Ok(()), WriterHandle::flush)
    }
}
