//! Transcripts: numbered at once, written in batches, paged from the end.

use flightdeck::domain::id::{AttemptId, Timestamp};
use flightdeck::domain::transcript::{Before, Entry, EntryBody, ToolOutcome};
use flightdeck::store::{StoreError, Transcripts};
use pretty_assertions::assert_eq;

use super::{Place, on_every_store};

on_every_store!(
    pages_are_counted_from_the_end_whether_items_are_written_yet_or_not,
    numbers_go_on_after_reopening_and_closing_writes_everything,
    attempts_that_speak_at_once_each_count_without_gaps,
    a_body_is_bounded_and_its_cut_is_marked,
    a_mission_in_which_nobody_spoke_has_empty_pages_and_a_reader_adds_nothing,
);

const ATTEMPT: AttemptId = AttemptId(1);

fn said(number: u64) -> EntryBody {
    EntryBody::Said { text: format!("item {number}") }
}

fn add(transcripts: &dyn Transcripts, numbers: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    numbers.map(|n| transcripts.add(ATTEMPT, Timestamp(1), said(n)).unwrap()).collect()
}

fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}

fn pages_are_counted_from_the_end_whether_items_are_written_yet_or_not(place: &Place) {
    let store = place.create();
    let transcripts = store.transcripts();
    let told = add(transcripts, 1..=1_200);
    for _ in 0..2 {
        let (items, older) = transcripts.page(ATTEMPT, Before::End, 50).unwrap();
        assert_eq!((&items[..], older), (&told[1_150..], 1_150));
        let (items, older) = transcripts.page(ATTEMPT, Before::Item(1_151), 1_000).unwrap();
        assert_eq!((&items[..], older), (&told[150..1_150], 150));
        let (items, older) = transcripts.page(ATTEMPT, Before::Item(4), 50).unwrap();
        assert_eq!((numbers(&items), older), (vec![1, 2, 3], 0));
        assert_eq!(transcripts.page(ATTEMPT, Before::Item(1), 50).unwrap(), (vec![], 0));
        assert_eq!(transcripts.page(AttemptId(9), Before::End, 50).unwrap(), (vec![], 0));
        assert_eq!(transcripts.count(ATTEMPT).unwrap(), 1_200);
        transcripts.flush().unwrap();
    }
    let reader = place.read().unwrap();
    let reader = reader.transcripts();
    assert_eq!(reader.page(ATTEMPT, Before::End, 2_000).unwrap(), (told, 0));
}

fn numbers_go_on_after_reopening_and_closing_writes_everything(place: &Place) {
    add(place.create().transcripts(), 1..=700);
    let store = place.open().unwrap();
    let transcripts = store.transcripts();
    assert_eq!(transcripts.count(ATTEMPT).unwrap(), 700);
    assert_eq!(numbers(&add(transcripts, 701..=702)), [701, 702]);
    let other = transcripts.add(AttemptId(2), Timestamp(1), said(1)).unwrap();
    assert_eq!(other.number, 1);
    let (items, older) = transcripts.page(ATTEMPT, Before::End, 3).unwrap();
    assert_eq!((numbers(&items), older), (vec![700, 701, 702], 699));
}

fn attempts_that_speak_at_once_each_count_without_gaps(place: &Place) {
    let store = place.create();
    let transcripts = store.transcripts();
    std::thread::scope(|scope| {
        for attempt in 1..=50 {
            scope.spawn(move || {
                for n in 1..=20 {
                    let entry = transcripts.add(AttemptId(attempt), Timestamp(1), said(n)).unwrap();
                    assert_eq!(entry.number, n);
                }
            });
        }
    });
    transcripts.flush().unwrap();
    let reader = place.read().unwrap();
    let reader = reader.transcripts();
    for attempt in 1..=50 {
        let (items, _) = reader.page(AttemptId(attempt), Before::End, 99).unwrap();
        assert_eq!(numbers(&items), (1..=20).collect::<Vec<_>>());
    }
}

fn a_body_is_bounded_and_its_cut_is_marked(place: &Place) {
    let store = place.create();
    let transcripts = store.transcripts();
    let body = EntryBody::Answered {
        call_id: "call-1".to_owned(),
        tool: "shell".to_owned(),
        status: ToolOutcome::Done,
        output: "ü".repeat(1 << 20),
    };
    let entry = transcripts.add(ATTEMPT, Timestamp(1), body).unwrap();
    let EntryBody::Answered { output, .. } = &entry.body else { panic!("{entry:?}") };
    assert!(output.len() < 257 * 1024);
    assert!(output.ends_with("ü\n[… 1835008 bytes cut]"), "{}", &output[output.len() - 40..]);
    transcripts.flush().unwrap();
    let reader = place.read().unwrap();
    let reader = reader.transcripts();
    assert_eq!(reader.page(ATTEMPT, Before::End, 1).unwrap().0, [entry]);
}

#[test]
fn a_writer_that_is_held_up_loses_nothing_and_holds_no_event_up() {
    let place = Place::sqlite();
    let store = place.create();
    let transcripts = store.transcripts();
    let blocker = place.database("transcripts.db");
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let told = add(transcripts, 1..=5);
    super::append_directives(&store, 1..=5);
    assert_eq!(transcripts.page(ATTEMPT, Before::End, 9).unwrap(), (told.clone(), 0));
    assert_eq!(place.read().unwrap().transcripts().count(ATTEMPT).unwrap(), 0);
    blocker.execute_batch("ROLLBACK").unwrap();
    transcripts.flush().unwrap();
    assert_eq!(place.read().unwrap().transcripts().count(ATTEMPT).unwrap(), 5);
}

#[test]
fn an_item_of_a_newer_version_keeps_its_place() {
    let place = Place::sqlite();
    let store = place.create();
    let transcripts = store.transcripts();
    add(transcripts, 1..=1);
    transcripts.flush().unwrap();
    let database = place.database("transcripts.db");
    database
        .execute(r#"INSERT INTO transcripts VALUES (1, 2, 1, '{"item":"sang","tune":"x"}')"#, [])
        .unwrap();
    let reader = place.read().unwrap();
    let reader = reader.transcripts();
    let (items, _) = reader.page(ATTEMPT, Before::End, 9).unwrap();
    assert_eq!(items[1].body, EntryBody::Unknown);
}

fn a_mission_in_which_nobody_spoke_has_empty_pages_and_a_reader_adds_nothing(place: &Place) {
    drop(place.create());
    // An engine that never came to an attempt may have left none.
    drop(std::fs::remove_file(place.dir().join("transcripts.db")));
    let reader = place.read().unwrap();
    assert_eq!(reader.transcripts().page(ATTEMPT, Before::End, 9).unwrap(), (vec![], 0));
    let refused = reader.transcripts().add(ATTEMPT, Timestamp(1), said(1)).unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
    reader.transcripts().flush().unwrap();
}
