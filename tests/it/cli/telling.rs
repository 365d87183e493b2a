//! What a person reads while a mission flies: the lines of its events, its summary, and the commands at the end.

use flightdeck::cli::print::{Printable, Style, printed};
use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::command::Command;
use flightdeck::domain::finding::Severity;
use flightdeck::domain::id::{MilestoneId, Timestamp};
use flightdeck::domain::message::Party;
use flightdeck::domain::mission::{Hold, HoldCause, Mission};
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::event_lines::event_line;
use flightdeck::view::{needs, summary};
use insta::assert_snapshot;

use crate::support::mission::Flight;
use crate::support::words;

/// The lines of a whole log.
fn told(flight: &Flight) -> String {
    let mut mission = Mission::unborn();
    let lines = flight.log.iter().filter_map(|stamped| {
        mission.apply(stamped);
        let at = stamped.at.since(mission.created);
        event_line(stamped, &mission).map(|line| printed(&line, at, Style::PLAIN))
    });
    Printable::lines(lines).to_string()
}

fn waits(flight: &Flight) -> String {
    let lines = needs::lines(&flight.mission);
    Printable::lines(lines.iter().map(|(_, line)| printed(line, 0, Style::PLAIN))).to_string()
}

#[test]
fn a_flight_to_a_failed_round_is_told_line_by_line() {
    let flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    assert_snapshot!(told(&flight), @r#"
    0:00  ● mission        guestbook-7k2p begins: Guestbook
                           on branch flightdeck/guestbook-7k2p from base000 of /home/ada/guestbook
    0:01  ● plan           #1 orchestrator plans (rehearsal/guestbook)
    0:02  ✓ contract       1 assertion: 1 over http
    0:03  ✓ environment    make · make test · service web on port 8080
    0:04  ✓ plan           1 milestone, 1 feature
                           M1 Milestone 1: F1 Feature of VAL-M1-001
    0:04  ▲ plan gate      the plan waits for GO: 1 milestone, 1 feature, 1 assertion
    0:05  ✓ plan gate      GO by you
    0:06  ● F1             #2 worker builds: Feature of VAL-M1-001 (rehearsal/guestbook)
    0:07  ✓ F1             built: Built F1
                           #2 · 1 test added · 1.0s
    0:07  · NOTE-1         proposed: the server needs a free port
    0:08  ✓ F1             1 exit code as claimed: make test
    0:09  ● M1             round 1 at head002: 1 feature to review, 1 assertion to try
    0:09  ✓ M1             gate commands: make · make test
    0:10  ● F1             #3 reviewer reads the diff of F1, round 1 (rehearsal/guestbook)
    0:11  ✓ F1             #3 reviewer passes: Good work
    0:12  ● M1             #4 scrutiny weighs the reviews, round 1 (rehearsal/guestbook)
    0:13  ✓ M1             #4 scrutiny: It holds together
    0:14  ● M1             #5 user testing works the app, round 1 (rehearsal/guestbook)
    0:15  ✗ VAL-M1-001     fail: seen with my own eyes
    0:16  ✗ FND-1          blocking, F1: VAL-M1-001 fails: seen with my own eyes
    0:16  · M1             #5 user testing: Tried it all
    0:16  ✗ M1             round 1 failed: 0 of 1 assertion hold
    "#);
}

#[test]
fn a_round_that_fails_though_everything_holds_says_why() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed();
    let scrutiny = flight.start(flight.due()[0]);
    let report = Command::ReportScrutiny {
        summary: words::prose("It falls apart"),
        issues: vec![words::issue(Severity::Blocking, "two writers lose entries")],
        knowledge: Vec::new(),
        known: vec![],
    };
    flight.attempt(scrutiny, report);
    let flight = flight.tested(Outcome::Pass);
    assert!(
        told(&flight)
            .ends_with("round 1 failed: 1 of 1 assertion hold, 1 not seen red, 1 blocking finding open"),
        "{}",
        told(&flight)
    );
}

#[test]
fn a_gate_is_told_with_the_commands_that_decide_it() {
    assert_snapshot!(waits(&Flight::new().proposed(1, 1)), @r#"
    0:00  ▲ plan gate      the plan waits for GO: 1 milestone, 1 feature, 1 assertion
                           flightdeck plan guestbook-7k2p
                           flightdeck gate guestbook-7k2p plan go
                           flightdeck gate guestbook-7k2p plan no-go --note "what must change"
    "#);
    assert_snapshot!(waits(&Flight::at_gate()), @r#"
    0:00  ▲ gate M1        milestone M1 passed and waits for GO
                           flightdeck diff guestbook-7k2p M1
                           flightdeck gate guestbook-7k2p M1 go
                           flightdeck gate guestbook-7k2p M1 no-go --note "what must change"
    "#);
}

#[test]
fn a_question_and_a_hold_are_told_with_what_lets_the_mission_go_on() {
    let mut flight = Flight::new();
    let attempt = flight.start(AgentWork::Plan);
    let options = vec![words::line("SQLite"), words::line("a file")];
    flight.attempt(attempt, Command::ask(Party::Person, words::prose("Which store?"), options));
    assert_snapshot!(waits(&flight), @r#"
    0:00  ▲ Q1             Q1 asks: Which store?
                           1. SQLite
                           2. a file
                           flightdeck answer -m guestbook-7k2p Q1 "…"
    "#);
    let mut flight = Flight::new();
    let attempt = flight.start(AgentWork::Plan);
    flight.end(attempt, Ending::Unusable { reason: words::line("anthropic refused the key") });
    let sentence = words::line("anthropic refused the key");
    flight.engine(Command::Hold { hold: Hold::new(HoldCause::Backend, sentence) });
    assert_snapshot!(waits(&flight), @r#"
    0:00  ▲ hold           plan has no usable model: anthropic refused the key
                           flightdeck doctor
                           flightdeck models -m guestbook-7k2p orchestrator PROVIDER/MODEL
                           flightdeck resume guestbook-7k2p
                           flightdeck say -m guestbook-7k2p "advice"
                           flightdeck abandon guestbook-7k2p --reason "why"
    "#);
}

#[test]
fn the_summary_says_how_the_mission_stands() {
    assert_snapshot!(Style::PLAIN.page(&summary::rows(&Flight::completed().mission, Timestamp(99_000))), @r#"
    guestbook-7k2p  ✓ COMPLETED   1/1 features · 1/1 assertions · 1 not seen red
    contract  1 of 1 assertion proven, of them 1 not seen red
    plan      M1 GO after 1 round
    cost      5 attempts · <1m · in 0 · out 0 · $0.00
    branch    flightdeck/guestbook-7k2p at head002, from base000
    next      flightdeck land guestbook-7k2p (merges flightdeck/guestbook-7k2p into main; --pr offers it instead)
    "#);
    let mut flight = Flight::at_gate();
    flight.person(Command::DecideGate {
        gate: flightdeck::domain::gate::GateId::Milestone(MilestoneId(1)),
        decision: words::no_go("mend the form"),
    });
    assert_snapshot!(Style::PLAIN.page(&summary::rows(&flight.mission, flight.now())), @r#"
    guestbook-7k2p  ● RUNNING   M1 of 1 · Milestone 1   1/1 features · 1/1 assertions · 1 not seen red
    contract  1 of 1 assertion proven, of them 1 not seen red
    plan      M1 sent back by NO-GO after 1 round
    cost      5 attempts · <1m · in 0 · out 0 · $0.00
    branch    flightdeck/guestbook-7k2p at head002, from base000
    "#);
}
