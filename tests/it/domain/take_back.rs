//! That something is to be proven again can be taken back, and every refusal around it says what is so.

use flightdeck::domain::attempt::{AgentWork, Ending, EngineWork, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::finding::{FindingState, Ruling, Severity, TriageDecision};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{MilestoneId, Revision};
use flightdeck::domain::mission::{HoldCause, Mission, Status};
use flightdeck::domain::round::{Round, RoundOutcome};
use flightdeck::domain::sabotage::{Sabotage, SabotageOutcome};
use flightdeck::domain::unshown::Doubt;
use flightdeck::domain::verdict::{EvidenceRef, Outcome, ProvenAgain, Standing};
use flightdeck::view::event_lines::event_line;
use flightdeck::view::hold::{self, ChoiceKind};
use flightdeck::view::row::plain;
use flightdeck::view::timeline::{self, Moment};
use flightdeck::view::{assertion, finding, gate, plan, prove};

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const M1: MilestoneId = MilestoneId(1);
const M2: MilestoneId = MilestoneId(2);
const ONE: &str = "VAL-M1-001";

fn again(ids: &[&str]) -> Command {
    Command::ProveAgain { assertions: ids.iter().map(|id| val(id)).collect() }
}

fn back(ids: &[&str]) -> Command {
    Command::TakeBackProof { assertions: ids.iter().map(|id| val(id)).collect() }
}

/// Two milestones are built: what the first proved is older than the head.
fn at_the_second_gate() -> Flight {
    let flight = Flight::new().planned(2, 2).built(1).built(2).validated().gone(M1.into());
    flight.built(3).built(4).validated()
}

fn last_line(flight: &Flight) -> String {
    let stamped = flight.log.iter().rfind(|one| matches!(one.event, Event::RoundClosed { .. })).unwrap();
    let mission = Mission::fold(flight.log.iter().filter(|one| one.seq <= stamped.seq));
    event_line(stamped, &mission).unwrap().text
}

/// The gate waits as it did, and what passed before holds of its older commit.
fn stands_as_before(flight: &Flight, gate: GateId) {
    assert!(flight.mission.waits_at(gate), "{:?}", flight.due());
    assert_eq!(flight.mission.status(), Status::Waiting);
    assert_eq!(flight.mission.standing(&val(ONE)), Standing::Passed);
    assert_eq!(flight.mission.doubt(&val(ONE), GateId::Final), Some(Doubt::Older));
    assert_eq!(flight.mission.gate_obstacles(gate), Vec::<String>::new());
    assert!(flight.mission.proofs_to_take_back().is_empty());
}

#[test]
fn before_anything_began_it_is_taken_back_and_the_gate_waits_as_it_did() {
    let mut flight = at_the_second_gate();
    flight.person(again(&[ONE, "VAL-M1-002"]));
    assert_eq!(flight.mission.proofs_to_take_back(), [val(ONE), val("VAL-M1-002")]);
    flight.person(back(&[ONE]));
    assert_eq!(flight.mission.prove_again.len(), 1, "the other one is asked for still");
    assert_eq!(flight.due(), [Work::Engine(EngineWork::RunGateCommands { milestone: M2, round: 2 })]);
    let running = Work::Engine(EngineWork::RunGateCommands { milestone: M2, round: 2 });
    assert!(!flight.mission.is_moot(running));
    flight.person(back(&["VAL-M1-002"]));
    assert!(flight.mission.is_moot(running), "the commands that run for it are broken off");
    stands_as_before(&flight, M2.into());
    assert_eq!(flight.refusal(Actor::Engine, gate_commands()), "round 2 of M2 is not due now");
}

fn gate_commands() -> Command {
    let commit = words::commit("head009");
    Command::RecordGateCommands { milestone: M2, round: 2, commit, runs: vec![] }
}

#[test]
fn a_tester_at_it_is_stopped_and_a_later_wish_is_a_small_round_again() {
    let mut flight = at_the_second_gate().gone(M2.into());
    let used = flight.mission.rounds_used(M2);
    flight.person(again(&[ONE]));
    let mut flight = flight.gated();
    let tester = flight.start(flight.due()[0]);
    flight.person(back(&[ONE]));
    assert!(!flight.mission.attempts[&tester].is_live());
    let round = flight.mission.rounds.last().unwrap();
    assert_eq!((round.outcome, round.again), (Some(RoundOutcome::TakenBack), true));
    stands_as_before(&flight, GateId::Final);
    assert_eq!(
        last_line(&flight),
        "round 2 taken back: nothing was tried; 2 hold from round 1, 2 not seen red"
    );
    let row = plan::row(&flight.mission, plan::Target::Validation(M2)).plain();
    assert!(row.contains("\u{2713} scrutiny") && row.contains("\u{2713} user testing"), "{row}");
    flight.person(again(&[ONE]));
    let flight = flight.gated();
    assert!(flight.mission.rounds.last().unwrap().again, "nobody reads anything anew");
    let flight = flight.tested(Outcome::Pass);
    assert_eq!(flight.mission.rounds_used(M2), used);
    assert_eq!(flight.mission.doubt(&val(ONE), GateId::Final), None);
    assert_eq!(last_line(&flight), "round 3 passed: 1 of 1 tried holds; 2 hold from round 1, 2 not seen red");
}

#[test]
fn what_could_not_be_tried_is_taken_back_and_the_verdict_before_counts() {
    let mut flight = at_the_second_gate();
    flight.person(again(&[ONE]));
    let mut flight = flight.gated().tested(Outcome::Blocked);
    assert_eq!(
        flight.mission.status(),
        Status::Waiting,
        "a blocked one of an earlier milestone keeps no gate"
    );
    assert_eq!(flight.mission.standing(&val(ONE)), Standing::Blocked);
    let refused = flight.refusal(Actor::Person, again(&[ONE]));
    assert!(refused.ends_with("take that back first, then ask anew"), "{refused}");
    flight.person(back(&[ONE]));
    stands_as_before(&flight, M2.into());
    let blocked = flight.mission.verdicts[&val(ONE)].last().unwrap();
    assert!((blocked.outcome, blocked.taken_back) == (Outcome::Blocked, true), "it is on record");
    let page = plain(&assertion::page(
        &flight.mission,
        flight.mission.assertion(&val(ONE)).unwrap(),
        &|_| String::new(),
        160,
    ));
    assert!(page.contains("taken back: the verdict before it counts"), "{page}");
    let refused = flight.refusal(Actor::Person, back(&[ONE]));
    assert_eq!(refused, "nobody asked to have VAL-M1-001 proven again: there is nothing to take back");
    flight.person(again(&[ONE]));
    assert!(flight.gated().mission.rounds.last().unwrap().again, "it is a small round again");
}

#[test]
fn the_gate_of_a_blocked_one_says_what_it_means_and_what_can_be_done() {
    let mut flight = at_the_second_gate().gone(M2.into());
    flight.person(again(&[ONE]));
    let mut flight = flight.gated().tested(Outcome::Blocked);
    assert_eq!(flight.mission.status(), Status::Blocked);
    let summary = plain(&gate::summary(&flight.mission, GateId::Final, "P", 200));
    for words in ["nothing more is tried until you decide", "NO-GO", "waive", "or take back what you wanted"]
    {
        assert!(summary.contains(words), "{words}\n{summary}");
    }
    flight.person(back(&[ONE]));
    stands_as_before(&flight, GateId::Final);
    assert_eq!(gate::blocked(&flight.mission, GateId::Final), None);
}

#[test]
fn a_mission_that_is_held_at_it_goes_back_to_its_gate() {
    let mut flight = at_the_second_gate().gone(M2.into());
    flight.person(again(&[ONE]));
    let mut flight = flight.gated();
    for _ in 0..3 {
        let tester = flight.start(flight.due()[0]);
        flight.end(tester, Ending::Failed { reason: words::line("no verdict") });
    }
    assert_eq!(flight.mission.hold.as_ref().unwrap().cause, HoldCause::Failures);
    assert_eq!(flight.mission.status(), Status::Blocked);
    let offered = hold::choices(&flight.mission);
    let offered = offered.iter().find(|choice| choice.kind == ChoiceKind::TakeBack).unwrap();
    assert_eq!(offered.line, "flightdeck prove guestbook-7k2p --all --take-back");
    let summary = plain(&gate::summary(&flight.mission, GateId::Final, "P", 200));
    assert!(summary.contains("nothing runs until you decide") && summary.contains("take back"), "{summary}");
    flight.person(back(&[ONE]));
    assert_eq!(flight.mission.hold, None);
    stands_as_before(&flight, GateId::Final);

    let mut paused = at_the_second_gate();
    paused.person(again(&[ONE])).person(Command::Pause).person(back(&[ONE]));
    assert!(paused.mission.hold.is_some(), "what the person paused stays so");
}

#[test]
fn what_came_of_it_stands_and_is_said() {
    let asked = || {
        let mut flight = at_the_second_gate();
        flight.person(again(&[ONE]));
        flight.gated()
    };
    let refusal = |flight: &Flight| flight.refusal(Actor::Person, back(&[ONE]));
    let passed = refusal(&asked().tested(Outcome::Pass));
    assert!(
        passed.starts_with("VAL-M1-001 was proven again at ") && passed.ends_with("that stands"),
        "{passed}"
    );
    let failed = refusal(&asked().tested(Outcome::Fail));
    assert!(failed.contains("failed in round 2 of M2"), "{failed}");
    let nobody = at_the_second_gate();
    assert_eq!(
        refusal(&nobody),
        "nobody asked to have VAL-M1-001 proven again: there is nothing to take back"
    );
    assert_eq!(nobody.refusal(Actor::Person, back(&["VAL-X-001"])), "VAL-X-001 is not in the contract");
    assert!(
        nobody.refusal(Actor::Person, back(&[])).starts_with("nothing that you asked to have proven again")
    );
    let ordinary =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Blocked);
    assert!(refusal(&ordinary).starts_with("nobody asked"), "what the round tried of itself is no wish");
}

#[test]
fn a_round_that_a_fix_asks_for_is_not_taken_back_by_the_wish_beside_it() {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated();
    let reviewer = flight.start(flight.due()[0]);
    let issue = words::issue(Severity::NonBlocking, "it is slow");
    let issues =
        vec![flightdeck::domain::round::ReviewIssue { file: words::title("a.rs"), line: None, issue }];
    let (summary, opinion) = (words::prose("slow"), flightdeck::domain::round::Opinion::Pass);
    flight.attempt(reviewer, Command::ReportReview { summary, opinion, issues, known: vec![] });
    let mut flight = flight.reviewed().scrutinized().tested(Outcome::Pass);
    let orchestrator = flight.start(AgentWork::Triage);
    let finding = flight.mission.open_findings().next().unwrap().id;
    let ruling = Ruling::Feature { spec: words::spec("Faster"), fulfills: vec![val("VAL-M1-002")] };
    flight.attempt(orchestrator, Command::Triage { decisions: vec![TriageDecision { finding, ruling }] });
    let words_of = |flight: &Flight| finding::fate(&flight.mission, &flight.mission.findings[&finding]);
    assert_eq!(words_of(&flight), "to be mended by F3 Faster");
    let mut flight = flight.built(3);
    assert_eq!(words_of(&flight), "mended by F3 Faster", "the word of its row");
    assert!(matches!(flight.mission.findings[&finding].state, FindingState::TakenUp { .. }));
    flight.person(again(&[ONE, "VAL-M1-002"]));
    let flight = flight.gated();
    let round: &Round = flight.mission.rounds.last().unwrap();
    assert_eq!((round.to_test.len(), &round.asked), (2, &vec![val(ONE)]));
    let mut flight = flight.reviewed().scrutinized().tested(Outcome::Blocked);
    let refused = flight.refusal(Actor::Person, back(&["VAL-M1-002"]));
    assert!(refused.starts_with("nobody asked"), "{refused}");
    flight.person(back(&[ONE]));
    assert_eq!(flight.mission.standing(&val(ONE)), Standing::Passed);
}

#[test]
fn a_gate_says_what_it_waits_for() {
    let mut flight = at_the_second_gate();
    let says = |flight: &Flight| flight.mission.gate_obstacles(M2.into()).join("; ");
    assert_eq!(says(&flight), "");
    flight.person(again(&[ONE]));
    assert_eq!(
        says(&flight),
        "VAL-M1-001 is to be proven again, as you asked: wait for that, or take it back"
    );
    let refused =
        flight.refusal(Actor::Person, Command::DecideGate { gate: M2.into(), decision: words::go() });
    assert!(!refused.contains("not validated yet"), "everything is validated: {refused}");
    let flight = flight.gated();
    assert_eq!(says(&flight), "round 2 of M2 is under way, which proves again what you asked for");
    let built = Flight::new().planned(1, 1).built(1);
    let says = |flight: &Flight| flight.mission.gate_obstacles(M1.into()).join("; ");
    assert_eq!(says(&built), "VAL-M1-001 has no verdict");
}

#[test]
fn each_refusal_says_why_and_what_to_do() {
    let refusal = |flight: &Flight, id: &str| flight.refusal(Actor::Person, again(&[id]));
    let failed = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    assert_eq!(
        refusal(&failed, ONE),
        "VAL-M1-001 failed: it is tried again once that is mended, without being asked for"
    );
    let blocked =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Blocked);
    assert_eq!(
        refusal(&blocked, ONE),
        "VAL-M1-001 could not be tried: NO-GO at the gate has it tried again, or waive it"
    );
    let mut flight = at_the_second_gate();
    flight.person(Command::RetireAssertion { assertion: val(ONE), reason: words::line("gone") });
    assert_eq!(refusal(&flight, ONE), "VAL-M1-001 is retired: it holds the mission to nothing");
    let mut flight = Flight::new().planned(1, 1).built(1);
    flight.person(Command::Waive { assertion: val(ONE), reason: words::line("fine") });
    assert_eq!(refusal(&flight, ONE), "VAL-M1-001 is waived: it counts as settled, and nobody tries it");
    let nothing = Flight::at_gate();
    assert_eq!(prove::nothing(&nothing.mission, None), prove::NOTHING);
    let now = prove::nothing(&nothing.mission, Some(&val(ONE)));
    assert_eq!(now, "VAL-M1-001 was proven at the present commit already");
}

#[test]
fn the_selected_one_is_offered_first_then_all_and_the_last_changes_nothing() {
    let mut flight = at_the_second_gate();
    let offered = |flight: &Flight, id: Option<&str>, gate: GateId| -> Vec<&'static str> {
        let id = id.map(val);
        prove::choices(&flight.mission, id.as_ref(), gate).iter().map(|choice| choice.label).collect()
    };
    assert_eq!(offered(&flight, Some(ONE), GateId::Final), ["this one", "all that are older", "cancel"]);
    assert_eq!(offered(&flight, Some("VAL-M2-001"), M2.into()), ["all that are older", "cancel"]);
    assert_eq!(offered(&flight, None, GateId::Final), ["all that are older", "cancel"]);
    let choices = prove::choices(&flight.mission, Some(&val(ONE)), GateId::Final);
    assert_eq!(choices[0].command, Some(again(&[ONE])));
    assert_eq!(choices[1].command, Some(again(&[ONE, "VAL-M1-002"])));
    assert_eq!(choices[2].command, None);
    flight.person(again(&[ONE]));
    assert_eq!(
        offered(&flight, Some(ONE), GateId::Final),
        ["take back this one", "all that are older", "cancel"]
    );
    assert_eq!(offered(&flight, Some("VAL-M1-002"), GateId::Final), ["this one", "take back", "cancel"]);
}

#[test]
fn a_row_of_a_round_tells_what_that_round_decided_and_a_replay_is_the_engines() {
    let mut flight = at_the_second_gate();
    let given = flight.mission.verdicts.get_mut(&val(ONE)).unwrap();
    given[0].steps = Some(EvidenceRef("ev_aaaaaaaaaaaa".to_owned()));
    let tester = flight.mission.verdicts[&val(ONE)][0].attempt;
    let row = |mission: &Mission, wanted: &Moment| {
        let found = timeline::moments(mission).into_iter().find(|(_, moment)| moment == wanted);
        found.map(|moment| timeline::row(mission, &moment, mission.updated).plain())
    };
    let first = row(&flight.mission, &Moment::Attempt(tester)).unwrap();
    assert!(first.contains("2/2"), "{first}");
    flight.person(again(&[ONE]));
    let mut flight = flight.gated();
    let evidence = vec![EvidenceRef("ev_bbbbbbbbbbbb".to_owned())];
    let proven = vec![ProvenAgain { assertion: val(ONE), revision: Revision(1), evidence }];
    flight.engine(Command::RecordProof { milestone: M2, round: 2, proven });
    let mission = &flight.mission;
    let after = row(mission, &Moment::Attempt(tester)).unwrap();
    assert!(after.contains("2/2") && !after.contains("3/3"), "{after}");
    let replayed = row(mission, &Moment::Replay(M2, 2)).unwrap();
    assert!(replayed.contains("engine") && replayed.contains("1 assertion again by the steps"), "{replayed}");
    let verdict = mission.newest_verdict(&val(ONE)).unwrap();
    let words = format!("the engine, replaying the steps of {tester} user testing");
    assert_eq!(assertion::given_by(mission, verdict), words);
    let backing = mission.backing(verdict);
    assert_eq!((backing.model.as_str(), backing.family.as_str()), ("", ""), "no model looked at it");
    let page = assertion::page(mission, mission.assertion(&val(ONE)).unwrap(), &|_| String::new(), 160);
    let page = plain(&page);
    assert!(page.contains(&words) && page.contains("M2 round 2"), "{page}");
    assert_eq!(mission.built_since_proof(&val(ONE)), [], "nothing was built since the replay");
    let summary = plain(&gate::summary(mission, M2.into(), "P", 160));
    assert!(summary.contains("1 of at most 3: passed · proven again: passed"), "{summary}");
}

#[test]
fn what_is_taken_back_sets_no_other_work_going() {
    let mut checked = words::assertion("VAL-M2-001");
    checked.wording.check.command = Some(words::line("make b"));
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let assertions = vec![words::assertion(ONE), checked];
    flight.attempt(planner, Command::ProposeContract { assertions });
    flight.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
    let baseline = Box::new(words::baseline(vec![words::run("make b", 0)]));
    flight.engine(Command::RecordBaseline { baseline });
    let milestone = |name: &str, id: &str| words::milestone(name, vec![words::feature(name, &[id])]);
    let milestones = vec![milestone("One", ONE), milestone("Two", "VAL-M2-001")];
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer: None });
    let flight = flight.gone(GateId::Plan).built(1).validated().gone(M1.into());
    let mut flight = flight.built(2).validated();
    assert_eq!(flight.due(), [Work::Engine(EngineWork::Sabotage { milestone: M2, round: 1 })]);
    let sabotage = words::sabotage("VAL-M2-001", SabotageOutcome::OutOfTime);
    flight.engine(Command::RecordSabotage { sabotage: Box::new(Sabotage { milestone: M2, ..sabotage }) });
    assert!(flight.mission.waits_at(M2.into()));
    flight.person(again(&[ONE]));
    let mut flight = flight.gated();
    flight.start(flight.due()[0]);
    flight.person(back(&[ONE]));
    assert_eq!(flight.due(), [], "what had no time to be seen red is not tried again for it");
    assert!(flight.mission.waits_at(M2.into()));
}
