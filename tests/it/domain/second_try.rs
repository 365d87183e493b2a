//! A failure is tried again before it becomes anything to mend: it stands, or it is flaky.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::evidence::{EvidenceKind, Piece};
use flightdeck::domain::finding::{Finding, Severity, Source};
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AttemptId, FeatureId, MilestoneId};
use flightdeck::domain::round::RoundOutcome;
use flightdeck::domain::verdict::{Outcome, Recurrence, SecondTry, Standing};
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const M1: MilestoneId = MilestoneId(1);
const ID: &str = "VAL-M1-001";
const TRY_AGAIN: Work = Work::Engine(EngineWork::TryAgain { milestone: M1, round: 1 });

/// A tester's failure, with the steps that led to it.
fn fails(id: &str, tester: AttemptId) -> Command {
    let steps = Piece { kind: EvidenceKind::Steps, ..words::exchange("ev_steps", tester) };
    Command::GiveVerdict {
        assertion: val(id),
        outcome: Outcome::Fail,
        observed: words::line("it says 500"),
        evidence: vec![words::exchange("ev_seen", tester), steps],
    }
}

fn second(id: &str, round: u32, result: Recurrence) -> Command {
    let evidence = match &result {
        Recurrence::NotTried { .. } => vec![],
        Recurrence::Same | Recurrence::Other { .. } => vec![words::evidence("ev_again")],
    };
    Command::RecordSecondTry {
        milestone: M1,
        round,
        assertion: val(id),
        second: Box::new(SecondTry { result, evidence }),
    }
}

fn other() -> Recurrence {
    Recurrence::Other { first: words::line("status 500 instead of status 200") }
}

/// A round of one milestone with two features, whose tester saw both fail.
fn failed() -> Flight {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.attempt(tester, fails(ID, tester)).attempt(tester, fails("VAL-M1-002", tester));
    flight.report_testing(tester);
    flight
}

fn findings(flight: &Flight) -> Vec<(String, Severity)> {
    let told = |found: &Finding| (found.description.to_string(), found.severity);
    flight.mission.findings.values().map(told).collect()
}

fn blocking(words: &str) -> (String, Severity) {
    (words.to_owned(), Severity::Blocking)
}

#[test]
fn a_failure_is_nothing_to_mend_before_it_was_tried_again() {
    let mut flight = failed();
    assert_eq!((flight.due(), findings(&flight)), (vec![TRY_AGAIN], vec![]));
    assert!(flight.mission.has_open_round());
    flight.engine(second(ID, 1, Recurrence::Same));
    assert_eq!(flight.due(), [TRY_AGAIN], "the other one is due still");
    assert!(
        flight
            .refusal(Actor::Engine, second(ID, 1, Recurrence::Same))
            .contains("has no failure in round 1 of M1")
    );
    assert!(flight.refusal(Actor::Person, second(ID, 1, Recurrence::Same)).contains("a person may not"));
    let why = words::line("its steps had not ended after 300 s");
    flight.engine(second("VAL-M1-002", 1, Recurrence::NotTried { why }));
    let said = [
        blocking("VAL-M1-001 fails, twice by the same steps: it says 500"),
        blocking("VAL-M1-002 fails: it says 500"),
    ];
    assert_eq!(findings(&flight), said);
    assert_eq!(flight.mission.rounds[0].outcome, Some(RoundOutcome::Failed));
    assert_eq!(flight.due(), [AgentWork::Triage.into()]);
    let finding = flight.mission.findings.values().next().unwrap();
    let seen: Vec<String> =
        flight.mission.evidence_of(finding).into_iter().map(|reference| reference.0).collect();
    assert_eq!(seen, ["ev_seen", "ev_again"], "both looks are told");
    let told = |id: &str| {
        flightdeck::view::assertion::tried_again(&flight.mission, &flight.mission.verdicts[&val(id)][0])
    };
    assert!(told(ID).unwrap().starts_with("failed twice: "));
    assert_eq!(told("VAL-M1-002").unwrap(), "not tried again, because its steps had not ended after 300 s");
}

#[test]
fn what_leaves_no_steps_stands_and_says_so() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, ID, Outcome::Fail).report_testing(tester);
    assert_eq!(findings(&flight), [blocking("VAL-M1-001 fails: seen with my own eyes")]);
    let told =
        flightdeck::view::assertion::tried_again(&flight.mission, &flight.mission.verdicts[&val(ID)][0]);
    assert_eq!(told.unwrap(), "not tried again, because no steps of its tester's are kept");
}

#[test]
fn what_does_not_come_again_is_flaky_and_is_judged_in_another_round() {
    let mut flight = failed();
    flight.engine(second(ID, 1, other())).engine(second("VAL-M1-002", 1, other()));
    let finding = flight.mission.open_findings().next().unwrap().clone();
    assert!(matches!(finding.source, Source::Flaky { .. }));
    assert_eq!(
        (finding.description.as_str(), finding.severity),
        (
            "VAL-M1-001 failed, showing status 500 instead of status 200 when the same was done again: it says 500",
            Severity::NonBlocking
        )
    );
    assert_eq!(flight.mission.standing(&val(ID)), Standing::Failed, "nobody saw it hold");
    assert_eq!(flight.due(), [AgentWork::Triage.into()], "it is decided on before it is tried anew");
    flight.dismiss_all();
    assert!(!flight.mission.is_gate_open(GateId::Milestone(M1)));
    let flight = flight.gated();
    let round = flight.mission.rounds.last().unwrap();
    assert_eq!((round.number, &round.to_test), (2, &vec![val(ID), val("VAL-M1-002")]));
    let flight = flight.scrutinized().tested(Outcome::Pass);
    assert!(flight.mission.is_gate_open(GateId::Milestone(M1)) && flight.mission.passes(M1));
    assert_eq!(flightdeck::view::gate::risks(&flight.mission, M1.into()), ["2 flaky"]);
}

#[test]
fn one_that_is_flaky_in_every_round_waits_for_the_person() {
    let mut flight = failed();
    for round in 1..=flight.mission.round_limit(M1) {
        if round > 1 {
            flight = flight.gated().scrutinized();
            let tester = flight.start(AgentWork::TestAsUser { milestone: M1, round, flow: Flow::WHOLE });
            flight.attempt(tester, fails(ID, tester)).attempt(tester, fails("VAL-M1-002", tester));
            flight.report_testing(tester);
        }
        flight.engine(second(ID, round, other())).engine(second("VAL-M1-002", round, other()));
        if round == 1 {
            assert_eq!(flight.mission.findings.len(), 2);
            let triage = flight.start(AgentWork::Triage);
            let put_off = |finding| flightdeck::domain::finding::TriageDecision {
                finding,
                ruling: flightdeck::domain::finding::Ruling::Defer {
                    until: flightdeck::domain::finding::Until::Milestone,
                    reason: words::line("seen once"),
                },
            };
            let decisions = flight.mission.open_findings().map(|found| put_off(found.id)).collect();
            flight.attempt(triage, Command::Triage { decisions });
        }
    }
    assert_eq!(flight.mission.findings.len(), 2, "it is one finding, however often it is seen");
    assert!(flight.mission.is_exhausted(M1) && flight.mission.waits_at(M1.into()), "{:?}", flight.due());
    assert!(flight.due().is_empty());
}

#[test]
fn a_failure_of_what_was_mended_opens_its_finding_only_when_it_comes_again() {
    let after_the_fix = |result: Recurrence| {
        let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
        let tester = flight.start(flight.due()[0]);
        flight.attempt(tester, fails(ID, tester)).report_testing(tester);
        flight.engine(second(ID, 1, Recurrence::Same));
        flight.triage_all();
        let mut flight = flight.built(2).gated().reviewed().scrutinized();
        let tester = flight.start(flight.due()[0]);
        flight.attempt(tester, fails(ID, tester)).report_testing(tester);
        assert!(!flight.mission.findings.values().next().unwrap().is_open());
        flight.engine(second(ID, 2, result));
        flight
    };
    let again = after_the_fix(Recurrence::Same);
    assert_eq!(again.mission.findings.len(), 1);
    assert!(again.mission.findings.values().next().unwrap().is_open(), "it still holds");
    let flaky = after_the_fix(other());
    let open: Vec<&Finding> = flaky.mission.open_findings().collect();
    assert!(matches!(open.as_slice(), [Finding { source: Source::Flaky { .. }, .. }]), "{open:?}");
    assert_eq!(flaky.mission.features.last().unwrap().id, FeatureId(2), "nothing more is to be built");
}

#[test]
fn what_the_person_waives_meanwhile_is_not_tried_again() {
    let mut flight = failed();
    for id in [ID, "VAL-M1-002"] {
        flight.person(Command::Waive { assertion: val(id), reason: words::line("rare") });
    }
    assert!(findings(&flight).is_empty() && !flight.mission.has_open_round());
    assert!(flight.mission.is_gate_open(GateId::Milestone(M1)));
}
