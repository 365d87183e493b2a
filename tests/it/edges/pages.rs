//! Pages on both edges: plan, gates, assertions, findings, features, evidence, transcripts, models and talk.

use flightdeck::domain::attempt::Work;
use flightdeck::domain::command::Command;
use flightdeck::domain::finding::Severity;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId};
use flightdeck::domain::message::Party;
use flightdeck::domain::risk::risks;
use flightdeck::domain::verdict::Outcome;

use super::{console, on_both};
use crate::cli::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words;

/// One milestone whose assertions passed, failed, then passed again: at its gate in the second round.
fn flaky() -> Flight {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass);
    flight.verdict(tester, "VAL-M1-002", Outcome::Fail);
    flight.verdict(tester, "VAL-M1-002", Outcome::Pass);
    flight.report_testing(tester);
    flight
}

#[test]
fn look() {
    let flight = flaky();
    let stage = Stage::new();
    stage.keep(&flight);
    for verb in [
        &["plan"][..],
        &["gate"],
        &["gate", "final"],
        &["findings"],
        &["feature", "show", "F1"],
        &["assertion", "show", "VAL-M1-002"],
        &["assertion", "list"],
        &["evidence"],
        &["transcript"],
        &["models"],
        &["talk"],
    ] {
        println!("=== {verb:?}\n{}", stage.told(verb));
    }
    println!("{}", console(&flight, "g"));
    let flight = Flight::new().proposing(
        vec![words::assertion("VAL-A-001"), words::non_blocking("VAL-B-001")],
        vec![words::milestone(
            "M",
            vec![words::feature("a", &["VAL-A-001"]), words::feature("b", &["VAL-B-001"])],
        )],
    );
    println!("{}", console(&flight, "g"));
    println!("{:?}", risks(&flight.mission));
}
