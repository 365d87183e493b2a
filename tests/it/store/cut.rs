//! A machine may stop at any byte: whatever is left of the write-ahead log, the state is a prefix of what was appended,
//! and everything that was acknowledged before the cut is in it.

use std::fs;

use flightdeck::domain::event::Stamped;
use flightdeck::domain::mission::Mission;

use super::{Place, append_directives};

const EVENTS: u32 = 12;

struct Flown {
    database: Vec<u8>,
    wal: Vec<u8>,
    /// The length of the write-ahead log when each event was acknowledged.
    acknowledged: Vec<usize>,
    events: Vec<Stamped>,
}

fn fly() -> Flown {
    let place = Place::sqlite();
    let wal = place.dir().join("mission.db-wal");
    drop(place.create());
    // Small pages make small frames, so that every byte of several transactions can be tried.
    let pages = "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL";
    place.database("mission.db").execute_batch(pages).unwrap();
    let store = place.open().unwrap();
    let mut acknowledged = Vec::new();
    for number in 1..=EVENTS {
        append_directives(&store, number..=number);
        acknowledged.push(fs::metadata(&wal).unwrap().len().try_into().unwrap());
    }
    Flown {
        database: fs::read(place.dir().join("mission.db")).unwrap(),
        wal: fs::read(wal).unwrap(),
        acknowledged,
        events: store.read(0, u32::MAX).unwrap(),
    }
}

fn restore(place: &Place, database: &[u8], wal: &[u8]) {
    let dir = place.dir();
    fs::create_dir_all(&dir).unwrap();
    // The mark is of another try, which went further.
    for name in ["mission.db", "mission.db-wal", "mission.db-shm", "mission.mark"] {
        drop(fs::remove_file(dir.join(name)));
    }
    fs::write(dir.join("mission.db"), database).unwrap();
    fs::write(dir.join("mission.db-wal"), wal).unwrap();
}

#[test]
fn the_log_cut_at_every_byte_is_a_prefix_with_all_that_was_acknowledged() {
    let flown = fly();
    let first = flown.acknowledged[EVENTS as usize - 4];
    let place = Place::sqlite();
    let states: Vec<Mission> =
        (0..=flown.events.len()).map(|count| Mission::fold(&flown.events[..count])).collect();
    for length in first..=flown.wal.len() {
        restore(&place, &flown.database, &flown.wal[..length]);
        let mission = place.read().unwrap().mission().unwrap();
        let owed = flown.acknowledged.iter().filter(|end| **end <= length).count();
        let kept = usize::try_from(mission.seq).unwrap();
        assert!(kept >= owed, "cut at {length}: {kept} of {owed} acknowledged events");
        assert_eq!(mission, states[kept], "cut at {length}");
    }
}

#[test]
fn a_log_that_was_cut_or_torn_is_written_on() {
    let flown = fly();
    let place = Place::sqlite();
    let first = flown.acknowledged[0];
    for length in (first..=flown.wal.len()).step_by(331) {
        let mut wal = flown.wal.clone();
        for byte in &mut wal[length..] {
            *byte ^= 0x5a;
        }
        for wal in [&flown.wal[..length], &wal] {
            restore(&place, &flown.database, wal);
            let store = place.open().unwrap();
            let kept = u32::try_from(store.last_seq().unwrap()).unwrap();
            append_directives(&store, kept + 1..=kept + 2);
            drop(store);
            let mission = place.read().unwrap().mission().unwrap();
            assert_eq!(mission.directives.len(), kept as usize + 2, "torn at {length}");
        }
    }
}
