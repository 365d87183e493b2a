//! One mission, read on both edges: what a verb prints is what the console draws.

mod counts;
mod pages;
mod pull_request;
mod trace;
mod word;

use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::command::Command;
use flightdeck::domain::estimate::forecast;
use flightdeck::domain::finding::Severity;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId};
use flightdeck::domain::mission::MissionCard;
use flightdeck::domain::usage::Usage;
use flightdeck::tui::recording::Recording;
use flightdeck::view::engine::EngineState;
use flightdeck::view::row::{Row, plain};
use flightdeck::view::{card, finding, header, plan, timeline};

use crate::cli::stage::Stage;
use crate::console::harness::{fly_on, inputs};
use crate::support::mission::Flight;
use crate::support::words;

/// A flight whose workers cost a dollar each, with one feature that is still to come.
fn priced() -> Flight {
    let mut flight = Flight::new().planned(1, 2).built(1);
    let (attempt, usage) = (
        *flight.mission.attempts.keys().next_back().unwrap(),
        Usage { micro_dollars: 1_000_000, ..Usage::default() },
    );
    flight.engine(Command::CountUsage { attempt, usage });
    flight
}

/// The console's screen after some keys.
pub fn console(flight: &Flight, keys: &str) -> String {
    let source = Recording { events: flight.log.clone(), ..Recording::default() };
    fly_on(source, flight.now(), (160, 50), inputs(keys)).frame
}

fn timeline_of(flight: &Flight) -> String {
    let row = |moment| timeline::row(&flight.mission, moment, flight.now());
    plain(&timeline::moments(&flight.mission).iter().map(row).collect::<Vec<Row>>())
}

/// What stands on both: the text on the verb's output and on the console's rows.
pub fn on_both(text: &str, verb: &str, console: &str) {
    assert!(verb.contains(text), "the verb does not say {text:?}:\n{verb}");
    assert!(console.contains(text), "the console does not say {text:?}:\n{console}");
}

#[test]
fn the_forecast_is_what_is_spent_and_what_is_left() {
    let (stage, flight) = (Stage::new(), priced());
    stage.keep(&flight);
    let likely = forecast(&flight.mission).unwrap().likely;
    assert_eq!(likely, 7_000_000, "a dollar is spent; one feature is left to build, and five runs to judge");
    let (verb, drawn) = (stage.told(&["stats"]), console(&flight, "S"));
    on_both("likely ≈$7.00 in the end", &verb, &drawn);
    on_both("budget: no limit", &verb, &drawn);
    on_both("attempts", &verb, &drawn);
    assert!(plain(&[header::banner(&flight.mission, flight.now(), 160)]).contains("→ ≈$7.00"));
    let json = stage.json(&["stats"]);
    assert_eq!(json["forecast"]["likely"], likely);
    assert!(json["estimate"]["likely_runs"].is_number(), "what a plan takes stays beside it");
}

#[test]
fn the_gate_that_nobody_names_is_the_same() {
    let cases = [
        (Flight::new(), "plan", "The plan gate"),
        (Flight::new().proposed(1, 1), "plan", "The plan gate"),
        (Flight::new().planned(2, 1), "M1", "The gate of M1"),
        (Flight::at_gate(), "M1", "The gate of M1"),
        (Flight::at_gate().gone(GateId::Milestone(MilestoneId(1))), "final", "The final gate"),
    ];
    for (flight, gate, heading) in cases {
        let stage = Stage::new();
        stage.keep(&flight);
        assert_eq!(stage.json(&["gate"])["gate"], gate);
        let drawn = console(&flight, "g");
        assert!(drawn.contains(heading), "{heading}\n{drawn}");
    }
}

#[test]
fn one_sign_says_what_waits_for_the_person() {
    let (stage, flight) = (Stage::new(), Flight::at_gate());
    stage.keep(&flight);
    let sentence = "milestone M1 passed and waits for GO";
    let drawn = console(&flight, "");
    for verb in [&["status"][..], &["list"], &["log"], &[]] {
        let told = stage.told(verb);
        on_both("▲", &told, &drawn);
        on_both(sentence, &told, &drawn);
        assert!(!told.contains('◆'), "{told}");
    }
}

#[test]
fn a_mission_stands_in_the_same_words() {
    let (stage, flight) = (Stage::new(), priced());
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["status"]), console(&flight, ""));
    assert!(drawn.contains("● RUNNING   M1 of 1 · Milestone 1"), "{drawn}");
    let stopped = "⊘ ENGINE STOPPED   nothing runs; `flightdeck run";
    assert!(verb.contains(stopped) && !verb.contains("RUNNING"), "nothing runs without an engine: {verb}");
    on_both("1/2 features · 0/2 assertions", &verb, &drawn);
    for target in plan::targets(&flight.mission, &plan::Toggled::new()) {
        let row = Row { right: Vec::new(), ..plan::row(&flight.mission, target) };
        on_both(plain(&[row]).trim(), &verb, &drawn);
    }
    let card = MissionCard::of(&flight.mission).unwrap();
    let listed = card::row_with(&card, &EngineState::Stopped, flight.now(), 120);
    let (listed, list) = (plain(&[Row { right: Vec::new(), ..listed }]), stage.told(&["list"]));
    assert!(listed.contains("stopped") && list.contains(listed.trim()), "{list}");
    assert!(console_list(&flight).contains("running"));
}

/// The row of the console's list of missions, as its popups draw it.
fn console_list(flight: &Flight) -> String {
    plain(&[card::row(&MissionCard::of(&flight.mission).unwrap(), flight.now(), 120)])
}

#[test]
fn what_happened_is_said_in_the_same_words() {
    let (stage, mut flight) = (Stage::new(), Flight::new().planned(1, 1));
    let work = AgentWork::Build { feature: FeatureId(1) };
    let endings = [
        (Ending::Failed { reason: words::line("too many turns") }, "failed: too many turns"),
        (Ending::Stopped { reason: words::line("not wanted") }, "stopped: not wanted"),
        (Ending::Interrupted, "interrupted"),
    ];
    for (ending, _) in &endings {
        let attempt = flight.start(work);
        flight.end(attempt, ending.clone());
        if flight.mission.hold.is_some() {
            flight.person(Command::Resume);
        }
    }
    let mut flight = flight.built(1).validated();
    flight.person(Command::DecideGate {
        gate: GateId::Milestone(MilestoneId(1)),
        decision: words::no_go("mend the form"),
    });
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["log"]), timeline_of(&flight));
    for (_, words) in endings {
        on_both(words, &verb, &drawn);
    }
    assert!(verb.contains("NO-GO by you “mend the form”"), "{verb}");
    on_both("gate M1", &verb, &drawn);
    on_both("plan gate", &verb, &drawn);
    assert!(drawn.contains("NO-GO by you  “mend the form”"), "{drawn}");
}

#[test]
fn how_much_a_finding_weighs_is_said_in_the_same_word() {
    let (stage, mut flight) = (Stage::new(), Flight::new().planned(1, 1));
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let mut handoff = words::handoff("Built F1");
    handoff.issues = [Severity::Blocking, Severity::NonBlocking, Severity::Suggestion]
        .map(|severity| words::issue(severity, "odd"))
        .to_vec();
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: FeatureId(1), runs: vec![words::run("make test", 0)] });
    stage.keep(&flight);
    let log = stage.told(&["log"]);
    let findings: Vec<_> = flight.mission.findings.values().collect();
    assert_eq!(findings.len(), 3);
    for found in findings {
        let (word, row) = (finding::weight(found.severity), plain(&[finding::row(&flight.mission, found)]));
        on_both(word, &log, &row);
    }
}
