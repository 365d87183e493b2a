//! Every version must read what version 1 wrote. The golden file is never rewritten for a format that was released;
//! a new kind of event gets a new line: `FLIGHTDECK_GOLDEN=append cargo test store::golden`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use flightdeck::domain::event::Event;
use pretty_assertions::assert_eq;

use super::every_event::every_event;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events-v1.jsonl")
}

fn golden() -> Vec<Event> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// The words of all kinds, as serde itself knows them: a variant cannot be forgotten.
fn all_kinds() -> BTreeSet<String> {
    let error = serde_json::from_str::<Event>(r#"{"kind":"no_such_event"}"#).unwrap_err().to_string();
    let (_, kinds) = error.split_once("expected one of ").unwrap();
    kinds.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn kinds(events: &[Event]) -> BTreeSet<String> {
    events.iter().map(|event| event.kind().to_owned()).collect()
}

#[test]
fn the_golden_file_of_format_1_reads_as_the_events_it_was_written_from() {
    let events = every_event();
    if std::env::var_os("FLIGHTDECK_GOLDEN").is_some_and(|wish| wish == "append") {
        let present = kinds(&golden());
        let missing = events.iter().filter(|event| !present.contains(event.kind()));
        let lines: String = missing.map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        std::fs::write(path(), text + &lines).unwrap();
    }
    let golden = golden();
    for event in &golden {
        let built = events.iter().find(|built| built.kind() == event.kind());
        assert_eq!(Some(event), built);
    }
    assert_eq!(golden.len(), events.len());
}

#[test]
fn no_kind_of_event_lacks_a_golden_line() {
    assert!(all_kinds().len() > 40, "{:?}", all_kinds());
    assert_eq!(kinds(&golden()), all_kinds());
}
