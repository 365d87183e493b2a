//! Handing in, and settling what was found.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::{FindingState, Ruling, Severity, TriageDecision};
use flightdeck::domain::id::{AttemptId, FeatureId, FindingId, MilestoneId};
use flightdeck::domain::plan::{Claims, FeatureState, Origin};
use flightdeck::domain::verdict::Outcome;

use crate::support::mission::Flight;
use crate::support::words;

const F1: FeatureId = FeatureId(1);

fn building() -> (Flight, AttemptId) {
    let mut flight = Flight::new().planned(1, 2);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    (flight, worker)
}

/// The first feature handed in with two issues.
fn reported() -> (Flight, AttemptId) {
    let (mut flight, worker) = building();
    let mut handoff = words::handoff("Built most of it");
    handoff.left_undone.push(words::line("the footer"));
    handoff.issues.push(words::issue(Severity::Blocking, "the database is full"));
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![words::run("make test", 0)] });
    let orchestrator = flight.start(AgentWork::Triage);
    (flight, orchestrator)
}

fn decision(finding: u32, ruling: Ruling) -> TriageDecision {
    TriageDecision { finding: FindingId(finding), ruling }
}

fn fix() -> Ruling {
    Ruling::Feature { spec: words::spec("A fix"), fulfills: vec![] }
}

fn fulfilling(id: &str) -> Ruling {
    Ruling::Feature { spec: words::spec("A fix"), fulfills: vec![words::val(id)] }
}

fn dismissal() -> Ruling {
    Ruling::Dismiss { reason: words::line("no") }
}

fn open(flight: &Flight) -> Vec<String> {
    flight
        .mission
        .open_findings()
        .map(|f| format!("{} {} {}", f.id, f.severity.word(), f.description))
        .collect()
}

#[test]
fn what_a_handoff_leaves_becomes_findings() {
    let (flight, _) = reported();
    assert_eq!(open(&flight), ["FND-1 non_blocking the footer", "FND-2 blocking the database is full"]);
}

#[test]
fn a_handoff_without_a_commit_is_refused_or_becomes_a_blocking_finding() {
    let (mut flight, worker) = building();
    let head = flight.mission.attempts[&worker].base.clone();
    let mut handoff = words::handoff("It was there already");
    let command = |handoff: &_, head: &flightdeck::domain::id::Commit| Command::HandIn {
        handoff: Box::new(Clone::clone(handoff)),
        head: head.clone(),
    };
    assert_eq!(
        flight.refusal(Actor::Attempt(worker), command(&handoff, &head)),
        "nothing was committed since you started: commit your work, or leave `implemented` empty and say why"
    );
    handoff.implemented.clear();
    flight.attempt(worker, command(&handoff, &head));
    assert_eq!(open(&flight), ["FND-1 blocking F1 was handed in without a commit: It was there already"]);
}

#[test]
fn a_claim_the_engine_does_not_see_is_a_blocking_finding() {
    let claims = |flight: &Flight| match flight.mission.feature(F1).unwrap().state {
        FeatureState::Built { claims, .. } => claims,
        _ => panic!("F1 is not built"),
    };
    let (mut flight, worker) = building();
    flight.hand_in(worker, words::handoff("Done"));
    let mut honest = flight.clone();
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![words::run("make test", 2)] });
    assert_eq!(claims(&flight), Claims::Refuted);
    assert_eq!(
        open(&flight),
        [
            "FND-1 blocking the handoff of F1 claims exit 0 for `make test` (“all green”), and it exits 2 here: the end of the output"
        ]
    );
    let record = Command::RecordClaims { feature: F1, runs: vec![words::run("make lint", 1)] };
    honest.engine(record.clone());
    assert_eq!(open(&honest), ["FND-1 blocking after F1, `make lint` exits 1: the end of the output"]);
    assert_eq!(honest.refusal(Actor::Engine, record), "F1 has no unchecked handoff");
}

#[test]
fn a_failure_that_the_handoff_admits_is_a_finding_and_no_lie() {
    let (mut flight, worker) = building();
    let mut handoff = words::handoff("The old test fails still");
    handoff.commands[0].exit_code = 2;
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![words::run("make test", 2)] });
    let state = &flight.mission.feature(F1).unwrap().state;
    assert!(matches!(state, FeatureState::Built { claims: Claims::Confirmed, .. }));
    assert_eq!(open(&flight), ["FND-1 blocking after F1, `make test` exits 2: the end of the output"]);
}

#[test]
fn triage_settles_everything_and_fixes_go_to_the_front() {
    let (mut flight, orchestrator) = reported();
    let decisions = vec![decision(2, fix()), decision(1, Ruling::Join { with: FindingId(2) })];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let order: Vec<FeatureId> = flight.mission.features.iter().map(|feature| feature.id).collect();
    assert_eq!(order, [F1, FeatureId(3), FeatureId(2)]);
    let added = flight.mission.feature(FeatureId(3)).unwrap();
    assert_eq!(added.origin, Origin::Fix { findings: vec![FindingId(2), FindingId(1)] });
    let taken = FindingState::TakenUp { feature: FeatureId(3) };
    assert!(flight.mission.findings.values().all(|finding| finding.state == taken));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: FeatureId(3) })]);
}

#[test]
fn what_a_triage_must_respect() {
    let (flight, orchestrator) = reported();
    let table = [
        (
            vec![decision(9, fix())],
            "there is no finding FND-9; open are FND-1 (non_blocking: the footer), FND-2 (blocking: the database is full)",
        ),
        (
            vec![decision(1, fix()), decision(1, dismissal())],
            "FND-1 (non_blocking: the footer) is decided twice",
        ),
        (
            vec![decision(1, fix())],
            "not decided yet: FND-2 (blocking: the database is full); every finding that is due needs a decision",
        ),
        (
            vec![decision(1, fulfilling("VAL-X-001")), decision(2, dismissal())],
            "VAL-X-001 is not in the contract: name one that is, or add it with amend_contract first",
        ),
        (
            vec![decision(1, fulfilling("VAL-M1-002")), decision(2, dismissal())],
            "VAL-M1-002 is claimed by F2 (Feature of VAL-M1-002) already, which is still to be built",
        ),
        (
            vec![decision(1, Ruling::Join { with: FindingId(2) }), decision(2, dismissal())],
            "FND-2 (blocking: the database is full) becomes no feature, and none that is still to be built mends it: nothing can join it",
        ),
    ];
    for (decisions, sentence) in table {
        assert_eq!(flight.refusal(Actor::Attempt(orchestrator), Command::Triage { decisions }), sentence);
    }
}

#[test]
fn a_settled_finding_stays_settled() {
    let (mut flight, orchestrator) = reported();
    let decisions = vec![decision(1, dismissal()), decision(2, dismissal())];
    flight.attempt(orchestrator, Command::Triage { decisions: decisions.clone() });
    let talker = flight.talking();
    assert_eq!(
        flight.refusal(Actor::Attempt(talker), Command::Triage { decisions }),
        "FND-1 (non_blocking: the footer) is settled already: it was dismissed, since no"
    );
}

#[test]
fn a_failed_assertion_cannot_be_talked_away() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    let orchestrator = flight.start(AgentWork::Triage);
    let command = Command::Triage { decisions: vec![decision(1, dismissal())] };
    assert_eq!(
        flight.refusal(Actor::Attempt(orchestrator), command),
        "FND-1 (blocking: VAL-M1-001 fails: seen with my own eyes) cannot be dismissed while VAL-M1-001 fails: mend it, amend the assertion, or ask the person to waive it"
    );
}

/// The fix changed nothing, and that was dismissed: a round at the same commit would see the same. The person decides.
#[test]
fn a_fix_without_a_commit_leads_to_the_gate_and_not_to_the_same_round_again() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    flight.triage_all();
    let worker = flight.start(AgentWork::Build { feature: FeatureId(2) });
    let mut handoff = words::handoff("It passes here");
    handoff.implemented.clear();
    let head = flight.mission.attempts[&worker].base.clone();
    flight.attempt(worker, Command::HandIn { handoff: Box::new(handoff), head });
    flight.engine(Command::RecordClaims { feature: FeatureId(2), runs: vec![] });
    flight.dismiss_all();
    let gate = MilestoneId(1).into();
    assert!(flight.due().is_empty() && flight.mission.waits_at(gate), "{:?}", flight.due());
    assert_eq!(flight.mission.gate_obstacles(gate), ["VAL-M1-001 failed"]);
    flight.person(Command::DecideGate { gate, decision: words::no_go("try it once more") });
    flight.dismiss_all();
    let flight = flight.gated();
    let round = &flight.mission.rounds[1];
    assert_eq!(flight.mission.round_before(round).map(|before| &before.commit), Some(&round.commit));
    let opened = flight.log.iter().rfind(|stamped| stamped.event.kind() == "round_opened").unwrap();
    let line = flightdeck::view::event_lines::event_line(opened, &flight.mission).unwrap();
    assert!(line.text.contains("the same commit as in round 1"), "{}", line.text);
}

/// Gate commands that failed and were dismissed have not passed: nothing was tried in that round.
#[test]
fn dismissing_a_failed_gate_command_does_not_pass_the_round() {
    let mut flight = Flight::at_gate();
    flight
        .person(Command::DecideGate { gate: MilestoneId(1).into(), decision: words::no_go("mend the page") });
    flight.triage_all();
    let mut flight = flight.built(2);
    let commit = flight.mission.head().unwrap().clone();
    let runs = vec![words::run("make test", 1)];
    flight.engine(Command::RecordGateCommands { milestone: MilestoneId(1), round: 2, commit, runs });
    flight.dismiss_all();
    assert_eq!(
        flight.due(),
        [Work::Engine(EngineWork::RunGateCommands { milestone: MilestoneId(1), round: 3 })]
    );
}

#[test]
fn a_worker_may_ask_for_an_amendment_and_goes_on() {
    let (mut flight, worker) = building();
    let request = |id: &str| Command::RequestAmendment {
        assertion: words::val(id),
        proposal: words::line("say less"),
        reason: words::line("it cannot be"),
    };
    assert_eq!(
        flight.refusal(Actor::Attempt(worker), request("VAL-X-001")),
        "there is no assertion VAL-X-001 in the contract"
    );
    flight.attempt(worker, request("VAL-M1-001"));
    assert_eq!(open(&flight), ["FND-1 non_blocking #2 asks to amend VAL-M1-001 and says: it cannot be"]);
    let due = [AgentWork::Talk, AgentWork::Build { feature: F1 }].map(Work::Agent);
    assert_eq!(flight.due(), due, "it goes on, and the orchestrator is asked meanwhile");
    let mut handoff = words::handoff("Done");
    handoff.left_undone.push(words::line("the footer"));
    flight.hand_in(worker, handoff);
    assert_eq!(flight.due(), [Work::Engine(EngineWork::CheckClaims { feature: F1 })]);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![words::run("make test", 2)] });
    assert_eq!(open(&flight).len(), 3, "the triage has everything at once");
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Triage)]);
}

/// A fix says what it fulfills, though the feature that first claimed it is built.
#[test]
fn a_fix_may_fulfill_what_a_built_feature_claims() {
    let (mut flight, orchestrator) = reported();
    let decisions = vec![decision(2, fulfilling("VAL-M1-001")), decision(1, dismissal())];
    flight.attempt(orchestrator, Command::Triage { decisions });
    let fix = flight.mission.feature(FeatureId(3)).unwrap();
    assert_eq!(fix.fulfills, [words::val("VAL-M1-001")]);
    assert_eq!(flight.mission.claimant(&words::val("VAL-M1-001")).unwrap().id, F1);
}
