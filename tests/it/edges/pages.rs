//! Pages on both edges: plan and gates, assertions, findings, models and talk.

use flightdeck::domain::activity::Activity;
use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::finding::Severity;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::handoff::{Deviation, Procedure};
use flightdeck::domain::id::{FeatureId, MilestoneId};
use flightdeck::domain::message::{Delivery, Party};
use flightdeck::domain::sabotage::SabotageOutcome;
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::row::{Row, plain};
use flightdeck::view::text::span;
use flightdeck::view::{assertion, gate, pace};

use super::{console, on_both};
use crate::cli::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words;

/// One assertion was tried twice at one commit with two outcomes; another failed and was mended, so that the round that
/// passed is about a later commit than the first one's proof.
fn mended() -> Flight {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Fail).verdict(tester, "VAL-M1-001", Outcome::Pass);
    flight.verdict(tester, "VAL-M1-002", Outcome::Fail).report_testing(tester);
    flight.triage_all();
    flight.built(3).validated()
}

/// The left side of a row as it is drawn, where nothing is cut.
fn left(row: &Row) -> String {
    plain(&[Row { right: Vec::new(), ..row.clone() }]).trim().to_owned()
}

#[test]
fn the_risks_of_a_plan_are_one_list() {
    let contract = vec![words::assertion("VAL-A-001"), words::non_blocking("VAL-B-001")];
    let features = vec![words::feature("A", &["VAL-A-001"]), words::feature("B", &["VAL-B-001"])];
    let mut flight = Flight::new().proposing(
        contract,
        vec![words::milestone("M", features), words::milestone("N", vec![words::chore("Docs")])],
    );
    let stage = Stage::new();
    stage.keep(&flight);
    let risks = gate::risks(&flight.mission, GateId::Plan);
    assert!(risks.len() >= 3, "{risks:?}");
    let (verb, drawn) = (stage.told(&["plan"]), console(&flight, "g"));
    for risk in &risks {
        on_both(&format!("risk      {risk}"), &verb, &drawn);
    }
    on_both(&format!("GO is possible, but weigh {} risks", risks.len()), &verb, &drawn);
    assert_eq!(stage.json(&["plan"])["risks"], serde_json::json!(risks));

    let orchestrator = flight.talking();
    let contract = ["VAL-A-001", "VAL-B-001", "VAL-NEW-001"].map(words::assertion).to_vec();
    flight.attempt(orchestrator, Command::ProposeContract { assertions: contract });
    let stage = Stage::new();
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["gate"]), console(&flight, "g"));
    on_both("⊘ VAL-NEW-001 is claimed by no feature", &verb, &drawn);
    on_both("NEW-001 A visitor sees what VAL-NEW-001 promises", &verb, &drawn);
}

#[test]
fn what_is_flaky_or_proven_before_the_last_change_is_said_at_every_gate() {
    let (stage, flight) = (Stage::new(), mended());
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["gate"]), console(&flight, "g"));
    on_both("The gate of M1", &verb, &drawn);
    on_both("GO is possible, but weigh what is not shown · 1 flaky", &verb, &drawn);
    on_both("1 passed at an earlier commit: ", &verb, &drawn);
    on_both("at head003 flaky", &verb, &drawn);
    on_both("rounds    2 of at most 3: failed, passed", &verb, &drawn);
    on_both("found     2 findings: 2 mended · 0 dismissed · 0 open", &verb, &drawn);
    let (stage, flight) = (Stage::new(), flight.gone(GateId::Milestone(MilestoneId(1))));
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["gate", "final"]), console(&flight, "g"));
    on_both("The final gate", &verb, &drawn);
    on_both("GO is possible, but weigh what is not shown · 1 flaky", &verb, &drawn);
    on_both("at head003 flaky", &verb, &drawn);
    assert!(stage.told(&["assertion", "list"]).contains("flaky"));
}

#[test]
fn a_decision_at_a_gate_is_said_in_the_same_words() {
    let (stage, mut flight) = (Stage::new(), Flight::at_gate());
    let gate = GateId::Milestone(MilestoneId(1));
    flight.person(Command::DecideGate { gate, decision: words::no_go("mend the form") });
    stage.keep(&flight);
    on_both("NO-GO by you  “mend the form”", &stage.told(&["gate", "M1"]), &console(&flight, "g"));
}

#[test]
fn who_reported_a_finding_is_said_in_the_same_words() {
    let (stage, mut flight) = (Stage::new(), Flight::new().planned(1, 1));
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let mut handoff = words::handoff("Built F1");
    handoff.issues = vec![words::issue(Severity::NonBlocking, "the footer is grey")];
    handoff.left_undone = vec![words::line("no favicon")];
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: FeatureId(1), runs: vec![words::run("make test", 1)] });
    stage.keep(&flight);
    let verb = stage.told(&["findings"]);
    let findings = flight.mission.findings_by_weight();
    let reporters =
        ["by the handoff of #2", "which left it undone", "the engine, which could not confirm what #2"];
    for reporter in reporters {
        assert!(verb.contains(reporter), "{reporter}\n{verb}");
    }
    for (place, found) in findings.iter().enumerate() {
        let drawn = console(&flight, &format!("I{}", " j".repeat(place)));
        for row in flightdeck::view::finding::detail(&flight.mission, found, 150) {
            let row = left(&row);
            let said = if row.starts_with("says") { found.description.to_string() } else { row };
            on_both(&said, &verb, &drawn);
        }
    }
}

#[test]
fn what_may_fail_is_non_blocking_everywhere() {
    let contract = vec![words::assertion("VAL-A-001"), words::non_blocking("VAL-B-001")];
    let features = vec![words::feature("A", &["VAL-A-001"]), words::feature("B", &["VAL-B-001"])];
    let flight = Flight::new().proposing(contract, vec![words::milestone("M", features)]);
    let stage = Stage::new();
    stage.keep(&flight);
    let drawn = console(&flight, "");
    for verb in [&["plan"][..], &["assertion", "list"], &["assertion", "show", "VAL-B-001"]] {
        let told = stage.told(verb);
        on_both("non-blocking", &told, &drawn);
        assert!(!told.contains("optional"), "{told}");
    }
    assert!(!drawn.contains("optional"), "{drawn}");
}

#[test]
fn an_assertion_is_told_whole_in_the_same_words() {
    let (stage, flight) = (Stage::new(), mended());
    let id = words::val("VAL-M1-001");
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["assertion", "show", "val-m1-001"]), console(&flight, "g"));
    for row in assertion::claim(&flight.mission, &id, assertion::Looking::Newest, 90) {
        on_both(&left(&row), &verb, &drawn);
    }
    assert!(verb.contains("✗ fail") && verb.contains("flightdeck evidence ev_"), "{verb}");
}

#[test]
fn models_and_talk_are_read_on_both_edges() {
    let (stage, mut flight) = (Stage::new(), Flight::new());
    let planner = flight.start(AgentWork::Plan);
    let (text, options) = (words::prose("Which store?"), vec![words::line("a file")]);
    flight.attempt(planner, Command::ask(Party::Person, text, options));
    let text = words::prose("keep it small");
    flight.person(Command::Say { to: Party::Orchestrator, text, delivery: Delivery::Queue });
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["models"]), console(&flight, "M"));
    on_both("orchestrator    rehearsal/guestbook", &verb, &drawn);
    let (verb, drawn) = (stage.told(&["talk"]), console(&flight, "o"));
    for words in ["#1  waits for your answer", "Q1 Which store?", "1 a file", "  keep it small"] {
        on_both(words, &verb, &drawn);
    }
}

#[test]
fn what_agents_wrote_for_the_person_stands_at_the_gate() {
    let (stage, mut flight) = (Stage::new(), Flight::new().planned(1, 1));
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let mut handoff = words::handoff("Built F1");
    handoff.left_undone = vec![words::line("no favicon")];
    let (step, instead, why) =
        (words::line("tests first"), words::line("tests last"), words::line("no runner"));
    handoff.procedure = Procedure::Deviated { deviations: vec![Deviation { step, instead, why }] };
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: FeatureId(1), runs: vec![] });
    flight.dismiss_all();
    let mut flight = flight.gated().reviewed();
    let weigher = flight.start(flight.due()[0]);
    let summary = words::prose("One piece of software. Watch the cache.");
    let report = Command::ReportScrutiny { summary, issues: vec![], knowledge: vec![], known: vec![] };
    flight.attempt(weigher, report);
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass);
    let (summary, frictions) = (words::prose("Pleasant to use."), vec![words::line("the button is small")]);
    flight.attempt(tester, Command::ReportUserTesting { summary, frictions, issues: vec![], known: vec![] });
    stage.keep(&flight);
    let (verb, drawn) = (stage.told(&["gate"]), console(&flight, "g"));
    on_both("scrutiny  One piece of software.", &verb, &drawn);
    on_both("tester    Pleasant to use.", &verb, &drawn);
    for words in ["1 friction", "1 item left undone · 1 step done otherwise"] {
        assert!(verb.contains(words), "{verb}");
    }
    for (keys, said) in [
        ("g j", "Watch the cache."),
        ("g j j", "the button is small"),
        ("g j j j", "tests first → tests last (no runner)"),
    ] {
        on_both(said, &verb, &console(&flight, keys));
    }
    let reports = &stage.json(&["gate"])["reports"];
    assert_eq!(reports[1]["user_testing"]["frictions"][0], "the button is small");
    assert_eq!(reports[2]["feature"], "F1");
}

/// A report that is long is cut on the page, which says what prints all of it.
#[test]
fn a_long_report_is_cut_and_the_page_says_where_it_is_read_whole() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed();
    let weigher = flight.start(flight.due()[0]);
    let summary = words::prose(&"It goes on and on. ".repeat(200));
    let report = Command::ReportScrutiny { summary, issues: vec![], knowledge: vec![], known: vec![] };
    flight.attempt(weigher, report);
    let page = plain(&flightdeck::view::gate_page::rows(
        &flight.mission,
        GateId::Milestone(MilestoneId(1)),
        &|_| String::new(),
        80,
    ));
    assert!(page.contains("… all of it: flightdeck transcript guestbook-7k2p \"#4\""), "{page}");
    assert!(page.lines().count() < 40, "{page}");
}

/// Nobody who builds is told of it; the person reads it wherever they decide on it.
#[test]
fn what_is_sealed_is_read_by_the_person_at_each_gate_in_the_contract_and_by_the_verbs() {
    let mut founding = words::founding();
    founding.limits.critic_rounds = 1;
    let mut flight = Flight::founded(founding).proposed(1, 1);
    let critic = flight.start(flight.due()[0]);
    let assertions = vec![words::sealed_draft("VAL-SEAL-001", None)];
    flight.attempt(critic, Command::Seal { assertions });
    flight.attempt(critic, Command::Criticize { summary: words::prose("Sound"), objections: vec![] });
    let planned = flight.clone();
    let flown = flight.gone(GateId::Plan).built(1).validated();
    for (flight, gate, select) in [(planned, "plan", "g end"), (flown, "M1", "g j")] {
        let stage = Stage::new();
        stage.keep(&flight);
        let (verb, drawn) = (stage.told(&["gate", gate]), console(&flight, select));
        on_both("hiddentitle", &verb, &drawn);
        let shown = stage.told(&["assertion", "show", "VAL-SEAL-001"]);
        for words in words::HIDDEN {
            on_both(words, &shown, &drawn);
            on_both(words, &shown, &console(&flight, "3 end enter"));
        }
    }
}

#[test]
fn what_is_asked_to_be_proven_again_is_listed_with_how_it_is_taken_back() {
    let (stage, mut flight) = (Stage::new(), mended());
    let id = words::val("VAL-M1-001");
    flight.person(Command::ProveAgain { assertions: vec![id.clone()] });
    stage.keep(&flight);
    let told = stage.told(&["prove"]);
    assert!(told.contains("VAL-M1-001 is to be proven again") && told.contains("--take-back"), "{told}");
    assert_eq!(stage.json(&["prove"])["to_take_back"][0], "VAL-M1-001");
    let (_, shape) = stage.ended(&["prove", "--take-back"], 2);
    assert!(shape.contains("either with --take-back"), "{shape}");
    let waits = "VAL-M1-001 is to be proven again, as you asked: wait for that, or take it back";
    assert!(stage.told(&["gate", "M1"]).contains(waits), "{}", stage.told(&["gate", "M1"]));
    let asked = console(&flight, "g y");
    assert!(asked.contains("No GO yet: VAL-M1-001 is being proven again"), "what runs is told: {asked}");
    assert!(asked.contains("take back") && asked.contains("wait"), "and nothing is decided: {asked}");

    let (stage, flight) = (Stage::new(), Flight::at_gate());
    stage.keep(&flight);
    let (_, nothing) = stage.ended(&["prove", "--all"], 2);
    assert!(nothing.contains("there is nothing to prove again"), "{nothing}");
}

/// A sign stands for the command that ran, whatever the environment says since.
#[test]
fn a_command_that_was_edited_since_is_not_taken_for_the_one_that_ran() {
    let (stage, mut flight) = (Stage::new(), Flight::at_gate());
    let before = flight.mission.environment.clone().unwrap();
    let mut edited = before.clone();
    edited.test[0].run = words::line("make check");
    flight.person(Command::EditEnvironment { base: Box::new(before), environment: Box::new(edited) });
    stage.keep(&flight);
    let told =
        "the environment was edited since: `make test` ran here; `make check` has not run at this commit";
    on_both(told, &stage.told(&["gate", "M1"]), &console(&flight, "g"));
    on_both("✓ make test (edited since)", &stage.told(&["gate", "M1"]), &console(&flight, "g"));
}

/// Whoever waits is told how far the engine is, and how long it took before.
#[test]
fn what_the_engine_does_alone_is_told_with_its_pace() {
    let mut contract = vec![words::assertion("VAL-A-001"), words::assertion("VAL-A-002")];
    for (draft, command) in contract.iter_mut().zip(["make a", "make b"]) {
        draft.wording.check.command = Some(words::line(command));
        draft.wording.check.guard = true;
    }
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, Command::ProposeContract { assertions: contract });
    flight.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
    let runs = vec![words::run("make a", 0), words::run("make b", 0)];
    flight.engine(Command::RecordBaseline { baseline: Box::new(words::baseline(runs)) });
    let milestones = vec![words::milestone("All", vec![words::feature("It", &["VAL-A-001", "VAL-A-002"])])];
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer: None });
    let mut flight = flight.gone(GateId::Plan).built(1);
    let activity = |work, doing: &str| Activity {
        work: Work::Engine(work),
        attempt: None,
        started: flight.now(),
        last_output: flight.now(),
        since: flight.now(),
        doing: doing.to_owned(),
    };
    let (milestone, round) = (MilestoneId(1), 1);
    let gates = activity(EngineWork::RunGateCommands { milestone, round }, "running make a");
    let undoes =
        activity(EngineWork::Sabotage { milestone, round }, "in a copy: can the check of VAL-A-002 fail?");
    let ran = flight.mission.baseline.as_ref().unwrap().runs[0].wall_ms;
    let usual = format!("3 of 4, usually {}", span(ran));
    assert_eq!(pace::words(&flight.mission, &gates).unwrap(), usual, "after two commands of the environment");
    flight = flight.validated();
    assert_eq!(pace::words(&flight.mission, &undoes).unwrap(), "1 of 2", "nothing is known of it yet");
    let first = Box::new(words::sabotage("VAL-A-001", SabotageOutcome::Red));
    flight.engine(Command::RecordSabotage { sabotage: first });
    assert_eq!(pace::words(&flight.mission, &undoes).unwrap(), "2 of 2, usually 1.5s each");
}
