//! The checks that the engine makes itself, without a model.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::activity::Running;
use super::baseline::{self, Scope};
use super::context::EngineContext;
use super::error::EngineError;
use super::role::{at_head, proof_at};
use super::sabotage;
use super::scripts::{self, Site};
use super::tampering;
use crate::domain::attempt::EngineWork;
use crate::domain::command::Command;
use crate::domain::environment::Script;
use crate::domain::id::{FeatureId, MilestoneId};

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
            baseline::take(engine, Scope::New, &cancel, &starting).await
        }
        EngineWork::Sabotage { milestone, .. } => sabotage::run(engine, &running, milestone, &cancel).await,
    };
    engine.sweep().await?;
    done
}

/// Runs the test and check commands on the worker's own checkout, at the head it handed in.
async fn check_claims(
    engine: &Arc<EngineContext>,
    running: &Running,
    feature: FeatureId,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let checkout = at_head(engine, feature).await?;
    let scripts: Vec<Script> =
        engine.environment(|environment| environment.test.iter().chain(&environment.lint).cloned().collect());
    let mut runs = Vec::new();
    for script in &scripts {
        running.doing(format!("running {}", script.run));
        runs.push(scripts::run_one(engine, &Site::new(checkout.dir()), script, cancel).await?);
    }
    if !cancel.is_cancelled() {
        let found = tampering::look(engine, feature, &runs).await?;
        if !found.is_empty() {
            engine.dispatcher.record_if_due(Command::RecordTampering { feature, found }).await?;
        }
        engine.dispatcher.record_if_due(Command::RecordClaims { feature, runs }).await?;
    }
    Ok(())
}

/// Runs the gate commands in the validators' checkout, at the mission's head; a failure ends the round.
async fn run_gate_commands(
    engine: &Arc<EngineContext>,
    running: &Running,
    milestone: MilestoneId,
    round: u32,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let head = engine.cell.with(|mission| mission.head().cloned());
    let commit = head.ok_or_else(|| EngineError::Unfit("the mission has no head".to_owned()))?;
    let proof = proof_at(engine, commit.clone()).await?;
    let failed_set_up = scripts::set_up(engine, proof.checkout.dir()).await?;
    if !failed_set_up.is_empty() {
        tracing::warn!("{failed_set_up}");
    }
    let scripts: Vec<Script> =
        engine.environment(|environment| environment.gate_scripts().cloned().collect());
    let site = Site { round: Some((milestone, round)), ..Site::at(proof.checkout.dir(), &commit) };
    let starting = |script: &Script| running.doing(format!("running {}", script.run));
    let runs = scripts::run_all(engine, &site, &scripts, cancel, &starting).await?;
    let changed = proof.put_back().await;
    if !changed.is_empty() {
        tracing::info!(?changed, "the gate commands changed tracked files; the changes are discarded");
    }
    if !cancel.is_cancelled() {
        let command = Command::RecordGateCommands { milestone, round, commit, runs };
        engine.dispatcher.record_if_due(command).await?;
    }
    Ok(())
}
