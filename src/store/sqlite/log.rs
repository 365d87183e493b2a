//! The log in `mission.db`: a commit is on the disk before an append returns.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::lock::Lock;
use super::mark::{self, Mark};
use super::schema::{self, LOG, database, signed, unsigned};
use crate::domain::event::Stamped;
use crate::store::chain::{self, Follower, Link};
use crate::store::row::{self, Row};
use crate::store::{ChainCheck, KEPT, MissionLog, StoreError};

const FILE: &str = "mission.db";

/// The log of one mission; its writer holds the lock.
#[derive(Debug)]
pub(super) struct SqliteLog {
    connection: Mutex<Connection>,
    path: PathBuf,
    /// Dropped after the connection: a file of the database that is closed earlier would take the connection's locks
    /// along.
    writing: Option<Writing>,
}

/// What only the writer has.
#[derive(Debug)]
struct Writing {
    mark: Mutex<Mark>,
    lock: Lock,
}

impl SqliteLog {
    /// Where the log of a mission's directory is.
    pub(super) fn path_in(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    /// Sets up the log of a new mission.
    pub(super) fn create(dir: &Path, lock: Lock) -> Result<Self, StoreError> {
        Self::over(dir, Some(lock), |path| schema::open_or_create(path, &LOG))
    }

    /// Opens a log for writing.
    pub(super) fn open(dir: &Path, lock: Lock) -> Result<Self, StoreError> {
        Self::over(dir, Some(lock), |path| schema::open(path, &LOG))
    }

    /// Opens a log for reading, next to the engine that writes it.
    pub(super) fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        Self::over(dir, None, schema::open_read_only)
    }

    fn over(
        dir: &Path,
        lock: Option<Lock>,
        open: impl FnOnce(&Path) -> Result<Connection, StoreError>,
    ) -> Result<Self, StoreError> {
        let path = Self::path_in(dir);
        let connection = open(&path).map_err(|error| mark::explained(error, &path))?;
        let last = last_seq(&connection).map_err(|error| database(&path, error))?;
        let writing = lock.map(|lock| Ok(Writing { mark: Mutex::new(Mark::follow(&path, last)?), lock }));
        Ok(Self { connection: Mutex::new(connection), path, writing: writing.transpose()? })
    }

    /// Sees that what is written goes where others read it, and that nobody else writes.
    fn guard_with(&self, connection: &Connection) -> Result<(), StoreError> {
        let Some(Writing { mark, lock }) = &self.writing else { return Ok(()) };
        lock.mend()?;
        let checked = mark.lock().unwrap_or_else(PoisonError::into_inner).check();
        if checked.is_err() {
            // What the deleted write-ahead log held goes into the database while it is still open.
            let moved = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            tracing::warn!(?moved, "the files of the log were replaced under the engine");
        }
        checked
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        |error| database(&self.path, error)
    }
}

impl MissionLog for SqliteLog {
    fn append(&self, expected: u64, events: &[Stamped]) -> Result<(), StoreError> {
        let rows = events.iter().map(row::encode).collect::<Result<Vec<_>, _>>()?;
        let mut connection = self.connection();
        self.guard_with(&connection)?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(self.failed())?;
        let actual = last_seq(&transaction).map_err(self.failed())?;
        if actual != expected {
            return Err(StoreError::WrongSeq { expected, actual });
        }
        let mut before = last_link(&transaction).map_err(self.failed())?;
        for row in rows {
            before = chain::link(&before, &row);
            insert(&transaction, row, &before).map_err(self.failed())?;
        }
        transaction.commit().map_err(self.failed())?;
        if let (Some(writing), Some(last)) = (&self.writing, events.last()) {
            writing.mark.lock().unwrap_or_else(PoisonError::into_inner).set(last.seq);
        }
        Ok(())
    }

    fn guard(&self) -> Result<(), StoreError> {
        self.guard_with(&self.connection())
    }

    fn each_after(
        &self,
        after: u64,
        limit: u32,
        take: &mut dyn FnMut(Stamped) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let connection = self.connection();
        let query = format!("SELECT {} FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2", row::COLUMNS);
        let mut statement = connection.prepare_cached(&query).map_err(self.failed())?;
        let mut rows = statement.query(params![signed(after), limit]).map_err(self.failed())?;
        while let Some(row) = rows.next().map_err(self.failed())? {
            take(row::decode(columns(row).map_err(self.failed())?, &self.path)?)?;
        }
        Ok(())
    }

    fn verify(&self) -> Result<ChainCheck, StoreError> {
        let connection = self.connection();
        // One that is read only may be of a flightdeck that kept no hashes.
        let has_chain = connection.table_exists(None, "chain").map_err(self.failed())?;
        let end = |query: &str| -> rusqlite::Result<Option<u64>> {
            if !has_chain {
                return Ok(None);
            }
            connection.query_row(query, [], |row| Ok(row.get::<_, Option<i64>>(0)?.map(unsigned)))
        };
        let from = end("SELECT MIN(seq) FROM chain").map_err(self.failed())?;
        let last = end("SELECT MAX(seq) FROM chain").map_err(self.failed())?;
        let hash = if has_chain { "(SELECT hash FROM chain WHERE chain.seq = events.seq)" } else { "NULL" };
        let query = format!("SELECT {}, {hash} FROM events ORDER BY seq", row::COLUMNS);
        let mut statement = connection.prepare(&query).map_err(self.failed())?;
        let mut rows = statement.query([]).map_err(self.failed())?;
        let mut follower = Follower::new(from);
        while let Some(row) = rows.next().map_err(self.failed())? {
            let kept: Option<Vec<u8>> = row.get(5).map_err(self.failed())?;
            // A hash of another length is none that was written.
            let kept = kept.map(|kept| Link::try_from(kept.as_slice()).unwrap_or_default());
            follower.event(&columns(row).map_err(self.failed())?, kept);
        }
        Ok(follower.end(last.unwrap_or_default()))
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        last_seq(&self.connection()).map_err(self.failed())
    }

    fn snapshot(&self, format: &str, at_most: u64) -> Result<Option<(u64, String)>, StoreError> {
        let query =
            "SELECT seq, body FROM snapshots WHERE format = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1";
        self.connection()
            .query_row(query, params![format, signed(at_most)], |row| {
                Ok((unsigned(row.get(0)?), row.get(1).unwrap_or_default()))
            })
            .optional()
            .map_err(self.failed())
    }

    fn save_snapshot(&self, format: &str, seq: u64, body: &str) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let mut save = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute(
                "INSERT OR REPLACE INTO snapshots (seq, format, body) VALUES (?1, ?2, ?3)",
                params![signed(seq), format, body],
            )?;
            transaction.execute(
                "DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?1)",
                [KEPT],
            )?;
            transaction.commit()
        };
        save().map_err(self.failed())
    }

    fn place(&self) -> &Path {
        &self.path
    }
}

fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        seq: unsigned(row.get(0)?),
        at: row.get(1)?,
        actor: row.get(2)?,
        kind: row.get(3)?,
        body: row.get(4)?,
    })
}

/// Writes an event and its hash.
fn insert(transaction: &Connection, row: Row, hash: &Link) -> rusqlite::Result<()> {
    let Row { seq, at, actor, kind, body } = row;
    let query = format!("INSERT INTO events ({}) VALUES (?1, ?2, ?3, ?4, ?5)", row::COLUMNS);
    transaction.prepare_cached(&query)?.execute(params![signed(seq), at, actor, kind, body])?;
    let query = "INSERT OR REPLACE INTO chain (seq, hash) VALUES (?1, ?2)";
    transaction.prepare_cached(query)?.execute(params![signed(seq), hash.as_slice()])?;
    Ok(())
}

/// The hash that the next event's is over: that of the newest event which has one.
fn last_link(connection: &Connection) -> rusqlite::Result<Link> {
    let query = "SELECT hash FROM chain ORDER BY seq DESC LIMIT 1";
    let hash: Option<Vec<u8>> =
        connection.prepare_cached(query)?.query_row([], |row| row.get(0)).optional()?;
    Ok(hash.and_then(|hash| Link::try_from(hash.as_slice()).ok()).unwrap_or_default())
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
    use crate::domain::event::{Actor, Event};
    use crate::domain::id::{MilestoneId, Timestamp};

    fn note(n: u32) -> Stamped {
        let event = Event::RoundsExtended { milestone: MilestoneId(n), limit: n };
        Stamped { seq: u64::from(n), at: Timestamp(1), actor: Actor::Engine, event }
    }

    fn opened(dir: &Path) -> Result<SqliteLog, StoreError> {
        SqliteLog::open(dir, Lock::take(dir).unwrap())
    }

    /// Copies the log's files as they are, as a process that is killed leaves them.
    fn killed(log: &SqliteLog) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(log.path.parent().unwrap()).unwrap().flatten() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        copy
    }

    #[test]
    fn a_log_that_lost_its_write_ahead_log_or_was_put_back_old_is_not_flown_on_silently() {
        let dir = tempfile::tempdir().unwrap();
        let log = SqliteLog::create(dir.path(), Lock::take(dir.path()).unwrap()).unwrap();
        log.append(0, &[note(1)]).unwrap();
        let old = killed(&log);
        log.append(1, &[note(2), note(3)]).unwrap();

        let whole = killed(&log);
        assert_eq!(opened(whole.path()).unwrap().last_seq().unwrap(), 3, "a killed engine lost nothing");

        let shortened = killed(&log);
        std::fs::remove_file(shortened.path().join("mission.db-wal")).unwrap();
        let refused = opened(shortened.path()).unwrap_err();
        assert!(matches!(refused, StoreError::Shortened { found: 0, known: 3, .. }), "{refused:?}");

        let put_back = killed(&log);
        for file in ["mission.db", "mission.db-wal"] {
            std::fs::copy(old.path().join(file), put_back.path().join(file)).unwrap();
        }
        let refused = opened(put_back.path()).unwrap_err();
        assert!(matches!(refused, StoreError::Shortened { found: 1, known: 3, .. }), "{refused:?}");
        assert!(refused.to_string().contains("mission.mark"), "{refused}");
        assert_eq!(
            SqliteLog::open_read_only(put_back.path()).unwrap().last_seq().unwrap(),
            1,
            "it can be read"
        );
        std::fs::remove_file(put_back.path().join("mission.mark")).unwrap();
        assert_eq!(opened(put_back.path()).unwrap().last_seq().unwrap(), 1, "the person gave the rest up");
    }

    #[test]
    fn nothing_is_written_to_files_that_were_replaced_under_the_engine() {
        for file in ["mission.db", "mission.db-wal"] {
            let dir = tempfile::tempdir().unwrap();
            let log = SqliteLog::create(dir.path(), Lock::take(dir.path()).unwrap()).unwrap();
            log.append(0, &[note(1)]).unwrap();
            let path = dir.path().join(file);
            std::fs::rename(&path, dir.path().join("aside")).unwrap();
            std::fs::copy(dir.path().join("aside"), &path).unwrap();
            let refused = log.append(1, &[note(2)]).unwrap_err();
            assert!(matches!(&refused, StoreError::Replaced { path: told } if *told == path), "{refused:?}");
            assert!(log.guard().is_err());
        }
    }

    #[test]
    fn a_deleted_write_ahead_log_loses_nothing_while_the_engine_still_has_it_open() {
        let dir = tempfile::tempdir().unwrap();
        let log = SqliteLog::create(dir.path(), Lock::take(dir.path()).unwrap()).unwrap();
        log.append(0, &[note(1), note(2)]).unwrap();
        std::fs::remove_file(dir.path().join("mission.db-wal")).unwrap();
        assert!(matches!(log.guard(), Err(StoreError::Replaced { .. })));
        drop(log);
        assert_eq!(opened(dir.path()).unwrap().last_seq().unwrap(), 2);
    }

    #[test]
    fn a_full_disk_refuses_the_append_whole_and_keeps_what_was_acknowledged() {
        let dir = tempfile::tempdir().unwrap();
        let log = SqliteLog::create(dir.path(), Lock::take(dir.path()).unwrap()).unwrap();
        log.append(0, &[note(1)]).unwrap();
        let most = |pages: i64| log.connection().pragma_update(None, "max_page_count", pages).unwrap();
        let pages = log.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        most(pages);
        let many: Vec<Stamped> = (2..2_002).map(note).collect();
        let refused = log.append(1, &many).unwrap_err();
        assert!(matches!(refused, StoreError::DiskFull { .. }), "{refused:?}");
        assert!(refused.to_string().contains("nothing that was acknowledged is lost"));
        assert_eq!(log.last_seq().unwrap(), 1);
        most(1_000_000);
        log.append(1, &many).unwrap();
        assert_eq!(log.last_seq().unwrap(), 2_001);
    }
}
