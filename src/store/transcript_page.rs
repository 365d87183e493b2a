//! Reads transcripts a page at a time, counted from the end: a million items cost no more than one page.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::schema::{self, signed, unsigned};
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::transcript::{Entry, EntryBody};

pub(super) const FILE: &str = "transcripts.db";

/// The transcripts of a mission, open for reading, with or without an engine that writes them.
#[derive(Debug)]
pub struct TranscriptReader {
    connection: Mutex<Connection>,
    path: PathBuf,
}

/// Where a page of a transcript ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEnd {
    /// At the newest item.
    Newest,
    /// Before this item number.
    Before(u64),
}

impl TranscriptReader {
    /// Opens the transcripts in a mission's directory.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when no attempt ever ran.
    pub fn open(mission: &Path) -> Result<Self, StoreError> {
        let path = mission.join(FILE);
        Ok(Self { connection: Mutex::new(schema::open_read_only(&path)?), path })
    }

    /// A page that ends at `before`, in order, and how many items there are before its first.
    pub fn page(
        &self,
        attempt: AttemptId,
        before: PageEnd,
        limit: u32,
    ) -> Result<(Vec<Entry>, u64), StoreError> {
        let range = before.range(self.count(attempt)?, limit);
        let older = range.start.saturating_sub(1);
        Ok((self.range(attempt, range)?, older))
    }

    /// How many items an attempt has.
    pub fn count(&self, attempt: AttemptId) -> Result<u64, StoreError> {
        let count = || {
            self.lock()
                .prepare_cached("SELECT COALESCE(MAX(number), 0) FROM transcripts WHERE attempt = ?1")?
                .query_row([attempt.0], |row| row.get(0))
        };
        count().map(unsigned).map_err(|error| StoreError::database(&self.path, error))
    }

    pub(super) fn range(&self, attempt: AttemptId, numbers: Range<u64>) -> Result<Vec<Entry>, StoreError> {
        let read = || {
            let connection = self.lock();
            let mut statement = connection.prepare_cached(
                "SELECT number, at, body FROM transcripts
                 WHERE attempt = ?1 AND number >= ?2 AND number < ?3 ORDER BY number",
            )?;
            let rows = statement.query_map(
                params![attempt.0, signed(numbers.start), signed(numbers.end)],
                |row| {
                    let body: String = row.get(2)?;
                    // An item this version cannot read still has its place.
                    let body = serde_json::from_str(&body).unwrap_or(EntryBody::Unknown);
                    Ok(Entry { number: unsigned(row.get(0)?), at: Timestamp(row.get(1)?), body })
                },
            )?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| StoreError::database(&self.path, error))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PageEnd {
    /// The numbers of a page of at most `limit` items out of `last`.
    pub(super) fn range(self, last: u64, limit: u32) -> Range<u64> {
        let end = match self {
            Self::Newest => last + 1,
            Self::Before(number) => number.clamp(1, last + 1),
        };
        end.saturating_sub(u64::from(limit)).max(1)..end
    }
}
