//! The log of a mission: events in order, durable before they are told, written by one process.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior, params};

use super::error::StoreError;
use super::lock::Lock;
use super::schema::{self, LOG, signed, unsigned};
use super::{row, snapshot};
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::mission::{Mission, Mode};

const FILE: &str = "mission.db";

/// The log, open for writing by the one engine or for reading by anybody.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    path: PathBuf,
    access: Access,
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
enum Access {
    Reader,
    Writer { _lock: Lock, knowledge: Knowledge },
}

/// Whether this version understands every event of the log. Nothing is appended before that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    Unchecked,
    Complete,
    Partial,
}

impl Log {
    /// Starts the log of a new mission in its directory.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when a mission is kept there already.
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        let lock = Lock::take(dir)?;
        let path = dir.join(FILE);
        let connection = schema::open_or_create(&path, &LOG)?;
        let log = Self::writer(connection, path, lock);
        if log.last_seq()? > 0 {
            return Err(StoreError::Exists { path: dir.to_owned() });
        }
        super::bound::sync_directory(dir)?;
        Ok(log)
    }

    /// Opens a log for writing.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another engine has it, [`StoreError::Newer`] when it is of a newer format.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Err(StoreError::Missing { path: dir.to_owned() });
        }
        let lock = Lock::take(dir)?;
        Ok(Self::writer(schema::open(&path, &LOG)?, path, lock))
    }

    /// Opens a log for reading, next to the engine that writes it.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        Ok(Self { connection: schema::open_read_only(&path)?, path, access: Access::Reader })
    }

    /// Appends events of one cause, all or none, and returns once they are on the disk.
    ///
    /// # Errors
    /// [`StoreError::WrongSeq`] when the log does not end at `expected_seq`; [`StoreError::ReadOnly`] when it holds
    /// events of a newer version, or was opened for reading.
    pub fn append(
        &mut self,
        expected_seq: u64,
        at: Timestamp,
        actor: Actor,
        events: &[Event],
    ) -> Result<Vec<Stamped>, StoreError> {
        self.refuse_unless_writable()?;
        let who = serde_json::to_string(&actor)
            .map_err(|source| StoreError::Encode { what: "an actor", source })?;
        let rows = events.iter().map(row::encode).collect::<Result<Vec<_>, _>>()?;
        let path = &self.path;
        let failed = |error| StoreError::database(path, error);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let actual = last_seq(&transaction).map_err(failed)?;
        if actual != expected_seq {
            return Err(StoreError::WrongSeq { expected: expected_seq, actual });
        }
        let insert = format!("INSERT INTO events ({}) VALUES (?1, ?2, ?3, ?4, ?5)", row::COLUMNS);
        let mut stamped = Vec::with_capacity(events.len());
        for (seq, (event, row)) in (expected_seq + 1..).zip(events.iter().zip(rows)) {
            transaction
                .prepare_cached(&insert)
                .and_then(|mut insert| insert.execute(params![signed(seq), at.0, who, row.kind, row.body]))
                .map_err(failed)?;
            stamped.push(Stamped { seq, at, actor, event: event.clone() });
        }
        transaction.commit().map_err(failed)?;
        Ok(stamped)
    }

    /// At most `limit` events after a sequence number, in order.
    pub fn read(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, StoreError> {
        let mut events = Vec::new();
        self.each_after(after, limit, |stamped| {
            events.push(stamped);
            Ok(())
        })?;
        Ok(events)
    }

    /// The sequence number of the newest event; 0 before the first.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        last_seq(&self.connection).map_err(|error| StoreError::database(&self.path, error))
    }

    /// The mission as the log tells it.
    pub fn open_mission(&mut self) -> Result<Mission, StoreError> {
        self.load().map(|loaded| loaded.mission)
    }

    /// The mission from its newest usable snapshot and the events after it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an event is missing or no longer readable.
    pub fn load(&mut self) -> Result<Loaded, StoreError> {
        let last = self.last_seq()?;
        let found = snapshot::newest(&self.connection, last)
            .map_err(|error| StoreError::database(&self.path, error))?;
        let mut mission = found.unwrap_or_else(Mission::unborn);
        let snapshot = mission.seq;
        self.each_after(snapshot, u32::MAX, |stamped| {
            if stamped.seq != mission.seq + 1 {
                let missing = format!("event {} is missing", mission.seq + 1);
                return Err(StoreError::corrupt(&self.path, missing));
            }
            mission.apply(&stamped);
            Ok(())
        })?;
        if let Access::Writer { knowledge, .. } = &mut self.access {
            *knowledge = match mission.mode {
                Mode::Writable => Knowledge::Complete,
                Mode::ReadOnly => Knowledge::Partial,
            };
        }
        let events_read = mission.seq - snapshot;
        Ok(Loaded { mission, snapshot, events_read })
    }

    /// Keeps the state beside the events it follows from, so that opening need not read them all again.
    ///
    /// # Errors
    /// [`StoreError::WrongSeq`] when the state is ahead of the log; [`StoreError::ReadOnly`] when this version does
    /// not understand the whole log, and the state is therefore not all of it.
    pub fn save_snapshot(&mut self, mission: &Mission) -> Result<(), StoreError> {
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
        snapshot::save(&mut self.connection, mission.seq, &body)
            .map_err(|error| StoreError::database(&self.path, error))
    }

    /// Whether enough events passed since the last snapshot for another one.
    pub fn snapshot_due(&self) -> Result<bool, StoreError> {
        let newest = snapshot::newest_seq(&self.connection);
        let newest = newest.map_err(|error| StoreError::database(&self.path, error))?;
        Ok(self.last_seq()?.saturating_sub(newest) >= snapshot::SNAPSHOT_EVERY)
    }

    fn writer(connection: Connection, path: PathBuf, lock: Lock) -> Self {
        let access = Access::Writer { _lock: lock, knowledge: Knowledge::Unchecked };
        Self { connection, path, access }
    }

    fn refuse_unless_writable(&mut self) -> Result<(), StoreError> {
        if matches!(self.access, Access::Writer { knowledge: Knowledge::Unchecked, .. }) {
            self.load()?;
        }
        match self.access {
            Access::Writer { knowledge: Knowledge::Complete, .. } => Ok(()),
            Access::Writer { .. } | Access::Reader => Err(StoreError::ReadOnly),
        }
    }

    fn each_after(
        &self,
        after: u64,
        limit: u32,
        mut take: impl FnMut(Stamped) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let failed = |error| StoreError::database(&self.path, error);
        let query = format!("SELECT {} FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2", row::COLUMNS);
        let mut statement = self.connection.prepare_cached(&query).map_err(failed)?;
        let mut rows = statement.query(params![signed(after), limit]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let raw = row::read(row).map_err(failed)?;
            take(row::decode(raw, &self.path)?)?;
        }
        Ok(())
    }
}

fn last_seq(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM events")?
        .query_row([], |row| row.get(0))
        .map(unsigned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_refuses_the_append_whole_and_keeps_what_was_acknowledged() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::create(dir.path()).unwrap();
        let note = |n: u32| Event::RoundsExtended { milestone: crate::domain::id::MilestoneId(n), limit: n };
        log.append(0, Timestamp(1), Actor::Engine, &[note(1)]).unwrap();
        let pages: i64 = log.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        log.connection.pragma_update(None, "max_page_count", pages).unwrap();
        let many: Vec<Event> = (0..2_000).map(note).collect();
        let refused = log.append(1, Timestamp(2), Actor::Engine, &many).unwrap_err();
        assert!(matches!(refused, StoreError::DiskFull { .. }), "{refused:?}");
        assert!(refused.to_string().contains("nothing that was acknowledged is lost"));
        assert_eq!(log.last_seq().unwrap(), 1);
        log.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        assert_eq!(log.append(1, Timestamp(3), Actor::Engine, &many).unwrap().len(), 2_000);
    }
}
