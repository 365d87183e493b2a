//! What a person reads while a mission flies: the lines of its events, its summary, and the commands at the end.

use flightdeck::cli::progress::style::Style;
use flightdeck::cli::progress::summary::{needed, summary};
use flightdeck::cli::progress::telling::tell;
use flightdeck::domain::attempt::{Ending, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::id::MilestoneId;
use flightdeck::domain::message::Party;
use flightdeck::domain::mission::{Hold, HoldCause, Mission};
use flightdeck::domain::verdict::Outcome;
use insta::assert_snapshot;

use crate::support::mission::Flight;
use crate::support::words;

/// The lines of a whole log.
fn told(flight: &Flight) -> String {
    let mut mission = Mission::unborn();
    let lines = flight.log.iter().filter_map(|stamped| {
        mission.apply(stamped);
        let at = stamped.at.since(mission.created);
        tell(stamped, &mission).map(|line| line.rendered(at, Style::PLAIN))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn waits(flight: &Flight) -> String {
    let lines = needed(&flight.mission);
    lines.iter().map(|line| line.rendered(0, Style::PLAIN)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_flight_to_a_failed_round_is_told_line_by_line() {
    let flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    assert_snapshot!(told(&flight), @"");
}

#[test]
fn a_gate_is_told_with_the_commands_that_decide_it() {
    assert_snapshot!(waits(&Flight::new().proposed(1, 1)), @"");
    assert_snapshot!(waits(&Flight::at_gate()), @"");
}

#[test]
fn a_question_and_a_hold_are_told_with_what_lets_the_mission_go_on() {
    let mut flight = Flight::new();
    let attempt = flight.start(Work::Plan);
    let options = vec![words::line("SQLite"), words::line("a file")];
    flight.attempt(attempt, Command::Ask { to: Party::Person, text: words::prose("Which store?"), options });
    assert_snapshot!(waits(&flight), @"");
    let mut flight = Flight::new();
    let attempt = flight.start(Work::Plan);
    flight.end(attempt, Ending::Unusable { reason: words::line("anthropic refused the key") });
    let sentence = words::line("anthropic refused the key");
    flight.engine(Command::Hold { hold: Hold { cause: HoldCause::Backend, sentence, until: None } });
    assert_snapshot!(waits(&flight), @"");
}

#[test]
fn the_summary_says_how_the_mission_stands() {
    assert_snapshot!(summary(&Flight::completed().mission, Style::PLAIN).join("\n"), @"");
    let mut flight = Flight::at_gate();
    flight.person(Command::DecideGate {
        gate: flightdeck::domain::gate::GateId::Milestone(MilestoneId(1)),
        decision: words::no_go("mend the form"),
    });
    assert_snapshot!(summary(&flight.mission, Style::PLAIN).join("\n"), @"");
}
