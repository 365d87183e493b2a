//! What passes by itself is waited for, what needs the person is a decision, and what only crashes is not started for ever.

use flightdeck::domain::attempt::{AgentWork, Ending, Work};
use flightdeck::domain::attention::needs;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AttemptId, FeatureId, Timestamp};
use flightdeck::domain::mission::{HoldCause, Status};
use flightdeck::domain::usage::Usage;
use flightdeck::domain::wait::{Wait, WaitCause};
use flightdeck::view::hold::{self, ChoiceKind};
use flightdeck::view::row::plain;

use crate::support::mission::Flight;
use crate::support::words;

const PLAN: Work = Work::Agent(AgentWork::Plan);
const BUILD: AgentWork = AgentWork::Build { feature: FeatureId(1) };

fn wait(work: impl Into<Work>, sentence: &str, since: Timestamp) -> Command {
    let (cause, sentence) = (WaitCause::Model, words::line(sentence));
    Command::BeginWait { wait: Wait { work: work.into(), cause, sentence, since, until: None } }
}

fn lose(flight: &mut Flight, work: AgentWork, turns: u32) -> AttemptId {
    let attempt = flight.start(work);
    let usage = Usage { turns, ..Usage::default() };
    flight.engine(Command::CountUsage { attempt, usage });
    flight.end(attempt, Ending::Interrupted);
    flight.engine(Command::RecordLoss { work: work.into(), reason: words::line("the engine died") });
    attempt
}

#[test]
fn a_wait_is_told_when_it_begins_when_its_reason_changes_and_when_it_ends() {
    let mut flight = Flight::new();
    flight.start(AgentWork::Plan);
    let begun = flight.mission.updated;
    let before = flight.log.len();
    for sentence in ["refused", "refused", "refused", "timed out", "timed out"] {
        flight.engine(wait(PLAN, sentence, flight.mission.updated));
    }
    let present = flight.mission.wait_of(PLAN).unwrap();
    assert_eq!(present.since, begun, "since when it waits stays");
    flight.engine(Command::EndWait { work: PLAN });
    flight.engine(Command::EndWait { work: PLAN });
    let kinds: Vec<&str> = flight.log[before..].iter().map(|stamped| stamped.event.kind()).collect();
    assert_eq!(kinds, ["wait_started", "wait_started", "wait_ended"]);
}

#[test]
fn who_waits_is_seen_to_and_asks_nothing_of_the_person() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    assert_eq!(flight.mission.status(), Status::Planning);
    flight.engine(wait(PLAN, "refused", flight.mission.updated));
    assert_eq!(flight.mission.status(), Status::Retrying);
    assert_eq!(needs(&flight.mission), []);
    flight.end(planner, Ending::Interrupted);
    assert_eq!(flight.mission.status(), Status::Retrying, "whoever takes its place waits on");
    let next = flight.start(AgentWork::Plan);
    flight.end(next, Ending::Failed { reason: words::line("no") });
    assert_eq!(flight.mission.status(), Status::Planning, "an end of another kind is the end of the wait");
}

#[test]
fn one_who_waits_among_several_does_not_stand_for_all() {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated();
    let reviews = flight.due();
    for work in &reviews {
        flight.start(*work);
    }
    flight.engine(wait(reviews[0], "refused", flight.mission.updated));
    assert_eq!((flight.mission.status(), flight.mission.waits().count()), (Status::Running, 1));
    flight.engine(wait(reviews[1], "refused", flight.mission.updated));
    assert_eq!(flight.mission.status(), Status::Retrying);
}

#[test]
fn what_is_not_due_any_more_is_not_waited_for() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    flight.engine(wait(PLAN, "refused", flight.mission.updated));
    flight.end(planner, Ending::Interrupted);
    flight.person(Command::Pause);
    assert_eq!((flight.mission.status(), flight.mission.waits().count()), (Status::Paused, 0));
    flight.person(Command::Resume);
    assert!(flight.mission.waits.is_empty(), "and what is resumed is tried at once");
}

#[test]
fn the_person_has_what_is_waited_for_tried_at_once_and_nothing_else() {
    let mut flight = Flight::new();
    flight.start(AgentWork::Plan);
    assert_eq!(flight.refusal(Actor::Person, Command::Resume), "the mission is not paused");
    flight.engine(wait(PLAN, "refused", flight.mission.updated));
    assert!(flight.refusal(Actor::Engine, Command::Resume).contains("not paused"));
    flight.person(Command::Resume);
    assert!(flight.mission.wait_of(PLAN).is_none() && flight.mission.live_attempts().count() == 1);
}

#[test]
fn time_spent_waiting_is_no_time_of_work() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let started = flight.mission.attempts[&planner].started;
    flight.engine(wait(PLAN, "refused", started));
    let hour = Timestamp(started.0 + 3_600_000);
    assert!(flight.mission.agent_ms(hour) < 1_000, "while it lasts");
    flight.record(
        Actor::Engine,
        flightdeck::domain::event::Event::WaitEnded { work: PLAN, since: started },
        hour,
    );
    assert!(flight.mission.agent_ms(hour) < 1_000, "and after it");
    assert_eq!(flight.mission.agent_ms(Timestamp(hour.0 + 5_000)), 5_000);
}

#[test]
fn an_engine_that_dies_three_times_at_the_same_place_is_not_started_again() {
    let mut flight = Flight::new().planned(1, 1);
    for _ in 0..2 {
        lose(&mut flight, BUILD, 1);
        assert_eq!(flight.mission.hold, None);
    }
    lose(&mut flight, BUILD, 1);
    let hold = flight.mission.hold.clone().unwrap();
    assert_eq!((hold.cause, hold.work), (HoldCause::Crashes, Some(BUILD.into())));
    assert_eq!(
        hold.sentence.as_str(),
        "F1 broke off 3 times in a row at the same place, last: the engine died; read what it did, change what leads to it, and resume"
    );
    assert_eq!(flight.due(), []);
    flight.person(Command::Resume);
    lose(&mut flight, BUILD, 1);
    assert_eq!(flight.mission.hold, None, "whoever retries has three more");
}

#[test]
fn an_engine_that_dies_at_other_places_each_time_gets_on() {
    let mut flight = Flight::new().planned(1, 1);
    for turns in [1, 7, 3, 3, 12, 12, 4, 30] {
        lose(&mut flight, BUILD, turns);
    }
    assert_eq!(flight.mission.hold, None);
    let mut flight = Flight::new().planned(1, 2);
    lose(&mut flight, BUILD, 1);
    lose(&mut flight, BUILD, 1);
    let flight = flight.built(1);
    assert_eq!(flight.mission.losses, [], "and what was done in the end is forgotten");
}

#[test]
fn a_hold_says_what_was_tried_since_when_and_what_can_be_done() {
    let mut flight = Flight::new().planned(1, 1);
    for _ in 0..3 {
        let worker = flight.start(BUILD);
        flight.end(worker, Ending::Failed { reason: words::line("it loops") });
    }
    let held = flight.mission.held_since.unwrap();
    assert_eq!(needs(&flight.mission)[0].since, held);
    flight.person(Command::SetAutopilot { autopilot: flightdeck::domain::gate::Autopilot::On });
    assert_eq!(needs(&flight.mission)[0].since, held, "what happens later does not make it younger");
    let page = plain(&hold::page(&flight.mission, Timestamp(held.0 + 300_000), 70));
    for words in ["F1 failed 3 times in a row, last: it loops", "F1: 3 attempts in <1m: #2, #3 and #4", "5m"]
    {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let lines: Vec<String> = hold::choices(&flight.mission).into_iter().map(|choice| choice.line).collect();
    let expected = [
        "flightdeck transcript guestbook-7k2p \"#4\"",
        "flightdeck resume guestbook-7k2p",
        "flightdeck models -m guestbook-7k2p worker PROVIDER/MODEL",
        "flightdeck say -m guestbook-7k2p \"advice\"",
        "flightdeck abandon guestbook-7k2p --reason \"why\"",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn every_hold_offers_a_way_on_a_word_and_an_end() {
    use HoldCause::{
        Backend, BudgetSpent, Crashes, Failures, Machine, Person, QuietHours, Quota, StoppedAttempt,
    };
    for cause in [Person, StoppedAttempt, Backend, Quota, QuietHours, BudgetSpent, Failures, Machine, Crashes]
    {
        let mut flight = Flight::new().planned(1, 1);
        let worker = flight.start(BUILD);
        flight.end(worker, Ending::Failed { reason: words::line("no") });
        let hold = flightdeck::domain::mission::Hold::new(cause, "held").at(BUILD);
        flight.engine(Command::Hold { hold });
        let kinds: Vec<ChoiceKind> =
            hold::choices(&flight.mission).iter().map(|choice| choice.kind).collect();
        let has = |wanted: fn(&ChoiceKind) -> bool| kinds.iter().any(wanted);
        assert!(
            has(|kind| matches!(kind, ChoiceKind::Retry | ChoiceKind::RaiseBudget)),
            "{cause:?}: {kinds:?}"
        );
        assert!(kinds.ends_with(&[ChoiceKind::Talk, ChoiceKind::Abandon]), "{cause:?}: {kinds:?}");
        let changes = has(|kind| matches!(kind, ChoiceKind::ChangeModel { .. }));
        assert_eq!(changes, matches!(cause, Backend | Failures | Crashes), "{cause:?}");
    }
    assert_eq!(hold::choices(&Flight::new().proposed(1, 1).gone(GateId::Plan).mission), []);
}
