//! Tries what a plan rests on at the base commit, in the validators' checkout, before the plan is accepted: the planner
//! learns what its commands do, and the person sees at the plan gate what does not work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::context::EngineContext;
use super::error::EngineError;
use super::role::proof_at;
use super::scripts::{self, Site};
use crate::agent::tool::Call;
use crate::domain::baseline::{Baseline, SERVICE, Trial};
use crate::domain::command::Command;
use crate::domain::contract::Instrument;
use crate::domain::environment::CommandRun;
use crate::domain::id::Commit;
use crate::domain::text::Line;

/// How long one command of the environment may take.
const COMMAND: Duration = Duration::from_mins(10);
/// How long the check of one assertion may take.
pub const CHECK: Duration = Duration::from_mins(1);
/// How long a service may run: what it lacks it says at once.
const SERVICE_START: Duration = Duration::from_secs(3);
/// How long everything may take; what is left then is not tried, and says so.
const ALL: Duration = Duration::from_mins(20);

/// What of a plan is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What is new, and what could not do its work before: the machine or the set-up may have changed.
    NewAndRed,
    /// What has never been tried.
    New,
    /// What has never been tried, with what no planner may hear of.
    All,
}

/// Tries what has not been tried yet and says what everything did. What stands in the way is said and recorded as not
/// tried: no plan is refused for it.
pub async fn report(engine: &Arc<EngineContext>, scope: Scope, call: &Call) -> String {
    let outcome = take(engine, scope, &call.cancel, &|line| (call.progress)(&format!("{line}\n"))).await;
    let report = engine.cell.with(crate::domain::mission::Mission::baseline_report);
    let fault = match outcome {
        Ok(()) => String::new(),
        Err(error) => format!("The engine could not try everything: {error}\n"),
    };
    if report.is_empty() && fault.is_empty() {
        return String::new();
    }
    format!("{fault}What your commands do at the base commit:\n{report}")
}

/// Tries what is in scope and records what everything did; `starting` hears of each command.
///
/// # Errors
/// When the machine stands in the way. What could be tried is recorded all the same.
pub async fn take(
    engine: &Arc<EngineContext>,
    scope: Scope,
    cancel: &CancellationToken,
    starting: &(dyn Fn(&str) + Sync),
) -> Result<(), EngineError> {
    let (base, trials, before) = engine.cell.with(|mission| {
        let base = mission.founding.as_ref().map(|founding| founding.base.clone());
        // Checks may need the set-up, which only the environment says.
        let trials = match scope {
            _ if mission.environment.is_none() => Vec::new(),
            Scope::All => mission.all_trials(),
            Scope::NewAndRed | Scope::New => mission.base_trials(),
        };
        (base, trials, mission.baseline.clone())
    });
    let Some(commit) = base else { return Err(EngineError::Unfit("the mission has no base".to_owned())) };
    let setup = engine.environment(|environment| environment.setup.clone());
    let holds = |before: &&Baseline| scope != Scope::NewAndRed || before.was_set_up_by(&setup);
    let known = before.as_ref().filter(holds);
    let settled = |trial: &Trial| {
        let run = known.and_then(|known| known.run(&trial.script().run))?;
        (scope != Scope::NewAndRed || trial.is_settled_by(run)).then(|| run.clone())
    };
    if trials.is_empty() || trials.iter().all(|trial| settled(trial).is_some()) {
        return Ok(());
    }
    let mut runs = Vec::new();
    let tried = try_all(engine, &commit, &trials, settled, (cancel, starting), &mut runs).await;
    if cancel.is_cancelled() {
        return Ok(());
    }
    let missing = |command: &&Line| !runs.iter().any(|run: &CommandRun| run.command == **command);
    let untried = trials.iter().map(|trial| &trial.script().run).filter(missing).cloned().collect();
    let record = Command::RecordBaseline {
        baseline: Box::new(Baseline { commit, runs, untried, missing: missing_instruments(engine).await }),
    };
    engine.dispatcher.record_if_due(record).await?;
    tried
}

/// Instruments that this machine lacks.
async fn missing_instruments(engine: &EngineContext) -> BTreeMap<Instrument, Line> {
    let browser = engine.chromium().await;
    browser.missing().map(|why| (Instrument::Browser, Line::clipped(why))).into_iter().collect()
}

async fn try_all(
    engine: &Arc<EngineContext>,
    commit: &Commit,
    trials: &[Trial],
    settled: impl Fn(&Trial) -> Option<CommandRun>,
    (cancel, starting): (&CancellationToken, &(dyn Fn(&str) + Sync)),
    runs: &mut Vec<CommandRun>,
) -> Result<(), EngineError> {
    let proof = proof_at(engine, commit.clone()).await?;
    let mut tried = Ok(());
    let end = Instant::now() + ALL;
    for trial in trials {
        let script = trial.script();
        // The checkout was put back since, so the set-up always runs before what it is for.
        let is_setup = matches!(trial, Trial::Environment { group: "setup", .. });
        if let Some(run) = settled(trial).filter(|_| !is_setup) {
            runs.push(run);
        } else if Instant::now() < end && !cancel.is_cancelled() {
            starting(script.run.as_str());
            let limit = match trial {
                Trial::Check { .. } => CHECK,
                Trial::Environment { group: SERVICE, .. } => SERVICE_START,
                Trial::Environment { .. } => COMMAND,
            };
            let site = Site::at(proof.checkout.dir(), commit);
            match scripts::run_within(engine, &site, script, limit, cancel).await {
                Ok(run) => runs.push(run),
                Err(error) => tried = Err(error),
            }
        }
    }
    // A service may have forked away.
    engine.sweep().await?;
    proof.put_back().await;
    tried
}
