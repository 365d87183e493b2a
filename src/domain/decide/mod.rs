//! Decisions: a command against the mission as it is yields events, or a rejection. Pure.
//!
//! Each verb has one function that emits what it directly causes. What follows from the new state (a round that is
//! complete, a gate that is reached) is worked out once, in [`settle`], so that no verb has to think of it.

/// Ends a decision with a rejection: its kind, and its sentence as for `format!`.
macro_rules! refuse {
    ($reason:ident, $($sentence:tt)+) => {
        return Err($crate::domain::rejection::Rejection::new(
            $crate::domain::rejection::Reason::$reason,
            format_args!($($sentence)+).to_string(),
        ))
    };
}

/// Ends a decision with a rejection when a condition holds.
macro_rules! refuse_if {
    ($condition:expr, $($rejection:tt)+) => {
        if $condition {
            refuse!($($rejection)+)
        }
    };
}

mod amendment;
mod attempt;
mod checks;
mod claims;
pub mod contract;
mod evidence;
mod evidence_words;
mod finding;
mod gate;
mod handoff;
mod negotiation;
mod note;
mod planning;
mod proof;
mod proposal;
mod propose;
mod requirement;
mod sealed;
mod second_try;
mod settle;
mod talk;
mod tampering;
mod transaction;
mod triage;
mod validation;

use super::attempt::Role;
use super::command::{Asker, Command};
use super::event::{Actor, Event};
use super::id::Timestamp;
use super::mission::{Hold, HoldCause, Mission, Mode};
use super::rejection::Rejection;
use transaction::Transaction;

type Result<T = ()> = std::result::Result<T, Rejection>;

/// Decides on one command.
///
/// # Errors
/// A [`Rejection`] with the sentence for the one who asked; nothing has changed then.
pub fn decide(mission: &Mission, actor: Actor, command: Command, now: Timestamp) -> Result<Vec<Event>> {
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
) -> Result<Vec<Event>> {
    refuse_if!(
        mission.mode == Mode::ReadOnly,
        ReadOnly,
        "this mission was written by a newer flightdeck and can only be read; install the newer version to fly it"
    );
    // The most frequent command: nothing follows from it, so the mission need not be copied.
    if let ([Command::CountUsage { attempt, usage }], Actor::Engine) = (commands.as_slice(), actor) {
        return attempt::count_usage(mission, *attempt, *usage).map(|event| vec![event]);
    }
    let mut tx = Transaction::new(mission, actor, now);
    for command in commands {
        permit(tx.mission(), actor, &command)?;
        route(&mut tx, command)?;
        settle::settle(&mut tx);
    }
    Ok(tx.into_events())
}

/// Who may ask what; an agent must also be at work.
fn permit(mission: &Mission, actor: Actor, command: &Command) -> Result {
    match (mission.founding.is_some(), matches!(command, Command::Found(_))) {
        (true, true) => refuse!(OutOfTurn, "this mission is founded already"),
        (false, false) => refuse!(OutOfTurn, "this mission is not founded yet"),
        (true, false) | (false, true) => {}
    }
    let asker = match actor {
        Actor::Person => Asker::Person,
        Actor::Engine => Asker::Engine,
        Actor::Attempt(id) => {
            let attempt = attempt::known(mission, id)?;
            refuse_if!(!attempt.is_live(), OutOfTurn, "{id} has ended: nothing it asks counts any more");
            Asker::Agent(attempt.role)
        }
    };
    // Where its repository is matters for as long as it can land.
    let moves = matches!(command, Command::Relocate { .. });
    let is_over = mission.end.is_some() && asker != Asker::Engine;
    refuse_if!(is_over && !moves, OutOfTurn, "the mission is over");
    if command.may_be_asked_by(asker) {
        return sealed::conceal(mission, asker, command);
    }
    let who = match asker {
        Asker::Person => "a person".to_owned(),
        Asker::Engine => "the engine".to_owned(),
        Asker::Agent(Role::Orchestrator) => "an orchestrator".to_owned(),
        Asker::Agent(role) => format!("a {role}"),
    };
    refuse!(NotAllowed, "{who} may not ask for that")
}

#[expect(clippy::too_many_lines, reason = "a flat match over every command")]
fn route(tx: &mut Transaction, command: Command) -> Result {
    match command {
        Command::Found(founding) => tx.accept(Event::MissionCreated(founding)),
        Command::DecideGate { gate, decision } => gate::decide_gate(tx, gate, decision),
        Command::Waive { assertion, reason } => contract::waive(tx, &assertion, &reason),
        Command::ProveAgain { assertions } => proof::prove_again(tx, assertions),
        Command::TakeBackProof { assertions } => proof::take_back(tx, assertions),
        Command::Answer { question, text } => talk::answer(tx, question, text),
        Command::Pause => attempt::hold(tx, Hold::new(HoldCause::Person, "paused by you")),
        Command::Resume => attempt::resume(tx),
        Command::StopAttempt { attempt } => attempt::stop_attempt(tx, attempt),
        Command::ChooseModel { role, model } => tx.accept(Event::ModelChosen { role, model }),
        Command::TakeFallback { role, from, to, reason } => {
            let chosen = tx.mission().models.get(&role);
            refuse_if!(chosen != Some(&from), OutOfTurn, "{role} is not played by {from} any more");
            refuse_if!(from == to, Invalid, "{from} cannot take over from itself");
            tx.accept(Event::FallbackTaken { role, from, to, reason })
        }
        Command::PriceModel { model, price } => tx.accept(Event::ModelPriced { model, price }),
        Command::NoteSandbox { missing } => tx.accept(Event::SandboxNoted { missing }),
        Command::NoteWay { way } => tx.accept(Event::WayNoted { way }),
        Command::NoteOverrides { overrides } => tx.accept(Event::OverridesNoted { overrides }),
        Command::DoubtRecord { why } => tx.accept(Event::RecordDoubted { why }),
        Command::SetBudget { budget } => tx.accept(Event::BudgetSet { budget }),
        Command::SetAutopilot { autopilot } => tx.accept(Event::AutopilotSet { autopilot }),
        Command::EditFeature { feature, base, edit } => planning::edit_feature(tx, feature, base, *edit),
        Command::EditEnvironment { base, environment } => propose::edit_environment(tx, &base, *environment),
        Command::DecideFinding { decision } => finding::decide(tx, *decision),
        Command::Abandon { reason } => attempt::abandon(tx, reason),
        Command::AddRequirement { text } => requirement::add(tx, &text),
        Command::KeepRequirement { requirement } => requirement::keep(tx, requirement),
        Command::SetAsideRequirements { aside } => requirement::set_aside(tx, &aside),
        Command::MapAssertion { assertion, shows } => requirement::map(tx, assertion, shows),
        Command::Relocate { repository } => tx.accept(Event::RepositoryMoved { repository }),
        Command::EditAssertion { assertion, base, edit } => contract::edit(tx, assertion, base, *edit),
        Command::AddAssertion { draft: added, feature } => contract::add(tx, *added, feature),
        Command::RetireAssertion { assertion, reason } => contract::retire(tx, &assertion, &reason),
        Command::DecideProposal { proposal, ruling } => proposal::decide(tx, proposal, ruling),
        Command::ProposeDocument { changes } => proposal::propose_document(tx, changes),
        Command::Broadcast { text } => talk::broadcast(tx, text),
        Command::Say { to, text, delivery } => talk::say(tx, to, text, delivery),
        Command::ProposeContract { assertions } => propose::propose_contract(tx, assertions),
        Command::ProposeEnvironment { environment } => propose::propose_environment(tx, environment),
        Command::AnswerObjections { answers } => negotiation::answer(tx, answers),
        Command::KeepChecks { reasons, commands } => propose::keep_checks(tx, reasons, commands),
        Command::ProposePlan { title, milestones, answer } => {
            propose::propose_plan(tx, title, milestones, answer)
        }
        Command::Criticize { summary, objections } => negotiation::criticize(tx, summary, objections),
        Command::Seal { assertions } => sealed::seal(tx, assertions),
        Command::Unseal { assertion, feature } => sealed::unseal(tx, assertion, feature),
        Command::AmendPlan { changes } => planning::amend_plan(tx, changes),
        Command::Triage { decisions } => triage::triage(tx, decisions),
        Command::Ask { to, questions } => talk::ask(tx, to, questions),
        Command::HandIn { handoff, head } => handoff::hand_in(tx, *handoff, head),
        Command::RequestAmendment { assertion, proposal, reason } => {
            amendment::request(tx, &assertion, proposal, &reason)
        }
        Command::AnswerAmendment { finding, outcome, words, edit } => {
            amendment::answer(tx, finding, outcome, words, *edit)
        }
        Command::RefuteClaims { claims } => claims::refute_claims(tx, claims),
        Command::ReportReview { summary, opinion, issues, known } => {
            validation::report_review(tx, summary, opinion, issues, &known)
        }
        Command::ReportScrutiny { summary, issues, knowledge, known } => {
            validation::report_scrutiny(tx, summary, issues, knowledge, &known)
        }
        Command::GiveVerdict { assertion, outcome, observed, evidence } => {
            validation::give_verdict(tx, assertion, outcome, observed, evidence)
        }
        Command::ReportUserTesting { summary, frictions, issues, known } => {
            validation::report_user_testing(tx, summary, frictions, issues, &known)
        }
        Command::ProposeNotes { notes } => note::propose(tx, notes),
        Command::DecideNotes { rulings } => note::decide(tx, rulings),
        Command::StartAttempt { work, model } => attempt::start_attempt(tx, work, model),
        Command::EndAttempt { attempt, ending } => attempt::end_attempt(tx, attempt, ending),
        Command::CountUsage { attempt, usage } => {
            let event = attempt::count_usage(tx.mission(), attempt, usage)?;
            tx.accept(event)
        }
        Command::TellRevision { attempt, assertion, revision } => {
            attempt::live(tx.mission(), attempt)?;
            tx.accept(Event::RevisionTold { attempt, assertion, revision })
        }
        Command::RecordBaseline { baseline } => checks::record_baseline(tx, baseline),
        Command::ReportLostEvidence { mut evidence } => {
            evidence.retain(|reference| !tx.mission().lost_evidence.contains(reference));
            if evidence.is_empty() { Ok(()) } else { tx.accept(Event::EvidenceLost { evidence }) }
        }
        Command::LeaveClaims { feature, left } => claims::leave_claims(tx, feature, left),
        Command::RecordClaims { feature, runs } => claims::record_claims(tx, feature, runs),
        Command::RecordAddedTests { feature, added } => claims::record_added_tests(tx, feature, *added),
        Command::RecordTampering { feature, found } => tampering::record(tx, feature, found),
        Command::RecordGateCommands { milestone, round, commit, runs } => {
            checks::record_gate_commands(tx, milestone, round, commit, runs)
        }
        Command::RecordSabotage { sabotage } => checks::record_sabotage(tx, sabotage),
        Command::RecordChecks { milestone, round, checks } => {
            checks::record_checks(tx, milestone, round, checks)
        }
        Command::RecordProof { milestone, round, proven } => proof::record(tx, (milestone, round), &proven),
        Command::RecordSecondTry { milestone, round, assertion, second } => {
            second_try::record(tx, (milestone, round), assertion, second)
        }
        Command::MarkDelivered { messages } => talk::mark_delivered(tx, messages),
        Command::Hold { hold } => attempt::hold(tx, hold),
        Command::BeginWait { wait } => attempt::begin_wait(tx, wait),
        Command::EndWait { work } => attempt::end_wait(tx, work),
        Command::RecordLoss { work, reason } => attempt::record_loss(tx, work, reason),
        Command::RecordLanding { branch, commit } => checks::record_landing(tx, branch, commit),
    }
}
