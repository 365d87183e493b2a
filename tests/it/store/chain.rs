//! The chain of hashes: whatever is changed in a log outside is seen, and nothing else.

use flightdeck::domain::event::Actor;
use flightdeck::domain::id::Timestamp;
use flightdeck::store::{ChainCheck, ChainFault};
use pretty_assertions::assert_eq;

use super::{Place, append_directives, directive, on_every_store};

on_every_store!(a_log_is_as_it_was_written_however_it_was_opened);

fn a_log_is_as_it_was_written_however_it_was_opened(place: &Place) {
    append_directives(&place.create(), 1..=3);
    let store = place.open().unwrap();
    store.append(3, Timestamp(9), Actor::Person, &[directive(4), directive(5)]).unwrap();
    drop(store);
    let ChainCheck { events, from, faults, .. } = place.read().unwrap().verify().unwrap();
    assert_eq!((events, from, faults), (5, Some(1), vec![]));
}

/// What is seen after these statements in a log of five events.
fn seen(statements: &[&str]) -> Vec<ChainFault> {
    let place = Place::sqlite();
    append_directives(&place.create(), 1..=5);
    let database = place.database("mission.db");
    for statement in statements {
        database.execute_batch(statement).unwrap();
    }
    drop(database);
    let check = place.read().unwrap().verify().unwrap();
    assert_eq!(check.words().is_some(), !check.faults.is_empty());
    check.faults
}

#[test]
fn every_change_of_an_event_is_seen() {
    use ChainFault::{Changed, Gone, Unhashed};
    for column in ["at = at + 1", "actor = '\"engine\"'", "kind = 'mission_resumed'", "body = '{}'"] {
        let change = format!("UPDATE events SET {column} WHERE seq = 3");
        assert_eq!(seen(&[&change]), [Changed(3)], "{column}");
    }
    assert_eq!(seen(&["DELETE FROM events WHERE seq = 3"]), [Gone(3), Changed(4)]);
    assert_eq!(seen(&["DELETE FROM events WHERE seq >= 4"]), [Gone(4), Gone(5)]);
    let added = "INSERT INTO events VALUES (6, 6, '\"person\"', 'mission_resumed', NULL)";
    assert_eq!(seen(&[added]), [Unhashed(6)]);
    let swapped = "UPDATE events SET seq = 99 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 99";
    assert_eq!(seen(&[swapped]), [Changed(2), Changed(3)]);
    // Whoever forges the hash of one event breaks the next.
    assert_eq!(seen(&["UPDATE chain SET hash = zeroblob(32) WHERE seq = 3"]), [Changed(3), Changed(4)]);
    assert_eq!(seen(&["DELETE FROM chain WHERE seq = 5"]), [Unhashed(5)]);
    assert_eq!(seen(&["UPDATE events SET body = body"]), []);
}

#[test]
fn a_log_of_an_older_version_goes_on_with_hashes_from_there() {
    let place = Place::sqlite();
    append_directives(&place.create(), 1..=3);
    let database = place.database("mission.db");
    database.execute_batch("DROP TABLE chain").unwrap();
    drop(database);
    let old = place.read().unwrap().verify().unwrap();
    assert_eq!((old.events, old.from, old.head, old.faults), (3, None, None, vec![]));
    let store = place.open().unwrap();
    store.append(3, Timestamp(9), Actor::Person, &[directive(4), directive(5)]).unwrap();
    drop(store);
    let check = place.read().unwrap().verify().unwrap();
    assert_eq!((check.events, check.from, check.faults), (5, Some(4), vec![]));
}

#[test]
fn a_state_that_is_not_what_the_events_come_to_is_seen() {
    let place = Place::sqlite();
    let store = place.create();
    append_directives(&store, 1..=5);
    store.save_snapshot(&store.mission().unwrap()).unwrap();
    drop(store);
    assert_eq!(place.read().unwrap().verify().unwrap().faults, []);
    let database = place.database("mission.db");
    database
        .execute_batch(
            "UPDATE snapshots SET body = replace(body, '\"autopilot\":\"off\"', '\"autopilot\":\"on\"')",
        )
        .unwrap();
    drop(database);
    assert_eq!(place.read().unwrap().verify().unwrap().faults, [ChainFault::State(5)]);
}
