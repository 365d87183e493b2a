//! The checks that the engine makes itself, without a model.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::activity::Running;
use super::baseline::{self, Scope};
use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::evidence::Taken;
use super::replay::{self, Sight};
use super::role::{HeldProof, at_head, proof_at};
use super::sabotage;
use super::scripts::{self, Site};
use super::tampering;
use crate::agent::tool::Alike;
use crate::domain::attempt::EngineWork;
use crate::domain::claim::{NotRun, to_run_again};
use crate::domain::command::Command;
use crate::domain::contract::Assertion;
use crate::domain::environment::{CommandRun, Environment, Script};
use crate::domain::event::Actor;
use crate::domain::id::{AssertionId, Commit, FeatureId, MilestoneId, Revision};
use crate::domain::round::CheckRun;
use crate::domain::text::{Line, Title};
use crate::domain::verdict::{ProvenAgain, Verdict};

/// How long one command that a handoff claims may take, and all of them.
const CLAIM: Duration = Duration::from_mins(5);
const ALL_CLAIMS: Duration = Duration::from_mins(15);
/// How long the command of one assertion may take, and all of them.
const CHECK: Duration = Duration::from_mins(5);
const ALL_CHECKS: Duration = Duration::from_mins(30);

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
/// it is tried where nothing but the commit is: in the validators' checkout.
async fn check_claims(
    engine: &Arc<EngineContext>,
    running: &Running,
    feature: FeatureId,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let worked_in = at_head(engine, feature).await?.dir().display().to_string();
    let (scripts, claims) = engine.cell.with(|mission| {
        let scripts =
            mission.environment.iter().flat_map(Environment::claim_scripts).cloned().collect::<Vec<Script>>();
        let claims = mission.handoffs.get(&feature).map(|(_, handoff)| handoff.commands.clone());
        (scripts, claims.unwrap_or_default())
    });
    let mut bench = Bench::at_head(engine, running, cancel).await?;
    let mut runs = Vec::new();
    for script in &scripts {
        runs.push(bench.run(script, scripts::LIMIT).await?);
    }
    let (again, mut left) = to_run_again(&claims);
    let end = Instant::now() + ALL_CLAIMS;
    for command in again.iter().filter(|command| !scripts.iter().any(|script| script.run == **command)) {
        if Instant::now() >= end {
            left.push(NotRun::new(
                command,
                format!("the time for claims was over ({} min)", ALL_CLAIMS.as_secs() / 60),
            ));
            continue;
        }
        // A worker names its own checkout; the claim is tried in this one.
        let place = bench.proof.checkout.dir().display().to_string();
        let run = Line::clipped(command.as_str().replace(&worked_in, &place));
        let script = Script { name: Title::clipped("claim"), run, report: None };
        let seen = CommandRun { command: command.clone(), ..bench.run(&script, CLAIM).await? };
        if seen.timed_out_after(CLAIM.as_secs()) {
            left.push(NotRun::new(
                command,
                format!("it had not ended after {} s and was ended", CLAIM.as_secs()),
            ));
        } else {
            runs.push(seen);
        }
    }
    bench.proof.put_back().await;
    if !cancel.is_cancelled() {
        // What a handoff takes away from the tests is looked for in what the mission's own commands say.
        let found = tampering::look(engine, feature, &runs[..scripts.len()]).await?;
        if !found.is_empty() {
            engine.dispatcher.record_if_due(Command::RecordTampering { feature, found }).await?;
        }
        let mut commands = vec![Command::RecordClaims { feature, runs }];
        if !left.is_empty() {
            commands.insert(0, Command::LeaveClaims { feature, left });
        }
        engine.dispatcher.record_all_if_due(commands).await?;
    }
    Ok(())
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
    bench.proof.put_back().await;
    if !cancel.is_cancelled() {
        let mut commands = vec![Command::RecordGateCommands { milestone, round, commit, runs }];
        if !checks.is_empty() {
            commands.push(Command::RecordChecks { milestone, round, checks });
        }
        if !proven.is_empty() {
            commands.push(Command::RecordProof { milestone, round, proven });
        }
        engine.dispatcher.record_all_if_due(commands).await?;
    }
    Ok(())
}

/// Commands at the mission's head, each run once: what was green at the same commit before is not run again, whatever it
/// was run for.
struct Bench<'a> {
    engine: &'a Arc<EngineContext>,
    running: &'a Running,
    cancel: &'a CancellationToken,
    proof: HeldProof,
    commit: Commit,
    round: Option<(MilestoneId, u32)>,
    ran: Vec<CommandRun>,
}

impl<'a> Bench<'a> {
    /// The validators' checkout at the head, set up.
    async fn at_head(
        engine: &'a Arc<EngineContext>,
        running: &'a Running,
        cancel: &'a CancellationToken,
    ) -> Result<Self, EngineError> {
        let head = engine.cell.with(|mission| mission.head().cloned());
        let commit = head.ok_or_else(|| EngineError::Unfit("the mission has no head".to_owned()))?;
        let proof = proof_at(engine, commit.clone()).await?;
        let failed_set_up = scripts::set_up(engine, proof.checkout.dir()).await?;
        if !failed_set_up.is_empty() {
            tracing::warn!("{failed_set_up}");
        }
        Ok(Self { engine, running, cancel, proof, commit, round: None, ran: Vec::new() })
    }

    /// What a command does at this commit. Tracked files that it changes are put back; what it built stays for the next.
    async fn run(&mut self, script: &Script, limit: Duration) -> Result<CommandRun, EngineError> {
        let here = self.ran.iter().find(|run| run.command == script.run).cloned();
        let before = || self.engine.cell.with(|mission| mission.green_at(&self.commit, &script.run).cloned());
        if let Some(known) = here.or_else(before) {
            return Ok(CommandRun { name: script.name.clone(), ..known });
        }
        self.running.doing(format!("running {}", script.run));
        let dir = self.proof.checkout.dir();
        let site = Site { round: self.round, ..Site::at(dir, &self.commit) };
        let run = scripts::run_within(self.engine, &site, script, limit, self.cancel).await?;
        let checkout = self.proof.checkout.clone();
        blocking(move || Ok(checkout.put_tracked_back()?)).await?;
        self.ran.push(run.clone());
        Ok(run)
    }

    /// What the contract's own commands do. One that finds no time any more has no record, and nobody takes it for green.
    async fn checks(&mut self, milestone: MilestoneId) -> Result<Vec<CheckRun>, EngineError> {
        let due: Vec<(AssertionId, Revision, Script)> = self.engine.cell.with(|mission| {
            let due = mission.checks_due(milestone).into_iter();
            let script = |found: &Assertion, run: &Line| Script {
                name: Title::clipped(found.id.as_str()),
                run: run.clone(),
                report: None,
            };
            due.map(|(found, run)| (found.id.clone(), found.revision, script(found, run))).collect()
        });
        let (mut checks, end) = (Vec::new(), Instant::now() + ALL_CHECKS);
        for (assertion, revision, script) in due {
            if self.cancel.is_cancelled() || Instant::now() >= end {
                tracing::warn!(%assertion, "its command was not run: the time for checks was over");
                break;
            }
            let run = self.run(&script, CHECK).await?;
            checks.push(CheckRun { assertion, revision, run });
        }
        Ok(checks)
    }
    /// What is to be proven again and shows the very same when its tester's steps are done again: nobody need look. A tester
    /// tries the others, with what they show now.
    async fn proven_again(
        &mut self,
        milestone: MilestoneId,
        checks: &[CheckRun],
    ) -> Result<Vec<ProvenAgain>, EngineError> {
        let due: Vec<Verdict> =
            self.engine.cell.with(|mission| mission.steps_due(milestone).into_iter().cloned().collect());
        let (mut proven, end) = (Vec::new(), Instant::now() + ALL_CHECKS);
        for Verdict { assertion, revision, steps, .. } in due {
            let red = checks.iter().any(|check| check.assertion == assertion && !check.run.passed());
            let kept = steps.and_then(|reference| replay::steps_of(&self.engine.store, &reference));
            let Some(steps) = kept.filter(|_| !red && !self.cancel.is_cancelled()) else { continue };
            self.running.doing(format!("doing again what {assertion} was seen with"));
            let limit = end.saturating_duration_since(Instant::now()).min(replay::LIMIT);
            let dir = self.proof.checkout.dir();
            let sight = replay::again(self.engine, dir, &steps, limit, self.cancel).await?;
            let checkout = self.proof.checkout.clone();
            blocking(move || Ok(checkout.put_tracked_back()?)).await?;
            let alike = Alike::new(steps.shown());
            let unlike = |sight: &Sight| alike.flaw().or_else(|| alike.against(&sight.facts));
            match sight.and_then(|sight| unlike(&sight).map_or(Ok(sight), Err)) {
                Ok(sight) => {
                    let commit = Some(self.commit.clone());
                    let taken = Taken { by: Actor::Engine, round: self.round, commit, app: None };
                    let evidence = sight.keep(&self.engine.store, &taken)?;
                    proven.push(ProvenAgain { assertion, revision, evidence });
                }
                Err(why) => tracing::info!(%assertion, why, "a tester has to look again"),
            }
        }
        Ok(proven)
    }
}
