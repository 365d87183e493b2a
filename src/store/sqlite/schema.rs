//! The databases of a mission: how they are opened, and what stands in them.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use crate::store::{Access, FORMAT, StoreError};

/// `SQLITE_IOERR_SHMSIZE`: the index of the write-ahead log could not grow, which is how a full disk shows when a
/// database is opened (<https://sqlite.org/rescode.html#ioerr_shmsize>).
const SHARED_MEMORY_SIZE: i32 = 4874;

/// Pages of the write-ahead log that are moved into the database together: whoever loses the one loses that much at most.
const CHECKPOINT_PAGES: u32 = 128;

/// Readers and the writer of a mission meet for moments only.
const BUSY: Duration = Duration::from_secs(10);

/// The tables of a database, and when its commits are on the disk.
pub(super) struct Schema {
    tables: &'static str,
    /// What came later in this format: databases of before get it when they are opened for writing.
    later: &'static str,
    synchronous: &'static str,
}

/// The log: a commit is on the disk before it returns.
pub(super) const LOG: Schema = Schema {
    tables: "
        CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, body TEXT
        );
        CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, format TEXT NOT NULL, body TEXT NOT NULL);",
    later: "CREATE TABLE IF NOT EXISTS chain (seq INTEGER PRIMARY KEY, hash BLOB NOT NULL);",
    synchronous: "FULL",
};

/// Transcripts: a power cut may cost the last seconds, a crash of flightdeck nothing.
pub(super) const TRANSCRIPTS: Schema = Schema {
    tables: "
        CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE transcripts (
            attempt INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (attempt, number)
        ) WITHOUT ROWID;",
    later: "",
    synchronous: "NORMAL",
};

/// Opens a database for writing, and sets it up when it is new.
pub(super) fn open_or_create(path: &Path, schema: &Schema) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = connect(path, flags)?;
    set_up(&mut connection, schema).map_err(|error| database(path, error))?;
    // The tables are in the database itself from the beginning.
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    moved.map_err(|error| database(path, error))?;
    check(&connection, path, Access::Write)?;
    Ok(connection)
}

/// Opens a database that exists for writing.
pub(super) fn open(path: &Path, schema: &Schema) -> Result<Connection, StoreError> {
    exists(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check(&connection, path, Access::Write)?;
    let ready = configure(&connection, schema).and_then(|()| connection.execute_batch(schema.later));
    ready.map_err(|error| database(path, error))?;
    Ok(connection)
}

/// Opens a database that exists for reading, a newer one too.
pub(super) fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    exists(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check(&connection, path, Access::Read)?;
    Ok(connection)
}

/// Sorts a failure of the database.
pub(super) fn database(path: &Path, source: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match source.sqlite_error().map(|failure| (failure.code, failure.extended_code)) {
        Some((ErrorCode::DiskFull, _) | (_, SHARED_MEMORY_SIZE)) => StoreError::DiskFull { path },
        Some((ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _)) => {
            StoreError::Corrupt { path, detail: source.to_string() }
        }
        _ => StoreError::Database { path, source: source.into() },
    }
}

/// A number as the database holds it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number from the database.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn exists(path: &Path) -> Result<(), StoreError> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(StoreError::Missing { path: path.parent().unwrap_or(path).to_owned() }),
        Err(error) => Err(StoreError::io(path, error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let open = || {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    };
    open().map_err(|error| database(path, error))
}

fn configure(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "synchronous", schema.synchronous)
}

fn set_up(connection: &mut Connection, schema: &Schema) -> rusqlite::Result<()> {
    configure(connection, schema)?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if !has_meta(&transaction)? {
        transaction.execute_batch(schema.tables)?;
        transaction.execute_batch(schema.later)?;
        transaction.execute("INSERT INTO meta (key, value) VALUES ('format', ?1)", [FORMAT])?;
    }
    transaction.commit()
}

fn has_meta(connection: &Connection) -> rusqlite::Result<bool> {
    let query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
    Ok(connection.query_row(query, [], |_| Ok(())).optional()?.is_some())
}

fn check(connection: &Connection, path: &Path, access: Access) -> Result<(), StoreError> {
    let failed = |error| database(path, error);
    if !has_meta(connection).map_err(failed)? {
        return Err(StoreError::Missing { path: path.parent().unwrap_or(path).to_owned() });
    }
    let query = "SELECT value FROM meta WHERE key = 'format'";
    let format: Option<u32> = connection.query_row(query, [], |row| row.get(0)).optional().map_err(failed)?;
    match format {
        None => Err(StoreError::corrupt(path, "it does not say its format")),
        Some(found) if found > FORMAT && access == Access::Write => {
            Err(StoreError::Newer { path: path.to_owned(), found })
        }
        Some(_) => Ok(()),
    }
}
