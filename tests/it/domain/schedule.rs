//! What is due, state by state.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId};
use flightdeck::domain::verdict::Outcome;

use crate::support::mission::Flight;
use crate::support::words;

const M1: MilestoneId = MilestoneId(1);
const F1: FeatureId = FeatureId(1);
const F2: FeatureId = FeatureId(2);

fn build(feature: u32) -> Work {
    AgentWork::Build { feature: FeatureId(feature) }.into()
}

fn review(round: u32, feature: FeatureId) -> Work {
    AgentWork::Review { milestone: M1, round, feature }.into()
}

#[test]
fn each_state_of_a_flight_has_its_work() {
    let planned = || Flight::new().planned(2, 1);
    let handed_in = || {
        let mut flight = planned();
        let worker = flight.start(build(1));
        flight.hand_in(worker, words::handoff("done"));
        flight
    };
    let round_1 = EngineWork::RunGateCommands { milestone: M1, round: 1 }.into();
    let table: Vec<(&str, Flight, Vec<Work>)> = vec![
        ("unborn", Flight::unborn(), vec![]),
        ("founded", Flight::new(), vec![AgentWork::Plan.into()]),
        ("proposed", Flight::new().proposed(1, 1), vec![]),
        ("planned", planned(), vec![build(1)]),
        ("handed in", handed_in(), vec![EngineWork::CheckClaims { feature: F1 }.into()]),
        ("built", planned().built(1), vec![round_1]),
        ("gated", planned().built(1).gated(), vec![review(1, F1)]),
        (
            "reviewed",
            planned().built(1).gated().reviewed(),
            vec![AgentWork::Scrutinize { milestone: M1, round: 1 }.into()],
        ),
        (
            "scrutinized",
            planned().built(1).gated().reviewed().scrutinized(),
            vec![AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE }.into()],
        ),
        ("at its gate", planned().built(1).validated(), vec![]),
        (
            "failed",
            planned().built(1).gated().reviewed().scrutinized().tested(Outcome::Fail),
            vec![AgentWork::Triage.into()],
        ),
        ("GO", planned().built(1).validated().gone(GateId::Milestone(M1)), vec![build(2)]),
        ("completed", Flight::completed(), vec![]),
    ];
    for (state, flight, due) in table {
        assert_eq!(flight.due(), due, "{state}");
    }
}

#[test]
fn features_wait_for_their_predecessors_and_not_for_cancelled_ones() {
    let plan = vec![words::milestone(
        "One",
        vec![words::after(words::chore("Page"), &["Store"]), words::chore("Store"), words::chore("Docs")],
    )];
    let contract = vec![words::assertion("VAL-A-001")];
    let mut plan_with_claim = plan;
    plan_with_claim[0].features.push(words::feature("Claim", &["VAL-A-001"]));
    let mut flight = Flight::new().proposing(contract, plan_with_claim).gone(GateId::Plan);
    assert_eq!(flight.due(), [build(2)], "the page comes after the store");
    flight.cancel(2);
    assert!(flight.due().contains(&build(1)), "a cancelled predecessor is waited for no longer");
}

#[test]
fn a_milestone_without_features_is_validated_and_gated_all_the_same() {
    let mut flight = Flight::new().planned(2, 1);
    flight
        .person(Command::RetireAssertion { assertion: words::val("VAL-M1-001"), reason: words::line("no") });
    flight.cancel(1);
    let flight = flight.gated().scrutinized();
    assert!(flight.mission.waits_at(GateId::Milestone(M1)));
    assert_eq!(flight.gone(GateId::Milestone(M1)).due(), [build(2)]);
}

#[test]
fn no_more_reviews_run_at_once_than_the_limit_says() {
    let flight = Flight::new().planned(1, 3).built(1).built(2).built(3).gated();
    assert_eq!(flight.due(), [review(1, F1), review(1, F2)]);
    let mut flight = flight;
    let reviewer = flight.start(review(1, F1));
    assert_eq!(flight.due(), [review(1, F1), review(1, F2)], "who is at work stays due");
    let (summary, opinion) = (words::prose("fine"), flightdeck::domain::round::Opinion::Pass);
    flight.attempt(reviewer, Command::ReportReview { summary, opinion, issues: vec![], known: vec![] });
    assert_eq!(flight.due(), [review(1, F2), review(1, FeatureId(3))]);
}

#[test]
fn talk_goes_beside_the_flight() {
    let mut flight = Flight::new().planned(1, 1);
    let (to, text) = (flightdeck::domain::message::Party::Orchestrator, words::prose("how far?"));
    flight.person(Command::Say { to, text, delivery: flightdeck::domain::message::Delivery::Queue });
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Talk), build(1)]);
}

#[test]
fn a_later_round_tries_only_what_is_failed_stale_or_new() {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated().reviewed().scrutinized();
    let tester = flight.start(AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE });
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass).verdict(tester, "VAL-M1-002", Outcome::Fail);
    flight.report_testing(tester);
    flight.triage_all();
    flight.person(Command::AddAssertion { draft: Box::new(words::assertion("VAL-NEW-001")), feature: F1 });
    let flight = flight.built(3).gated();
    let round = &flight.mission.rounds[1];
    assert_eq!(round.to_test, [words::val("VAL-M1-002"), words::val("VAL-NEW-001")]);
    assert_eq!(round.to_review, [FeatureId(3)]);
}
