//! The checks that the engine makes itself, without a model.

mod added;
mod bench;
mod second_try;
mod trial;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::activity::Running;
use super::baseline::{self, Scope};
use super::context::EngineContext;
use super::error::EngineError;
use super::record_check;
use super::role::at_head;
use super::sabotage;
use super::scripts;
use super::tampering::{self, Looked};
use crate::domain::added_tests::{AddedTests, MOST_NAMES};
use crate::domain::attempt::EngineWork;
use crate::domain::claim::{CLAIM, MOST, NotRun, Reruns, borne_out, by_hand, to_run_again};
use crate::domain::command::Command;
use crate::domain::environment::{CommandRun, Environment, Script};
use crate::domain::handoff::{ClaimedRun, ManualCheck};
use crate::domain::id::{AssertionId, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::tests::naming;
use crate::domain::text::{Line, Title};
use added::Handed;
use bench::Bench;

/// How long all commands that a handoff claims may take.
const ALL_CLAIMS: Duration = Duration::from_mins(15);
/// How long the commands of all assertions may take.
const ALL_CHECKS: Duration = Duration::from_mins(30);

/// How long one command may take that the engine runs itself.
#[derive(Debug, Clone, Copy)]
pub struct CommandLimits {
    /// One that a handoff claims.
    pub claim: Duration,
    /// That of an assertion.
    pub check: Duration,
}

impl Default for CommandLimits {
    fn default() -> Self {
        Self { claim: Duration::from_mins(5), check: Duration::from_mins(5) }
    }
}

/// Does a piece of the engine's own work.
///
/// # Errors
/// When the machine stands in the way.
pub async fn run(
    engine: &Arc<EngineContext>,
    work: EngineWork,
    cancel: CancellationToken,
) -> Result<(), EngineError> {
    let running = engine.activities.begin(work.into());
    let done = match work {
        EngineWork::CheckClaims { feature } => check_claims(engine, &running, feature, &cancel).await,
        EngineWork::RunGateCommands { milestone, round } => {
            run_gate_commands(engine, &running, milestone, round, &cancel).await
        }
        EngineWork::TryAgain { milestone, round } => {
            second_try::run(engine, &running, (milestone, round), &cancel).await
        }
        EngineWork::TakeBaseline => {
            let starting = |line: &str| running.doing(format!("running {line}"));
            baseline::take(engine, Scope::All, &cancel, &starting).await
        }
        EngineWork::Sabotage { milestone, .. } => sabotage::run(engine, &running, milestone, &cancel).await,
    };
    engine.sweep().await?;
    done
}

/// Runs the test and lint commands and what the handoff claims, at the head it handed in. A claim is about the commit, so
/// it is tried where nothing but the commit is: the mission's own commands in the validators' checkout, others beside it,
/// so that nothing they leave in a tool's cache is there when the mission's own run.
async fn check_claims(
    engine: &Arc<EngineContext>,
    running: &Running,
    feature: FeatureId,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let worked_in = at_head(engine, feature).await?.dir().display().to_string();
    let (scripts, (claims, checks), adds_tests) = engine.cell.with(|mission| {
        let scripts =
            mission.environment.iter().flat_map(Environment::claim_scripts).cloned().collect::<Vec<Script>>();
        let handoff = mission.handoffs.get(&feature).map(|(_, handoff)| handoff);
        let said = handoff.map(|handoff| (handoff.commands.clone(), handoff.checks.clone()));
        let adds_tests = handoff.is_some_and(|handoff| !handoff.tests.added.is_empty());
        (scripts, said.unwrap_or_default(), adds_tests)
    });
    let mut bench = Bench::at_head(engine, running, cancel).await?;
    let mut runs = Vec::new();
    for script in &scripts {
        runs.push(bench.run(script, scripts::LIMIT).await?);
    }
    let named = if adds_tests { named(&mut bench, &scripts, &runs).await? } else { Vec::new() };
    let claimed = Claimed { claims: &claims, checks: &checks, own: &scripts, worked_in: &worked_in };
    let (seen, left) = claimed.run(engine, &mut bench).await?;
    runs.extend(seen);
    bench.put_back().await;
    let handed =
        Handed { engine, feature, worked_in: &worked_in, runs: &runs[..scripts.len()], named: &named };
    let added = handed.look(running, cancel).await?;
    let red = handed.regressions(running, cancel).await?;
    if !cancel.is_cancelled() {
        // What a handoff takes away from the tests is looked for in what the mission's own commands say.
        let Looked { found, regressed } =
            tampering::look(engine, feature, &runs[..scripts.len()], &red).await?;
        let regressed = regressed.iter().take(MOST_NAMES).map(Title::clipped).collect();
        let added = AddedTests { regressed, ..added };
        if !found.is_empty() {
            engine.dispatcher.record_if_due(Command::RecordTampering { feature, found }).await?;
        }
        let mut commands = vec![Command::RecordClaims { feature, runs }];
        if !left.is_empty() {
            commands.insert(0, Command::LeaveClaims { feature, left });
        }
        if added.tells() {
            commands.insert(0, Command::RecordAddedTests { feature, added: Box::new(added) });
        }
        engine.dispatcher.record_all_if_due(commands).await?;
    }
    Ok(())
}

/// Green test commands that name no test, run once more in the form that does: each in that form, with what it did.
async fn named(
    bench: &mut Bench<'_>,
    scripts: &[Script],
    runs: &[CommandRun],
) -> Result<Vec<(Script, CommandRun)>, EngineError> {
    let (engine, limit) = (bench.engine, bench.engine.limits.claim);
    let mut named = Vec::new();
    for (script, run) in scripts.iter().zip(runs).filter(|(_, run)| run.passed()) {
        let is_quiet = scripts::tests_of(&engine.store, run).is_some_and(|told| told.cases.is_empty());
        let Some(form) = naming(script.run.as_str()).filter(|_| is_quiet) else { continue };
        let form = Script { run: Line::clipped(form), ..script.clone() };
        let seen = bench.run(&form, limit).await?;
        named.push((form, CommandRun { command: script.run.clone(), ..seen }));
    }
    Ok(named)
}

/// What a handoff says of commands.
struct Claimed<'a> {
    claims: &'a [ClaimedRun],
    checks: &'a [ManualCheck],
    /// The mission's own, which have run.
    own: &'a [Script],
    worked_in: &'a str,
}

impl Claimed<'_> {
    /// Runs again what can be, and gives what was not with the reasons. What changes files is run last, each in a fresh
    /// checkout, and believed where it bears its claim out.
    async fn run(
        &self,
        engine: &EngineContext,
        bench: &mut Bench<'_>,
    ) -> Result<(Vec<CommandRun>, Vec<NotRun>), EngineError> {
        let end = Instant::now() + ALL_CLAIMS;
        let Reruns { again, apart, mut left } = to_run_again(self.claims);
        let most = MOST.saturating_sub(again.len() + apart.len());
        let by_hand = by_hand::to_run_again(self.checks, &again, most);
        let has_run = |command: &&Line| self.own.iter().any(|script| script.run == **command);
        let claimed = again.iter().chain(&by_hand).filter(|command| !has_run(command));
        let (mut runs, untried) = run_claims(engine, bench, claimed, self.worked_in, end).await?;
        // What was tried by hand is no claim: that it was not run again is told beside it.
        left.extend(untried.into_iter().filter(|left| again.contains(&left.command)));
        for command in apart.iter().filter(|command| !has_run(command)) {
            let alone = std::iter::once(command);
            let (seen, untried) = run_claims(engine, bench, alone, self.worked_in, end).await?;
            left.extend(untried);
            for run in seen {
                match borne_out(self.claims, &run) {
                    Ok(()) => runs.push(run),
                    Err(not) => left.push(not),
                }
            }
        }
        Ok((runs, left))
    }
}

/// Runs claimed commands again, within a bound; those that could not be told to the end come with the reason.
async fn run_claims(
    engine: &EngineContext,
    bench: &mut Bench<'_>,
    claimed: impl Iterator<Item = &Line>,
    worked_in: &str,
    end: Instant,
) -> Result<(Vec<CommandRun>, Vec<NotRun>), EngineError> {
    let own = engine.cell.with(Mission::own_commands);
    let (mut runs, mut left, mut aside) = (Vec::new(), Vec::new(), None);
    let limit = engine.limits.claim;
    for command in claimed {
        if Instant::now() >= end {
            let why = format!("the time for claims was over ({} min)", ALL_CLAIMS.as_secs() / 60);
            left.push(NotRun::new(command, why));
            continue;
        }
        let is_own = own.contains(command);
        if !is_own && aside.is_none() {
            aside = Some(bench.aside().await?);
        }
        let bench = aside.as_mut().filter(|_| !is_own).unwrap_or(bench);
        // A worker names its own checkout; the claim is tried in this one.
        let place = bench.checkout().dir().display().to_string();
        let run = Line::clipped(command.as_str().replace(worked_in, &place));
        let name = Title::clipped(if is_own { "check" } else { CLAIM });
        let script = Script { name, run, report: None };
        let seen = CommandRun { command: command.clone(), ..bench.run(&script, limit).await? };
        if seen.timed_out_after(limit.as_secs()) {
            let why = format!("it had not ended after {} s and was ended", limit.as_secs());
            left.push(NotRun::new(command, why));
        } else {
            runs.push(seen);
        }
    }
    Ok((runs, left))
}

/// Runs the gate commands in the validators' checkout, at the mission's head, and then the contract's own; a gate command
/// that fails ends the round.
async fn run_gate_commands(
    engine: &Arc<EngineContext>,
    running: &Running,
    milestone: MilestoneId,
    round: u32,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    record_check::look(engine).await?;
    let mut bench = Bench::at_head(engine, running, cancel).await?;
    bench.round = Some((milestone, round));
    let scripts: Vec<Script> =
        engine.environment(|environment| environment.gate_scripts().cloned().collect());
    let mut runs = Vec::new();
    for script in &scripts {
        let run = bench.run(script, scripts::LIMIT).await?;
        let failed = !run.passed();
        runs.push(run);
        if failed || cancel.is_cancelled() {
            break;
        }
    }
    let commit = bench.commit.clone();
    let green = runs.iter().all(CommandRun::passed);
    let checks = if green { bench.checks(milestone).await? } else { Vec::new() };
    let proven = if green { bench.proven_again(milestone, &checks).await? } else { Vec::new() };
    bench.put_back().await;
    let fewer = tampering::shrunk_checks(engine, &checks);
    if !cancel.is_cancelled() {
        let mut commands = vec![Command::RecordGateCommands { milestone, round, commit, runs }];
        if !checks.is_empty() {
            commands.push(Command::RecordChecks { milestone, round, checks });
        }
        commands.extend(fewer.map(|(feature, found)| Command::RecordTampering { feature, found }));
        if !proven.is_empty() {
            commands.push(Command::RecordProof { milestone, round, proven });
        }
        engine.dispatcher.record_all_if_due(commands).await?;
    }
    Ok(())
}

/// Runs the command of an assertion that has no record in its round, because it was worded after the round's commands had
/// run, or because there was no time for it then. A tester's verdict waits for it.
///
/// # Errors
/// When the disk, git or the evidence store fails.
pub async fn check_late(
    engine: &Arc<EngineContext>,
    (milestone, round): (MilestoneId, u32),
    assertion: &AssertionId,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let late = engine.cell.with(|mission| {
        let open = mission.round(milestone, round).filter(|round| round.is_open())?;
        let found = mission.assertion(assertion)?;
        let command = found.wording.check.command.clone()?;
        let is_late = open.check(assertion, found.revision).is_none();
        is_late.then(|| (found.clone(), command, open.commit.clone()))
    });
    let Some((found, command, commit)) = late else { return Ok(()) };
    let running = engine.activities.begin(EngineWork::RunGateCommands { milestone, round }.into());
    let dir = engine.dir.join("late").join(assertion.as_str());
    let mut bench = Bench::at(engine, &running, cancel, (dir, commit)).await?;
    bench.round = Some((milestone, round));
    let builds: Vec<Script> = engine.environment(|environment| environment.build.clone());
    for script in &builds {
        bench.run_anew(script, scripts::LIMIT).await?;
    }
    let checks = bench.check(&found, &command).await?;
    bench.remove().await?;
    if !cancel.is_cancelled() {
        engine.dispatcher.record_if_due(Command::RecordChecks { milestone, round, checks }).await?;
    }
    Ok(())
}
