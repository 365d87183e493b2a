//! What a handoff says, held against what is there: its tests, what was tried by hand, and what a reviewer finds false.

use flightdeck::domain::added_tests::{AddedTests, Lack, MissingTest};
use flightdeck::domain::attempt::{AgentWork, Work};
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::Command;
use flightdeck::domain::environment::CommandRun;
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::{
    FindingState, Observation, Ruling, Severity, Sight, Source, TriageDecision,
};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::handoff::{ClaimedRun, Handoff, ManualCheck};
use flightdeck::domain::id::{FeatureId, FindingId, MilestoneId};
use flightdeck::domain::plan::{Claims, FeatureState};
use flightdeck::domain::round::{FalseClaim, Opinion, ReviewIssue};
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::row::plain;

use crate::support::mission::Flight;
use crate::support::words;

const M1: MilestoneId = MilestoneId(1);
const F1: FeatureId = FeatureId(1);

fn handed_in(handoff: Handoff) -> Flight {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    flight.hand_in(worker, handoff);
    flight
}

fn check(action: &str, observed: &str) -> ManualCheck {
    ManualCheck { action: words::line(action), observed: words::line(observed) }
}

fn claims(flight: &Flight, feature: FeatureId) -> Claims {
    match flight.mission.feature(feature).unwrap().state {
        FeatureState::Built { claims, .. } => claims,
        FeatureState::Pending | FeatureState::Cancelled { .. } => panic!("{feature} is not built"),
    }
}

fn open(flight: &Flight) -> Vec<(Severity, String)> {
    let open = flight.mission.open_findings();
    open.map(|finding| (finding.severity, finding.description.to_string())).collect()
}

fn page(flight: &Flight, feature: FeatureId) -> String {
    let known = flight.mission.feature(feature).unwrap();
    plain(&flightdeck::view::feature::page(&flight.mission, known, flight.now(), 200))
}

fn review_brief(flight: &Flight) -> String {
    brief(&flight.mission, AgentWork::Review { milestone: M1, round: 1, feature: F1 }).text
}

fn green() -> Vec<CommandRun> {
    vec![words::run("make test", 0)]
}

#[test]
fn tests_that_pass_without_the_feature_are_one_finding_told_to_all_who_judge() {
    let mut flight = handed_in(words::handoff("Done"));
    let added = AddedTests {
        tried: 3,
        hollow: 1,
        names: vec![words::title("t::test_usage")],
        wall_ms: 1_000,
        ..AddedTests::default()
    };
    flight.engine(Command::RecordAddedTests { feature: F1, added: Box::new(added) });
    flight.engine(Command::RecordClaims { feature: F1, runs: green() });
    let words = "1 of 3 tests that came with F1 passes without what it built: `t::test_usage`";
    assert_eq!(open(&flight), [(Severity::Suggestion, words.to_owned())]);
    assert_eq!(claims(&flight, F1), Claims::Confirmed, "a test that proves nothing is no lie");
    assert_eq!(flight.mission.sabotage_ms, 1_000, "it is counted with what is undone");
    assert!(page(&flight, F1).contains(words));
    let flight = flight.gated();
    assert!(review_brief(&flight).contains(&format!("the engine saw: {words}")));
    let mut flight = flight.reviewed().scrutinized().tested(Outcome::Pass);
    flight.dismiss_all();
    let gate = plain(&flightdeck::view::gate_page::rows(
        &flight.mission,
        GateId::Milestone(M1),
        &|_| String::new(),
        200,
    ));
    assert!(gate.contains(words), "{gate}");
}

#[test]
fn tests_that_are_not_there_refute_the_handoff_and_what_nothing_shows_does_not() {
    let missing = |case: Option<&str>, lack| MissingTest {
        file: words::title("tests/test_a.py"),
        case: case.map(words::title),
        lack,
    };
    for (lack, severity, claimed) in [
        (Lack::File, Severity::Blocking, Claims::Refuted),
        (Lack::Test, Severity::Blocking, Claims::Refuted),
        (Lack::Run, Severity::NonBlocking, Claims::Confirmed),
        (Lack::Words, Severity::NonBlocking, Claims::Confirmed),
    ] {
        let mut flight = handed_in(words::handoff("Done"));
        let added = AddedTests { missing: vec![missing(Some("test_find"), lack)], ..AddedTests::default() };
        flight.engine(Command::RecordAddedTests { feature: F1, added: Box::new(added) });
        flight.engine(Command::RecordClaims { feature: F1, runs: green() });
        let [(found, words)] = &open(&flight)[..] else { panic!("{:?}", open(&flight)) };
        assert_eq!((*found, claims(&flight, F1)), (severity, claimed));
        assert!(words.contains("`test_find` in tests/test_a.py") && words.contains("`make test`"), "{words}");
        let record = Command::RecordAddedTests { feature: F1, added: Box::default() };
        assert_eq!(flight.refusal(Actor::Engine, record), "F1 has no unchecked handoff");
    }
}

#[test]
fn what_was_tried_by_hand_is_the_workers_word_unless_it_is_seen_again() {
    let mut handoff = words::handoff("Done");
    handoff.checks = vec![
        check("opened the page and clicked Save", "the note is there"),
        check("`./notes find x`", "printed 2 lines"),
        check("`./notes list`", "printed 1 line, exit 0"),
    ];
    let mut flight = handed_in(handoff);
    let ran = |command: &str, exit_code, tail: &str| CommandRun {
        tail: flightdeck::domain::text::Line::clipped(tail),
        ..words::run(command, exit_code)
    };
    let mut runs = green();
    runs.extend([ran("./notes find x", 2, "usage: notes"), ran("./notes list", 0, "one")]);
    flight.engine(Command::RecordClaims { feature: F1, runs });
    let [(severity, words)] = &open(&flight)[..] else { panic!("{:?}", open(&flight)) };
    assert_eq!(*severity, Severity::NonBlocking);
    assert_eq!(
        words,
        "of what was tried by hand, the handoff of F1 says of `./notes find x`: \u{201c}printed 2 lines\u{201d}, and it prints 1 line here, exit 2: usage: notes"
    );
    assert_eq!(claims(&flight, F1), Claims::Confirmed);
    let page = page(&flight, F1);
    for words in [
        "clicked Save → the note is there · said by the worker, not shown",
        "run again it does otherwise: exit 2",
        "printed 1 line, exit 0 · run again: exit 0",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let flight = flight.gated();
    let told = review_brief(&flight);
    assert!(told.contains("the note is there (said by the worker, not shown)"), "{told}");
    let mut flight = flight.reviewed().scrutinized().tested(Outcome::Pass);
    flight.dismiss_all();
    let gate = plain(&flightdeck::view::gate_page::rows(
        &flight.mission,
        GateId::Milestone(M1),
        &|_| String::new(),
        200,
    ));
    assert!(
        gate.contains("by hand   1 check that workers say they made themselves, and nobody else saw"),
        "{gate}"
    );
}

#[test]
fn what_a_claim_quotes_and_the_run_does_not_print_is_told_and_the_claims_are_not_said_to_hold() {
    let claim = |command: &str, observation: &str| ClaimedRun {
        command: words::line(command),
        exit_code: 0,
        observation: words::line(observation),
    };
    let mut handoff = words::handoff("Done");
    handoff.commands = vec![
        claim("./notes list", "`2 notes found`"),
        claim("./notes count", "it printed `2` and `two notes`"),
        claim("./notes count", "exits fine and prints `three notes`"),
    ];
    let ran = |command: &str, tail: &str| CommandRun {
        tail: flightdeck::domain::text::Line::clipped(tail),
        ..words::run(command, 0)
    };
    let checked = |shown: [&str; 2]| {
        let mut flight = handed_in(handoff.clone());
        let runs = vec![ran("./notes list", shown[0]), ran("./notes count", shown[1])];
        flight.engine(Command::RecordClaims { feature: F1, runs });
        let line = flight.log.iter().find_map(|stamped| {
            let is_checked = matches!(stamped.event, flightdeck::domain::event::Event::ClaimsChecked { .. });
            let line = || flightdeck::view::event_lines::event_line(stamped, &flight.mission);
            is_checked.then(line).flatten()
        });
        (open(&flight), line.unwrap().text)
    };
    let (findings, told) = checked(["2 notes found", "2: two notes, not three notes"]);
    assert_eq!(findings, []);
    assert_eq!(told, "3 exit codes, 3 outputs as claimed: ./notes list · ./notes count");
    let (findings, told) = checked(["0 notes found", "2: two notes"]);
    let said: Vec<&str> = findings.iter().map(|(_, words)| words.as_str()).collect();
    assert_eq!(
        said,
        [
            "the handoff of F1 says of `./notes list`: \u{201c}`2 notes found`\u{201d}, and it does not print `2 notes found` here, exit 0: 0 notes found",
            "the handoff of F1 says of `./notes count`: \u{201c}exits fine and prints `three notes`\u{201d}, and it does not print `three notes` here, exit 0: 2: two notes",
        ]
    );
    assert!(findings.iter().all(|(severity, _)| *severity == Severity::NonBlocking));
    assert_eq!(told, "2 claims seen otherwise here: ./notes list · ./notes count");

    let mut twice = words::handoff("Done");
    twice.commands = vec![claim("make test", "green"), claim("make test", "23 passed")];
    let mut flight = handed_in(twice);
    let tests = flightdeck::domain::tests::TestCounts { passed: 3, failed: 0, skipped: 0 };
    let runs = vec![CommandRun { tests: Some(tests), ..words::run("make test", 0) }];
    flight.engine(Command::RecordClaims { feature: F1, runs });
    assert_eq!(
        claims(&flight, F1),
        Claims::Refuted,
        "the second claim of a command counts as the first does"
    );
}

#[test]
fn a_count_that_no_output_names_is_told_at_the_gate() {
    let mut handoff = words::handoff("Done");
    handoff.commands[0].observation = words::line("23 passed");
    let mut flight = handed_in(handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: green() });
    assert_eq!(open(&flight), []);
    let rows = plain(&flightdeck::view::unshown::rows(&flight.mission, GateId::Final));
    assert!(rows.contains("F1: “23 passed” of `make test`, whose output says no number"), "{rows}");
    let sentence = flightdeck::view::unshown::sentence(&flight.mission, GateId::Final);
    assert!(sentence.contains("1 handoff with numbers of tests that nothing shows"), "{sentence}");
    assert!(review_brief(&flight).contains("not shown: `make test` names no number of tests"));
    assert!(page(&flight, F1).contains("“23 passed”, and its output names no number of tests"));
}

fn false_claim(severity: Severity) -> FalseClaim {
    FalseClaim {
        said: words::line("entries survive a restart"),
        seen: words::line("they are kept in memory alone"),
        severity,
    }
}

fn reviewed(flight: &mut Flight, claims: Vec<FalseClaim>, opinion: Opinion) {
    let reviewer = flight.start(flight.due()[0]);
    let report =
        Command::ReportReview { summary: words::prose("Read it"), opinion, issues: vec![], known: vec![] };
    flight.attempt(reviewer, Command::RefuteClaims { claims });
    flight.attempt(reviewer, report);
}

#[test]
fn a_reviewer_weighs_a_false_claim_and_a_fix_sets_it_right_without_a_commit() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated();
    let mut pass = flight.clone();
    let reviewer = pass.start(pass.due()[0]);
    pass.attempt(reviewer, Command::RefuteClaims { claims: vec![false_claim(Severity::Blocking)] });
    let (summary, opinion) = (words::prose("Read it"), Opinion::Pass);
    let report = Command::ReportReview { summary, opinion, issues: vec![], known: vec![] };
    assert!(pass.refusal(Actor::Attempt(reviewer), report).contains("names no blocking issue or claim"));

    reviewed(&mut flight, vec![false_claim(Severity::Blocking)], Opinion::Fail);
    let finding = &flight.mission.findings[&FindingId(1)];
    assert!(matches!(finding.source, Source::FalseClaim { .. }));
    assert_eq!(
        finding.description.as_str(),
        "the handoff of F1 says: \u{201c}entries survive a restart\u{201d}, and that is not so: they are kept in memory alone"
    );
    let spec = finding.fix();
    assert!(spec.title.as_str().starts_with("Set right FND-1: the handoff of F1 says"));
    assert!(spec.criteria[0].as_str().contains("the handoff corrects it or no longer says it"));
    let mut flight = flight.scrutinized().tested(Outcome::Pass);
    let orchestrator = flight.start(AgentWork::Triage);
    let ruling = Ruling::Feature { spec, fulfills: vec![] };
    let decisions = vec![TriageDecision { finding: FindingId(1), ruling }];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let fix = FeatureId(2);
    let told = brief(&flight.mission, AgentWork::Build { feature: fix }).text;
    assert!(
        told.contains("nothing need be committed") && told.contains("What you do not claim is withdrawn")
    );
    let worker = flight.start(AgentWork::Build { feature: fix });
    let mut handoff = words::handoff("Entries are lost at a restart: F1 said otherwise");
    handoff.implemented.clear();
    let head = flight.mission.head().unwrap().clone();
    flight.attempt(worker, Command::HandIn { handoff: Box::new(handoff), head });
    flight.engine(Command::RecordClaims { feature: fix, runs: green() });
    assert_eq!(open(&flight), [], "there was nothing to commit");
    let row = flightdeck::view::finding::row(&flight.mission, &flight.mission.findings[&FindingId(1)]);
    assert!(row.plain().ends_with("set right by F2"), "{}", row.plain());
    let fate = flightdeck::view::finding::fate(&flight.mission, &flight.mission.findings[&FindingId(1)]);
    assert!(fate.ends_with("whose handoff corrects it or no longer says it"), "{fate}");
    assert_eq!(*known_state(&flight), FindingState::TakenUp { feature: fix });
}

fn known_state(flight: &Flight) -> &FindingState {
    &flight.mission.findings[&FindingId(1)].state
}

fn placed(line: u32, severity: Severity, text: &str) -> ReviewIssue {
    ReviewIssue { file: words::title("src/notes.py"), line: Some(line), issue: words::issue(severity, text) }
}

/// A round in which F1 and F2 are reviewed, with such an issue each.
fn both(first: ReviewIssue, second: ReviewIssue) -> Flight {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated();
    for issue in [first, second] {
        let work = flight.due()[0];
        assert!(matches!(work, Work::Agent(AgentWork::Review { .. })));
        let reviewer = flight.start(work);
        let (summary, opinion) = (words::prose("Read it"), Opinion::Pass);
        let report = Command::ReportReview { summary, opinion, issues: vec![issue], known: vec![] };
        flight.attempt(reviewer, report);
    }
    flight
}

#[test]
fn one_fault_that_two_reviewers_report_is_one_finding_with_both_named() {
    let minor = Severity::NonBlocking;
    let flight = both(
        placed(12, minor, "an empty store makes find fail with a KeyError instead of an answer"),
        placed(14, minor, "find fails with a KeyError where the store is empty, instead of an answer"),
    );
    assert_eq!(flight.mission.findings.len(), 1);
    let finding = &flight.mission.findings[&FindingId(1)];
    let seen = finding.seen.as_ref().unwrap();
    assert_ne!(Some(seen.attempt), finding.source.attempt());
    assert_eq!((seen.sight, &finding.state), (Sight::StillHolds, &FindingState::Open));
    let told = plain(&flightdeck::view::finding::detail(&flight.mission, finding, 200));
    for reporter in [finding.source.attempt().unwrap(), seen.attempt] {
        assert!(told.contains(&reporter.to_string()), "{told}");
    }
    // Another place, another weight, other words or another number is another fault.
    let text = "an empty store makes find fail with a KeyError";
    for other in [
        placed(90, minor, text),
        placed(12, Severity::Suggestion, text),
        placed(12, minor, "a store without rights makes find wait for ever"),
        placed(12, minor, "an empty store makes find fail with error 7"),
        ReviewIssue { file: words::title("src/other.py"), ..placed(12, minor, text) },
    ] {
        assert_eq!(both(placed(12, minor, text), other.clone()).mission.findings.len(), 2, "{other:?}");
    }
}

#[test]
fn what_the_reviewer_of_a_fix_reports_again_is_open_again() {
    let minor = Severity::NonBlocking;
    let mut flight = Flight::new().planned(1, 1).built(1).gated();
    let report = |issues, known: Vec<Observation>| Command::ReportReview {
        summary: words::prose("Read it"),
        opinion: Opinion::Pass,
        issues,
        known,
    };
    let reviewer = flight.start(flight.due()[0]);
    flight.attempt(reviewer, report(vec![placed(3, minor, "an empty title is accepted by add")], vec![]));
    let mut flight = flight.scrutinized().tested(Outcome::Pass);
    flight.triage_all();
    let mut flight = flight.built(2).gated();
    let reviewer = flight.start(flight.due()[0]);
    let again = placed(9, minor, "an empty title is still accepted by add");
    flight.attempt(reviewer, report(vec![again], vec![]));
    assert_eq!((flight.mission.findings.len(), known_state(&flight)), (1, &FindingState::Open));
}
