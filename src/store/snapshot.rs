//! States kept beside the events they follow from. They are a cache: one that cannot be used is ignored.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::schema::{FORMAT, signed, unsigned};
use crate::domain::mission::{Mission, Mode};

/// How many events pass between two snapshots: opening reads at most about as many.
pub const SNAPSHOT_EVERY: u64 = 500;
/// How many snapshots are kept, so that a broken one costs reading some more events and not all.
pub const KEPT: u32 = 2;

/// Keeps a state and lets go of the oldest ones.
pub(super) fn save(connection: &mut Connection, seq: u64, body: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "INSERT OR REPLACE INTO snapshots (seq, format, body) VALUES (?1, ?2, ?3)",
        params![signed(seq), format(), body],
    )?;
    transaction.execute(
        "DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?1)",
        [KEPT],
    )?;
    transaction.commit()
}

/// The newest state that this version can use and that does not run ahead of the log.
pub(super) fn newest(connection: &Connection, last_seq: u64) -> rusqlite::Result<Option<Mission>> {
    let mut statement = connection
        .prepare("SELECT seq, body FROM snapshots WHERE format = ?1 AND seq <= ?2 ORDER BY seq DESC")?;
    let mut rows = statement.query(params![format(), signed(last_seq)])?;
    while let Some(row) = rows.next()? {
        let seq = unsigned(row.get(0)?);
        if let Ok(body) = row.get::<_, String>(1)
            && let Ok(mission) = serde_json::from_str::<Mission>(&body)
            && mission.seq == seq
            && mission.mode == Mode::Writable
        {
            return Ok(Some(mission));
        }
    }
    Ok(None)
}

/// The event that this version's newest snapshot stands at; 0 without one.
pub(super) fn newest_seq(connection: &Connection) -> rusqlite::Result<u64> {
    let query = "SELECT MAX(seq) FROM snapshots WHERE format = ?1";
    let seq: Option<Option<i64>> = connection.query_row(query, [format()], |row| row.get(0)).optional()?;
    Ok(seq.flatten().map_or(0, unsigned))
}

/// Another version may fold the same events otherwise, so each uses only its own snapshots.
fn format() -> String {
    format!("{FORMAT}/{}", env!("CARGO_PKG_VERSION"))
}
