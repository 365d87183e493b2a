//! The mission as a whole: pauses, holds, settings, its end.

use flightdeck::domain::attempt::{AgentWork, Role, Work};
use flightdeck::domain::attention::needs;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide_all;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::mission::{Hold, HoldCause, Status};
use flightdeck::domain::rejection::Reason;
use flightdeck::domain::usage::Usage;

use crate::support::mission::Flight;
use crate::support::words;

fn hold(cause: HoldCause, until: &[i64]) -> Command {
    let until = until.first().map(|at| Timestamp(*at));
    Command::Hold { hold: Hold { until, ..Hold::new(cause, format!("{cause:?}")) } }
}

fn cause(flight: &Flight) -> HoldCause {
    flight.mission.hold.as_ref().unwrap().cause
}

#[test]
fn a_pause_stops_what_is_due_until_it_is_resumed() {
    let mut flight = Flight::new();
    assert_eq!(flight.refusal(Actor::Person, Command::Resume), "the mission is not paused");
    flight.person(Command::Pause);
    assert_eq!((flight.due(), flight.mission.status()), (vec![], Status::Paused));
    assert_eq!(flight.refusal(Actor::Person, Command::Pause), "the mission is paused already");
    assert_eq!(flight.refusal(Actor::Engine, Command::Resume), "only a hold that has an end lifts by itself");
    flight.person(Command::Resume);
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Plan)]);
}

#[test]
fn the_first_cause_stands_but_a_quota_gives_way() {
    let mut flight = Flight::new();
    flight.engine(hold(HoldCause::BudgetSpent, &[])).engine(hold(HoldCause::Machine, &[]));
    assert_eq!((cause(&flight), flight.mission.status()), (HoldCause::BudgetSpent, Status::BudgetSpent));
    let mut flight = Flight::new();
    flight.engine(hold(HoldCause::Quota, &[9_000])).person(Command::Pause);
    assert_eq!(cause(&flight), HoldCause::Person, "a timer does not lift a person's pause");
}

#[test]
fn a_quota_asks_nobody_while_its_end_is_known() {
    let mut flight = Flight::new();
    flight.engine(hold(HoldCause::Quota, &[9_000]));
    assert_eq!(needs(&flight.mission), []);
    flight.engine(Command::Resume);
    flight.engine(hold(HoldCause::Quota, &[]));
    assert_eq!(needs(&flight.mission)[0].sentence, "Quota");
}

#[test]
fn settings_change_while_it_flies() {
    let mut flight = Flight::new();
    let budget = Budget { tokens: Some(9), ..Budget::default() };
    flight
        .person(Command::SetBudget { budget })
        .person(Command::SetAutopilot { autopilot: Autopilot::On })
        .person(Command::ChooseModel { role: Role::Worker, model: words::title("openai/small") });
    assert_eq!((flight.mission.budget, flight.mission.autopilot), (budget, Autopilot::On));
    assert_eq!(flight.mission.models[&Role::Worker].as_str(), "openai/small");
}

#[test]
fn usage_counts_after_an_attempt_and_after_the_end() {
    let mut flight = Flight::completed();
    let attempt = *flight.mission.attempts.keys().next().unwrap();
    let usage = Usage { input: 5, turns: 1, ..Usage::default() };
    flight.engine(Command::CountUsage { attempt, usage }).engine(Command::CountUsage { attempt, usage });
    assert_eq!((flight.mission.usage().tokens(), flight.mission.usage().turns), (10, 2));
}

#[test]
fn a_mission_ends_with_everybody_in_it() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    flight.person(Command::Abandon { reason: words::line("another idea") });
    assert!(!flight.mission.attempts[&planner].is_live());
    assert_eq!((flight.due(), flight.mission.status()), (vec![], Status::Abandoned));
    let mut flight = Flight::at_gate().gone(flightdeck::domain::id::MilestoneId(1).into());
    let talker = flight.talking();
    let flight = flight.gone(flightdeck::domain::gate::GateId::Final);
    assert!(!flight.mission.attempts[&talker].is_live());
}

#[test]
fn only_what_is_finished_lands_and_it_lands_once() {
    let land = || Command::RecordLanding { branch: words::title("main"), commit: words::commit("merged") };
    assert_eq!(Flight::new().refusal(Actor::Engine, land()), "the final gate is not GO yet");
    let mut flight = Flight::completed();
    assert_eq!(flight.mission.status(), Status::Completed);
    flight.engine(land());
    assert_eq!(flight.mission.status(), Status::Landed);
    assert_eq!(flight.refusal(Actor::Engine, land()), "the mission has landed already");
}

#[test]
fn a_mission_of_a_newer_version_is_only_read() {
    let mut flight = Flight::new();
    let at = flight.now();
    flight.record(Actor::Engine, Event::Unrecognised { original: words::title("mission_teleported") }, at);
    assert_eq!(flight.due(), []);
    let command = vec![Command::Pause];
    let rejection = decide_all(&flight.mission, Actor::Person, command, at).unwrap_err();
    assert_eq!(rejection.reason, Reason::ReadOnly);
    assert_eq!(
        rejection.to_string(),
        "this mission was written by a newer flightdeck and can only be read; install the newer version to fly it"
    );
}

#[test]
fn of_several_commands_all_are_accepted_or_none() {
    let flight = Flight::new();
    let good = Command::Broadcast { text: words::prose("hear") };
    let both = vec![good.clone(), Command::Resume];
    assert!(decide_all(&flight.mission, Actor::Person, both, flight.now()).is_err());
    let events = decide_all(&flight.mission, Actor::Person, vec![good.clone(), good], flight.now()).unwrap();
    let ids: Vec<String> = events
        .iter()
        .map(|event| match event {
            Event::DirectiveIssued { directive } => directive.id.to_string(),
            other => other.kind().to_owned(),
        })
        .collect();
    assert_eq!(ids, ["D1", "D2"], "the second sees what the first did");
}

#[test]
fn in_quiet_hours_nobody_is_asked_whatever_fails_and_the_persons_word_counts() {
    let mut flight = Flight::new();
    flight.engine(hold(HoldCause::QuietHours, &[9_000])).engine(hold(HoldCause::Failures, &[]));
    assert_eq!((cause(&flight), needs(&flight.mission)), (HoldCause::QuietHours, vec![]));
    flight.person(Command::Pause);
    assert_eq!(cause(&flight), HoldCause::Person);
}
