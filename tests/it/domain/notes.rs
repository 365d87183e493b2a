//! What agents learned: who is told, and that scrutiny is asked once.

use flightdeck::domain::attempt::{AgentWork, Role};
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::handoff::Handoff;
use flightdeck::domain::id::{FeatureId, NoteId};
use flightdeck::domain::note::{NoteDecision, NoteRuling, NoteState};
use flightdeck::domain::verdict::Outcome;
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words;

const CODE: &str = "the parser keeps a table of weights";
const TWICE: &str = "weights are kept in the parser";
const WRONG: &str = "the cache is never cleared";

/// The first feature is handed in with three notes; the second is due.
fn learned() -> Flight {
    let mut flight = Flight::new().planned(1, 2);
    let worker = flight.start(flight.due()[0]);
    let learned = [CODE, TWICE, WRONG].map(words::line).into();
    flight.hand_in(worker, Handoff { learned, ..words::handoff("Done") });
    flight
}

fn brief_of(flight: &Flight, work: AgentWork) -> String {
    brief(&flight.mission, work).text
}

fn ruling(note: u32, decision: NoteDecision) -> NoteRuling {
    NoteRuling { note: NoteId(note), decision, words: None, into: None }
}

#[test]
fn notes_are_told_as_unconfirmed_decided_on_once_and_never_told_to_user_testers() {
    let mut flight = learned();
    let feature = FeatureId(1);
    flight.engine(Command::RecordClaims { feature, runs: vec![words::run("make test", 0)] });
    let told = brief_of(&flight, AgentWork::Build { feature: FeatureId(2) });
    assert!(told.contains(&format!("(not confirmed) {CODE}")), "{told}");

    let mut flight = flight.built(2).gated().reviewed();
    let scrutiny = flight.start(flight.due()[0]);
    let work = flight.mission.attempts[&scrutiny].work;
    assert!(brief_of(&flight, work).contains(&format!("NOTE-1 by #2: {CODE}")));
    let decide = |rulings| Command::DecideNotes { rulings };
    for (rulings, told) in [
        (vec![ruling(9, NoteDecision::Confirm)], "there is no note NOTE-9"),
        (vec![ruling(1, NoteDecision::Reject)], "say in `words` why it is rejected"),
        (vec![ruling(1, NoteDecision::Merge)], "say in `into` which note says it already"),
    ] {
        let refusal = flight.refusal(Actor::Attempt(scrutiny), decide(rulings));
        assert!(refusal.contains(told), "{refusal}");
    }
    let merge = NoteRuling { into: Some(NoteId(1)), ..ruling(2, NoteDecision::Merge) };
    let listed = |flight: &Flight| flight.mission.notes_before(&flight.mission.attempts[&scrutiny]).count();
    assert_eq!(listed(&flight), 4);
    flight.attempt(scrutiny, decide(vec![ruling(1, NoteDecision::Confirm), merge]));
    let states: Vec<NoteState> = flight.mission.notes.iter().map(|note| note.state.clone()).collect();
    let merged = NoteState::Merged { into: NoteId(1) };
    // The fourth came with the second feature.
    assert_eq!(states, [NoteState::Confirmed, merged, NoteState::PassedOver, NoteState::PassedOver]);
    assert!(!brief_of(&flight, work).contains("NOTE-3"), "nobody is asked twice");

    let told = |role| {
        let known = flight.mission.knowledge_for(role).map(|known| known.note.to_string());
        let open = flight.mission.unconfirmed_for(role).map(|note| note.words.to_string());
        known.chain(open).collect::<Vec<_>>()
    };
    assert_eq!(told(Role::Worker), [CODE, WRONG, "the server needs a free port"]);
    assert_eq!(told(Role::UserTesting), Vec::<String>::new());
}

#[test]
fn what_a_tester_learned_is_told_to_the_next_one() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    let work = flight.mission.attempts[&tester].work;
    let note = words::line("the first page takes a second");
    let before = flight.mission.notes.len();
    flight.attempt(tester, Command::ProposeNotes { notes: vec![note.clone(), note] });
    assert_eq!(flight.mission.notes.len(), before + 1, "nothing is noted twice");
    let attempt = &flight.mission.attempts[&tester];
    let is_own = |by| by == tester;
    assert!(flight.mission.proposed_notes().any(|note| is_own(note.by)));
    let listed: Vec<_> = flight.mission.notes_before(attempt).map(|note| note.by).collect();
    assert!(!listed.into_iter().any(is_own), "a brief lists none that came after it");
    assert!(brief_of(&flight, work).contains("(not confirmed) the first page takes a second"));
}

#[test]
fn scrutiny_puts_no_words_of_its_own_into_what_testers_tell_each_other() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.attempt(tester, Command::ProposeNotes { notes: vec![words::line("the first page is slow")] });
    flight.verdict(tester, "VAL-M1-001", Outcome::Fail).report_testing(tester);
    let note = flight.mission.notes.last().unwrap().id;
    flight.triage_all();
    let mut flight = flight.built(2).gated().reviewed();
    let scrutiny = flight.start(flight.due()[0]);
    let confirm = |words: Option<&str>| NoteRuling {
        words: words.map(words::line),
        ..ruling(note.0, NoteDecision::Confirm)
    };
    let reworded = Command::DecideNotes { rulings: vec![confirm(Some("the parser warms its cache"))] };
    let refusal = flight.refusal(Actor::Attempt(scrutiny), reworded);
    assert!(refusal.contains("comes from a user tester"), "{refusal}");
    flight.attempt(scrutiny, Command::DecideNotes { rulings: vec![confirm(None)] });
    let known: Vec<String> =
        flight.mission.knowledge_for(Role::UserTesting).map(|known| known.note.to_string()).collect();
    assert_eq!(known, ["the first page is slow"]);
}
