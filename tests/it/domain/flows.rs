//! User testing by several testers at the same time.

use flightdeck::domain::attempt::{AgentWork, Ending, Work};
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::flow::{Flow, divide};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AssertionId, AttemptId, FeatureId, MilestoneId};
use flightdeck::domain::round::RoundOutcome;
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::report::reports;
use proptest::prelude::*;

use crate::support::mission::Flight;
use crate::support::words;

const M1: MilestoneId = MilestoneId(1);

fn flow(number: u32) -> AgentWork {
    AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow(number) }
}

/// A round whose user testing is due: four assertions, for so many testers at once.
fn divided(testers: u32) -> Flight {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let ids = ["VAL-A-001", "VAL-A-002", "VAL-B-001", "VAL-B-002"];
    flight.attempt(planner, Command::ProposeContract { assertions: ids.map(words::assertion).into() });
    let environment = words::parallel_environment(testers);
    flight.attempt(planner, Command::ProposeEnvironment { environment });
    let milestones = vec![words::milestone("All", vec![words::feature("All of it", &ids)])];
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer: None });
    flight.gone(GateId::Plan).built(1).gated().reviewed().scrutinized()
}

fn passes(flight: &mut Flight, tester: AttemptId, ids: [&str; 2]) {
    for id in ids {
        flight.verdict(tester, id, Outcome::Pass);
    }
    flight.report_testing(tester);
}

#[test]
fn each_tester_has_a_share_and_the_round_ends_with_the_last_report() {
    let mut flight = divided(2);
    assert_eq!(flight.due(), [Work::Agent(flow(1)), Work::Agent(flow(2))]);
    let (one, other) = (flight.start(flow(1)), flight.start(flow(2)));
    let told = brief(&flight.mission, flow(1));
    assert!(told.text.contains("### VAL-A-001") && !told.text.contains("### VAL-B-001"), "{}", told.text);
    assert!(told.text.contains("flow 2 tries VAL-B-001, VAL-B-002"), "{}", told.text);
    assert_eq!(told.labels["flow"], "1");

    flight.verdict(one, "VAL-A-001", Outcome::Pass);
    let (assertion, observed) = (words::val("VAL-B-001"), words::line("looked"));
    let evidence = vec![words::exchange("ev_01", one)];
    let verdict = Command::GiveVerdict { assertion, outcome: Outcome::Pass, observed, evidence };
    let refusal = flight.refusal(Actor::Attempt(one), verdict);
    assert_eq!(refusal, "VAL-B-001 is not among the assertions of your share of this round");

    passes(&mut flight, other, ["VAL-B-001", "VAL-B-002"]);
    assert_eq!(flight.due(), [Work::Agent(flow(1))], "the other one has reported");
    assert!(flight.mission.rounds[0].is_open() && !flight.mission.rounds[0].is_thorough());
    passes(&mut flight, one, ["VAL-A-001", "VAL-A-002"]);
    assert_eq!(flight.mission.rounds[0].outcome, Some(RoundOutcome::Passed));
    assert!(flight.mission.rounds[0].is_thorough());
    let shown: Vec<String> = reports(&flight.mission, GateId::Milestone(M1))
        .into_iter()
        .map(|report| report.row(&flight.mission).plain())
        .filter(|row| row.contains("user testing"))
        .collect();
    assert_eq!(shown.len(), 2, "a summary of each: {shown:?}");
    assert!(shown[0].contains("flow 1") && shown[1].contains("flow 2"), "{shown:?}");
}

#[test]
fn an_interrupted_tester_is_tried_again_alone() {
    let mut flight = divided(2);
    let (one, other) = (flight.start(flow(1)), flight.start(flow(2)));
    passes(&mut flight, other, ["VAL-B-001", "VAL-B-002"]);
    flight.end(one, Ending::Interrupted);
    assert_eq!(flight.due(), [Work::Agent(flow(1))]);
    let again = flight.start(flow(1));
    passes(&mut flight, again, ["VAL-A-001", "VAL-A-002"]);
    assert_eq!(flight.mission.rounds[0].outcome, Some(RoundOutcome::Passed));
    assert!(flight.due().is_empty(), "{:?}", flight.due());
}

#[test]
fn what_is_added_goes_to_a_tester_who_has_not_reported() {
    let mut flight = divided(2);
    let (one, other) = (flight.start(flow(1)), flight.start(flow(2)));
    passes(&mut flight, one, ["VAL-A-001", "VAL-A-002"]);
    let draft = Box::new(words::assertion("VAL-A-003"));
    flight.person(Command::AddAssertion { draft, feature: FeatureId(1) });
    let round = &flight.mission.rounds[0];
    assert!(round.share(Flow(2)).contains(&words::val("VAL-A-003")), "{round:?}");
    assert_eq!(flight.mission.untold(&flight.mission.attempts[&other]).len(), 1);
}

#[test]
fn a_tester_whose_whole_share_is_excused_has_nothing_to_do() {
    let mut flight = divided(2);
    let (one, other) = (flight.start(flow(1)), flight.start(flow(2)));
    for id in ["VAL-A-001", "VAL-A-002"] {
        flight.person(Command::Waive { assertion: words::val(id), reason: words::line("later") });
    }
    assert!(!flight.mission.attempts[&one].is_live(), "its work is no longer wanted");
    passes(&mut flight, other, ["VAL-B-001", "VAL-B-002"]);
    assert_eq!(flight.mission.rounds[0].outcome, Some(RoundOutcome::Passed));
}

#[test]
fn as_many_testers_as_app_and_person_allow() {
    let flows = |testers| divided(testers).mission.rounds[0].flows.len();
    assert_eq!((flows(0), flows(1), flows(2), flows(9)), (0, 0, 2, 3), "the limit is three");
    let mut environment = words::parallel_environment(3);
    environment.services[0].port = Some(8080);
    assert_eq!(environment.testers(), 1, "two cannot listen on one port");
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let refusal = flight.refusal(Actor::Attempt(planner), Command::ProposeEnvironment { environment });
    assert!(refusal.contains("service web has the fixed port 8080"), "{refusal}");
}

#[test]
fn a_service_that_names_its_port_is_given_one() {
    use flightdeck::domain::environment::Listens;
    let listens = |run: &str, port: Option<u16>| {
        let service = flightdeck::domain::environment::Service {
            run: words::line(run),
            port,
            ..words::service("web", 1)
        };
        service.listens()
    };
    let table = [
        ("./web --port $PORT", None, Listens::OnAnyPort),
        ("./web --port=${PORT}", None, Listens::OnAnyPort),
        ("./web", Some(0), Listens::OnAnyPort),
        ("./web $PORT", Some(8080), Listens::On(8080)),
        ("./web", Some(8080), Listens::On(8080)),
        ("./web $PORTAL $PORT_DB", None, Listens::Nowhere),
        ("./work", None, Listens::Nowhere),
    ];
    for (run, port, expected) in table {
        assert_eq!(listens(run, port), expected, "{run}");
    }
}

#[test]
fn what_was_written_before_there_were_several_reads_as_one_tester() {
    let work: AgentWork =
        serde_json::from_str(r#"{"work":"test_as_user","milestone":"M1","round":1}"#).unwrap();
    assert_eq!(work, AgentWork::TestAsUser { milestone: M1, round: 1, flow: Flow::WHOLE });
    assert!(!serde_json::to_string(&work).unwrap().contains("flow"));
    let written = serde_json::to_string(&flow(2)).unwrap();
    assert_eq!(serde_json::from_str::<AgentWork>(&written).unwrap(), flow(2));
    let round = divided(0).mission.rounds[0].clone();
    let mut old = serde_json::to_value(&round).unwrap();
    old.as_object_mut().unwrap().remove("flows").unwrap();
    assert_eq!(serde_json::from_value::<flightdeck::domain::round::Round>(old).unwrap(), round);
    assert_eq!(round.open_flows(), [Flow::WHOLE]);
}

proptest! {
    #[test]
    fn shares_are_even_whole_and_always_the_same(
        numbers in proptest::collection::btree_set((0_u8..5, 1_u16..200), 0..40),
        testers in 0_u32..9,
    ) {
        let ids: Vec<AssertionId> = numbers
            .iter()
            .map(|(area, number)| words::val(&format!("VAL-{}-{number:03}", char::from(b'A' + area))))
            .collect();
        let shares = divide(&ids, testers);
        let mut reversed = ids.clone();
        reversed.reverse();
        prop_assert_eq!(&shares, &divide(&reversed, testers));
        if shares.is_empty() {
            prop_assert!(testers < 2 || ids.len() < 2);
        } else {
            prop_assert_eq!(shares.len(), ids.len().min(testers as usize));
            let mut all = shares.concat();
            all.sort();
            let mut expected = ids;
            expected.sort();
            prop_assert_eq!(all, expected);
            let lengths = || shares.iter().map(Vec::len);
            prop_assert!(lengths().max().unwrap() - lengths().min().unwrap() <= 1);
        }
    }
}
