//! What validators report, and how a round ends.

use flightdeck::domain::attempt::{AgentWork, Work};
use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::Severity;
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AttemptId, FeatureId, MilestoneId, Revision};
use flightdeck::domain::round::{Opinion, ReviewIssue, RoundOutcome};
use flightdeck::domain::verdict::{Outcome, Standing};

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const M1: MilestoneId = MilestoneId(1);

fn review(opinion: Opinion, severities: &[Severity]) -> Command {
    let found = |severity: &Severity| ReviewIssue {
        file: words::title("src/page.rs"),
        line: Some(7),
        issue: words::issue(*severity, "an index out of bounds"),
    };
    Command::ReportReview {
        summary: words::prose("Read it"),
        opinion,
        issues: severities.iter().map(found).collect(),
        known: vec![],
    }
}

fn verdict(tester: AttemptId, id: &str, outcome: Outcome, evidence: &[&str]) -> Command {
    Command::GiveVerdict {
        assertion: val(id),
        outcome,
        observed: words::line("looked"),
        evidence: evidence.iter().map(|reference| words::exchange(reference, tester)).collect(),
    }
}

fn report() -> Command {
    Command::ReportUserTesting {
        summary: words::prose("Tried it"),
        frictions: vec![],
        issues: vec![],
        known: vec![],
    }
}

fn waive(id: &str) -> Command {
    Command::Waive { assertion: val(id), reason: words::line("never mind") }
}

fn edit(id: &str) -> Command {
    let statement = Some(words::prose("A visitor sees it in red"));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    Command::EditAssertion { assertion: val(id), base: Revision(1), edit }
}

/// A tester at work on so many assertions.
fn testing(assertions: u32) -> (Flight, AttemptId) {
    let mut flight = Flight::new().planned(1, assertions);
    for feature in 1..=assertions {
        flight = flight.built(feature);
    }
    let mut flight = flight.gated().reviewed().scrutinized();
    let tester = flight.start(AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE });
    (flight, tester)
}

fn outcome(flight: &Flight) -> Option<RoundOutcome> {
    flight.mission.rounds.last().unwrap().outcome
}

fn open(flight: &Flight) -> Vec<String> {
    flight
        .mission
        .open_findings()
        .map(|f| format!("{} {} {}", f.id, f.severity.word(), f.description))
        .collect()
}

#[test]
fn a_failed_gate_command_ends_the_round_before_anybody_reads_or_tries() {
    let mut flight = Flight::new().planned(1, 1).built(1);
    let commit = flight.mission.head().unwrap().clone();
    let runs = vec![words::run("make", 0), words::run("make test", 101)];
    flight.engine(Command::RecordGateCommands { milestone: M1, round: 1, commit, runs });
    assert_eq!(outcome(&flight), Some(RoundOutcome::Failed));
    assert_eq!(open(&flight), ["FND-1 blocking `make test` exits 101: the end of the output"]);
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Triage)]);
}

#[test]
fn a_review_says_why_it_fails_and_its_issues_become_findings() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated();
    let work = AgentWork::Review { milestone: M1, round: 1, feature: FeatureId(1) };
    let reviewer = flight.start(work);
    let table = [
        (
            review(Opinion::Fail, &[Severity::Suggestion]),
            "a review that fails names at least one blocking issue or claim, or a blocking finding that still holds",
        ),
        (
            review(Opinion::Pass, &[Severity::Blocking]),
            "a review that passes names no blocking issue or claim, and no blocking finding that still holds: say fail, or weigh it less",
        ),
    ];
    for (command, sentence) in table {
        assert_eq!(flight.refusal(Actor::Attempt(reviewer), command), sentence);
    }
    flight.attempt(reviewer, review(Opinion::Fail, &[Severity::Blocking]));
    assert_eq!(open(&flight), ["FND-1 blocking src/page.rs:7: an index out of bounds"]);
    assert_eq!(outcome(&flight), None, "the other reviews and the synthesis still come");
    let flight = flight.scrutinized();
    assert_eq!(outcome(&flight), None, "what the tester sees does not depend on what a reviewer says");
    assert_eq!(
        flight.due(),
        [Work::Agent(AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE })]
    );
    let flight = flight.tested(Outcome::Fail);
    assert_eq!(outcome(&flight), Some(RoundOutcome::Failed));
    let found = [
        "FND-1 blocking src/page.rs:7: an index out of bounds",
        "FND-2 blocking VAL-M1-001 fails: seen with my own eyes",
    ];
    assert_eq!(open(&flight), found, "one round finds what both of them see");
}

#[test]
fn a_feature_whose_review_passed_is_not_read_again() {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated();
    let (first, second) = (flight.due()[0], flight.due()[1]);
    let reviewer = flight.start(first);
    flight.attempt(reviewer, review(Opinion::Fail, &[Severity::Blocking]));
    let reviewer = flight.start(second);
    flight.attempt(reviewer, review(Opinion::Pass, &[]));
    let mut flight = flight.scrutinized().tested(Outcome::Pass);
    flight.triage_all();
    let flight = flight.built(3).gated();
    assert_eq!(flight.mission.rounds[1].to_review, [FeatureId(1), FeatureId(3)]);
    assert_eq!(flight.mission.rounds[1].to_test, [val("VAL-M1-001")], "it was mended since it passed");
}

#[test]
fn what_a_verdict_must_respect() {
    let (mut flight, tester) = testing(1);
    let actor = Actor::Attempt(tester);
    let table = [
        (
            verdict(tester, "VAL-X-001", Outcome::Pass, &["ev_1"]),
            "VAL-X-001 is not among the assertions of this round",
        ),
        (
            verdict(tester, "VAL-M1-001", Outcome::Pass, &[]),
            "a verdict on VAL-M1-001 needs evidence: name the refs (ev_…) that your instruments returned",
        ),
        (report(), "no verdict yet on VAL-M1-001: give each one, blocked if need be"),
    ];
    for (command, sentence) in table {
        assert_eq!(flight.refusal(actor, command), sentence);
    }
    // What cannot be tried leaves no evidence.
    flight.attempt(tester, verdict(tester, "VAL-M1-001", Outcome::Blocked, &[]));
}

/// Being told of an assertion's new words does not make it one of the round's.
#[test]
fn a_tester_who_is_told_of_another_assertion_does_not_judge_it() {
    let mut flight = Flight::new().planned(2, 1).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE });
    let draft = Box::new(words::assertion("VAL-NEW-001"));
    // Its feature belongs to a later milestone: this round is not about it.
    flight.person(Command::AddAssertion { draft, feature: FeatureId(2) });
    let assertion = val("VAL-NEW-001");
    flight.engine(Command::TellRevision { attempt: tester, assertion, revision: Revision(1) });
    assert_eq!(
        flight.refusal(Actor::Attempt(tester), verdict(tester, "VAL-NEW-001", Outcome::Pass, &["ev_1"])),
        "VAL-NEW-001 is not among the assertions of this round"
    );
}

#[test]
fn a_verdict_carries_the_revision_its_tester_was_told_of() {
    let (mut flight, tester) = testing(1);
    let id = val("VAL-M1-001");
    flight.person(edit("VAL-M1-001"));
    flight.attempt(tester, verdict(tester, "VAL-M1-001", Outcome::Pass, &["ev_1"]));
    assert_eq!(flight.mission.standing(&id), Standing::Stale, "it was given under the old words");
    let told = Command::TellRevision { attempt: tester, assertion: id.clone(), revision: Revision(2) };
    flight.engine(told);
    flight.attempt(tester, verdict(tester, "VAL-M1-001", Outcome::Pass, &["ev_2"]));
    assert_eq!(flight.mission.standing(&id), Standing::Passed);
    assert_eq!(flight.mission.verdicts[&id].len(), 2, "the old one is kept");
    assert_eq!(flight.mission.verdicts[&id][1].commit, flight.mission.rounds[0].commit);
}

#[test]
fn a_round_ends_with_the_report_and_not_with_the_last_verdict() {
    let (mut flight, tester) = testing(1);
    flight.attempt(tester, verdict(tester, "VAL-M1-001", Outcome::Pass, &["ev_1"]));
    assert_eq!(outcome(&flight), None, "the tester may still name issues");
    let issues = vec![words::issue(Severity::Blocking, "it logs everybody out")];
    let report = Command::ReportUserTesting {
        summary: words::prose("Tried it"),
        frictions: vec![],
        issues,
        known: vec![],
    };
    flight.attempt(tester, report);
    assert_eq!(outcome(&flight), Some(RoundOutcome::Failed));
}

#[test]
fn how_a_round_ends_follows_from_its_blocking_assertions() {
    let table = [
        (Outcome::Pass, RoundOutcome::Passed),
        (Outcome::Fail, RoundOutcome::Failed),
        (Outcome::Blocked, RoundOutcome::Blocked),
    ];
    for (given, expected) in table {
        let flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(given);
        assert_eq!(outcome(&flight), Some(expected));
    }
}

/// A milestone of non-blocking assertions is tried all the same, once.
#[test]
fn non_blocking_assertions_are_tried_and_their_failure_does_not_block() {
    let plan = vec![words::milestone("One", vec![words::feature("F", &["VAL-A-001"])])];
    let flight = Flight::new().proposing(vec![words::non_blocking("VAL-A-001")], plan).gone(GateId::Plan);
    let flight = flight.built(1).gated().reviewed().scrutinized();
    assert_eq!(outcome(&flight), None);
    let mut flight = flight.tested(Outcome::Fail);
    assert_eq!(outcome(&flight), Some(RoundOutcome::Passed));
    assert_eq!(open(&flight), ["FND-1 non_blocking VAL-A-001 fails: seen with my own eyes"]);
    flight.dismiss_all();
    assert!(flight.mission.waits_at(GateId::Milestone(M1)));
    flight.gone(GateId::Milestone(M1));
}

#[test]
fn waiving_all_that_is_tested_ends_the_round_and_the_tester() {
    let (mut flight, tester) = testing(1);
    flight.person(waive("VAL-M1-001"));
    assert_eq!(outcome(&flight), Some(RoundOutcome::Passed));
    assert!(!flight.mission.attempts[&tester].is_live());
    assert!(flight.mission.waits_at(GateId::Milestone(M1)));
}

#[test]
fn a_waived_assertion_needs_no_verdict_and_its_failure_is_no_finding() {
    let (mut flight, tester) = testing(2);
    flight.attempt(tester, verdict(tester, "VAL-M1-001", Outcome::Fail, &["ev_1"]));
    flight.person(waive("VAL-M1-001"));
    flight.attempt(tester, verdict(tester, "VAL-M1-002", Outcome::Pass, &["ev_2"]));
    flight.attempt(tester, report());
    assert_eq!((outcome(&flight), open(&flight)), (Some(RoundOutcome::Passed), vec![]));
}

/// Rounds are numbered by milestone: round 1 of M2 is not round 1 of M1.
#[test]
fn a_verdict_of_another_milestones_round_does_not_count() {
    let flight = Flight::new().planned(2, 1).built(1).validated().gone(GateId::Milestone(M1));
    let mut flight = flight.built(2);
    flight.person(edit("VAL-M1-001"));
    let mut flight = flight.gated().reviewed().scrutinized();
    let tester =
        flight.start(AgentWork::TestAsUser { milestone: MilestoneId(2), round: 1, flow: Flow::WHOLE });
    flight.attempt(tester, verdict(tester, "VAL-M2-001", Outcome::Pass, &["ev_1"]));
    assert_eq!(
        flight.refusal(Actor::Attempt(tester), report()),
        "no verdict yet on VAL-M1-001: give each one, blocked if need be"
    );
}

#[test]
fn scrutiny_confirms_what_later_agents_learn() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed();
    let scrutiny = flight.start(AgentWork::Scrutinize { milestone: M1, round: 1 });
    let command = Command::ReportScrutiny {
        summary: words::prose("Weighed it"),
        issues: vec![words::issue(Severity::NonBlocking, "two names for one thing")],
        knowledge: vec![words::line("port 8080 is taken")],
        known: vec![],
    };
    flight.attempt(scrutiny, command);
    assert_eq!(flight.mission.knowledge[0].note.as_str(), "port 8080 is taken");
    assert_eq!(open(&flight), ["FND-1 non_blocking two names for one thing"]);
}
