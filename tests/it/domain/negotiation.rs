//! The critic and the orchestrator, before the person reads the plan.

use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::Command;
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::{AttemptId, ObjectionId};
use flightdeck::domain::negotiation::{AnswerDraft, ObjectionOutcome};
use flightdeck::domain::risk::risks;
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words;

const FIRST: AgentWork = AgentWork::Criticize { round: 1 };
const SECOND: AgentWork = AgentWork::Criticize { round: 2 };

fn criticized(rounds: u32) -> Flight {
    let mut founding = words::founding();
    founding.limits.critic_rounds = rounds;
    Flight::founded(founding).proposed(1, 1)
}

fn object(flight: &mut Flight, work: AgentWork, about: &[&str]) {
    let critic = flight.start(work);
    let objections = about.iter().map(|part| words::objecting(part)).collect();
    flight.attempt(critic, Command::Criticize { summary: words::prose("Two gaps"), objections });
}

fn again(flight: &mut Flight, answers: &[(u32, ObjectionOutcome)]) -> AttemptId {
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, answered(answers)).attempt(planner, plan());
    planner
}

fn answered(answers: &[(u32, ObjectionOutcome)]) -> Command {
    let answer = |(id, outcome): &(u32, ObjectionOutcome)| AnswerDraft {
        objection: ObjectionId(*id),
        outcome: *outcome,
        words: words::line("there is a second assertion now"),
    };
    Command::AnswerObjections { answers: answers.iter().map(answer).collect() }
}

fn plan() -> Command {
    let milestones = vec![words::milestone("One", vec![words::feature("A page", &["VAL-M1-001"])])];
    Command::ProposePlan { title: None, milestones, answer: None }
}

#[test]
fn a_plan_is_criticized_answered_and_looked_at_again_before_the_person_reads_it() {
    let mut flight = criticized(2);
    assert_eq!(flight.due(), [FIRST.into()]);
    assert!(!flight.mission.is_gate_open(GateId::Plan));
    let told = brief(&flight.mission, FIRST).text;
    assert!(told.contains("Build a guestbook") && told.contains("VAL-M1-001"), "{told}");

    object(&mut flight, FIRST, &["VAL-M1-001", "F1"]);
    assert_eq!(flight.due(), [AgentWork::Plan.into()]);
    let told = brief(&flight.mission, AgentWork::Plan).text;
    assert!(told.contains("OBJ-2 [missing_negative_case] F1: nothing tries it without a name"), "{told}");

    let planner = flight.start(AgentWork::Plan);
    let refusal = flight.refusal(flightdeck::domain::event::Actor::Attempt(planner), plan());
    assert!(refusal.contains("says nothing to OBJ-1, OBJ-2"), "{refusal}");
    flight.attempt(planner, answered(&[(1, ObjectionOutcome::Changed), (2, ObjectionOutcome::Kept)]));
    flight.attempt(planner, plan());
    assert_eq!(flight.due(), [SECOND.into()]);
    let told = brief(&flight.mission, SECOND).text;
    assert!(told.contains("answered: kept as it was: there is a second assertion now"), "{told}");

    // The last round's objections are answered too, and nobody looks a third time.
    object(&mut flight, SECOND, &["M1"]);
    assert!(!flight.mission.is_gate_open(GateId::Plan));
    again(&mut flight, &[(3, ObjectionOutcome::Changed)]);
    assert!(flight.mission.is_gate_open(GateId::Plan));
    let risks = risks(&flight.mission);
    assert!(risks.contains(&"the plan stays as it was against OBJ-2 of the critic".to_owned()), "{risks:?}");
    assert!(risks.iter().any(|risk| risk.contains("the critic is the model that planned")), "{risks:?}");
}

#[test]
fn a_critic_that_agrees_opens_the_gate() {
    let mut flight = criticized(2);
    object(&mut flight, FIRST, &[]);
    assert!(flight.mission.is_gate_open(GateId::Plan));
    // A NO-GO leads to another plan, which is looked at in the round that is left.
    flight.person(Command::DecideGate { gate: GateId::Plan, decision: words::no_go("smaller") });
    again(&mut flight, &[]);
    assert_eq!(flight.due(), [SECOND.into()]);
}

#[test]
fn no_plan_waits_for_a_critic_that_fails() {
    let reason = || words::line("it went in circles");
    for ending in [Ending::Failed { reason: reason() }, Ending::Unusable { reason: reason() }] {
        let mut flight = criticized(2);
        let critic = flight.start(FIRST);
        flight.end(critic, ending);
        assert!(flight.mission.is_gate_open(GateId::Plan) && flight.mission.hold.is_none());
        let risk = "no critic looked at this plan: it went in circles";
        assert_eq!(risks(&flight.mission)[0], risk);
    }
    let mut stopped = criticized(1);
    let critic = stopped.start(FIRST);
    stopped.person(Command::StopAttempt { attempt: critic });
    assert!(stopped.mission.is_gate_open(GateId::Plan) && stopped.mission.hold.is_none());
    // An engine that went away under it starts another.
    let mut interrupted = criticized(1);
    let critic = interrupted.start(FIRST);
    interrupted.end(critic, Ending::Interrupted);
    assert_eq!(interrupted.due(), [FIRST.into()]);
}

#[test]
fn no_critic_is_asked_for_where_none_is_wanted_and_autopilot_waits_for_one_that_is() {
    let flight = criticized(0);
    assert!(flight.mission.is_gate_open(GateId::Plan));
    let mut flight = criticized(1);
    flight.person(Command::SetAutopilot { autopilot: Autopilot::On });
    assert!(!flight.mission.is_go(GateId::Plan));
    object(&mut flight, FIRST, &[]);
    assert!(flight.mission.is_go(GateId::Plan));
}

#[test]
fn more_objections_than_anybody_can_answer_are_refused() {
    let mut flight = criticized(1);
    let critic = flight.start(FIRST);
    let objections = (0..13).map(|n| words::objecting(&format!("F{n}"))).collect();
    let command = Command::Criticize { summary: words::prose("All of it"), objections };
    let refusal = flight.refusal(flightdeck::domain::event::Actor::Attempt(critic), command);
    assert!(refusal.starts_with("at most 12 objections"), "{refusal}");
}
