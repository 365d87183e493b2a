//! Attempts, budgets, holds, and what the engine saw with its own eyes.

use super::draft::{Draft, Raised};
use crate::domain::attempt::{Attempt, Ending, Work};
use crate::domain::command::Command;
use crate::domain::environment::Run;
use crate::domain::event::Event;
use crate::domain::finding::{Severity, Source};
use crate::domain::gate::GateId;
use crate::domain::id::{AttemptId, Commit, FeatureId, MilestoneId};
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::plan::{Claims, FeatureState};
use crate::domain::rejection::Rejection;
use crate::domain::schedule::schedule;
use crate::domain::text::{Line, Title};
use crate::domain::usage::Usage;

pub(super) fn route(draft: &mut Draft, command: Command) -> Result<(), Rejection> {
    match command {
        Command::StartAttempt { work, model } => start_attempt(draft, work, model),
        Command::EndAttempt { attempt, ending } => end_attempt(draft, attempt, ending),
        Command::StopAttempt { attempt } => stop_attempt(draft, attempt),
        Command::CountUsage { attempt, usage } => {
            let events = count_usage(draft.mission(), attempt, usage)?;
            events.into_iter().for_each(|event| draft.emit(event));
            Ok(())
        }
        Command::TellRevision { attempt, assertion, revision } => {
            live(draft.mission(), attempt)?;
            draft.emit(Event::RevisionTold { attempt, assertion, revision });
            Ok(())
        }
        Command::RecordClaims { feature, runs } => record_claims(draft, feature, runs),
        Command::RecordGateCommands { milestone, round, commit, runs } => {
            record_gate_commands(draft, milestone, round, commit, runs)
        }
        Command::Pause => hold(
            draft,
            Hold { cause: HoldCause::Person, sentence: Line::clipped("paused by you"), until: None },
        ),
        Command::Hold { hold: wanted } => hold(draft, wanted),
        Command::Resume => {
            if draft.mission().hold.is_none() {
                return Err(Rejection::out_of_turn("the mission is not paused"));
            }
            draft.emit(Event::MissionResumed);
            Ok(())
        }
        Command::ChooseModel { role, model } => {
            draft.emit(Event::ModelChosen { role, model });
            Ok(())
        }
        Command::SetBudget { budget } => {
            draft.emit(Event::BudgetSet { budget });
            Ok(())
        }
        Command::SetAutopilot { autopilot } => {
            draft.emit(Event::AutopilotSet { autopilot });
            Ok(())
        }
        Command::Abandon { reason } => {
            let live: Vec<AttemptId> = draft.mission().live_attempts().map(|attempt| attempt.id).collect();
            for attempt in live {
                let ending = Ending::Stopped { reason: Line::clipped("the mission was abandoned") };
                draft.emit(Event::AttemptEnded { attempt, ending });
            }
            draft.emit(Event::MissionAbandoned { reason });
            Ok(())
        }
        Command::RecordLanding { branch, commit } => record_landing(draft, branch, commit),
        _ => Err(Rejection::invalid("this verb is not known here")),
    }
}

/// Usage of an attempt that has ended still counts: the money is spent.
pub(super) fn count_usage(
    mission: &Mission,
    attempt: AttemptId,
    usage: Usage,
) -> Result<Vec<Event>, Rejection> {
    if !mission.attempts.contains_key(&attempt) {
        return Err(Rejection::unknown(format!("there is no attempt {attempt}")));
    }
    Ok(vec![Event::UsageCounted { attempt, usage }])
}

/// An attempt starts only when its work is due and nobody is at it: so there is never a second writer.
fn start_attempt(draft: &mut Draft, work: Work, model: Title) -> Result<(), Rejection> {
    let mission = draft.mission();
    let Some(role) = work.role() else {
        return Err(Rejection::invalid(format!("{work} is the engine's own work")));
    };
    if !schedule(mission).contains(&work) {
        return Err(Rejection::out_of_turn(format!("{work} is not due now")));
    }
    let busy = |attempt: &&Attempt| attempt.work == work || (work.writes() && attempt.work.writes());
    if let Some(other) = mission.live_attempts().find(busy) {
        return Err(Rejection::out_of_turn(format!("{} is at {} already", other.id, other.work)));
    }
    let attempt = draft.next_attempt();
    let base = match base_of(mission, work) {
        Some(base) => base.clone(),
        None => return Err(Rejection::out_of_turn("the mission has no base commit")),
    };
    draft.emit(Event::AttemptStarted { attempt, work, role, model, base });
    Ok(())
}

/// Validators look at the commit of their round, everybody else at the mission's head.
fn base_of(mission: &Mission, work: Work) -> Option<&Commit> {
    match work {
        Work::Review { milestone, round, .. }
        | Work::Scrutinize { milestone, round }
        | Work::TestAsUser { milestone, round } => mission.round(milestone, round).map(|found| &found.commit),
        _ => mission.head(),
    }
}

fn end_attempt(draft: &mut Draft, id: AttemptId, ending: Ending) -> Result<(), Rejection> {
    let work = live(draft.mission(), id)?.work;
    draft.emit(Event::AttemptEnded { attempt: id, ending: ending.clone() });
    match ending {
        Ending::Unusable { reason } => {
            let sentence = Line::clipped(format!("{work} has no usable model: {reason}"));
            hold(draft, Hold { cause: HoldCause::Backend, sentence, until: None })
        }
        Ending::Failed { reason }
            if draft.mission().failures_of(work) >= draft.mission().limits().failures =>
        {
            let count = draft.mission().failures_of(work);
            let sentence = Line::clipped(format!("{work} failed {count} times in a row, last: {reason}"));
            hold(draft, Hold { cause: HoldCause::Failures, sentence, until: None })
        }
        Ending::Done | Ending::Failed { .. } | Ending::Interrupted | Ending::Stopped { .. } => Ok(()),
    }
}

fn stop_attempt(draft: &mut Draft, id: AttemptId) -> Result<(), Rejection> {
    let work = live(draft.mission(), id)?.work;
    let ending = Ending::Stopped { reason: Line::clipped("stopped by you") };
    draft.emit(Event::AttemptEnded { attempt: id, ending });
    let sentence = Line::clipped(format!("you stopped {id} at {work}: `flightdeck resume` runs it again"));
    hold(draft, Hold { cause: HoldCause::StoppedAttempt, sentence, until: None })
}

/// The first cause stands: a later one does not hide why the mission came to rest. A person's pause, though, is
/// never lifted by a timer, so it replaces a quota's.
fn hold(draft: &mut Draft, hold: Hold) -> Result<(), Rejection> {
    match draft.mission().hold.as_ref().map(|present| present.cause) {
        None => {}
        Some(HoldCause::Quota) if hold.cause != HoldCause::Quota => {}
        Some(HoldCause::Person) if hold.cause == HoldCause::Person => {
            return Err(Rejection::out_of_turn("the mission is paused already"));
        }
        Some(_) => return Ok(()),
    }
    draft.emit(Event::MissionHeld { hold });
    Ok(())
}

/// Compares what a handoff claims with what the engine saw when it ran the same commands.
fn record_claims(draft: &mut Draft, feature: FeatureId, runs: Vec<Run>) -> Result<(), Rejection> {
    let state = draft.mission().feature(feature).map(|found| &found.state);
    let Some(FeatureState::Built { attempt, claims: Claims::Unchecked, .. }) = state else {
        return Err(Rejection::out_of_turn(format!("{feature} has no unchecked handoff")));
    };
    let attempt = *attempt;
    let claimed = draft.mission().handoffs.get(&feature).map(|(_, handoff)| handoff.commands.clone());
    let claimed = claimed.unwrap_or_default();
    let failed: Vec<Run> = runs.iter().filter(|run| !run.passed()).cloned().collect();
    let verdict = if failed.is_empty() { Claims::Confirmed } else { Claims::Refuted };
    draft.emit(Event::ClaimsChecked { feature, claims: verdict, runs });
    for run in failed {
        let claim = claimed.iter().find(|claim| claim.command == run.command);
        let description = match claim {
            Some(claim) => format!(
                "the handoff of {feature} claims exit {} for `{}`, and it exits {} here: {}",
                claim.exit_code, run.command, run.exit_code, run.tail
            ),
            None => format!("after {feature}, `{}` exits {}: {}", run.command, run.exit_code, run.tail),
        };
        draft.raise(Raised {
            severity: Severity::Blocking,
            source: Source::RefutedClaim { attempt },
            feature: Some(feature),
            assertion: None,
            description: Line::clipped(description),
            suggested_fix: None,
        });
    }
    Ok(())
}

fn record_gate_commands(
    draft: &mut Draft,
    milestone: MilestoneId,
    round: u32,
    commit: Commit,
    runs: Vec<Run>,
) -> Result<(), Rejection> {
    let mission = draft.mission();
    if !schedule(mission).contains(&Work::RunGateCommands { milestone, round }) {
        return Err(Rejection::out_of_turn(format!("round {round} of {milestone} is not due now")));
    }
    let to_review = mission.features_to_review(milestone);
    let to_test = mission.assertions_to_test(milestone);
    draft.emit(Event::RoundOpened { milestone, round, commit, to_review, to_test });
    let failed: Vec<Run> = runs.iter().filter(|run| !run.passed()).cloned().collect();
    draft.emit(Event::GateCommandsRun { milestone, round, runs });
    for run in failed {
        draft.raise(Raised {
            severity: Severity::Blocking,
            source: Source::GateCommand,
            feature: None,
            assertion: None,
            description: Line::clipped(format!("`{}` exits {}: {}", run.command, run.exit_code, run.tail)),
            suggested_fix: None,
        });
    }
    Ok(())
}

fn record_landing(draft: &mut Draft, branch: Title, commit: Commit) -> Result<(), Rejection> {
    if !draft.mission().is_go(GateId::Final) {
        return Err(Rejection::out_of_turn("the final gate is not GO yet"));
    }
    if draft.mission().landed.is_some() {
        return Err(Rejection::out_of_turn("the mission has landed already"));
    }
    draft.emit(Event::MissionLanded { branch, commit });
    Ok(())
}

fn live(mission: &Mission, id: AttemptId) -> Result<&Attempt, Rejection> {
    match mission.attempts.get(&id) {
        None => Err(Rejection::unknown(format!("there is no attempt {id}"))),
        Some(attempt) if !attempt.is_live() => Err(Rejection::out_of_turn(format!("{id} has ended already"))),
        Some(attempt) => Ok(attempt),
    }
}
