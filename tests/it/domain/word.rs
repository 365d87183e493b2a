//! The person's word: what they worded stays until they agree to a change, and a second plan says what is new in it.

use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::attention::{NeedKind, needs};
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::{Command, PlanChange, SpecEdit, WordingEdit};
use flightdeck::domain::consequence::ContractChange;
use flightdeck::domain::contract::{AssertionDraft, Weight};
use flightdeck::domain::environment::Environment;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AttemptId, FeatureId, MilestoneId, ProposalId, Revision};
use flightdeck::domain::mission::Status;
use flightdeck::domain::plan::MilestoneDraft;
use flightdeck::domain::proposal::{ProposalState, Ruling};
use flightdeck::domain::refusal::{Difference, DifferenceKind};
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const PERSONS: &str = "A visitor sees it in the person's words";

fn editing(id: &str, base: u32, edit: WordingEdit) -> Command {
    Command::EditAssertion { assertion: val(id), base: Revision(base), edit: Box::new(edit) }
}

fn restated(statement: &str) -> WordingEdit {
    WordingEdit { statement: Some(words::prose(statement)), ..WordingEdit::default() }
}

fn no_go(flight: &mut Flight) {
    let decision = words::no_go("smaller steps");
    flight.person(Command::DecideGate { gate: GateId::Plan, decision });
}

fn contract(ids: &[&str]) -> Vec<AssertionDraft> {
    ids.iter().map(|id| words::assertion(id)).collect()
}

/// The planner wakes after a NO-GO and proposes the same contract and this plan.
fn proposed_again(flight: &mut Flight, ids: &[&str], milestones: Vec<MilestoneDraft>) -> AttemptId {
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, Command::ProposeContract { assertions: contract(ids) });
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer: None });
    planner
}

fn the_plan() -> Vec<MilestoneDraft> {
    let of = |id: &str| words::feature(&format!("Feature of {id}"), &[id]);
    vec![words::milestone("Milestone 1", vec![of("VAL-M1-001"), of("VAL-M1-002")])]
}

fn statement(flight: &Flight, id: &str) -> String {
    flight.mission.contract[&val(id)].wording.statement.to_string()
}

fn open(flight: &Flight) -> Vec<String> {
    flight.mission.open_proposals().map(|found| found.change.sentence(&flight.mission)).collect()
}

#[test]
fn a_planner_does_not_overwrite_an_edited_assertion_after_a_no_go() {
    let mut flight = Flight::new().proposed(1, 2);
    let light = WordingEdit { weight: Some(Weight::NonBlocking), ..restated(PERSONS) };
    flight.person(editing("VAL-M1-001", 1, light));
    no_go(&mut flight);
    let planner = flight.start(AgentWork::Plan);
    let mut assertions = contract(&["VAL-M1-001", "VAL-M1-002"]);
    assertions[0].wording.title = words::title("The planner's new title");
    flight.attempt(planner, Command::ProposeContract { assertions: assertions.clone() });
    let found = &flight.mission.contract[&val("VAL-M1-001")];
    assert_eq!(found.wording.statement.as_str(), PERSONS);
    assert_eq!(found.wording.weight, Weight::NonBlocking, "the weight is the person's, too");
    assert_eq!(found.wording.title.as_str(), "The planner's new title", "that was not the person's");
    assert_eq!(open(&flight), ["VAL-M1-001: another statement, weight"]);
    let kind = NeedKind::Proposal { proposal: ProposalId(1) };
    assert!(needs(&flight.mission).iter().any(|need| need.kind == kind));
    // The same again asks nothing anew.
    flight.attempt(planner, Command::ProposeContract { assertions: assertions.clone() });
    assert_eq!(flight.mission.proposals.len(), 1);
    // A proposal that goes with the person's words takes the other one back.
    assertions[0].wording = flight.mission.contract[&val("VAL-M1-001")].wording.clone();
    flight.attempt(planner, Command::ProposeContract { assertions });
    assert_eq!(flight.mission.proposals[0].state, ProposalState::Withdrawn);
}

#[test]
fn the_person_accepts_or_refuses_the_other_words_and_is_not_asked_twice() {
    for (ruling, statement_then) in
        [(Ruling::Accept, "A visitor sees what VAL-M1-001 promises"), (Ruling::Refuse, PERSONS)]
    {
        let mut flight = Flight::new().proposed(1, 2);
        flight.person(editing("VAL-M1-001", 1, restated(PERSONS)));
        no_go(&mut flight);
        proposed_again(&mut flight, &["VAL-M1-001", "VAL-M1-002"], the_plan());
        let decide = || Command::DecideProposal { proposal: ProposalId(1), ruling };
        flight.person(decide());
        assert_eq!(statement(&flight, "VAL-M1-001"), statement_then);
        let again = flight.refusal(Actor::Person, decide());
        assert!(again.starts_with("PRO-1 was "), "{again}");
        no_go(&mut flight);
        proposed_again(&mut flight, &["VAL-M1-001", "VAL-M1-002"], the_plan());
        assert_eq!(open(&flight), [""; 0], "what was refused is not asked again");
        assert_eq!(statement(&flight, "VAL-M1-001"), statement_then);
    }
    let flight = Flight::new().proposed(1, 1);
    let unknown = Command::DecideProposal { proposal: ProposalId(7), ruling: Ruling::Accept };
    assert_eq!(flight.refusal(Actor::Person, unknown), "there is no proposal PRO-7");
}

#[test]
fn what_the_person_added_or_retired_survives_a_new_contract() {
    let mut flight = Flight::new().proposed(1, 2);
    let (draft, feature) = (Box::new(words::assertion("VAL-MINE-001")), FeatureId(1));
    flight.person(Command::AddAssertion { draft, feature });
    flight.person(Command::RetireAssertion { assertion: val("VAL-M1-002"), reason: words::line("no") });
    no_go(&mut flight);
    let planner = flight.start(AgentWork::Plan);
    let assertions = contract(&["VAL-M1-001", "VAL-M1-002"]);
    flight.attempt(planner, Command::ProposeContract { assertions });
    assert!(flight.mission.contract[&val("VAL-MINE-001")].is_active());
    assert!(!flight.mission.contract[&val("VAL-M1-002")].is_active(), "retired by the person stays retired");
    assert_eq!(open(&flight), ["VAL-MINE-001 retired: the newer proposal leaves it out"]);
    let plan = Command::ProposePlan { title: None, milestones: the_plan(), answer: None };
    let refused = flight.refusal(Actor::Attempt(planner), plan);
    assert!(refused.contains("VAL-MINE-001 is claimed by no feature"), "{refused}");
    assert!(refused.contains("fulfills VAL-M1-002, which is not in the contract"), "{refused}");
}

#[test]
fn an_amendment_leaves_the_persons_words_and_is_told_so() {
    let mut flight = Flight::new().planned(1, 2);
    flight.person(editing("VAL-M1-001", 1, restated(PERSONS)));
    let orchestrator = flight.talking();
    let actor = Actor::Attempt(orchestrator);
    let mixed = WordingEdit { title: Some(words::title("Red")), ..restated("A visitor sees it in red") };
    let events = flight.ask(actor, editing("VAL-M1-001", 2, mixed)).unwrap();
    assert!(matches!(&events[..], [Event::AssertionEdited { .. }, Event::ProposalMade { .. }]), "{events:?}");
    assert_eq!(flight.mission.contract[&val("VAL-M1-001")].wording.title.as_str(), "Red");
    assert_eq!(statement(&flight, "VAL-M1-001"), PERSONS);
    assert_eq!(
        flight.refusal(actor, editing("VAL-M1-001", 3, restated("A visitor sees it in red"))),
        "VAL-M1-001: the person is asked about this change already (PRO-1)"
    );
    flight.person(Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Refuse });
    assert_eq!(
        flight.refusal(actor, editing("VAL-M1-001", 3, restated("A visitor sees it in red"))),
        "VAL-M1-001: the person refused this change before (PRO-1): leave it, or ask them"
    );
    let retire = Command::RetireAssertion { assertion: val("VAL-M1-001"), reason: words::line("hard") };
    flight.ask(actor, retire).unwrap();
    assert!(flight.mission.contract[&val("VAL-M1-001")].is_active());
    assert_eq!(open(&flight), ["VAL-M1-001 retired: hard"]);
    assert_eq!(flight.mission.status(), Status::Running, "a proposal holds nothing up");
    flight.person(Command::DecideProposal { proposal: ProposalId(2), ruling: Ruling::Accept });
    assert!(!flight.mission.contract[&val("VAL-M1-001")].is_active());
}

#[test]
fn a_newer_word_of_the_person_makes_a_proposal_moot() {
    let mut flight = Flight::new().planned(1, 1);
    flight.person(editing("VAL-M1-001", 1, restated(PERSONS)));
    let orchestrator = flight.talking();
    flight.attempt(orchestrator, editing("VAL-M1-001", 2, restated("A visitor sees it in red")));
    flight.person(editing("VAL-M1-001", 2, restated("A visitor sees it in blue")));
    assert_eq!(flight.mission.proposals[0].state, ProposalState::Withdrawn);
    let decide = Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Accept };
    assert_eq!(flight.refusal(Actor::Person, decide), "PRO-1 was withdrawn: nothing waits for you there");
}

fn editing_feature(feature: u32, edit: SpecEdit) -> Command {
    Command::EditFeature { feature: FeatureId(feature), base: Revision(1), edit: Box::new(edit) }
}

fn titled(title: &str) -> SpecEdit {
    SpecEdit { title: Some(words::title(title)), ..SpecEdit::default() }
}

#[test]
fn a_feature_keeps_its_number_and_the_persons_words_through_a_new_plan() {
    let mut flight = Flight::new().proposed(1, 2);
    flight.person(editing_feature(2, titled("My own title")));
    no_go(&mut flight);
    let mut plan = the_plan();
    plan[0].features[1].spec.description = words::prose("Do it in two steps");
    plan[0].features.insert(0, words::after(words::chore("Scaffold"), &["Feature of VAL-M1-002"]));
    proposed_again(&mut flight, &["VAL-M1-001", "VAL-M1-002"], plan);
    let shown: Vec<String> =
        flight.mission.features.iter().map(|f| format!("{} {} {:?}", f.id, f.spec.title, f.after)).collect();
    assert_eq!(
        shown,
        ["F3 Scaffold [FeatureId(2)]", "F1 Feature of VAL-M1-001 []", "F2 My own title []"],
        "who comes after it still does"
    );
    let spec = &flight.mission.feature(FeatureId(2)).unwrap().spec;
    assert_eq!(spec.description.as_str(), "Do it in two steps", "that was not the person's");
    assert_eq!(open(&flight), ["F2: another title"]);
    flight.person(Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Accept });
    assert_eq!(flight.mission.feature(FeatureId(2)).unwrap().spec.title.as_str(), "Feature of VAL-M1-002");
}

#[test]
fn a_feature_that_the_person_worded_is_not_dropped_without_them() {
    let mut flight = Flight::new().proposed(1, 2);
    flight.person(editing_feature(2, titled("My own title")));
    no_go(&mut flight);
    let all = vec![words::milestone(
        "All at once",
        vec![words::feature("Feature of VAL-M1-001", &["VAL-M1-001", "VAL-M1-002"])],
    )];
    proposed_again(&mut flight, &["VAL-M1-001", "VAL-M1-002"], all);
    assert!(flight.mission.feature(FeatureId(2)).unwrap().is_wanted());
    assert_eq!(open(&flight), ["F2 cancelled: the newer proposal leaves it out"]);
    assert!(flight.mission.gate_obstacles(GateId::Plan).is_empty());
    let mut flight = flight.gone(GateId::Plan);
    // While it flies, an amendment is held back in the same way.
    flight.person(Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Refuse });
    let actor = Actor::Attempt(flight.talking());
    let cancel = PlanChange::CancelFeature { feature: FeatureId(2), reason: words::line("too much") };
    let refused = flight.refusal(actor, Command::AmendPlan { changes: vec![cancel] });
    assert_eq!(refused, "F2: the person refused this change before (PRO-1): leave it, or ask them");
    let edit = PlanChange::EditFeature { feature: FeatureId(2), spec: words::spec("Another") };
    flight.ask(actor, Command::AmendPlan { changes: vec![edit] }).unwrap();
    let spec = &flight.mission.feature(FeatureId(2)).unwrap().spec;
    assert_eq!((spec.title.as_str(), spec.description.as_str()), ("My own title", "Make Another happen"));
}

#[test]
fn a_changed_document_waits_for_the_person() {
    let mut flight = Flight::new().proposed(1, 2);
    let edit = |text: &str| ContractChange::Edit {
        assertion: val("VAL-M1-001"),
        base: Revision(1),
        edit: Box::new(restated(text)),
    };
    let retire = ContractChange::Retire {
        assertion: val("VAL-M1-002"),
        reason: words::line("removed from contract.md"),
    };
    let changes = vec![edit("A visitor sees nothing at all"), retire];
    flight.engine(Command::ProposeDocument { changes: changes.clone() });
    assert_eq!(statement(&flight, "VAL-M1-001"), "A visitor sees what VAL-M1-001 promises");
    assert_eq!(open(&flight).len(), 2);
    let sentence = needs(&flight.mission).into_iter().find(|need| need.blocks.is_empty()).unwrap().sentence;
    assert_eq!(
        sentence,
        "PRO-1 contract.md was changed on disk, and nothing follows until you accept it: VAL-M1-001: another statement"
    );
    flight.engine(Command::ProposeDocument { changes: changes[..1].to_vec() });
    assert_eq!(open(&flight), ["VAL-M1-001: another statement"], "what was put back is withdrawn");
    let vague = vec![edit("It works")];
    let refused = flight.refusal(Actor::Engine, Command::ProposeDocument { changes: vague });
    assert!(refused.contains("no behaviour that a user can observe"), "{refused}");
    flight.person(Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Accept });
    assert_eq!(statement(&flight, "VAL-M1-001"), "A visitor sees nothing at all");
}

fn told(found: &Difference) -> String {
    let parts: Vec<&str> = found.parts.iter().map(|part| part.part.as_str()).collect();
    format!("{:?} {} {}", found.kind, found.subject, parts.join(", ")).trim().to_owned()
}

#[test]
fn the_environment_stays_as_the_person_edited_it() {
    let mut flight = Flight::new().proposed(1, 2);
    let proposed = words::environment();
    let own = Environment { test: vec![words::script("make check")], ..proposed.clone() };
    let edit = |base: &Environment, environment: &Environment| Command::EditEnvironment {
        base: Box::new(base.clone()),
        environment: Box::new(environment.clone()),
    };
    for (base, environment, words) in [
        (&own, &proposed, "was changed meanwhile"),
        (&proposed, &proposed, "already says that"),
        (&proposed, &Environment { parallel_testers: 3, ..proposed.clone() }, "parallel_testers is 3"),
    ] {
        let refusal = flight.refusal(Actor::Person, edit(base, environment));
        assert!(refusal.contains(words), "{refusal}");
    }
    assert!(!flight.mission.environment_is_persons);
    flight.person(edit(&proposed, &own));
    assert_eq!(flight.mission.environment.as_ref(), Some(&own));

    no_go(&mut flight);
    let planner = flight.start(AgentWork::Plan);
    let told = brief(&flight.mission, AgentWork::Plan).text;
    assert!(
        told.contains("as the person edited it, which stays so") && told.contains("make check"),
        "{told}"
    );
    let again = Command::ProposeEnvironment { environment: proposed };
    let refusal = flight.refusal(Actor::Attempt(planner), again);
    assert!(refusal.contains("the person edited the environment"), "{refusal}");
    flight.attempt(planner, Command::ProposeEnvironment { environment: own.clone() });
    assert_eq!(flight.mission.environment, Some(own), "what they left may be said again");
}

#[test]
fn a_second_plan_says_what_differs_from_the_refused_one() {
    let mut flight = Flight::new().proposed(1, 2);
    assert_eq!(flight.mission.since_refusal(), None, "nothing was refused");
    no_go(&mut flight);
    let planner = flight.start(AgentWork::Plan);
    let mut assertions = contract(&["VAL-M1-001", "VAL-NEW-001"]);
    assertions[0].wording.evidence = words::line("a screenshot");
    flight.attempt(planner, Command::ProposeContract { assertions });
    let mut environment = words::environment();
    environment.test = vec![words::script("make check")];
    flight.attempt(planner, Command::ProposeEnvironment { environment });
    let mut milestones = vec![words::milestone(
        "Smaller",
        vec![
            words::feature("Feature of VAL-M1-001", &["VAL-M1-001"]),
            words::feature("New", &["VAL-NEW-001"]),
        ],
    )];
    milestones[0].features[0].spec.criteria.push(words::line("It is small"));
    let answer = Some(words::prose("Every step is smaller."));
    flight.attempt(planner, Command::ProposePlan { title: None, milestones, answer });
    let found = flight.mission.since_refusal().unwrap();
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        [
            "Changed VAL-M1-001 evidence",
            "Dropped VAL-M1-002",
            "Added VAL-NEW-001",
            "Changed F1 criteria",
            "Dropped F2",
            "Added F3",
            "Changed M1 title",
            "Changed environment test",
        ]
    );
    let evidence = &found[0].parts[0];
    assert_eq!(evidence.by, Some(Actor::Attempt(planner)));
    assert_eq!((evidence.old.as_str(), evidence.new.as_str()), ("the HTTP exchange", "a screenshot"));
    assert_eq!(found[1].kind, DifferenceKind::Dropped);
    assert_eq!(flight.mission.answer, Some(words::prose("Every step is smaller.")));
    assert_eq!(flight.mission.refused.as_ref().unwrap().note.as_str(), "smaller steps");
    let flight = flight.gone(GateId::Plan);
    assert_eq!(flight.mission.since_refusal(), None, "a plan that is GO is compared with nothing");
}

#[test]
fn what_is_added_while_a_worker_flies_is_known_before_it_hands_in() {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    let (draft, feature) = (Box::new(words::assertion("VAL-NEW-001")), FeatureId(1));
    flight.person(Command::AddAssertion { draft, feature });
    let hand_in =
        || Command::HandIn { handoff: Box::new(words::handoff("done")), head: words::commit("head") };
    assert_eq!(
        flight.refusal(Actor::Attempt(worker), hand_in()),
        "the contract changed while you worked: VAL-NEW-001 (revision 1): A visitor sees what VAL-NEW-001 promises; \
         see that your work makes it hold, and hand in again"
    );
    let untold = flight.mission.untold(&flight.mission.attempts[&worker]);
    assert_eq!(untold, [(val("VAL-NEW-001"), Revision(1))]);
    let (assertion, revision) = (val("VAL-NEW-001"), Revision(1));
    flight.engine(Command::TellRevision { attempt: worker, assertion, revision });
    // What is retired need not be known.
    let (draft, feature) = (Box::new(words::assertion("VAL-NEW-002")), FeatureId(1));
    flight.person(Command::AddAssertion { draft, feature });
    flight.person(Command::RetireAssertion { assertion: val("VAL-NEW-002"), reason: words::line("no") });
    flight.attempt(worker, hand_in());
}

#[test]
fn what_is_added_to_a_built_feature_is_tried_in_the_round_that_is_under_way() {
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    let (draft, feature) = (Box::new(words::assertion("VAL-NEW-001")), FeatureId(1));
    flight.person(Command::AddAssertion { draft, feature });
    assert_eq!(flight.mission.untold(&flight.mission.attempts[&tester]), [(val("VAL-NEW-001"), Revision(1))]);
    let (assertion, revision) = (val("VAL-NEW-001"), Revision(1));
    flight.engine(Command::TellRevision { attempt: tester, assertion, revision });
    for id in ["VAL-M1-001", "VAL-NEW-001"] {
        flight.verdict(tester, id, flightdeck::domain::verdict::Outcome::Pass);
    }
    flight.report_testing(tester);
    assert!(flight.mission.passes(MilestoneId(1)), "no further round is needed for it");
}
