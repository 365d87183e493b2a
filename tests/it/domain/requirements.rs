//! What the goal asks for, sentence by sentence: who says what counts, and which assertions show it.

use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::Command;
use flightdeck::domain::contract::AssertionDraft;
use flightdeck::domain::event::{Actor, Event, Founding};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::{AttemptId, FeatureId, RequirementId};
use flightdeck::domain::requirement::{Coverage, Fate, SetAside};
use flightdeck::domain::verdict::{Outcome, Standing};
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words::{self, showing, val};

const GOAL: &str = "Our café needs a book. Guests sign it. Entries survive a restart. Thank you!";
const REQ_2: RequirementId = RequirementId(2);
const REQ_3: RequirementId = RequirementId(3);

fn founded() -> (Flight, AttemptId) {
    let mut flight = Flight::founded(Founding { goal: Goal::new(GOAL).unwrap(), ..words::founding() });
    let planner = flight.start(AgentWork::Plan);
    (flight, planner)
}

fn aside(number: u32) -> SetAside {
    SetAside { requirement: RequirementId(number), because: words::line("it asks for nothing") }
}

fn propose(flight: &mut Flight, planner: AttemptId, assertions: Vec<AssertionDraft>, away: &[u32]) {
    flight.attempt(planner, Command::ProposeContract { assertions });
    let aside = away.iter().copied().map(aside).collect();
    flight.attempt(planner, Command::SetAsideRequirements { aside });
}

fn ids(flight: &Flight, keep: impl Fn(&Coverage) -> bool) -> Vec<u32> {
    let found = flight.mission.requirements.iter();
    found.filter(|one| keep(&flight.mission.coverage(one, GateId::Plan))).map(|one| one.id.0).collect()
}

#[test]
fn the_planner_reads_the_sentences_with_their_ids_before_it_proposes_and_is_told_what_is_left_out() {
    let (mut flight, planner) = founded();
    let text = brief(&flight.mission, AgentWork::Plan).text;
    assert!(text.contains("- REQ-2 Guests sign it.\n- REQ-3 Entries survive a restart.\n"), "{text}");
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[2])], &[1]);
    let report = flight.mission.uncovered_report();
    assert!(report.ends_with("- REQ-3 Entries survive a restart.\n- REQ-4 Thank you!\n"), "{report}");
    let text = brief(&flight.mission, AgentWork::Plan).text;
    for line in [
        "REQ-1 Our café needs a book. (set aside: it asks for nothing)",
        "REQ-2 Guests sign it. (shown by VAL-A-001)",
        "REQ-3 Entries survive a restart. (shown by no assertion)",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[2]), showing("VAL-A-002", &[3])], &[1, 4]);
    assert_eq!(flight.mission.uncovered_report(), "");
}

#[test]
fn what_was_never_asked_for_cannot_be_shown() {
    let (mut flight, planner) = founded();
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[9, 2])], &[]);
    assert_eq!(flight.mission.contract[&val("VAL-A-001")].shows, [REQ_2], "the rest of it stands");
    let shows = vec![RequirementId(9)];
    let map = Command::MapAssertion { assertion: val("VAL-A-001"), shows };
    let refusal = flight.refusal(Actor::Person, map);
    assert_eq!(refusal, "there is no requirement REQ-9; there are REQ-1 to REQ-4");
    let aside = Command::SetAsideRequirements { aside: vec![aside(7)] };
    assert!(flight.refusal(Actor::Attempt(planner), aside).starts_with("there is no requirement REQ-7"));
}

#[test]
fn a_proposal_replaces_what_its_author_set_aside_and_never_what_the_person_said() {
    let (mut flight, planner) = founded();
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[2])], &[1, 4]);
    assert_eq!(ids(&flight, |found| *found == Coverage::SetAside), [1, 4]);
    flight.person(Command::KeepRequirement { requirement: RequirementId(1) });
    flight.person(Command::SetAsideRequirements { aside: vec![aside(3)] });
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[2])], &[1]);
    assert_eq!(ids(&flight, |found| *found == Coverage::SetAside), [3], "1 is kept, 4 is owed again");
    let kept = flight.mission.requirement(REQ_3).unwrap();
    assert!(matches!(&kept.fate, Fate::SetAside { .. }) && kept.is_decided_by_person());
    let again = flight.refusal(Actor::Person, Command::KeepRequirement { requirement: REQ_2 });
    assert_eq!(again, "REQ-2 is a requirement already");
}

#[test]
fn what_the_person_says_an_assertion_shows_stays_and_no_verdict_goes_stale() {
    let (mut flight, planner) = founded();
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[2])], &[]);
    let map = |shows: &[RequirementId]| Command::MapAssertion {
        assertion: val("VAL-A-001"),
        shows: shows.to_vec(),
    };
    assert_eq!(
        flight.refusal(Actor::Person, map(&[REQ_2])),
        "VAL-A-001 shows exactly that already: nothing would change"
    );
    flight.person(map(&[REQ_3, REQ_3]));
    let refusal = flight.refusal(Actor::Attempt(planner), map(&[REQ_2]));
    assert!(refusal.starts_with("the person said which requirements VAL-A-001 shows"), "{refusal}");
    propose(&mut flight, planner, vec![showing("VAL-A-001", &[2])], &[]);
    assert_eq!(flight.mission.contract[&val("VAL-A-001")].shows, [REQ_3]);

    let mut flight = Flight::at_gate();
    let id = val("VAL-M1-001");
    flight.person(Command::MapAssertion { assertion: id.clone(), shows: vec![] });
    assert_eq!(flight.mission.standing(&id), Standing::Passed);
    assert_eq!(flight.mission.contract[&id].revision.0, 1);
}

#[test]
fn a_no_go_to_the_plan_and_the_persons_own_word_ask_for_more() {
    let mut flight = Flight::new().proposed(1, 1);
    let note = "Say who signed. Build a guestbook";
    flight.person(Command::DecideGate { gate: GateId::Plan, decision: words::no_go(note) });
    let texts = |flight: &Flight| -> Vec<String> {
        flight.mission.requirements.iter().map(|found| format!("{} {}", found.id, found.text)).collect()
    };
    assert_eq!(
        texts(&flight),
        ["REQ-1 Build a guestbook", "REQ-2 Say who signed."],
        "the known is not asked twice"
    );
    flight.person(Command::AddRequirement { text: words::prose("It prints. It mails.") });
    assert_eq!(texts(&flight)[2..], ["REQ-3 It prints.", "REQ-4 It mails."]);
    let again = flight.refusal(Actor::Person, Command::AddRequirement { text: words::prose("It mails.") });
    assert_eq!(again, "that is a requirement already, or no sentence");
    assert_eq!(flight.mission.unshown_at(GateId::Plan).len(), 3);
}

#[test]
fn a_requirement_is_shown_when_all_that_shows_it_holds_beyond_doubt() {
    let contract = vec![showing("VAL-M1-001", &[1]), showing("VAL-M1-002", &[1])];
    let plan = vec![words::milestone("One", vec![words::feature("Both", &["VAL-M1-001", "VAL-M1-002"])])];
    let flight = Flight::new().proposing(contract, plan).gone(GateId::Plan).built(1);
    let coverage = |flight: &Flight| flight.mission.coverage(&flight.mission.requirements[0], GateId::Final);
    assert_eq!(coverage(&flight), Coverage::Partly { shown: 0, of: 2 });
    let mut flight = flight.gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass).verdict(tester, "VAL-M1-002", Outcome::Blocked);
    flight.report_testing(tester);
    flight.person(Command::Waive { assertion: val("VAL-M1-002"), reason: words::line("no printer") });
    assert_eq!(coverage(&flight), Coverage::Partly { shown: 1, of: 2 }, "waived is not shown");
    flight.person(Command::RetireAssertion { assertion: val("VAL-M1-002"), reason: words::line("no") });
    assert_eq!(coverage(&flight), Coverage::Shown { of: 1 });
}

#[test]
fn a_contract_of_an_older_version_says_nothing_of_requirements() {
    let mut flight = Flight::new();
    let draft = AssertionDraft { shows: vec![], ..words::assertion("VAL-A-001") };
    let old = flightdeck::domain::contract::Assertion::new(draft);
    let at = flight.now();
    flight.record(Actor::Engine, Event::ContractProposed { assertions: vec![old] }, at);
    assert!(flight.mission.all_requirements().is_empty());
    assert!(flight.mission.unshown_at(GateId::Plan).is_empty());
    let refusal = flight
        .refusal(Actor::Person, Command::MapAssertion { assertion: val("VAL-A-001"), shows: vec![REQ_2] });
    assert!(refusal.contains("was never read sentence by sentence"), "{refusal}");
    let draft = Box::new(words::assertion("VAL-N-001"));
    let add = Command::AddAssertion { draft, feature: FeatureId(1) };
    assert!(flight.refusal(Actor::Person, add).contains("there is no feature F1"));
}
