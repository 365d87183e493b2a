//! The catalogue: which missions there are, and in `SQLite` the directories themselves.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::id::{MissionId, Timestamp};
use flightdeck::domain::mission::Status;
use flightdeck::store::sqlite::SqliteCatalogue;
use flightdeck::store::{Catalogue, Store, StoreError};

use super::every_event::founding;
use super::{Place, directive, on_every_store};

on_every_store!(missions_are_found_by_id_and_by_repository);

fn found(catalogue: &dyn Catalogue, id: &str, repository: &str, at: i64) -> Store {
    let mut founding = founding();
    founding.mission = id.parse().unwrap();
    repository.clone_into(&mut founding.repository);
    let id = founding.mission.clone();
    let first = [Event::MissionCreated(Box::new(founding))];
    catalogue.create(&id, Timestamp(at), Actor::Person, &first).unwrap()
}

#[test]
fn one_broken_mission_does_not_hide_the_others() {
    let home = tempfile::tempdir().unwrap();
    let catalogue = SqliteCatalogue::new(home.path());
    assert!(catalogue.list().is_empty());
    drop(found(&catalogue, "old", "/srv/app", 10));
    let flying = found(&catalogue, "new", "/srv/other", 20);
    let missions = home.path().join("missions");
    fs::create_dir(missions.join("broken")).unwrap();
    fs::write(missions.join("broken/mission.db"), "no database at all, by any means".repeat(99)).unwrap();
    fs::create_dir(missions.join("empty")).unwrap();
    fs::create_dir(missions.join("Not An Id")).unwrap();
    fs::write(missions.join("a-file"), "").unwrap();

    let entries = catalogue.list();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["new", "old", "broken", "empty"]);
    let summary = entries[0].mission.as_ref().unwrap();
    assert_eq!((summary.seq, summary.status, summary.updated), (1, Status::Planning, Timestamp(20)));
    assert_eq!(entries[0].engine, Some(std::process::id()));
    // A program that another test starts holds every lock of this process until it is another program.
    let is_free = |id: &str| {
        (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            catalogue.entry(id.parse().unwrap()).engine.is_none()
        })
    };
    assert!(is_free("old"));
    assert!(matches!(entries[2].mission, Err(StoreError::Corrupt { .. })), "{:?}", entries[2]);
    assert!(matches!(entries[3].mission, Err(StoreError::Missing { .. })), "{:?}", entries[3]);
    drop(flying);
    assert!(is_free("new"));
}

fn missions_are_found_by_id_and_by_repository(place: &Place) {
    let repository = tempfile::tempdir().unwrap();
    let catalogue = &*place.missions;
    drop(found(catalogue, "here", repository.path().to_str().unwrap(), 1));
    drop(found(catalogue, "there", "/srv/other", 2));
    let through_link = place.home.path().join("link");
    std::os::unix::fs::symlink(repository.path(), &through_link).unwrap();
    for path in [repository.path(), &through_link] {
        let ids: Vec<String> = catalogue.of_repository(path).iter().map(|e| e.id.to_string()).collect();
        assert_eq!(ids, ["here"]);
    }
    assert!(catalogue.entry("there".parse().unwrap()).mission.is_ok());
    let refused = catalogue.read(&"nowhere".parse().unwrap()).unwrap_err();
    assert!(refused.to_string().contains("flightdeck list"), "{refused}");
}

#[test]
fn a_mission_has_a_directory_for_its_owner_alone_and_its_id_once() {
    let home = tempfile::tempdir().unwrap();
    let catalogue = SqliteCatalogue::new(&home.path().join("not/there/yet"));
    let id: MissionId = "m".parse().unwrap();
    let create = || catalogue.create(&id, Timestamp(1), Actor::Person, &[directive(1)]);
    drop(create().unwrap());
    assert_eq!(fs::metadata(catalogue.dir(&id)).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(matches!(create().unwrap_err(), StoreError::Exists { .. }));
    assert_eq!(catalogue.ids(), [id]);
}
