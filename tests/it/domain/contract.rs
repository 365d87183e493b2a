//! Changes of the contract, and what they would cost.

use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::command::{CheckEdit, Command, PlanChange, WordingEdit};
use flightdeck::domain::consequence::{ContractChange, consequences, made_stale, plan_changes};
use flightdeck::domain::contract::{Instrument, Weight};
use flightdeck::domain::event::Actor;
use flightdeck::domain::id::{FeatureId, MilestoneId, Revision};
use flightdeck::domain::part::Part;
use flightdeck::domain::text::Line;
use flightdeck::domain::usage::Usage;
use flightdeck::domain::verdict::{Outcome, Standing};

use crate::support::mission::Flight;
use crate::support::words::{self, val};

fn restated(statement: &str) -> Box<WordingEdit> {
    Box::new(WordingEdit { statement: Some(words::prose(statement)), ..WordingEdit::default() })
}

fn editing(id: &str, base: u32, statement: &str) -> Command {
    Command::EditAssertion { assertion: val(id), base: Revision(base), edit: restated(statement) }
}

fn retiring(id: &str) -> Command {
    Command::RetireAssertion { assertion: val(id), reason: words::line("out of scope") }
}

fn waiving(id: &str) -> Command {
    Command::Waive { assertion: val(id), reason: words::line("good enough") }
}

fn adding(id: &str, feature: u32) -> Command {
    Command::AddAssertion { draft: Box::new(words::assertion(id)), feature: FeatureId(feature) }
}

#[test]
fn an_edit_makes_the_verdict_stale_and_deletes_nothing() {
    let mut flight = Flight::at_gate();
    let id = val("VAL-M1-001");
    assert_eq!(flight.mission.standing(&id), Standing::Passed);
    flight.person(editing("VAL-M1-001", 1, "A visitor sees it in red"));
    assert_eq!(flight.mission.standing(&id), Standing::Stale);
    assert_eq!(flight.mission.contract[&id].revision, Revision(2));
    assert_eq!(flight.mission.verdicts[&id].len(), 1);
    assert_eq!(
        flight.mission.obstacles(flight.mission.milestones[0].id),
        ["VAL-M1-001 was edited after its verdict"]
    );
}

#[test]
fn what_a_change_of_the_contract_must_respect() {
    let mut flight = Flight::at_gate();
    flight.person(adding("VAL-OLD-001", 1)).person(retiring("VAL-OLD-001"));
    let person = Actor::Person;
    let table = [
        (editing("VAL-X-001", 1, "no"), "there is no assertion VAL-X-001 in the contract"),
        (
            editing("VAL-M1-001", 4, "no"),
            "VAL-M1-001 is at revision 1 by now, and this edit starts from revision 4: read it again and edit that",
        ),
        (
            editing("VAL-M1-001", 1, "A visitor sees what VAL-M1-001 promises"),
            "VAL-M1-001 already says that: nothing would change",
        ),
        (
            editing("VAL-M1-001", 1, "It works"),
            "VAL-M1-001: the statement names no behaviour that a user can observe",
        ),
        (adding("VAL-M1-001", 1), "VAL-M1-001 exists already: choose another number"),
        (adding("VAL-N-001", 8), "there is no feature F8 to fulfill it"),
        (retiring("VAL-OLD-001"), "VAL-OLD-001 is retired"),
        (retiring("VAL-X-001"), "there is no assertion VAL-X-001 in the contract"),
        (waiving("VAL-OLD-001"), "VAL-OLD-001 is retired"),
        (waiving("VAL-M1-001"), "VAL-M1-001 passed: there is nothing to waive"),
    ];
    for (command, sentence) in table {
        assert_eq!(flight.refusal(person, command), sentence);
    }
}

#[test]
fn an_edit_leaves_the_parts_that_others_worded_meanwhile() {
    let mut flight = Flight::at_gate();
    let id = val("VAL-M1-001");
    let orchestrator = flight.talking();
    flight.attempt(orchestrator, editing("VAL-M1-001", 1, "A visitor sees it in red"));
    let check = CheckEdit { via: Some(Instrument::Terminal), ..CheckEdit::default() };
    let light =
        WordingEdit { weight: Some(Weight::NonBlocking), check: Some(check), ..WordingEdit::default() };
    let stale = |edit: &WordingEdit| Command::EditAssertion {
        assertion: id.clone(),
        base: Revision(1),
        edit: Box::new(edit.clone()),
    };
    flight.person(stale(&light));
    let found = &flight.mission.contract[&id];
    assert_eq!(found.revision, Revision(3));
    assert_eq!(found.wording.statement.as_str(), "A visitor sees it in red");
    assert_eq!((found.wording.weight, found.wording.check.via), (Weight::NonBlocking, Instrument::Terminal));
    assert_eq!(found.wording.check.how, words::wording("x").check.how, "what was not named stays");
    let authors = &flight.mission.assertion_authors[&id];
    assert_eq!(authors.of(Part::Statement).unwrap().by, Actor::Attempt(orchestrator));
    assert_eq!(authors.persons().collect::<Vec<_>>(), [Part::Via, Part::Weight]);
    assert_eq!(authors.of(Part::Title).unwrap().revision, Revision(1));
}

#[test]
fn a_stale_edit_is_refused_with_both_wordings() {
    let mut flight = Flight::at_gate();
    let orchestrator = flight.talking();
    flight.attempt(orchestrator, editing("VAL-M1-001", 1, "A visitor sees it in red"));
    assert_eq!(
        flight.refusal(Actor::Person, editing("VAL-M1-001", 1, "A visitor sees it in blue")),
        "VAL-M1-001 was worded anew since revision 1: its statement says \"A visitor sees it in red\" by now, \
         and yours says \"A visitor sees it in blue\"; read it again and edit that"
    );
}

#[test]
fn a_command_can_be_taken_away() {
    let mut flight = Flight::at_gate();
    let id = val("VAL-M1-001");
    for (revision, command) in [(1, "make look"), (2, "")] {
        let check = CheckEdit { command: Some(Line::clipped(command)), ..CheckEdit::default() };
        let edit = Box::new(WordingEdit { check: Some(check), ..WordingEdit::default() });
        flight.person(Command::EditAssertion { assertion: id.clone(), base: Revision(revision), edit });
        let kept = flight.mission.contract[&id].wording.check.command.clone().unwrap_or_default();
        assert_eq!(kept.as_str(), command);
    }
}

#[test]
fn a_waiver_holds_for_its_revision() {
    let mut flight = Flight::new().planned(1, 1);
    flight.person(waiving("VAL-M1-001"));
    assert_eq!(flight.refusal(Actor::Person, waiving("VAL-M1-001")), "VAL-M1-001 was waived already");
    flight.person(editing("VAL-M1-001", 1, "A visitor sees it twice"));
    assert_eq!(flight.mission.standing(&val("VAL-M1-001")), Standing::Pending);
}

#[test]
fn nothing_is_added_to_a_cancelled_feature() {
    let mut flight = Flight::new().planned(1, 2);
    flight.person(retiring("VAL-M1-001"));
    flight.cancel(1);
    assert_eq!(
        flight.refusal(Actor::Person, adding("VAL-N-001", 1)),
        "F1 was cancelled: name a feature that is wanted"
    );
}

#[test]
fn retiring_and_waiving_dismiss_the_findings_about_it() {
    for command in [retiring("VAL-M1-001"), waiving("VAL-M1-001")] {
        let mut flight =
            Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
        assert_eq!(flight.mission.open_findings().count(), 1);
        flight.person(command);
        assert_eq!(flight.mission.open_findings().count(), 0);
        assert!(flight.mission.passes(flight.mission.milestones[0].id));
    }
}

#[test]
fn consequences_are_told_in_one_line() {
    let change = |base| ContractChange::Edit {
        assertion: val("VAL-M1-001"),
        base: Revision(base),
        edit: restated("A visitor sees it in red"),
    };
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    assert_eq!(
        consequences(&flight.mission, &change(1)).sentence(),
        "revision 2 · no verdict goes stale · F1 is running on revision 1"
    );
    flight.hand_in(worker, words::handoff("done"));
    assert_eq!(
        consequences(&flight.mission, &change(1)).sentence(),
        "revision 2 · no verdict goes stale · F1 is built already · 1 validator run to re-check"
    );
    let mut flight = Flight::at_gate();
    let tester = *flight.mission.attempts.keys().next_back().unwrap();
    let usage = Usage { micro_dollars: 400_000, ..Usage::default() };
    flight.engine(Command::CountUsage { attempt: tester, usage });
    assert_eq!(
        consequences(&flight.mission, &change(1)).sentence(),
        "revision 2 · 1 verdict goes stale · F1 is built already · about $0.40 to re-check"
    );
    assert_eq!(
        consequences(&flight.mission, &change(3)).sentence(),
        "VAL-M1-001 is at revision 1 by now, and this edit starts from revision 3: read it again and edit that"
    );
    let retire = ContractChange::Retire { assertion: val("VAL-M1-001"), reason: words::line("no") };
    assert_eq!(
        consequences(&flight.mission, &retire).sentence(),
        "retired · 1 verdict goes stale · F1 is built already"
    );
    let add = ContractChange::Add { draft: Box::new(words::assertion("VAL-N-001")), feature: FeatureId(1) };
    assert_eq!(
        consequences(&flight.mission, &add).sentence(),
        "revision 1 · no verdict goes stale · F1 is built already · about $0.40 to re-check"
    );
}

/// What an orchestrator is told of the changes it made.
#[test]
fn a_change_is_answered_with_what_follows() {
    let mut flight = Flight::new().planned(1, 2);
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let retire = ContractChange::Retire { assertion: val("VAL-M1-001"), reason: words::line("no") };
    assert_eq!(
        consequences(&flight.mission, &retire).told(),
        "retired · no verdict goes stale · F1 is running on revision 1 · #2 told at the next turn"
    );
    let talker = flight.talking();
    let changes = [
        PlanChange::EditFeature { feature: FeatureId(1), spec: words::spec("Better") },
        PlanChange::AddFeature { milestone: MilestoneId(1), draft: words::feature("New", &["VAL-M1-002"]) },
        PlanChange::CancelFeature { feature: FeatureId(2), reason: words::line("no") },
    ];
    // The new feature takes over what the cancelled one claims, so it is cancelled first.
    let changes = vec![changes[0].clone(), changes[2].clone(), changes[1].clone()];
    let events = flight.ask(Actor::Attempt(talker), Command::AmendPlan { changes }).unwrap();
    let told = plan_changes(&flight.mission, events.iter());
    assert_eq!(
        told[..3],
        [
            format!("F1 (Better) has new words; {worker}, who builds it, is told at its next turn"),
            "F2 (Feature of VAL-M1-002) is cancelled".to_owned(),
            "F3 (New) is added to M1".to_owned()
        ]
    );
    assert!(told[3].starts_with("the whole mission now takes "), "{told:?}");
    let flight = Flight::at_gate();
    assert_eq!(made_stale(&flight.mission, &val("VAL-M1-001"), Revision(2)), 1);
    assert_eq!(made_stale(&flight.mission, &val("VAL-M1-001"), Revision(3)), 0);
}
