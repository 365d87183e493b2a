//! A mission as the text of a pull request.

use flightdeck::domain::command::Command;
use flightdeck::domain::contract::AssertionDraft;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::MilestoneId;
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::pull_request::{body, title};
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words;

/// Sent back once, one assertion passed, one waived, one that blocks nothing failed; agents wrote what Markdown and
/// platforms would make something of.
fn flown() -> Flight {
    let mut hostile: AssertionDraft = words::assertion("VAL-M1-001");
    hostile.wording.title = words::title("A | pipe, @octocat, fixes #12 <b> `x`");
    let contract = vec![hostile, words::assertion("VAL-M1-002"), words::non_blocking("VAL-M1-003")];
    let ids = ["VAL-M1-001", "VAL-M1-002", "VAL-M1-003"];
    let plan = vec![words::milestone("One", vec![words::feature("All of it", &ids)])];
    let flight = Flight::new().proposing(contract, plan).gone(GateId::Plan).built(1);
    let mut flight = flight.gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass).verdict(tester, "VAL-M1-002", Outcome::Blocked);
    flight.verdict(tester, "VAL-M1-003", Outcome::Pass).report_testing(tester);
    let waived = words::val("VAL-M1-002");
    flight.person(Command::Waive { assertion: waived, reason: words::line("no printer here") });
    flight
}

#[test]
fn the_gates_the_contract_the_waivers_and_what_is_not_shown_stand_in_it() {
    let mut flight = flown();
    let note = Some(words::line("ship it"));
    let decision = flightdeck::domain::gate::Decision::Go { note };
    if flight.mission.is_gate_open(GateId::Milestone(MilestoneId(1))) {
        flight.person(Command::DecideGate { gate: GateId::Milestone(MilestoneId(1)), decision });
    }
    let body = body(&flight.mission);
    assert_eq!(title(&flight.mission), "Guestbook");
    let first = "**Not shown: 1 waived · 2 not seen red**\n\n> Build a guestbook\n";
    assert!(body.starts_with(first), "{body}");
    for line in [
        "- plan gate: **GO** by a person",
        "2 of 3 assertions proven, of them 2 not seen red.",
        "## Waived: accepted unproven\n\n- VAL-M1-002: no printer here",
    ] {
        assert!(body.contains(line), "{line}\n{body}");
    }
    let row = body.lines().find(|line| line.starts_with("| VAL-M1-001 |")).unwrap();
    assert!(row.contains("A \\| pipe, @\u{2060}octocat, fixes #\u{2060}12 \\<b\\> \\`x\\`"), "{row}");
    assert!(row.contains("| http | **passed** at ") && row.contains("seen with my own eyes"), "{row}");
    let waived = body.lines().find(|line| line.starts_with("| VAL-M1-002 |")).unwrap();
    assert!(waived.ends_with("**waived** |"), "{waived}");
}

#[test]
fn what_is_unproven_is_named_as_not_shown() {
    let flight = Flight::new().planned(1, 1).built(1);
    let body = body(&flight.mission);
    assert!(body.starts_with("**Not shown: 1 assertion without a verdict**\n"), "{body}");
    assert!(body.contains("0 of 1 assertion proven."), "{body}");
    assert!(body.contains("## Not shown\n\n- VAL-M1-001 is pending: "), "{body}");
}

#[test]
fn a_text_that_no_platform_takes_is_cut_and_says_so() {
    let contract: Vec<_> = (1..=900).map(|n| words::assertion(&format!("VAL-M1-{n:03}"))).collect();
    let ids: Vec<String> = (1..=900).map(|n| format!("VAL-M1-{n:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let plan = vec![words::milestone("One", vec![words::feature("All of it", &ids)])];
    let body = body(&Flight::new().proposing(contract, plan).mission);
    assert!(body.chars().count() < 61_000);
    assert!(body.ends_with("… cut here: `flightdeck gate guestbook-7k2p final` tells the rest.\n"));
}
