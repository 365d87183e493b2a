//! The person's repository of a mission: where it is, and where it is now when it was moved.

use std::path::Path;

use super::clock::now;
use super::error::EngineError;
use crate::domain::command::Command;
use crate::domain::decide::decide;
use crate::domain::event::{Actor, Founding};
use crate::domain::id::MissionId;
use crate::domain::mission::Mission;
use crate::domain::text::Prose;
use crate::store::Catalogue;
use crate::workspace::relocate::relocate as mend;
use crate::workspace::{Repo, RepoPlan};

/// Opens the repository that a mission was founded in.
///
/// # Errors
/// When there is none any more, or another: with the verb that names its new place.
pub fn repository_of(founding: &Founding) -> Result<Repo, EngineError> {
    let (path, id) = (Path::new(&founding.repository), &founding.mission);
    let how = format!("if it was moved, `flightdeck relocate {id} NEW-PATH` names its new place");
    if !path.exists() {
        return Err(EngineError::Unfit(format!(
            "the repository of {id} is not at {} any more; {how}",
            path.display()
        )));
    }
    let repo = Repo::discover(path)?;
    if !repo.has_commit(&founding.base.0)? {
        return Err(EngineError::Unfit(format!(
            "the repository at {} lacks {}, the commit that {id} began at; {how}",
            path.display(),
            founding.base.short()
        )));
    }
    Ok(repo)
}

/// What the mission's own repository is made from.
pub fn repo_plan(founding: &Founding, mission: &Mission) -> RepoPlan {
    RepoPlan {
        mission: founding.mission.to_string(),
        branch: founding.branch.to_string(),
        target: founding.target.to_string(),
        head: mission.head().unwrap_or(&founding.base).0.clone(),
        base: founding.base.0.clone(),
    }
}

/// Names the new place of a mission's repository. No engine may be flying the mission.
///
/// # Errors
/// When an engine does, or the repository there is another; nothing has changed then.
pub fn relocate(missions: &dyn Catalogue, id: &MissionId, to: &Repo) -> Result<(), EngineError> {
    let store = missions.open(id)?;
    let mission = store.mission()?;
    let Some(founding) = &mission.founding else {
        return Err(EngineError::Unfit(format!("{id} is not founded")));
    };
    let place = to.root().canonicalize().unwrap_or_else(|_| to.root().to_owned());
    let Some(place) = place.to_str() else {
        return Err(EngineError::Unfit("the repository's path is not UTF-8".to_owned()));
    };
    let repository = Prose::new(place).map_err(|fault| EngineError::Unfit(format!("the path: {fault}")))?;
    let at = now();
    let events = decide(&mission, Actor::Person, Command::Relocate { repository }, at)?;
    mend(&missions.dir(id), founding.repository.as_ref(), to.clone(), repo_plan(founding, &mission))?;
    store.append(mission.seq, at, Actor::Person, &events)?;
    Ok(())
}
