//! Decisions: a command against the mission as it is yields events, or a rejection. Pure.
//!
//! Each verb has one function that emits what it directly causes. What follows from the new state (a round that is
//! complete, a gate that is reached) is worked out once, in [`settle`], so that no verb has to think of it.

mod agent;
mod attempt;
pub mod contract;
mod draft;
mod gate;
mod planning;
mod settle;
mod talk;
mod validation;
mod work;

use super::attempt::Role;
use super::command::{Asker, Command, Permission};
use super::event::{Actor, Event};
use super::id::Timestamp;
use super::mission::{Mission, Mode};
use super::rejection::{Reason, Rejection};
use draft::Draft;

/// Decides on one command.
///
/// # Errors
/// A [`Rejection`] with the sentence for whoever asked; nothing has changed then.
pub fn decide(
    mission: &Mission,
    actor: Actor,
    command: Command,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    decide_all(mission, actor, vec![command], now)
}

/// Decides on several commands as one: either all of them are accepted, or nothing changes.
///
/// # Errors
/// The first rejection.
pub fn decide_all(
    mission: &Mission,
    actor: Actor,
    commands: Vec<Command>,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    if mission.mode == Mode::ReadOnly {
        return Err(Rejection::new(
            Reason::ReadOnly,
            "this mission was written by a newer flightdeck and can only be read; install the newer version to fly it",
        ));
    }
    if let [Command::CountUsage { attempt, usage }] = commands.as_slice()
        && actor == Actor::Engine
    {
        return attempt::count_usage(mission, *attempt, *usage);
    }
    let mut draft = Draft::new(mission, actor, now);
    for command in commands {
        permit(draft.mission(), actor, &command)?;
        route(&mut draft, command)?;
        settle::settle(&mut draft);
    }
    Ok(draft.into_events())
}

/// Who may ask what; an agent must also be at work.
fn permit(mission: &Mission, actor: Actor, command: &Command) -> Result<(), Rejection> {
    let founding = matches!(command, Command::Found(_));
    if mission.founding.is_none() != founding {
        let sentence =
            if founding { "this mission is founded already" } else { "this mission is not founded yet" };
        return Err(Rejection::out_of_turn(sentence));
    }
    let asker = match actor {
        Actor::Person => Asker::Person,
        Actor::Engine => Asker::Engine,
        Actor::Attempt(id) => match mission.attempts.get(&id) {
            Some(attempt) if attempt.is_live() => Asker::Agent(attempt.role),
            Some(_) => {
                return Err(Rejection::out_of_turn(format!(
                    "{id} has ended: nothing it asks counts any more"
                )));
            }
            None => return Err(Rejection::unknown(format!("there is no attempt {id}"))),
        },
    };
    if mission.end.is_some() && asker != Asker::Engine {
        return Err(Rejection::out_of_turn("the mission is over"));
    }
    match command.may_be_asked_by(asker) {
        Permission::Granted => Ok(()),
        Permission::Denied => {
            let who = match asker {
                Asker::Person => "a person".to_owned(),
                Asker::Engine => "the engine".to_owned(),
                Asker::Agent(Role::Orchestrator) => "an orchestrator".to_owned(),
                Asker::Agent(role) => format!("a {role}"),
            };
            Err(Rejection::new(Reason::NotAllowed, format!("{who} may not ask for that")))
        }
    }
}

fn route(draft: &mut Draft, command: Command) -> Result<(), Rejection> {
    match command {
        Command::Found(founding) => {
            draft.emit(Event::MissionCreated(founding));
            Ok(())
        }
        Command::ProposeContract { assertions } => planning::propose_contract(draft, assertions),
        Command::ProposeEnvironment { environment } => planning::propose_environment(draft, environment),
        Command::ProposePlan { title, milestones } => planning::propose_plan(draft, title, milestones),
        Command::AmendPlan { changes } => planning::amend_plan(draft, changes),
        Command::EditFeature { feature, spec } => planning::edit_feature(draft, feature, spec),
        Command::EditAssertion { assertion, base, edit } => contract::edit(draft, assertion, base, &edit),
        Command::AddAssertion { draft: added, feature } => contract::add(draft, *added, feature),
        Command::RetireAssertion { assertion, reason } => contract::retire(draft, &assertion, &reason),
        Command::Waive { assertion, reason } => contract::waive(draft, &assertion, &reason),
        Command::DecideGate { gate, decision } => gate::decide_gate(draft, gate, decision),
        Command::Answer { question, text } => talk::answer(draft, question, text),
        Command::Say { to, text, delivery } => talk::say(draft, to, text, delivery),
        Command::Broadcast { text } => talk::broadcast(draft, text),
        Command::Ask { to, text, options } => talk::ask(draft, to, text, options),
        Command::MarkDelivered { messages } => talk::mark_delivered(draft, messages),
        Command::Triage { decisions } => agent::triage(draft, decisions),
        Command::HandIn { handoff, head } => agent::hand_in(draft, *handoff, head),
        Command::RequestAmendment { assertion, proposal, reason } => {
            agent::request_amendment(draft, &assertion, &proposal, &reason)
        }
        Command::ReportReview { summary, opinion, issues } => {
            validation::report_review(draft, summary, opinion, issues)
        }
        Command::ReportScrutiny { summary, issues, knowledge } => {
            validation::report_scrutiny(draft, summary, issues, knowledge)
        }
        Command::GiveVerdict { assertion, outcome, observed, evidence } => {
            validation::give_verdict(draft, assertion, outcome, observed, evidence)
        }
        Command::ReportUserTesting { summary, frictions, issues } => {
            validation::report_user_testing(draft, summary, frictions, issues)
        }
        other => work::route(draft, other),
    }
}
