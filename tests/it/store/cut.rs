//! A machine may stop at any byte: whatever is left of the write-ahead log, the state is a prefix of what was appended,
//! and everything that was acknowledged before the cut is in it.

use std::fs;
use std::path::Path;

use flightdeck::domain::event::Stamped;
use flightdeck::domain::mission::Mission;
use flightdeck::store::Log;

use super::append_directives;

const EVENTS: u32 = 12;

struct Flown {
    database: Vec<u8>,
    wal: Vec<u8>,
    /// The length of the write-ahead log when each event was acknowledged.
    acknowledged: Vec<usize>,
    events: Vec<Stamped>,
}

fn fly() -> Flown {
    let dir = tempfile::tempdir().unwrap();
    let wal = dir.path().join("mission.db-wal");
    // Small pages make small frames, so that every byte of several transactions can be tried.
    let database = rusqlite::Connection::open(dir.path().join("mission.db")).unwrap();
    database.execute_batch("PRAGMA page_size = 512; PRAGMA journal_mode = WAL; VACUUM").unwrap();
    drop(database);
    let mut log = Log::create(dir.path()).unwrap();
    let mut acknowledged = Vec::new();
    for number in 1..=EVENTS {
        append_directives(&mut log, number..=number);
        acknowledged.push(fs::metadata(&wal).unwrap().len().try_into().unwrap());
    }
    Flown {
        database: fs::read(dir.path().join("mission.db")).unwrap(),
        wal: fs::read(wal).unwrap(),
        acknowledged,
        events: log.read(0, u32::MAX).unwrap(),
    }
}

fn restore(dir: &Path, database: &[u8], wal: &[u8]) {
    for name in ["mission.db", "mission.db-wal", "mission.db-shm"] {
        drop(fs::remove_file(dir.join(name)));
    }
    fs::write(dir.join("mission.db"), database).unwrap();
    fs::write(dir.join("mission.db-wal"), wal).unwrap();
}

#[test]
fn the_log_cut_at_every_byte_is_a_prefix_with_all_that_was_acknowledged() {
    let flown = fly();
    let first = flown.acknowledged[EVENTS as usize - 4];
    let dir = tempfile::tempdir().unwrap();
    let states: Vec<Mission> =
        (0..=flown.events.len()).map(|count| Mission::fold(&flown.events[..count])).collect();
    for length in first..=flown.wal.len() {
        restore(dir.path(), &flown.database, &flown.wal[..length]);
        let mission = Log::open_read_only(dir.path()).unwrap().open_mission().unwrap();
        let owed = flown.acknowledged.iter().filter(|end| **end <= length).count();
        let kept = usize::try_from(mission.seq).unwrap();
        assert!(kept >= owed, "cut at {length}: {kept} of {owed} acknowledged events");
        assert_eq!(mission, states[kept], "cut at {length}");
    }
}

#[test]
fn a_log_that_was_cut_or_torn_is_written_on() {
    let flown = fly();
    let dir = tempfile::tempdir().unwrap();
    let first = flown.acknowledged[0];
    for length in (first..=flown.wal.len()).step_by(331) {
        let mut wal = flown.wal.clone();
        for byte in &mut wal[length..] {
            *byte ^= 0x5a;
        }
        for wal in [&flown.wal[..length], &wal] {
            restore(dir.path(), &flown.database, wal);
            let mut log = Log::open(dir.path()).unwrap();
            let kept = u32::try_from(log.last_seq().unwrap()).unwrap();
            append_directives(&mut log, kept + 1..=kept + 2);
            drop(log);
            let mission = Log::open_read_only(dir.path()).unwrap().open_mission().unwrap();
            assert_eq!(mission.directives.len(), kept as usize + 2, "torn at {length}");
        }
    }
}
