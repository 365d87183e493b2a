//! Proposing and amending the plan.

use flightdeck::domain::attempt::{AgentWork, Ending, Work};
use flightdeck::domain::command::{Command, PlanChange, SpecEdit};
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AttemptId, FeatureId, MilestoneId, Revision};
use flightdeck::domain::plan::{Feature, FeatureDraft, ProposedPlan};
use flightdeck::domain::verdict::{Outcome, Standing};

use crate::support::mission::Flight;
use crate::support::words;

fn talking(flight: &mut Flight) -> Actor {
    Actor::Attempt(flight.talking())
}

fn amending(changes: Vec<PlanChange>) -> Command {
    Command::AmendPlan { changes }
}

fn adding(milestone: u32, draft: FeatureDraft) -> Command {
    amending(vec![PlanChange::AddFeature { milestone: MilestoneId(milestone), draft }])
}

fn cancelling(feature: u32) -> PlanChange {
    PlanChange::CancelFeature { feature: FeatureId(feature), reason: words::line("not needed") }
}

#[test]
fn a_plan_is_numbered_in_order_and_opens_its_gate() {
    let first = words::after(words::feature("Page", &["VAL-A-001"]), &["Store"]);
    let plan = vec![
        words::milestone("One", vec![first, words::chore("Store")]),
        words::milestone("Two", vec![words::feature("Admin", &["VAL-B-001"])]),
    ];
    let contract = vec![words::assertion("VAL-A-001"), words::assertion("VAL-B-001")];
    let flight = Flight::new().proposing(contract, plan);
    let shown: Vec<String> = flight
        .mission
        .features
        .iter()
        .map(|Feature { id, milestone, after, .. }| format!("{id} {milestone} after {after:?}"))
        .collect();
    assert_eq!(shown, ["F1 M1 after [FeatureId(2)]", "F2 M1 after []", "F3 M2 after []"]);
    assert!(flight.mission.is_gate_open(GateId::Plan));
    assert_eq!(flight.mission.live_attempts().count(), 0, "the proposal ends the attempt");
}

#[test]
fn contract_environment_and_plan_come_in_order() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let plan = || Command::ProposePlan { title: None, milestones: vec![], answer: None };
    let actor = Actor::Attempt(planner);
    assert_eq!(
        flight.refusal(actor, plan()),
        "the contract comes first: call propose_contract, then propose the plan"
    );
    flight.attempt(planner, Command::ProposeContract { assertions: vec![words::assertion("VAL-A-001")] });
    assert_eq!(
        flight.refusal(actor, plan()),
        "the environment comes before the plan: call propose_environment, then propose the plan"
    );
    flight.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
    assert_eq!(
        flight.refusal(actor, plan()),
        "the plan has no milestone; VAL-A-001 is claimed by no feature"
    );
}

#[test]
fn after_go_the_plan_is_amended_and_not_proposed() {
    let mut flight = Flight::new().planned(1, 1);
    let actor = talking(&mut flight);
    assert_eq!(
        flight.refusal(actor, Command::ProposeContract { assertions: vec![] }),
        "the plan is GO already: change the contract with amend_contract"
    );
    assert_eq!(
        flight.refusal(actor, Command::ProposePlan { title: None, milestones: vec![], answer: None }),
        "the plan is GO already: change the plan with amend_plan"
    );
}

#[test]
fn a_contract_that_is_proposed_again_counts_on_where_the_words_differ() {
    let mut flight = Flight::new().proposed(1, 2);
    flight.person(Command::Waive { assertion: words::val("VAL-M1-001"), reason: words::line("let it be") });
    let actor = talking(&mut flight);
    let mut reworded = words::assertion("VAL-M1-001");
    reworded.wording.statement = words::prose("A visitor sees something else");
    let assertions = vec![reworded, words::assertion("VAL-M1-002")];
    flight.ask(actor, Command::ProposeContract { assertions }).unwrap();
    let revision = |id: &str| flight.mission.contract[&words::val(id)].revision;
    assert_eq!((revision("VAL-M1-001"), revision("VAL-M1-002")), (Revision(2), Revision(1)));
    assert_eq!(
        flight.mission.standing(&words::val("VAL-M1-001")),
        Standing::Pending,
        "the waiver is of the old words"
    );
}

#[test]
fn a_plan_that_no_longer_fits_its_contract_cannot_be_go() {
    let mut flight = Flight::new().proposed(1, 1);
    let actor = talking(&mut flight);
    let assertions = vec![words::assertion("VAL-M1-001"), words::assertion("VAL-NEW-001")];
    flight.ask(actor, Command::ProposeContract { assertions }).unwrap();
    let go = Command::DecideGate { gate: GateId::Plan, decision: words::go() };
    assert_eq!(
        flight.refusal(Actor::Person, go),
        "plan cannot be GO: VAL-NEW-001 is claimed by no feature; say NO-GO with a note"
    );
}

#[test]
fn a_plan_proposed_again_at_its_gate_does_not_open_it_twice() {
    let mut flight = Flight::new().proposed(1, 1);
    let actor = talking(&mut flight);
    let milestones = vec![words::milestone("Again", vec![words::feature("Anew", &["VAL-M1-001"])])];
    let events = flight.ask(actor, Command::ProposePlan { title: None, milestones, answer: None }).unwrap();
    assert!(!events.iter().any(|event| matches!(event, Event::GateOpened { .. })));
    assert!(flight.mission.is_gate_open(GateId::Plan));
}

#[test]
fn what_an_amendment_must_respect() {
    let mut flight = Flight::at_gate_of_two();
    let actor = talking(&mut flight);
    let table = [
        (amending(vec![]), "no change is named"),
        (adding(9, words::chore("x")), "there is no milestone M9; there are M1, M2, M3"),
        (adding(1, words::chore("x")), "M1 is GO already: add the feature to a later one"),
        (
            adding(2, words::feature("x", &["VAL-X-001"])),
            "VAL-X-001 is not in the contract: name one that is, or add it with amend_contract first",
        ),
        (
            adding(2, words::feature("x", &["VAL-M2-001"])),
            "VAL-M2-001 is claimed by F2 (Feature of VAL-M2-001) already, which is still to be built",
        ),
        (
            adding(2, words::feature("x", &[])),
            "the feature fulfills no assertion: say why in no_assertion_because",
        ),
        (
            adding(2, words::after(words::chore("x"), &["Nothing"])),
            "there is no feature \"Nothing\" to come after; there are F1 (Feature of VAL-M1-001), F2 (Feature of VAL-M2-001), F3 (Feature of VAL-M3-001)",
        ),
        (
            adding(2, words::after(words::chore("x"), &["F3"])),
            "F3 (Feature of VAL-M3-001) belongs to M3, which is built after M2: nothing in M2 can wait for it",
        ),
        (
            amending(vec![cancelling(2)]),
            "F2 fulfills VAL-M2-001: retire the assertion first, or add a feature that fulfills it in the same amendment",
        ),
        (
            amending(vec![cancelling(1)]),
            "F1 (Feature of VAL-M1-001) is built already: add a feature that changes it",
        ),
        (
            amending(vec![cancelling(9)]),
            "there is no feature F9; there are F1 (Feature of VAL-M1-001), F2 (Feature of VAL-M2-001), F3 (Feature of VAL-M3-001)",
        ),
        (
            amending(vec![PlanChange::EditFeature {
                feature: FeatureId(2),
                spec: flight.mission.features[1].spec.clone(),
            }]),
            "F2 (Feature of VAL-M2-001) already says that: nothing would change",
        ),
    ];
    for (command, sentence) in table {
        assert_eq!(flight.refusal(actor, command), sentence);
    }
}

#[test]
fn an_amendment_adds_edits_and_cancels_in_one() {
    let mut flight = Flight::new().planned(2, 1);
    let actor = talking(&mut flight);
    let changes = vec![
        cancelling(1),
        PlanChange::AddFeature {
            milestone: MilestoneId(1),
            draft: words::feature("Instead", &["VAL-M1-001"]),
        },
        PlanChange::EditFeature { feature: FeatureId(2), spec: words::spec("Better") },
    ];
    flight.ask(actor, amending(changes)).unwrap();
    assert_eq!(flight.mission.claimant(&words::val("VAL-M1-001")).unwrap().id, FeatureId(3));
    assert_eq!(flight.mission.feature(FeatureId(2)).unwrap().spec, words::spec("Better"));
    assert_eq!(
        flight.refusal(actor, amending(vec![cancelling(1)])),
        "F1 (Feature of VAL-M1-001) was cancelled: not needed"
    );
}

#[test]
fn cancelling_a_feature_ends_who_builds_it() {
    let mut flight = Flight::new().planned(1, 1);
    let actor = talking(&mut flight);
    flight.ask(actor, adding(1, words::chore("Docs"))).unwrap();
    let builder = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let changes = vec![
        cancelling(1),
        PlanChange::AddFeature { milestone: MilestoneId(1), draft: words::feature("New", &["VAL-M1-001"]) },
    ];
    flight.ask(actor, amending(changes)).unwrap();
    let ended = flight.mission.attempts[&builder].ended.clone().unwrap();
    assert_eq!(ended.ending, Ending::Stopped { reason: words::line("its work is no longer wanted") });
    assert!(flight.due().contains(&Work::Agent(AgentWork::Build { feature: FeatureId(2) })));
}

#[test]
fn a_cancelled_fix_dismisses_what_it_was_to_mend_unless_an_assertion_fails() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    flight.triage_all();
    let actor = talking(&mut flight);
    assert_eq!(
        flight.refusal(actor, amending(vec![cancelling(2)])),
        "FND-1 (blocking: VAL-M1-001 fails: seen with my own eyes) cannot be dismissed while VAL-M1-001 fails: mend it, amend the assertion, or ask the person to waive it"
    );
    flight.person(Command::Waive { assertion: words::val("VAL-M1-001"), reason: words::line("later") });
    flight.ask(actor, amending(vec![cancelling(2)])).unwrap();
    assert!(!flight.mission.findings.values().any(flightdeck::domain::finding::Finding::is_open));
    let reason = words::line("F2 was cancelled: not needed");
    let state = &flight.mission.findings.values().next().unwrap().state;
    assert_eq!(*state, flightdeck::domain::finding::FindingState::Dismissed { reason });
}

fn editing_feature(base: u32, title: &str) -> Command {
    let edit = SpecEdit { title: Some(words::title(title)), ..SpecEdit::default() };
    Command::EditFeature { feature: FeatureId(1), base: Revision(base), edit: Box::new(edit) }
}

#[test]
fn an_edit_of_a_feature_leaves_what_others_worded_meanwhile() {
    let mut flight = Flight::new().planned(1, 1);
    let description = Some(words::prose("Make it happen twice"));
    let edit = Box::new(SpecEdit { description, ..SpecEdit::default() });
    flight.person(Command::EditFeature { feature: FeatureId(1), base: Revision(1), edit });
    flight.person(editing_feature(1, "Better"));
    let spec = &flight.mission.feature(FeatureId(1)).unwrap().spec;
    assert_eq!((spec.title.as_str(), spec.description.as_str()), ("Better", "Make it happen twice"));
    assert_eq!(
        flight.refusal(Actor::Person, editing_feature(2, "Best")),
        "F1 (Better) was worded anew since revision 2: its title says \"Better\" by now, and yours says \"Best\"; read it again and edit that"
    );
    assert_eq!(
        flight.refusal(Actor::Person, editing_feature(9, "Best")),
        "F1 (Better) is at revision 3 by now, and this edit starts from revision 9: read it again and edit that"
    );
}

#[test]
fn a_person_edits_a_feature_until_it_is_built() {
    let edit = || editing_feature(1, "Better");
    let mut flight = Flight::new().planned(1, 1);
    flight.person(edit());
    assert_eq!(flight.refusal(Actor::Person, edit()), "F1 (Better) already says that: nothing would change");
    let flight = Flight::new().planned(1, 1).built(1);
    assert_eq!(
        flight.refusal(Actor::Person, edit()),
        "F1 (Feature of VAL-M1-001) is built already: add a feature that changes it"
    );
}

#[test]
fn attempts_are_numbered_through_the_mission() {
    let flight = Flight::new().planned(1, 2).built(1).built(2);
    assert_eq!(
        flight.mission.attempts.keys().copied().collect::<Vec<_>>(),
        [AttemptId(1), AttemptId(2), AttemptId(3)]
    );
}

#[test]
fn a_plan_may_name_the_mission_and_a_later_one_without_a_name_keeps_it() {
    let mut flight = Flight::new();
    assert_eq!(flight.mission.title(), "Guestbook", "the goal's beginning has to do");
    let contract = vec![words::assertion("VAL-A-001")];
    let plan = |title: Option<&str>| Command::ProposePlan {
        title: title.map(words::title),
        milestones: vec![words::milestone("M", vec![words::feature("F", &["VAL-A-001"])])],
        answer: None,
    };
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, Command::ProposeContract { assertions: contract });
    flight.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
    flight.attempt(planner, plan(Some("A guestbook that forgets nothing")));
    assert_eq!(flight.mission.title(), "A guestbook that forgets nothing");
    let gate = GateId::Plan;
    flight.person(Command::DecideGate { gate, decision: words::no_go("smaller") });
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, plan(None));
    assert_eq!(flight.mission.title(), "A guestbook that forgets nothing");
}

#[test]
fn a_plan_of_an_older_log_has_no_title() {
    let old = r#"{"kind":"plan_proposed","body":{"milestones":[],"features":[]}}"#;
    let event: Event = serde_json::from_str(old).unwrap();
    assert_eq!(
        event,
        Event::PlanProposed(Box::new(ProposedPlan {
            title: None,
            milestones: vec![],
            features: vec![],
            answer: None
        }))
    );
    assert_eq!(serde_json::to_string(&event).unwrap(), old);
}
