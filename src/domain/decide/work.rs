//! The verbs that steer a mission, and what the engine saw with its own eyes.

use super::attempt;
use super::draft::{Draft, Raised};
use crate::domain::attempt::Work;
use crate::domain::command::Command;
use crate::domain::environment::CommandRun;
use crate::domain::event::Event;
use crate::domain::finding::{Severity, Source};
use crate::domain::gate::GateId;
use crate::domain::id::{Commit, FeatureId, MilestoneId};
use crate::domain::mission::{Hold, HoldCause};
use crate::domain::plan::{Claims, FeatureState};
use crate::domain::rejection::{Reason, Rejection};
use crate::domain::schedule::schedule;
use crate::domain::text::{Line, Title};

pub(super) fn route(draft: &mut Draft, command: Command) -> Result<(), Rejection> {
    match command {
        Command::StartAttempt { work, model } => attempt::start_attempt(draft, work, model),
        Command::EndAttempt { attempt, ending } => attempt::end_attempt(draft, attempt, ending),
        Command::StopAttempt { attempt } => attempt::stop_attempt(draft, attempt),
        Command::CountUsage { attempt, usage } => {
            let events = attempt::count_usage(draft.mission(), attempt, usage)?;
            for event in events {
                draft.emit(event);
            }
            Ok(())
        }
        Command::TellRevision { attempt, assertion, revision } => {
            attempt::live(draft.mission(), attempt)?;
            draft.emit(Event::RevisionTold { attempt, assertion, revision });
            Ok(())
        }
        Command::RecordClaims { feature, runs } => record_claims(draft, feature, runs),
        Command::RecordGateCommands { milestone, round, commit, runs } => {
            record_gate_commands(draft, milestone, round, commit, runs)
        }
        Command::Pause => attempt::hold(
            draft,
            Hold { cause: HoldCause::Person, sentence: Line::clipped("paused by you"), until: None },
        ),
        Command::Hold { hold: wanted } => attempt::hold(draft, wanted),
        Command::Resume => attempt::resume(draft),
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
            attempt::abandon(draft, reason);
            Ok(())
        }
        Command::RecordLanding { branch, commit } => record_landing(draft, branch, commit),
        _ => Err(Rejection::invalid("this verb is not known here")),
    }
}

/// Compares what a handoff claims with what the engine saw when it ran the same commands.
fn record_claims(draft: &mut Draft, feature: FeatureId, runs: Vec<CommandRun>) -> Result<(), Rejection> {
    let state = draft.mission().feature(feature).map(|found| &found.state);
    let Some(FeatureState::Built { attempt, claims: Claims::Unchecked, .. }) = state else {
        return Err(Rejection::out_of_turn(format!("{feature} has no unchecked handoff")));
    };
    let attempt = *attempt;
    let claimed = draft.mission().handoffs.get(&feature).map(|(_, handoff)| handoff.commands.clone());
    let claimed = claimed.unwrap_or_default();
    let claim_of = |run: &CommandRun| claimed.iter().find(|claim| claim.command == run.command);
    let failed: Vec<CommandRun> = runs.iter().filter(|run| !run.passed()).cloned().collect();
    // A failure that the handoff admits is a finding too, but no lie.
    let admitted = |run: &CommandRun| claim_of(run).is_some_and(|claim| claim.exit_code == run.exit_code);
    let verdict = if failed.iter().all(admitted) { Claims::Confirmed } else { Claims::Refuted };
    draft.emit(Event::ClaimsChecked { feature, claims: verdict, runs });
    for run in failed {
        let description = match claim_of(&run) {
            Some(claim) if claim.exit_code != run.exit_code => format!(
                "the handoff of {feature} claims exit {} for `{}`, and it exits {} here: {}",
                claim.exit_code, run.command, run.exit_code, run.tail
            ),
            _ => format!("after {feature}, `{}` exits {}: {}", run.command, run.exit_code, run.tail),
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
    runs: Vec<CommandRun>,
) -> Result<(), Rejection> {
    let mission = draft.mission();
    if !schedule(mission).contains(&Work::RunGateCommands { milestone, round }) {
        return Err(Rejection::out_of_turn(format!("round {round} of {milestone} is not due now")));
    }
    if mission.head().is_some_and(|head| *head != commit) {
        return Err(Rejection::new(
            Reason::Conflict,
            format!("round {round} of {milestone} is about the mission's head, and {commit} is not it"),
        ));
    }
    let to_review = mission.features_to_review(milestone);
    let to_test = mission.assertions_to_test(milestone);
    draft.emit(Event::RoundOpened { milestone, round, commit, to_review, to_test });
    let failed: Vec<CommandRun> = runs.iter().filter(|run| !run.passed()).cloned().collect();
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
