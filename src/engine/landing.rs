//! Landing: the mission's branch is merged once its commands pass on the merged tree.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::scripts;
use crate::domain::command::Command;
use crate::domain::environment::Script;
use crate::domain::gate::GateId;
use crate::domain::id::Commit;
use crate::domain::text::Title;
use crate::workspace::{LandPlan, Landing};

/// A branch that was merged into, and where it is now.
pub struct Landed {
    pub branch: Title,
    pub commit: Commit,
}

/// Lands the mission.
///
/// # Errors
/// When the final gate is not GO, git finds a conflict, a command fails on the merged tree, or the person's checkout
/// stands in the way. Nothing has changed then.
pub async fn land(engine: &Arc<EngineContext>) -> Result<Landed, EngineError> {
    let plan = engine.cell.with(|mission| {
        if !mission.is_go(GateId::Final) {
            return Err(EngineError::Unfit(format!(
                "the mission cannot land yet: its final gate is not GO, it is {}",
                mission.status().word()
            )));
        }
        if mission.landed.is_some() {
            return Err(EngineError::Unfit("the mission has landed already".to_owned()));
        }
        let Some(founding) = &mission.founding else {
            return Err(EngineError::Unfit("the mission is not founded".to_owned()));
        };
        Ok(LandPlan {
            branch: founding.branch.to_string(),
            target: founding.target.to_string(),
            mission: founding.mission.to_string(),
            title: mission.title().to_owned(),
        })
    })?;
    let branch = Title::clipped(&plan.target);
    let (task_engine, scratch) = (Arc::clone(engine), engine.dir.join("landing"));
    let landing = blocking(move || {
        // What an earlier landing left when its engine was killed is flightdeck's own, in the mission's directory.
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch).map_err(|error| {
                EngineError::Unfit(format!("failed to clear {}: {error}", scratch.display()))
            })?;
        }
        let landing = Landing::prepare(task_engine.repo.person(), plan, &scratch)?;
        landing.check()?;
        Ok(landing)
    })
    .await?;
    let scripts: Vec<Script> =
        engine.environment(|environment| environment.gate_scripts().cloned().collect());
    scripts::set_up(engine, landing.dir()).await?;
    let runs = scripts::run_all(engine, landing.dir(), &scripts, &CancellationToken::new(), &|_| {}).await?;
    if let Some(run) = runs.iter().find(|run| !run.passed()) {
        return Err(EngineError::Unfit(format!(
            "`{}` exits {} on the merged tree, so nothing was merged: {}",
            run.command, run.exit_code, run.tail
        )));
    }
    let commit = Commit(blocking(move || Ok(landing.finish()?)).await?);
    let command = Command::RecordLanding { branch: branch.clone(), commit: commit.clone() };
    engine.dispatcher.record(command).await?;
    Ok(Landed { branch, commit })
}
