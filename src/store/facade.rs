//! A mission's log, transcripts and evidence in one hand, and what every kind of store must do alike.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::FORMAT;
use super::chain::{ChainCheck, ChainFault};
use super::error::StoreError;
use super::evidence::Evidence;
use super::port::{Blobs, MissionLog, Transcripts};
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::mission::{Mission, Mode};

/// How many events pass between two snapshots: opening reads at most about as many.
pub const SNAPSHOT_EVERY: u64 = 500;

/// What is kept of one mission, open for the one engine that writes it or for reading by anybody.
#[derive(Debug)]
pub struct Store {
    // Dropped first, so that the last items are written while the log still holds the lock.
    transcripts: Box<dyn Transcripts>,
    evidence: Evidence,
    log: Box<dyn MissionLog>,
    state: Mutex<State>,
}

/// What a mission was opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// A mission as it was read, and what reading it took.
#[derive(Debug)]
pub struct Loaded {
    pub mission: Mission,
    /// The event up to which a snapshot stood in for the history; 0 without one.
    pub snapshot: u64,
    /// How many events were read after it.
    pub events_read: u64,
}

#[derive(Debug)]
struct State {
    access: Access,
    /// Whether this version understands every event of the log. Nothing is appended before that is known.
    mode: Option<Mode>,
    /// The event of the newest snapshot that this version can use.
    snapshot: u64,
}

impl Store {
    /// A store over one mission's ports, as a kind of store has opened them.
    pub fn new(
        access: Access,
        log: impl MissionLog + 'static,
        transcripts: impl Transcripts + 'static,
        blobs: impl Blobs + 'static,
    ) -> Self {
        let state = Mutex::new(State { access, mode: None, snapshot: 0 });
        let evidence = Evidence::new(Box::new(blobs));
        Self { transcripts: Box::new(transcripts), evidence, log: Box::new(log), state }
    }

    /// Appends events of one cause, all or none, and returns once they are durable.
    ///
    /// # Errors
    /// [`StoreError::WrongSeq`] when the log does not end at `expected`; [`StoreError::ReadOnly`] when it holds events
    /// of a newer version, or was opened for reading.
    pub fn append(
        &self,
        expected: u64,
        at: Timestamp,
        actor: Actor,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        self.refuse_unless_writable()?;
        let stamp = |(seq, event): (u64, &Event)| Stamped { seq, at, actor, event: event.clone() };
        let stamped: Vec<Stamped> = (expected + 1..).zip(events).map(stamp).collect();
        self.log.append(expected, &stamped)?;
        Ok(stamped)
    }

    /// At most `limit` events after a sequence number, in order.
    pub fn read(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, StoreError> {
        let mut events = Vec::new();
        self.log.each_after(after, limit, &mut |stamped| {
            events.push(stamped);
            Ok(())
        })?;
        Ok(events)
    }

    /// See [`MissionLog::guard`].
    pub fn guard(&self) -> Result<(), StoreError> {
        self.log.guard()
    }

    /// The sequence number of the newest event; 0 before the first.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        self.log.last_seq()
    }

    /// Looks whether the log is as it was written, and the state that is kept beside it what it comes to.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn verify(&self) -> Result<ChainCheck, StoreError> {
        let mut check = self.log.verify()?;
        let kept = self.newest_snapshot(self.last_seq()?)?;
        let mut mission = Mission::unborn();
        let last = u32::try_from(kept.seq).unwrap_or(u32::MAX);
        self.log.each_after(0, last, &mut |stamped| {
            mission.apply(&stamped);
            Ok(())
        })?;
        if kept.seq > 0 && mission != kept {
            check.faults.push(ChainFault::State(kept.seq));
        }
        Ok(check)
    }

    /// The mission as the log has it.
    pub fn mission(&self) -> Result<Mission, StoreError> {
        self.load().map(|loaded| loaded.mission)
    }

    /// The mission from its newest usable snapshot and the events after it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an event is missing or no longer readable.
    pub fn load(&self) -> Result<Loaded, StoreError> {
        let mut mission = self.newest_snapshot(self.last_seq()?)?;
        let snapshot = mission.seq;
        self.log.each_after(snapshot, u32::MAX, &mut |stamped| {
            if stamped.seq != mission.seq + 1 {
                let missing = format!("event {} is missing", mission.seq + 1);
                return Err(StoreError::corrupt(self.log.place(), missing));
            }
            mission.apply(&stamped);
            Ok(())
        })?;
        let mut state = self.state();
        (state.mode, state.snapshot) = (Some(mission.mode), snapshot);
        let events_read = mission.seq - snapshot;
        Ok(Loaded { mission, snapshot, events_read })
    }

    /// Keeps the state beside the events it follows from, so that opening need not read them all again.
    ///
    /// # Errors
    /// [`StoreError::WrongSeq`] when the state is ahead of the log; [`StoreError::ReadOnly`] when this version does
    /// not understand the whole log, and the state is therefore not all of it.
    pub fn save_snapshot(&self, mission: &Mission) -> Result<(), StoreError> {
        self.refuse_unless_writable()?;
        if mission.mode == Mode::ReadOnly {
            return Err(StoreError::ReadOnly);
        }
        let actual = self.last_seq()?;
        if mission.seq > actual {
            return Err(StoreError::WrongSeq { expected: mission.seq, actual });
        }
        let body = serde_json::to_string(mission)
            .map_err(|source| StoreError::Encode { what: "a snapshot", source })?;
        self.log.save_snapshot(&snapshot_format(), mission.seq, &body)?;
        self.state().snapshot = mission.seq;
        Ok(())
    }

    /// Keeps the state when enough events passed since it was last kept. Call it after every append.
    pub fn snapshot_if_due(&self, mission: &Mission) -> Result<(), StoreError> {
        let passed = mission.seq.saturating_sub(self.state().snapshot);
        if mission.mode == Mode::Writable && passed >= SNAPSHOT_EVERY {
            self.save_snapshot(mission)
        } else {
            Ok(())
        }
    }

    /// What agents said.
    pub fn transcripts(&self) -> &dyn Transcripts {
        &*self.transcripts
    }

    /// What proves verdicts.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The newest state that this version can use; the unborn mission without one.
    fn newest_snapshot(&self, mut at_most: u64) -> Result<Mission, StoreError> {
        while let Some((seq, body)) = self.log.snapshot(&snapshot_format(), at_most)? {
            match serde_json::from_str::<Mission>(&body) {
                Ok(mission) if mission.seq == seq && mission.mode == Mode::Writable => return Ok(mission),
                _ if seq == 0 => break,
                _ => at_most = seq - 1,
            }
        }
        Ok(Mission::unborn())
    }

    fn refuse_unless_writable(&self) -> Result<(), StoreError> {
        let (access, known) = {
            let state = self.state();
            (state.access, state.mode)
        };
        let mode = match (access, known) {
            (Access::Read, _) => Mode::ReadOnly,
            (Access::Write, Some(mode)) => mode,
            (Access::Write, None) => self.load()?.mission.mode,
        };
        if mode == Mode::Writable { Ok(()) } else { Err(StoreError::ReadOnly) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another version may fold the same events otherwise, so each uses only its own snapshots.
fn snapshot_format() -> String {
    format!("{FORMAT}/{}", env!("CARGO_PKG_VERSION"))
}
