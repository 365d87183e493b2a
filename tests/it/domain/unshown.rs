//! What is not shown: every reason, in one order, each thing once.

use flightdeck::domain::claim::NotRun;
use flightdeck::domain::command::Command;
use flightdeck::domain::contract::AssertionDraft;
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId, RequirementId, Revision};
use flightdeck::domain::sabotage::SabotageOutcome;
use flightdeck::domain::trace::TraceSubject;
use flightdeck::domain::unshown::{Doubt, Matter, Unshown};
use flightdeck::domain::verdict::Outcome;
use flightdeck::view::row::plain;
use flightdeck::view::unshown::{headline, rows, sentence};
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const FIRST: GateId = GateId::Milestone(MilestoneId(1));

fn doubts(flight: &Flight, gate: GateId) -> Vec<(Doubt, String)> {
    let named = |found: Unshown| match found.matter {
        Matter::Requirement(id) => (found.doubt, id.to_string()),
        Matter::Assertion(id) => (found.doubt, id.to_string()),
        Matter::Feature(id) => (found.doubt, id.to_string()),
    };
    flight.mission.unshown_at(gate).into_iter().map(named).collect()
}

/// A milestone with assertions of which each ends otherwise.
fn mixed() -> Flight {
    let ids: Vec<String> = (1..=6).map(|n| format!("VAL-M1-{n:03}")).collect();
    let mut contract: Vec<AssertionDraft> = ids.iter().map(|id| words::assertion(id)).collect();
    for draft in &mut contract {
        draft.shows.clear();
    }
    contract[0].wording.check.command = Some(words::line("make check"));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let plan = vec![words::milestone("One", vec![words::feature("All", &ids)])];
    let mut flight = Flight::new().proposing(contract, plan);
    let baseline = Box::new(words::baseline(vec![words::run("make check", 0)]));
    flight.engine(Command::RecordBaseline { baseline });
    let mut flight = flight.gone(GateId::Plan).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass).verdict(tester, "VAL-M1-002", Outcome::Fail);
    flight.verdict(tester, "VAL-M1-003", Outcome::Blocked).verdict(tester, "VAL-M1-004", Outcome::Pass);
    flight.verdict(tester, "VAL-M1-005", Outcome::Blocked).verdict(tester, "VAL-M1-006", Outcome::Pass);
    flight.report_testing(tester);
    let edit = Box::new(flightdeck::domain::command::WordingEdit {
        statement: Some(words::prose("A visitor sees something else")),
        ..Default::default()
    });
    flight.person(Command::EditAssertion { assertion: val("VAL-M1-004"), base: Revision(1), edit });
    flight.person(Command::Waive { assertion: val("VAL-M1-005"), reason: words::line("no printer") });
    flight
}

#[test]
fn each_thing_stands_once_under_its_gravest_reason() {
    let flight = mixed();
    assert_eq!(
        doubts(&flight, GateId::Final),
        [
            (Doubt::NoAssertion, "REQ-1".to_owned()),
            (Doubt::Failed, "VAL-M1-002".to_owned()),
            (Doubt::Blocked, "VAL-M1-003".to_owned()),
            (Doubt::Stale, "VAL-M1-004".to_owned()),
            (Doubt::Waived, "VAL-M1-005".to_owned()),
            (Doubt::Vacuous, "VAL-M1-001".to_owned()),
            (Doubt::NotSeenRed, "VAL-M1-006".to_owned()),
        ]
    );
    assert_eq!(
        sentence(&flight.mission, GateId::Final),
        "Not shown: 1 requirement without an assertion · 1 failed · 1 blocked · 1 stale · 1 waived · 1 vacuous · 1 not seen red"
    );
    assert_eq!(rows(&flight.mission, GateId::Final).len(), 7);
}

#[test]
fn a_plan_is_asked_only_for_what_it_can_show() {
    let flight = Flight::new().proposed(2, 1);
    assert_eq!(doubts(&flight, GateId::Plan), []);
    assert_eq!(
        sentence(&flight.mission, GateId::Plan),
        "Every requirement has an assertion: 1 of 1 requirement"
    );
    assert_eq!(doubts(&flight, GateId::Final).len(), 2, "of the whole mission nothing is shown yet");
    let unborn = headline(&Flight::new().mission, GateId::Plan, 80);
    assert!(unborn.is_empty(), "nothing can be said before a contract");
    let narrow = plain(&headline(&mixed().mission, GateId::Final, 40));
    assert!(narrow.lines().count() > 2 && narrow.ends_with("seen red"), "nothing of it is cut: {narrow}");
}

#[test]
fn a_milestone_is_asked_for_its_own_and_an_older_commit_counts_at_the_end() {
    let flight = Flight::new().planned(2, 1).built(1).validated();
    let judged = |id: &str| (Doubt::NotSeenRed, id.to_owned());
    assert_eq!(doubts(&flight, FIRST), [judged("VAL-M1-001")], "nobody can see a judgement fail");
    assert_eq!(sentence(&flight.mission, FIRST), "Not shown: 1 not seen red");
    let red = |flight: &Flight| {
        let mut mission = flight.mission.clone();
        mission.sabotages.insert(val("VAL-M1-001"), words::sabotage("VAL-M1-001", SabotageOutcome::Red));
        mission
    };
    assert_eq!(sentence(&red(&flight), FIRST), "Nothing is unshown here: 1 of 1 assertion");
    let flight = flight.gone(FIRST).built(2).validated();
    let older = (Doubt::Older, "VAL-M1-001".to_owned());
    assert_eq!(doubts(&flight, GateId::Final), [older, judged("VAL-M2-001")]);
    let flight = Flight::at_gate().gone(FIRST);
    assert_eq!(
        sentence(&red(&flight), GateId::Final),
        "Nothing is unshown: 1 of 1 requirement, 1 of 1 assertion"
    );
}

#[test]
fn lost_evidence_and_unchecked_claims_are_not_shown() {
    let mut flight = Flight::at_gate();
    let evidence = flight.mission.verdicts[&val("VAL-M1-001")][0].evidence.clone();
    flight.engine(Command::ReportLostEvidence { evidence });
    assert_eq!(doubts(&flight, FIRST), [(Doubt::EvidenceLost, "VAL-M1-001".to_owned())]);
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(flight.due()[0]);
    flight.hand_in(worker, words::handoff("Built F1"));
    assert_eq!(doubts(&flight, GateId::Final).last().unwrap(), &(Doubt::ClaimUnchecked, "F1".to_owned()));
    let feature = FeatureId(1);
    let left = vec![NotRun::new(&words::line("make deploy"), "it reaches beyond the checkout")];
    flight.engine(Command::LeaveClaims { feature, left });
    flight.engine(Command::RecordClaims { feature, runs: vec![words::run("make test", 0)] });
    assert_eq!(doubts(&flight, GateId::Final).last().unwrap(), &(Doubt::ClaimLeft, "F1".to_owned()));
    let told = plain(&rows(&flight.mission, GateId::Final));
    assert!(told.contains("F1: `make deploy`, because it reaches beyond the checkout"), "{told}");
}

#[test]
fn everything_is_followed_from_any_of_its_ends() {
    let flight = mixed();
    let mission = &flight.mission;
    let about = |word: &str| {
        let subject = mission.trace_subject(word).unwrap_or_else(|sentence| panic!("{word}: {sentence}"));
        let trace = mission.trace_of(&subject);
        let of = trace.requirements.iter().flat_map(|found| &found.assertions).chain(&trace.unrequired);
        of.map(|found| found.assertion.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(about("VAL-M1-002"), ["VAL-M1-002"]);
    assert_eq!(about("m1-002"), ["VAL-M1-002"], "as the other verbs take it");
    assert_eq!(about("F1").len(), 6);
    let evidence = &mission.verdicts[&val("VAL-M1-001")][0].evidence[0];
    assert_eq!(about(&evidence.0).len(), 6, "they share a piece");
    let finding = mission.findings.values().find(|found| found.assertion == Some(val("VAL-M1-002")));
    assert_eq!(about(&finding.unwrap().id.to_string()), ["VAL-M1-002"]);
    assert_eq!(about("REQ-1"), [""; 0], "it stands alone");
    let mut mapped = flight.clone();
    let shows = vec![RequirementId(1)];
    mapped.person(Command::MapAssertion { assertion: val("VAL-M1-002"), shows });
    let up = mapped.mission.trace_of(&TraceSubject::Assertion(val("VAL-M1-002")));
    assert_eq!(up.requirements.len(), 1, "upwards");
    assert!(up.unrequired.is_empty() && up.requirements[0].assertions[0].features[0].commit.is_some());
}

#[test]
fn a_thing_that_is_not_there_is_told_so() {
    let flight = Flight::at_gate();
    for (word, sentence) in [
        ("REQ-9", "there is no requirement REQ-9"),
        ("FND-9", "there is no finding FND-9"),
        ("ev_nothing", "no verdict rests on `ev_nothing`, and no feature is called so"),
        ("abcdef1", "no feature ends at abcdef1, and no verdict was given there"),
    ] {
        assert_eq!(flight.mission.trace_subject(word), Err(sentence.to_owned()));
    }
    let nothing = flight.mission.trace_subject("what?").unwrap_err();
    assert!(nothing.starts_with("nothing here is called `what?`: name a requirement (REQ-1)"), "{nothing}");
    assert!(matches!(flight.mission.trace_subject("req-1"), Ok(TraceSubject::Requirement(_))));
}
