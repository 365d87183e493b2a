//! Landing: the commit of the final gate is merged once the mission's commands pass on the merged tree.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::scripts::{self, Site};
use crate::domain::command::Command;
use crate::domain::environment::Script;
use crate::domain::gate::GateId;
use crate::domain::id::Commit;
use crate::domain::text::Title;
use crate::workspace::land::{self, LandPlace, LandPlan, Landing, Recovered};
use crate::workspace::{Repo, WorkspaceError};

/// A branch that was merged into, where it is now, and what the person should know of it.
pub struct Landed {
    pub branch: Title,
    pub commit: Commit,
    pub notes: Vec<String>,
}

/// Lands the mission. What an earlier landing left when it was cut short is finished or undone first.
///
/// # Errors
/// When the final gate is not GO, git finds a conflict, a command fails on the merged tree, or the person's checkout
/// stands in the way. Nothing has changed then.
pub async fn land(engine: &Arc<EngineContext>) -> Result<Landed, EngineError> {
    let plan = plan(engine)?;
    let mut notes = Vec::new();
    if let Some(landed) = take_up(engine, &mut notes).await? {
        return Ok(landed);
    }
    let branch = Title::clipped(&plan.target);
    let (place, target, task_engine) = (place(engine), plan.target.clone(), Arc::clone(engine));
    let prepared = blocking(move || {
        // A head that could not be brought over when it was accepted.
        if !place.person.has_commit(&plan.commit)? {
            task_engine.publish(&plan.commit);
        }
        let landing = match Landing::prepare(place.clone(), plan) {
            Err(WorkspaceError::NothingToLand { .. }) => return Ok(Err(stands(&place.person, &target)?)),
            other => other?,
        };
        landing.check()?;
        Ok(Ok(landing))
    });
    let landing = match prepared.await? {
        Ok(landing) => landing,
        Err(commit) => {
            notes.push(format!("{branch} contained it already; the mission's commands did not run again"));
            return record(engine, branch, commit, notes).await;
        }
    };
    run_commands(engine, &landing).await?;
    let landed = blocking(move || Ok(landing.finish()?)).await?;
    notes.extend(landed.notes);
    record(engine, branch, Commit(landed.commit), notes).await
}

/// Finishes or undoes a landing that was cut short; answers the landing when it is finished.
///
/// # Errors
/// When it can be neither yet.
pub async fn take_up(
    engine: &Arc<EngineContext>,
    notes: &mut Vec<String>,
) -> Result<Option<Landed>, EngineError> {
    let place = place(engine);
    match blocking(move || Ok(land::recover(&place)?)).await? {
        Recovered::Nothing | Recovered::Undone { rescued: None } => Ok(None),
        Recovered::Undone { rescued: Some(at) } => {
            notes.push(format!(
                "an earlier landing was cut short and undone; files that were changed since, or only half written, are \
                 kept in {}",
                at.display()
            ));
            Ok(None)
        }
        Recovered::Overtaken { target } => {
            notes.push(format!("an earlier landing was cut short, and {target} was moved elsewhere since"));
            Ok(None)
        }
        Recovered::Landed { target, commit } => {
            let notes = vec!["an earlier landing had been cut short; it is finished".to_owned()];
            record(engine, Title::clipped(target), Commit(commit), notes).await.map(Some)
        }
    }
}

/// Records where the mission landed, once, and forgets the journal.
async fn record(
    engine: &Arc<EngineContext>,
    branch: Title,
    commit: Commit,
    notes: Vec<String>,
) -> Result<Landed, EngineError> {
    if engine.cell.with(|mission| mission.landed.is_none()) {
        let command = Command::RecordLanding { branch: branch.clone(), commit: commit.clone() };
        engine.dispatcher.record(command).await?;
    }
    let place = place(engine);
    blocking(move || {
        land::forget(&place);
        Ok(())
    })
    .await?;
    Ok(Landed { branch, commit, notes })
}

fn plan(engine: &EngineContext) -> Result<LandPlan, EngineError> {
    engine.cell.with(|mission| {
        if !mission.is_go(GateId::Final) {
            return Err(EngineError::Unfit(format!(
                "the mission cannot land yet: its final gate is not GO, it is {}",
                mission.status().word()
            )));
        }
        if mission.landed.is_some() {
            return Err(EngineError::Unfit("the mission has landed already".to_owned()));
        }
        let (Some(founding), Some(head)) = (&mission.founding, mission.head()) else {
            return Err(EngineError::Unfit("the mission is not founded".to_owned()));
        };
        Ok(LandPlan {
            commit: head.0.clone(),
            branch: founding.branch.to_string(),
            target: founding.target.to_string(),
            mission: founding.mission.to_string(),
            title: mission.title().to_owned(),
        })
    })
}

fn place(engine: &EngineContext) -> LandPlace {
    let (person, own) = (engine.repo.person().clone(), engine.repo.own().clone());
    LandPlace { person, own, dir: engine.dir.clone() }
}

fn stands(person: &Repo, target: &str) -> Result<Commit, WorkspaceError> {
    person.resolve(&format!("refs/heads/{target}")).map(Commit)
}

async fn run_commands(engine: &Arc<EngineContext>, landing: &Landing) -> Result<(), EngineError> {
    let scripts: Vec<Script> =
        engine.environment(|environment| environment.gate_scripts().cloned().collect());
    scripts::set_up(engine, landing.dir()).await?;
    let runs =
        scripts::run_all(engine, &Site::new(landing.dir()), &scripts, &CancellationToken::new(), &|_| {})
            .await?;
    match runs.iter().find(|run| !run.passed()) {
        None => Ok(()),
        Some(run) => Err(EngineError::Unfit(format!(
            "`{}` exits {} on the merged tree, so nothing was merged: {}",
            run.command, run.exit_code, run.tail
        ))),
    }
}
