//! A mission's files in one hand: what its engine holds for as long as it flies the mission.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::StoreError;
use super::evidence::Evidence;
use super::log::Log;
use super::transcript::Transcripts;
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::mission::{Mission, Mode};

/// The log, transcripts and evidence of one mission, locked against other engines. Its calls block for a disk's time.
#[derive(Debug)]
pub struct Store {
    // Dropped first, so that the last items are written while the log still holds the lock.
    transcripts: Transcripts,
    evidence: Evidence,
    log: Mutex<Log>,
    dir: PathBuf,
}

impl Store {
    /// Starts a mission in its new directory, see [`super::Catalogue::create_dir`].
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        Self::around(Log::create(dir)?, dir)
    }

    /// Opens a mission to fly it on, as its log tells it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another engine flies it.
    pub fn open(dir: &Path) -> Result<(Self, Mission), StoreError> {
        let mut log = Log::open(dir)?;
        let mission = log.open_mission()?;
        Ok((Self::around(log, dir)?, mission))
    }

    /// Appends events of one cause, all or none, and returns once they are on the disk; see [`Log::append`].
    pub fn append(
        &self,
        expected_seq: u64,
        at: Timestamp,
        actor: Actor,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        self.log().append(expected_seq, at, actor, events)
    }

    /// At most `limit` events after a sequence number, in order.
    pub fn read(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, StoreError> {
        self.log().read(after, limit)
    }

    /// The sequence number of the newest event; 0 before the first.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        self.log().last_seq()
    }

    /// Keeps the state when enough events passed since it was last kept. Call it after every append.
    pub fn snapshot_if_due(&self, mission: &Mission) -> Result<(), StoreError> {
        let mut log = self.log();
        if mission.mode == Mode::Writable && log.snapshot_due()? {
            log.save_snapshot(mission)
        } else {
            Ok(())
        }
    }

    /// What agents said.
    pub fn transcripts(&self) -> &Transcripts {
        &self.transcripts
    }

    /// What proves verdicts.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The mission's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn around(log: Log, dir: &Path) -> Result<Self, StoreError> {
        let evidence = Evidence::at(dir);
        evidence.tidy();
        let transcripts = Transcripts::open(dir)?;
        Ok(Self { transcripts, evidence, log: Mutex::new(log), dir: dir.to_owned() })
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
