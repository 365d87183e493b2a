//! GO, NO-GO, and what opens a gate.

use flightdeck::domain::attempt::{AgentWork, EngineWork, Work};
use flightdeck::domain::attention::{NeedKind, needs};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::{Autopilot, DecidedBy, GateId};
use flightdeck::domain::id::{FeatureId, MilestoneId, Revision};
use flightdeck::domain::mission::{End, Status};
use flightdeck::domain::verdict::{Outcome, Standing};

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const FIRST: GateId = GateId::Milestone(MilestoneId(1));

fn go(gate: GateId) -> Command {
    Command::DecideGate { gate, decision: words::go() }
}

fn no_go(gate: GateId) -> Command {
    Command::DecideGate { gate, decision: words::no_go("not yet") }
}

fn sentences(flight: &Flight) -> Vec<String> {
    needs(&flight.mission).into_iter().map(|need| need.sentence).collect()
}

#[test]
fn a_mission_passes_its_gates_one_after_the_other() {
    let flight = Flight::new().proposed(2, 1);
    assert_eq!(sentences(&flight), ["the plan waits for GO: 2 milestones, 2 features, 2 assertions"]);
    let flight = flight.gone(GateId::Plan).built(1).validated();
    assert_eq!(sentences(&flight), ["milestone M1 passed and waits for GO"]);
    assert_eq!(flight.mission.status(), Status::Waiting);
    let flight = flight.gone(FIRST).built(2).validated().gone(GateId::Milestone(MilestoneId(2)));
    assert_eq!(sentences(&flight), ["every milestone is GO: the final gate waits"]);
    let flight = flight.gone(GateId::Final);
    assert!(matches!(flight.mission.end, Some(End::Completed { .. })));
    assert_eq!(sentences(&flight), [""; 0]);
}

#[test]
fn autopilot_passes_nothing_on_a_record_that_was_changed_outside_until_it_is_sound_again() {
    let doubt = |why: Option<&str>| Command::DoubtRecord { why: why.map(words::line) };
    let mut flight = Flight::new().proposed(1, 1).gone(GateId::Plan);
    flight.person(Command::SetAutopilot { autopilot: Autopilot::On });
    flight.engine(doubt(Some("event 2 is gone")));
    let mut flight = flight.built(1).validated();
    assert!(flight.mission.is_gate_open(FIRST) && !flight.mission.is_go(FIRST));
    flight.engine(doubt(None));
    assert!(flight.mission.is_go(FIRST));
}

#[test]
fn a_milestone_without_assertions_is_never_go() {
    for autopilot in [Autopilot::Off, Autopilot::On] {
        let mut flight = Flight::new().proposed(1, 1).gone(GateId::Plan).built(1).validated();
        let reason = words::line("not wanted");
        flight.person(Command::RetireAssertion { assertion: val("VAL-M1-001"), reason });
        flight.person(Command::SetAutopilot { autopilot });
        let refused = flight.refusal(Actor::Person, go(FIRST));
        assert!(refused.contains("nothing proves M1: it has no assertion"), "{refused}");
        assert!(!flight.mission.is_go(FIRST));
    }
}

#[test]
fn a_gate_is_decided_once_and_not_before_it_is_reached() {
    let flight = Flight::new().planned(1, 1);
    assert_eq!(flight.refusal(Actor::Person, go(FIRST)), "the M1 gate is not reached yet");
    assert_eq!(flight.refusal(Actor::Person, no_go(GateId::Plan)), "the plan gate was decided already");
}

#[test]
fn go_names_every_obstacle() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Blocked);
    assert_eq!(
        flight.refusal(Actor::Person, go(FIRST)),
        "M1 cannot be GO: VAL-M1-001 could not be tried; waive an assertion with a reason, or say NO-GO with a note"
    );
    assert_eq!(flight.mission.status(), Status::Blocked);
    flight.person(Command::Waive { assertion: val("VAL-M1-001"), reason: words::line("no browser here") });
    flight.person(go(FIRST));
}

#[test]
fn evidence_that_is_lost_proves_nothing_until_it_is_taken_again() {
    let mut flight = Flight::at_gate();
    let (id, evidence) = {
        let (id, verdicts) = flight.mission.verdicts.iter().next().unwrap();
        (id.clone(), verdicts.last().unwrap().evidence.clone())
    };
    assert!(flight.mission.passes(MilestoneId(1)) && !evidence.is_empty());
    flight.engine(Command::ReportLostEvidence { evidence: evidence.clone() });
    assert_eq!(flight.mission.standing(&id), Standing::Stale);
    let refused = flight.ask(Actor::Person, go(FIRST)).unwrap_err().to_string();
    assert!(
        refused.contains(&format!("{id} rests on evidence that was changed or removed on disk")),
        "{refused}"
    );
    assert!(
        flight.mission.relied_evidence().all(|reference| !evidence.contains(reference)),
        "it is told once"
    );
    let flight = flight.validated();
    assert!(flight.mission.passes(MilestoneId(1)), "{:?}", flight.mission.obstacles(MilestoneId(1)));
}

#[test]
fn a_no_go_at_the_plan_wakes_the_orchestrator_to_plan_again() {
    let mut flight = Flight::new().proposed(1, 1);
    flight.person(no_go(GateId::Plan));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Plan)]);
    let message = flight.mission.messages.last().unwrap();
    assert_eq!(message.text.as_str(), "At the plan gate the person said NO-GO: not yet");
}

#[test]
fn a_no_go_at_a_milestone_becomes_a_directive_and_a_triage_turn() {
    let mut flight = Flight::at_gate();
    flight.person(no_go(FIRST));
    assert_eq!(
        flight.mission.directives.last().unwrap().text.as_str(),
        "At the M1 gate the person said NO-GO: not yet"
    );
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Triage)]);
}

/// The person installed what was missing and says NO-GO: what was blocked is tried again, though no code changes.
#[test]
fn after_a_no_go_what_is_unsettled_is_tried_again() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Blocked);
    flight.person(no_go(FIRST));
    flight.dismiss_all();
    assert_eq!(
        flight.due(),
        [Work::Engine(EngineWork::RunGateCommands { milestone: MilestoneId(1), round: 2 })]
    );
    let flight = flight.validated();
    assert!(flight.mission.waits_at(FIRST) && flight.mission.passes(MilestoneId(1)));
}

#[test]
fn a_milestone_that_used_up_its_rounds_is_blocked_until_a_no_go_grants_more() {
    let mut flight = Flight::new().planned(1, 1).built(1);
    for fix in 2..=4 {
        flight = flight.gated().reviewed().scrutinized().tested(Outcome::Fail);
        if fix < 4 {
            flight.triage_all();
            flight = flight.built(fix);
        }
    }
    assert_eq!((flight.due(), flight.mission.status()), (vec![], Status::Blocked));
    assert_eq!(sentences(&flight), ["milestone M1 is blocked: VAL-M1-001 failed; FND-1 is open"]);
    let events = flight.ask(Actor::Person, no_go(FIRST)).unwrap();
    assert!(events.contains(&Event::RoundsExtended { milestone: MilestoneId(1), limit: 5 }));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Triage)]);
}

/// Waiving makes an exhausted milestone pass; a NO-GO then must grant rounds too, or it would be asked for twice.
#[test]
fn a_no_go_after_a_waiver_grants_rounds_too() {
    let mut flight = Flight::new().planned(1, 1).built(1);
    for fix in 2..=4 {
        flight = flight.gated().reviewed().scrutinized().tested(Outcome::Fail);
        if fix < 4 {
            flight.triage_all();
            flight = flight.built(fix);
        }
    }
    flight.person(Command::Waive { assertion: val("VAL-M1-001"), reason: words::line("later") });
    flight.person(no_go(FIRST));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Triage)]);
}

#[test]
fn an_edit_at_an_open_gate_takes_the_question_back_until_it_is_validated() {
    let mut flight = Flight::at_gate();
    let edit = flightdeck::domain::command::WordingEdit {
        statement: Some(words::prose("A visitor sees it in red")),
        ..Default::default()
    };
    let assertion = val("VAL-M1-001");
    flight.person(Command::EditAssertion { assertion, base: Revision(1), edit: Box::new(edit) });
    assert_eq!((sentences(&flight), flight.mission.status()), (vec![], Status::Running));
    let flight = flight.validated();
    assert_eq!(sentences(&flight), ["milestone M1 passed and waits for GO"]);
    let opened =
        flight.log.iter().filter(|stamped| stamped.event == Event::GateOpened { gate: FIRST }).count();
    assert_eq!(opened, 1, "the gate stayed open: nobody is asked twice");
}

#[test]
fn code_that_no_round_has_seen_cannot_be_go() {
    let mut flight = Flight::at_gate();
    let talker = flight.talking();
    let change = flightdeck::domain::command::PlanChange::AddFeature {
        milestone: MilestoneId(1),
        draft: words::chore("Docs"),
    };
    flight.attempt(talker, Command::AmendPlan { changes: vec![change] });
    let mut flight = flight.built(2);
    assert_eq!(
        flight.refusal(Actor::Person, go(FIRST)),
        "M1 cannot be GO: its last changes are not validated yet; waive an assertion with a reason, or say NO-GO with a note"
    );
    flight.person(Command::SetAutopilot { autopilot: Autopilot::On });
    assert!(!flight.mission.is_go(FIRST), "autopilot does not wave it through either");
    let flight = flight.gated().reviewed().scrutinized();
    assert!(flight.mission.is_go(FIRST));
}

#[test]
fn under_autopilot_what_passes_is_go_and_nothing_else() {
    let mut founding = words::founding();
    founding.autopilot = Autopilot::On;
    let contract = vec![words::assertion("VAL-M1-001")];
    let plan = || vec![words::milestone("One", vec![words::feature("F", &["VAL-M1-001"])])];
    let flown = || {
        Flight::founded(founding.clone())
            .proposing(contract.clone(), plan())
            .built(1)
            .gated()
            .reviewed()
            .scrutinized()
    };
    let passed = flown().tested(Outcome::Pass);
    assert!(matches!(passed.mission.end, Some(End::Completed { .. })));
    assert_eq!(passed.mission.gates[&FIRST].decided.as_ref().unwrap().by, DecidedBy::Autopilot);
    let blocked = flown().tested(Outcome::Blocked);
    assert!(blocked.mission.waits_at(FIRST));
}

#[test]
fn an_edit_at_the_final_gate_is_validated_before_it_can_be_go() {
    let mut flight = Flight::at_gate().gone(FIRST);
    let draft = Box::new(words::assertion("VAL-LATE-001"));
    flight.person(Command::AddAssertion { draft, feature: FeatureId(1) });
    assert_eq!(
        flight.refusal(Actor::Person, go(GateId::Final)),
        "final cannot be GO: VAL-LATE-001 has no verdict; waive an assertion with a reason, or say NO-GO with a note"
    );
    assert_eq!(
        flight.due(),
        [Work::Engine(EngineWork::RunGateCommands { milestone: MilestoneId(1), round: 2 })]
    );
    let flight = flight.validated();
    assert!(needs(&flight.mission).iter().any(|need| need.kind == NeedKind::Gate { gate: GateId::Final }));
    assert!(flight.gone(GateId::Final).mission.end.is_some());
}

/// One milestone under autopilot, with one model for all validators and another one for everybody else.
fn flown_by(validators: &str, min_families: u32) -> Flight {
    let mut founding = words::founding();
    founding.limits.min_families = min_families;
    founding.autopilot = Autopilot::On;
    for (role, model) in &mut founding.models {
        *model = words::title(if role.is_validator() { validators } else { "anthropic/claude-x" });
    }
    Flight::founded(founding).proposed(1, 1).built(1).validated()
}

#[test]
fn autopilot_held_to_two_families_leaves_to_the_person_what_one_stands_behind() {
    let m1 = GateId::Milestone(MilestoneId(1));
    let alone = flown_by("openrouter/anthropic/claude-y", 2);
    assert!(!alone.mission.is_go(m1) && alone.mission.is_gate_open(m1));
    let needs = needs(&alone.mission);
    let reason = "; autopilot is held to 2 families of models, and behind F1 stands claude alone";
    assert!(needs[0].sentence.ends_with(reason), "{needs:?}");
    assert!(alone.gone(m1).mission.is_go(m1), "the person may");

    assert!(flown_by("openai/gpt-5", 2).mission.is_go(m1));
    assert!(flown_by("anthropic/claude-x", 1).mission.is_go(m1), "nothing is held to it by default");

    let mut told = words::founding();
    (told.limits.min_families, told.autopilot) = (2, Autopilot::On);
    let risk = Flight::founded(told).mission.families_risk().unwrap();
    assert!(risk.contains("are all of rehearsal: every gate will wait for you"), "{risk}");
}
