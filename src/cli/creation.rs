//! Founding a mission: its directory, and the first event of its log.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use anyhow::Context as _;

use super::catalogue::Known;
use super::context::canonical;
use super::fault::no_model;
use super::key::ready;
use super::prelude::*;
use crate::config::Settings;
use crate::domain::attempt::Role;
use crate::domain::decide::decide;
use crate::domain::event::{Actor, Founding};
use crate::domain::goal::Goal;
use crate::domain::id::{Commit, MissionId};
use crate::domain::mission::Mission;
use crate::domain::text::Title;
use crate::workspace::preflight::{Found, Looked, obstacle, preflight};
use crate::workspace::repo::Head;
use crate::workspace::{Repo, WorkspaceError};

/// Letters of the part of an id that tells missions of one title apart; none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What a mission is founded on.
#[derive(Debug)]
pub struct MissionOptions<'a> {
    pub title: Title,
    pub goal: Goal,
    pub repo: &'a Repo,
    pub settings: &'a Settings,
}

/// What a person should know of the repository before a mission begins in it.
///
/// # Errors
/// What keeps a mission from being flown there.
pub fn doubts(here: &Path) -> Result<Vec<String>> {
    let mut doubts = Vec::new();
    for looked in preflight(here) {
        match looked.found {
            Found::Sound(_) => {}
            Found::Doubt(sentence) => doubts.push(sentence),
            Found::Obstacle(_) | Found::NoRepository(_) => return Err(refusal(looked)),
        }
    }
    Ok(doubts)
}

/// Refuses what keeps a mission from being flown here.
pub fn refuse_if_unfit(here: &Path) -> Result<()> {
    obstacle(here).map_or(Ok(()), |looked| Err(refusal(looked)))
}

fn refusal(Looked { found, .. }: Looked) -> anyhow::Error {
    let (Found::Sound(sentence)
    | Found::Doubt(sentence)
    | Found::Obstacle(sentence)
    | Found::NoRepository(sentence)) = found;
    misuse(sentence)
}

/// What a person should know of models without a price, under the budget that is set.
pub fn unpriced_words(settings: &Settings) -> Option<String> {
    settings.budget.micro_dollars?;
    let catalogue = Known::of(settings).catalogue;
    let is_unpriced = |model: &&String| {
        // A rehearsal costs nothing, and an agent tells itself what it costs.
        let is_bought = !model.starts_with("rehearsal/") && !model.starts_with("acp/");
        is_bought && catalogue.known(model).is_none_or(|facts| facts.price.is_none())
    };
    let models: BTreeSet<&String> = settings.models.values().filter(is_unpriced).collect();
    settings.budget.unpriced_words(&models.into_iter().cloned().collect::<Vec<_>>())
}

/// Founds a mission.
pub async fn found(context: &Context, options: MissionOptions<'_>) -> Result<MissionRef> {
    let founding = founding(&options).await?;
    let id = founding.mission.clone();
    let now = now();
    let events = decide(&Mission::unborn(), Actor::Person, Command::Found(Box::new(founding)), now)?;
    drop(missions::catalogue(context).create(&id, now, Actor::Person, &events)?);
    missions::open(context, id)
}

async fn founding(options: &MissionOptions<'_>) -> Result<Founding> {
    let MissionOptions { title, goal, repo, settings } = options;
    let base = repo.base_commit()?;
    let target = match repo.head()? {
        Head::Branch(name) => name,
        Head::Detached(_) => {
            return Err(misuse(
                "no branch is checked out here: check out the branch that the mission shall land on",
            ));
        }
    };
    let mission = MissionId::from_title(title.as_str(), &suffix());
    let root = canonical(repo.root());
    let root = root.to_str().context("the repository's path is not UTF-8")?;
    let branch = format!("{}/{mission}", settings.branch_prefix);
    if let Some(obstacle) = repo.branch_obstacle(&branch)? {
        return Err(WorkspaceError::BranchInTheWay { branch, obstacle }.into());
    }
    Ok(Founding {
        branch: Title::clipped(branch),
        mission,
        title: title.clone(),
        goal: goal.clone(),
        repository: root.to_owned(),
        target: Title::new(&target).context("the name of the branch is too long")?,
        base: Commit(base),
        models: models(settings).await?,
        budget: settings.budget,
        limits: settings.limits,
        autopilot: settings.autopilot,
    })
}

/// The models by role, each tried as far as that is possible without calling it.
async fn models(settings: &Settings) -> Result<BTreeMap<Role, Title>> {
    if settings.models.len() < Role::ALL.len() {
        return Err(misuse(no_model(settings)));
    }
    let mut checked: Vec<&str> = Vec::new();
    for model in settings.models.values() {
        if !checked.contains(&model.as_str()) {
            ready(settings, model).await?;
            checked.push(model);
        }
    }
    Ok(settings.models.iter().map(|(role, model)| (*role, Title::clipped(model))).collect())
}

/// Four letters by chance: std's hasher is seeded by the system.
pub fn suffix() -> String {
    let mut chance = RandomState::new().hash_one(std::process::id());
    let letters = (0..4).map(|_| {
        let letter = LETTERS[usize::from(chance.to_le_bytes()[0] & 31)];
        chance >>= 8;
        char::from(letter)
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_differ() {
        let some: BTreeSet<String> = (0..50).map(|_| suffix()).collect();
        assert!(some.len() > 40 && some.iter().all(|suffix| suffix.len() == 4));
    }
}
