//! What the engine found when it ran commands itself: at the base, in a round, while something was undone, and the landing.

use super::Result;
use super::transaction::{Raised, Transaction};
use crate::domain::attempt::EngineWork;
use crate::domain::baseline::Baseline;
use crate::domain::contract::Assertion;
use crate::domain::environment::CommandRun;
use crate::domain::event::Event;
use crate::domain::finding::{Severity, Source};
use crate::domain::flow;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, Commit, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::round::{CheckRun, Round, RoundScope};
use crate::domain::sabotage::{Sabotage, SabotageOutcome};
use crate::domain::schedule::schedule;
use crate::domain::text::{Line, Title};

/// What a plan's commands do before anything is built; it says nothing once something may have been.
pub(super) fn record_baseline(tx: &mut Transaction, baseline: Box<Baseline>) -> Result {
    let mission = tx.mission();
    refuse_if!(mission.is_go(GateId::Plan), OutOfTurn, "the plan is GO: its baseline was taken before");
    refuse_if!(
        mission.founding.as_ref().is_none_or(|founding| founding.base != baseline.commit),
        Conflict,
        "the mission starts from another commit than {}",
        baseline.commit
    );
    tx.accept(Event::BaselineTaken(baseline))
}

pub(super) fn record_gate_commands(
    tx: &mut Transaction,
    milestone: MilestoneId,
    round: u32,
    commit: Commit,
    runs: Vec<CommandRun>,
) -> Result {
    let mission = tx.mission();
    let due = schedule(mission).contains(&EngineWork::RunGateCommands { milestone, round }.into());
    refuse_if!(!due, OutOfTurn, "round {round} of {milestone} is not due now");
    refuse_if!(
        mission.head().is_some_and(|head| *head != commit),
        Conflict,
        "round {round} of {milestone} is about the mission's head, and {commit} is not it"
    );
    let to_review = mission.features_to_review(milestone);
    let to_test = mission.assertions_to_test(milestone);
    let flows = flow::divide(&to_test, mission.testers());
    let again = mission.only_proves_again(milestone);
    let scope = RoundScope { milestone, round, commit, to_review, to_test, flows, again };
    tx.emit(Event::RoundOpened(Box::new(scope)));
    let failed: Vec<CommandRun> = runs.iter().filter(|run| !run.passed()).cloned().collect();
    tx.emit(Event::GateCommandsRun { milestone, round, runs });
    for run in failed {
        let description = format!("`{}` exits {}: {}", run.command, run.exit_code, run.tail);
        tx.raise(Raised::new(Severity::Blocking, Source::GateCommand, description));
    }
    Ok(())
}

/// What a check did while something was undone. One that has no teeth is a finding, raised once for its wording.
pub(super) fn record_sabotage(tx: &mut Transaction, sabotage: Box<Sabotage>) -> Result {
    let mission = tx.mission();
    let Sabotage { assertion, revision, milestone, round, outcome, .. } = &*sabotage;
    let work = EngineWork::Sabotage { milestone: *milestone, round: *round };
    let due = mission.sabotage_due(*milestone) == Some(work);
    let known = mission.assertion(assertion).filter(|known| known.revision == *revision);
    let other = |found: &&Assertion| {
        found.wording.check.command.is_none() && sabotage.steps.as_ref() != mission.steps_of(found)
    };
    refuse_if!(
        !due || known.is_none()
            || known.as_ref().is_some_and(other)
            || !mission.to_sabotage(*milestone).contains(assertion),
        OutOfTurn,
        "{assertion} is not to be seen red now"
    );
    // Those who could mend a sealed check must not know it: the gate tells the person alone.
    let told = *outcome == SabotageOutcome::Toothless && !mission.is_sealed(assertion);
    let raised = told.then(|| {
        let command = known.and_then(|known| known.wording.check.command.as_ref());
        let how = match (command, &sabotage.steps) {
            (Some(command), _) => format!(", `{command}`,"),
            (None, Some(_)) => ", by its tester's steps,".to_owned(),
            (None, None) => String::new(),
        };
        let description = format!("the check of {assertion}{how} {}", sabotage.sentence());
        let raised = Raised::new(Severity::NonBlocking, Source::Sabotage, description);
        let fix = match command {
            Some(_) => "Word its check anew, so that it fails where the behaviour is missing.",
            None => "Word its check so that a tester has to see the behaviour itself.",
        };
        Raised {
            feature: mission.claimant(assertion).map(|feature| feature.id),
            assertion: Some(assertion.clone()),
            suggested_fix: Some(Line::clipped(fix)),
            ..raised
        }
    });
    tx.emit(Event::CheckSabotaged { sabotage });
    if let Some(raised) = raised {
        tx.raise(raised);
    }
    Ok(())
}

/// What the contract's own commands did. A red one ends nothing: its assertion is among those that this round tries, and
/// cannot pass.
pub(super) fn record_checks(
    tx: &mut Transaction,
    milestone: MilestoneId,
    round: u32,
    checks: Vec<CheckRun>,
) -> Result {
    let open = tx.mission().round(milestone, round).is_some_and(Round::is_open);
    refuse_if!(!open, OutOfTurn, "round {round} of {milestone} is not under way");
    if checks.is_empty() {
        return Ok(());
    }
    let raised = flaky(tx.mission(), &checks);
    tx.emit(Event::ChecksRun { milestone, round, checks });
    for raised in raised {
        tx.raise(raised);
    }
    Ok(())
}

/// Commands that failed and passed when they were run again. Nobody can say which of the two is the app's, so that it blocks
/// nothing by itself; one that is open already is not raised again.
fn flaky(mission: &Mission, checks: &[CheckRun]) -> Vec<Raised> {
    let is_known = |id: &AssertionId| {
        let known = mission.open_findings().filter(|found| found.source == Source::FlakyCheck);
        known.into_iter().any(|found| found.assertion.as_ref() == Some(id))
    };
    let red = checks.iter().enumerate().filter(|(_, check)| !check.run.passed());
    let then_green = red.filter(|(index, red)| {
        let mut later = checks.iter().skip(index + 1);
        later.any(|other| other.assertion == red.assertion && other.run.passed())
    });
    // Of a sealed check only its tester is told.
    let tellable = |id: &AssertionId| !is_known(id) && !mission.is_sealed(id);
    let new = then_green.map(|(_, red)| red).filter(|red| tellable(&red.assertion));
    new.map(|CheckRun { assertion, run, .. }| {
        let CommandRun { command, exit_code, tail, .. } = run;
        let words = format!("{assertion}: `{command}` exits {exit_code}, and 0 when it is run again: {tail}");
        Raised {
            feature: mission.claimant(assertion).map(|feature| feature.id),
            assertion: Some(assertion.clone()),
            ..Raised::new(Severity::NonBlocking, Source::FlakyCheck, words)
        }
    })
    .collect()
}

pub(super) fn record_landing(tx: &mut Transaction, branch: Title, commit: Commit) -> Result {
    refuse_if!(!tx.mission().is_go(GateId::Final), OutOfTurn, "the final gate is not GO yet");
    refuse_if!(tx.mission().landed.is_some(), OutOfTurn, "the mission has landed already");
    tx.accept(Event::MissionLanded { branch, commit })
}
