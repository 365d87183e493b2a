//! What is not shown and what hangs together, on both edges.

use flightdeck::domain::command::Command;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::trace::TraceSubject;
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::row::plain;
use flightdeck::view::{trace, unshown};
use pretty_assertions::assert_eq;

use super::{console, on_both};
use crate::cli::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words;

const FIRST: GateId = GateId::Milestone(MilestoneId(1));

/// Two milestones flown, the requirement of a NO-GO not shown.
fn flown() -> Flight {
    let mut flight = Flight::new().planned(2, 1).built(1).validated().gone(FIRST).built(2).validated();
    flight.person(Command::AddRequirement { text: words::prose("It prints.") });
    flight.gone(GateId::Milestone(MilestoneId(2)))
}

#[test]
fn the_first_line_of_every_gate_is_what_is_not_shown() {
    let (stage, flight) = (Stage::new(), flown());
    stage.keep(&flight);
    let sentence = "Not shown: 1 requirement without an assertion · 1 proven at an older commit · 2 not seen red (1 of them older)";
    let verb = stage.told(&["gate", "final"]);
    on_both(sentence, &verb, &console(&flight, "g"));
    assert!(verb.lines().nth(1).unwrap().contains(sentence), "{verb}");
    let json = stage.json(&["gate", "final"]);
    assert_eq!(json["unshown"]["sentence"], sentence);
    assert_eq!(json["unshown"]["items"][0]["matter"]["requirement"], "REQ-2");
    assert_eq!(json["unshown"]["counts"][1]["number"], 1);
    assert_eq!(json["requirements"][1]["coverage"], "unasserted");
    for (gate, begins) in [("plan", "1 requirement without"), ("M1", "1 requirement without")] {
        let verb = stage.told(&["gate", gate]);
        assert!(verb.lines().nth(1).unwrap().contains(&format!("Not shown: {begins}")), "{verb}");
    }
}

#[test]
fn the_list_behind_the_line_is_the_same() {
    let (stage, flight) = (Stage::new(), flown());
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["trace", "--unshown"]), console(&flight, "g s"));
    for row in unshown::rows(&flight.mission, GateId::Final) {
        on_both(plain(&[row]).trim(), &verb, &drawn);
    }
    assert_eq!(stage.json(&["trace", "--unshown"])["items"].as_array().unwrap().len(), 3);
}

#[test]
fn the_trace_is_the_same_and_is_followed_from_both_ends() {
    let (stage, flight) = (Stage::new(), flown());
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["trace"]), console(&flight, "t"));
    for line in trace::lines(&flight.mission, &flight.mission.trace()) {
        let left = flightdeck::view::row::Row { right: Vec::new(), ..line.row };
        on_both(plain(&[left]).trim(), &verb, &drawn);
    }
    let from_evidence = stage.json(&["trace", "ev_0123456789ab"]);
    assert_eq!(from_evidence["requirements"][0]["requirement"]["id"], "REQ-1");
    let down = stage.json(&["trace", "REQ-1"]);
    assert_eq!(down["requirements"][0]["assertions"][1]["verdicts"][0]["evidence"][0], "ev_0123456789ab");
    let one = stage.json(&["trace", "F2"]);
    assert_eq!(one["requirements"][0]["assertions"][0]["assertion"], "VAL-M2-001");
    assert_eq!(one["requirements"][0]["assertions"].as_array().unwrap().len(), 1);
    let commit = TraceSubject::Commit(flight.mission.head().unwrap().clone());
    let found = flight.mission.trace_of(&commit);
    assert_eq!(found.requirements[0].assertions.len(), 1, "the other was tried at another commit");
}

#[test]
fn a_fix_stands_under_the_assertions_that_its_findings_are_about_and_under_no_other() {
    let ids = ["VAL-M1-001", "VAL-M1-002"];
    let plan = vec![words::milestone("One", vec![words::feature("All of it", &ids)])];
    let flight =
        Flight::new().proposing(ids.map(words::assertion).to_vec(), plan).gone(GateId::Plan).built(1);
    let mut flight = flight.gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight
        .verdict(tester, ids[0], Outcome::Pass)
        .verdict(tester, ids[1], Outcome::Fail)
        .report_testing(tester);
    flight.triage_all();
    let features = |mission: &Mission, id: &str| -> Vec<FeatureId> {
        let trace = mission.trace();
        let all = trace.requirements.iter().flat_map(|found| &found.assertions).chain(&trace.unrequired);
        let found = all.into_iter().find(|found| *found.assertion == words::val(id)).unwrap();
        found.features.iter().map(|found| found.feature).collect()
    };
    assert_eq!(features(&flight.mission, ids[0]), [FeatureId(1)]);
    assert_eq!(features(&flight.mission, ids[1]), [FeatureId(1), FeatureId(2)]);
    let stage = Stage::new();
    stage.keep(&flight);
    for drawn in [stage.told(&["trace"]), console(&flight, "t")] {
        assert_eq!(drawn.matches("F2 Fix of FND-1").count(), 1, "{drawn}");
    }
    // What a person sent back at a gate is about no assertion.
    let flight = {
        let mut flight = Flight::new().planned(1, 1).built(1).validated();
        flight.person(Command::DecideGate { gate: FIRST, decision: words::no_go("mend the form") });
        flight.triage_all();
        flight
    };
    let loose: Vec<FeatureId> = flight.mission.trace().unasserted.iter().map(|found| found.feature).collect();
    assert_eq!(loose, [FeatureId(2)]);
}

#[test]
fn the_final_gate_says_what_was_asked_what_holds_and_what_was_sent_back() {
    let stage = Stage::new();
    let mut flight = Flight::new().planned(1, 1).built(1).validated();
    flight.person(Command::DecideGate { gate: FIRST, decision: words::no_go("mend the form") });
    flight.triage_all();
    let flight = flight.built(2).gated().reviewed().scrutinized().gone(FIRST);
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["gate", "final"]), console(&flight, "g"));
    for words in [
        "goal      Build a guestbook",
        "asked for 0 of 1 requirement",
        "checks    ✓ ",
        "flown     M1 GO by you",
        "NO-GO     NO-GO at M1: mend the form → F2",
    ] {
        on_both(words, &verb, &drawn);
    }
    assert!(verb.contains("Sentence by sentence"), "{verb}");
    assert!(verb.contains("by rehearsal/guestbook, over http, not seen red"), "{verb}");
}

#[test]
fn the_persons_word_on_requirements_is_read_on_both() {
    let (stage, mut flight) = (Stage::new(), Flight::new().proposed(1, 1));
    flight.person(Command::MapAssertion { assertion: words::val("VAL-M1-001"), shows: vec![] });
    stage.keep(&flight);
    let verb = stage.told(&["requirement", "list"]);
    on_both("REQ-1 Build a guestbook", &verb, &console(&flight, "t"));
    assert!(verb.contains("no assertion"), "{verb}");
    assert!(stage.told(&["requirement", "show", "REQ-1"]).contains("no assertion shows it"));
    assert!(stage.told(&["assertion", "show", "VAL-M1-001"]).contains("shows     no requirement"));
    assert!(stage.told(&["log"]).contains("shows no requirement by you"));
    assert_eq!(stage.json(&["requirement", "list"])[0]["coverage"], "unasserted");
}
