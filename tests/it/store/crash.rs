//! `kill -9` of a writer: every event it said it had is there.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use flightdeck::domain::event::Actor;
use flightdeck::domain::id::Timestamp;
use flightdeck::store::Catalogue;
use flightdeck::store::sqlite::SqliteCatalogue;

use super::{Place, append_directives};

const CHILD: &str = "FLIGHTDECK_TEST_APPENDS_IN";

/// Not a test of its own: the process that the next one kills.
#[test]
fn child_that_appends_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let id = "m".parse().unwrap();
    let store = SqliteCatalogue::new(&dir).create(&id, Timestamp(0), Actor::Person, &[]).unwrap();
    for number in 1.. {
        append_directives(&store, number..=number);
        println!("acknowledged {number}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test runs itself in order to kill it")]
fn every_event_a_killed_writer_acknowledged_is_there() {
    for lines in [1, 7, 40] {
        let place = Place::sqlite();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::crash::child_that_appends_until_it_is_killed", "--nocapture"])
            .env(CHILD, place.home.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let number = |line: String| line.split("acknowledged ").nth(1)?.parse::<u64>().ok();
        let seen = output.by_ref().filter_map(number).nth(lines - 1).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let acknowledged = output.filter_map(number).last().unwrap_or(seen);
        let store = place.open().unwrap();
        let mission = store.mission().unwrap();
        assert!(mission.seq >= acknowledged, "{} of {acknowledged}", mission.seq);
        assert_eq!(mission.directives.len() as u64, mission.seq);
        assert_eq!(store.last_seq().unwrap(), mission.seq);
    }
}
