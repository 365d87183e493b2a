//! Appending, reading, and who may do it.

use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::id::{AttemptId, Timestamp};
use flightdeck::domain::mission::{Mission, Mode};
use flightdeck::store::StoreError;
use pretty_assertions::assert_eq;

use super::every_event::every_event;
use super::{Place, append_directives, directive, on_every_store};

on_every_store!(
    what_was_appended_is_read_back_in_order_with_its_actor_and_time,
    every_kind_of_event_survives_being_kept,
    an_append_after_another_state_is_refused_and_leaves_nothing,
    a_second_writer_is_told_who_flies_the_mission_and_readers_are_welcome,
    a_mission_cannot_be_founded_where_one_is_or_opened_where_none_is,
);

fn what_was_appended_is_read_back_in_order_with_its_actor_and_time(place: &Place) {
    let log = place.create();
    let mut told = log.append(0, Timestamp(7), Actor::Person, &[directive(1), directive(2)]).unwrap();
    let actor = Actor::Attempt(AttemptId(3));
    told.extend(log.append(2, Timestamp(9), actor, &[Event::MissionResumed]).unwrap());
    assert_eq!(told.iter().map(|stamped| stamped.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(log.read(0, 100).unwrap(), told);
    assert_eq!(log.read(1, 1).unwrap(), told[1..2]);
    drop(log);
    let log = place.open().unwrap();
    assert_eq!(log.read(0, 100).unwrap(), told);
    assert_eq!(log.last_seq().unwrap(), 3);
}

fn every_kind_of_event_survives_being_kept(place: &Place) {
    let log = place.create();
    let events: Vec<Event> =
        every_event().into_iter().filter(|event| !matches!(event, Event::Unrecognised { .. })).collect();
    let told = log.append(0, Timestamp(1), Actor::Engine, &events).unwrap();
    assert_eq!(log.read(0, u32::MAX).unwrap(), told);
    assert_eq!(log.mission().unwrap(), Mission::fold(&told));
}

fn an_append_after_another_state_is_refused_and_leaves_nothing(place: &Place) {
    let log = place.create();
    append_directives(&log, 1..=2);
    for expected in [0, 1, 3] {
        let refused = log.append(expected, Timestamp(9), Actor::Person, &[directive(9)]).unwrap_err();
        assert!(
            matches!(refused, StoreError::WrongSeq { expected: told, actual: 2 } if told == expected),
            "{refused:?}"
        );
    }
    assert_eq!(log.last_seq().unwrap(), 2);
}

fn a_second_writer_is_told_who_flies_the_mission_and_readers_are_welcome(place: &Place) {
    let log = place.create();
    append_directives(&log, 1..=3);
    let (refused, own) = (place.open().unwrap_err(), std::process::id());
    assert!(matches!(refused, StoreError::Locked { pid: Some(pid), .. } if pid == own), "{refused:?}");
    assert!(refused.to_string().contains(&format!("process {own}")), "{refused}");
    assert_eq!(place.missions.engine(&place.id), Some(own));
    let reader = place.read().unwrap();
    append_directives(&log, 4..=4);
    assert_eq!(reader.mission().unwrap().directives.len(), 4);
    let refused = reader.append(4, Timestamp(9), Actor::Person, &[directive(5)]).unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly));
    drop(log);
    assert_eq!(place.open().unwrap().last_seq().unwrap(), 4);
}

fn a_mission_cannot_be_founded_where_one_is_or_opened_where_none_is(place: &Place) {
    assert!(matches!(place.open().unwrap_err(), StoreError::Missing { .. }));
    assert!(matches!(place.read().unwrap_err(), StoreError::Missing { .. }));
    assert_eq!(std::fs::read_dir(place.home.path()).unwrap().count(), 0, "looking leaves nothing behind");
    let store = place.create();
    append_directives(&store, 1..=1);
    for flown in [true, false] {
        let refused = place.missions.create(&place.id, Timestamp(2), Actor::Person, &[directive(2)]);
        assert!(matches!(refused.unwrap_err(), StoreError::Exists { .. }), "flown: {flown}");
    }
    drop(store);
    assert_eq!(place.read().unwrap().last_seq().unwrap(), 1);
}

#[test]
fn an_event_of_a_newer_version_makes_the_mission_read_only() {
    let place = Place::sqlite();
    append_directives(&place.create(), 1..=2);
    let database = place.database("mission.db");
    database
        .execute(
            r#"INSERT INTO events VALUES (3, 3, '"engine"', 'moon_landed', '{"site":"Tranquility"}')"#,
            [],
        )
        .unwrap();
    drop(database);
    let store = place.open().unwrap();
    let mission = store.mission().unwrap();
    assert_eq!((mission.seq, mission.mode), (3, Mode::ReadOnly));
    assert!(matches!(
        &store.read(2, 10).unwrap()[0].event,
        Event::Unrecognised { original } if original.as_str() == "moon_landed"
    ));
    let refused = store.append(3, Timestamp(9), Actor::Person, &[directive(4)]).unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
    store.snapshot_if_due(&mission).unwrap();
    drop(store);
    let refused = place.open().unwrap().append(3, Timestamp(9), Actor::Person, &[directive(4)]).unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "a writer that never looked is stopped as well");
}

#[test]
fn an_actor_or_a_field_of_a_newer_version_makes_it_read_only_too() {
    for row in [
        r#"(1, 1, '"ground_crew"', 'mission_resumed', NULL)"#,
        r#"(1, 1, '"engine"', 'gate_opened', '{"gate":{"orbit":1}}')"#,
    ] {
        let place = Place::sqlite();
        drop(place.create());
        let database = place.database("mission.db");
        database.execute(&format!("INSERT INTO events VALUES {row}"), []).unwrap();
        drop(database);
        assert_eq!(place.open().unwrap().mission().unwrap().mode, Mode::ReadOnly, "{row}");
    }
}

#[test]
fn a_newer_format_is_read_and_not_written() {
    let place = Place::sqlite();
    append_directives(&place.create(), 1..=2);
    let database = place.database("mission.db");
    database.execute("UPDATE meta SET value = 7 WHERE key = 'format'", []).unwrap();
    drop(database);
    let refused = place.open().unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 7, .. }), "{refused:?}");
    assert!(refused.to_string().contains("after an update"), "{refused}");
    assert_eq!(place.read().unwrap().mission().unwrap().seq, 2);
}

#[test]
fn damage_is_reported_with_the_file_and_what_to_do_and_nothing_is_deleted() {
    let place = Place::sqlite();
    let path = place.dir().join("mission.db");
    std::fs::create_dir_all(place.dir()).unwrap();
    std::fs::write(&path, vec![b'x'; 9_000]).unwrap();
    for refused in [place.open().unwrap_err(), place.read().unwrap_err()] {
        assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused:?}");
        let sentence = refused.to_string();
        assert!(sentence.contains("mission.db") && sentence.contains("nothing was deleted"), "{sentence}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), vec![b'x'; 9_000]);
}

#[test]
fn a_hole_in_the_log_and_a_body_that_is_no_json_are_damage() {
    for (statement, word) in [
        ("DELETE FROM events WHERE seq = 2", "event 2 is missing"),
        ("UPDATE events SET body = '{\"dire' WHERE seq = 2", "event 2"),
    ] {
        let place = Place::sqlite();
        append_directives(&place.create(), 1..=3);
        let database = place.database("mission.db");
        database.execute(statement, []).unwrap();
        drop(database);
        let refused = place.open().unwrap().mission().unwrap_err();
        assert!(
            matches!(&refused, StoreError::Corrupt { detail, .. } if detail.contains(word)),
            "{refused:?}"
        );
    }
}

#[test]
fn a_deleted_lock_file_lets_no_second_writer_in() {
    let place = Place::sqlite();
    let first = place.create();
    std::fs::remove_file(place.dir().join("engine.lock")).unwrap();
    assert!(matches!(place.open().unwrap_err(), StoreError::Locked { .. }));
    assert_eq!(place.missions.engine(&place.id), Some(0), "somebody flies it, who is not written anywhere");
    append_directives(&first, 1..=1);
    assert_eq!(place.missions.engine(&place.id), Some(std::process::id()), "writing puts it back");
    assert!(matches!(place.open().unwrap_err(), StoreError::Locked { pid: Some(_), .. }));
}

#[test]
fn a_mission_whose_write_ahead_log_is_gone_is_not_flown_on_silently() {
    let place = Place::sqlite();
    let store = place.create();
    append_directives(&store, 1..=3);
    // As a kill leaves it: the write-ahead log is not moved into the database by anybody.
    let copy = Place::sqlite();
    std::fs::create_dir_all(copy.dir()).unwrap();
    for file in ["mission.db", "mission.mark"] {
        std::fs::copy(place.dir().join(file), copy.dir().join(file)).unwrap();
    }
    let refused = copy.open().unwrap_err();
    assert!(matches!(refused, StoreError::Shortened { known: 3, .. }), "{refused}");
    assert!(refused.to_string().contains("mission.db-wal) is gone"), "{refused}");
    assert_eq!(copy.read().unwrap().mission().unwrap().seq, 0, "what is left can be read");
}
