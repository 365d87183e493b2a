//! The person's word on both edges: what others would say instead, what a second plan changes, and who did what.

use flightdeck::domain::attempt::{AgentWork, Role};
use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, Revision};

use super::{console, on_both, timeline_of};
use crate::cli::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words;

/// The person edited an assertion and said NO-GO; the planner came back with its own words and one feature more.
fn planned_twice() -> Flight {
    let mut flight = Flight::new().proposed(1, 1);
    let statement = Some(words::prose("A visitor sees it in the person's words"));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    flight.person(Command::EditAssertion { assertion: words::val("VAL-M1-001"), base: Revision(1), edit });
    flight.person(Command::DecideGate { gate: GateId::Plan, decision: words::no_go("smaller steps") });
    let planner = flight.start(AgentWork::Plan);
    let mut assertions = vec![words::assertion("VAL-M1-001")];
    assertions[0].wording.evidence = words::line("a screenshot of the page");
    flight.attempt(planner, Command::ProposeContract { assertions });
    let features = vec![words::feature("Feature of VAL-M1-001", &["VAL-M1-001"]), words::chore("Docs")];
    let milestones = vec![words::milestone("Milestone 1", features)];
    let answer = Some(words::prose("Docs are a step of their own now."));
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer });
    flight
}

#[test]
fn a_second_plan_gate_opens_with_what_changed() {
    let (stage, flight) = (Stage::new(), planned_twice());
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["gate"]), console(&flight, "g"));
    for words in [
        "What changed since the plan you refused",
        "NO-GO     “smaller steps”",
        "answered  Docs are a step of their own now.",
        "~ VAL-M1-001",
        "+ F2 Docs",
    ] {
        on_both(words, &verb, &drawn);
    }
    assert!(
        verb.contains("[-the HTTP exchange-]{+a screenshot of the page+} (by the orchestrator #2)"),
        "{verb}"
    );
    let place = |text: &str| verb.find(text).unwrap_or_else(|| panic!("{text} is missing:\n{verb}"));
    assert!(place("What changed since") < place("What you asked for"), "it comes first");
    let json = stage.json(&["gate"]);
    assert_eq!(json["refused"]["note"], "smaller steps");
    assert_eq!(json["refused"]["changes"][0]["subject"], "VAL-M1-001");
    assert_eq!(json["refused"]["changes"][1]["kind"], "added");
    let first = stage_of_first();
    assert!(!first.contains("What changed since"), "{first}");
}

fn stage_of_first() -> String {
    let stage = Stage::new();
    stage.keep(&Flight::new().proposed(1, 1));
    stage.told(&["gate"])
}

#[test]
fn what_others_would_say_instead_waits_on_both_edges() {
    let (stage, flight) = (Stage::new(), planned_twice());
    stage.keep(&flight);
    let drawn = console(&flight, "a");
    let sentence = "would change what you worded";
    for verb in [&["status"][..], &["log"]] {
        on_both(sentence, &stage.told(verb), &drawn);
    }
    let listed = stage.told(&["proposal", "list"]);
    let opened = console(&flight, "a down enter");
    for words in [
        "PRO-1 VAL-M1-001: another statement",
        "statement A visitor sees it in the person's words",
        "  →       A visitor sees what VAL-M1-001 promises",
    ] {
        on_both(words, &listed, &opened);
    }
    assert_eq!(stage.json(&["proposal", "show", "pro-1"])["state"], "open");
    assert!(stage.ended(&["proposal", "accept", "PRO-9"], 2).1.contains("there is no proposal PRO-9"));
    assert!(stage.ended(&["proposal", "accept", "nine"], 2).1.contains("a proposal such as PRO-2"));
    assert!(stage.ended(&["proposal", "accept", "nowhere", "PRO-1"], 2).1.contains("nowhere"));
    let both = stage.ended(&["proposal", "refuse", "--all", "PRO-1"], 2).1;
    assert!(both.contains("say --all or name proposals, not both"), "{both}");
    let shown = stage.told(&["assertion", "show", "VAL-M1-001"]);
    assert!(shown.contains("its statement by you"), "{shown}");
    let none = Stage::new();
    none.keep(&Flight::new().proposed(1, 1));
    assert_eq!(none.told(&["proposal", "list"]), "nothing is proposed in place of your words\n");
}

#[test]
fn what_was_decided_and_changed_stands_on_the_timeline_with_who_did_it() {
    let (stage, mut flight) = (Stage::new(), planned_twice());
    flight.person(Command::DecideGate { gate: GateId::Plan, decision: words::go() });
    flight.person(Command::ChooseModel { role: Role::Worker, model: words::title("a/b") });
    let (draft, feature) = (Box::new(words::assertion("VAL-NEW-001")), FeatureId(1));
    flight.person(Command::AddAssertion { draft, feature });
    let reason = words::line("out of scope");
    flight.person(Command::RetireAssertion { assertion: words::val("VAL-NEW-001"), reason });
    let orchestrator = flight.talking();
    let title = Some(words::title("Red"));
    let edit = Box::new(WordingEdit { title, ..WordingEdit::default() });
    let assertion = words::val("VAL-M1-001");
    let base = flight.mission.contract[&assertion].revision;
    flight.attempt(orchestrator, Command::EditAssertion { assertion, base, edit });
    flight.person(Command::Broadcast { text: words::prose("be brief") });
    let reason = words::line("good enough");
    flight.person(Command::Waive { assertion: words::val("VAL-M1-001"), reason });
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["log"]), timeline_of(&flight));
    for words in [
        "is now revision 2, worded by you: its statement “… what VAL-M1-001 promises” → “… it in the person's words”",
        "is played by a/b from now on, no longer by rehearsal/guestbook, by you",
        "added for F1 by you",
        "retired by you: out of scope",
        "worded by the orchestrator #",
    ] {
        on_both(words, &verb, &drawn);
    }
    assert!(verb.contains("NO-GO by you “smaller steps”"), "{verb}");
    assert!(drawn.contains("NO-GO by you  “smaller steps”"), "a later GO does not hide it: {drawn}");
    assert!(
        verb.contains("waived by you: good enough") && verb.contains("directive by you: be brief"),
        "{verb}"
    );
}
