//! What a kind of store must be able to do; see the room's doc for why these calls block.

use std::fmt::Debug;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::chain::ChainCheck;
use super::error::StoreError;
use crate::domain::event::Stamped;
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::transcript::{Before, Entry, EntryBody};

/// The log of one mission, with the states kept beside it.
pub trait MissionLog: Debug + Send + Sync {
    /// Appends events, all or none, and returns once they are durable.
    ///
    /// # Errors
    /// [`StoreError::WrongSeq`] when the log does not end at `expected`: somebody else wrote meanwhile.
    fn append(&self, expected: u64, events: &[Stamped]) -> Result<(), StoreError>;

    /// Gives at most `limit` events after a sequence number to `take`, in order, until it fails.
    fn each_after(
        &self,
        after: u64,
        limit: u32,
        take: &mut dyn FnMut(Stamped) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Looks whether every event is as it was written, by the chain of their hashes.
    fn verify(&self) -> Result<ChainCheck, StoreError>;

    /// The sequence number of the newest event; 0 before the first.
    fn last_seq(&self) -> Result<u64, StoreError>;

    /// The newest state that was kept under this format, at `at_most` or before. It is a cache, so that one that
    /// cannot be read is as good as none.
    fn snapshot(&self, format: &str, at_most: u64) -> Result<Option<(u64, String)>, StoreError>;

    /// Keeps a state, and drops all but the newest [`super::KEPT`].
    fn save_snapshot(&self, format: &str, seq: u64, body: &str) -> Result<(), StoreError>;

    /// Sees that this is still the mission's log and this process its one writer, and mends what says so to others.
    /// Appending looks by itself; an engine that has nothing to write asks now and then.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] when the log's files are others by now; [`StoreError::Locked`] when somebody else
    /// writes.
    fn guard(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Where it is kept, for messages.
    fn place(&self) -> &Path;
}

/// What the agents of one mission said and did.
pub trait Transcripts: Debug + Send + Sync {
    /// Numbers an item and keeps it, its texts cut as [`super::bound`] says. Whether it is durable, [`Self::flush`]
    /// tells: talk never waits for a disk.
    fn add(&self, attempt: AttemptId, at: Timestamp, body: EntryBody) -> Result<Entry, StoreError>;

    /// The items of an attempt with these numbers, in order, durable or not.
    fn range(&self, attempt: AttemptId, numbers: Range<u64>) -> Result<Vec<Entry>, StoreError>;

    /// How many items an attempt has.
    fn count(&self, attempt: AttemptId) -> Result<u64, StoreError>;

    /// Waits until everything added so far is durable.
    ///
    /// # Errors
    /// Why it is not. What was added stays in memory and is tried again.
    fn flush(&self) -> Result<(), Arc<StoreError>>;

    /// A page of an attempt's items that ends at `before`, and how many there are before its first.
    fn page(&self, attempt: AttemptId, before: Before, limit: u32) -> Result<(Vec<Entry>, u64), StoreError> {
        let numbers = before.range(self.count(attempt)?, limit);
        let older = numbers.start.saturating_sub(1);
        Ok((self.range(attempt, numbers)?, older))
    }
}

/// Bytes by name. Who names them, and what is checked when they are read, is [`super::Evidence`]'s.
pub trait Blobs: Debug + Send + Sync {
    /// Keeps bytes durably under a name that is free.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// The bytes of a name, if it was ever given.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first bytes of a name, at most so many, if it was ever given.
    fn beginning(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = self.get(name)?;
        Ok(bytes.map(|bytes| bytes.into_iter().take(most).collect()))
    }

    /// Every name.
    fn names(&self) -> Result<Vec<String>, StoreError>;

    /// Where they are kept, for messages.
    fn place(&self) -> &Path;
}
