//! What the launcher shows where no mission is, and what becomes of the goal that is written there.

use crate::cli::context::Repository;
use crate::cli::creation::{MissionOptions, found, refuse_if_unfit, unpriced_words};
use crate::cli::prelude::*;
use crate::config::{Flag, Settings};
use crate::domain::goal::Goal;
use crate::domain::mission::MissionCard;
use crate::tui::options::{Launch, Launcher};
use crate::view::card;
use crate::workspace::Repo;
use crate::workspace::repo::Head;
use crate::workspace::secrets::mask;

/// What a mission that starts here would be, and which live here already.
pub fn launcher(context: &Context, alive: Vec<MissionCard>) -> Result<Launcher> {
    let repo = Repo::discover(&context.here);
    let unlanded = repo.as_ref().map(|repo| unlanded(context, repo)).unwrap_or_default();
    let settings = context.settings(Repository::OfThisDirectory, Vec::new())?;
    let models = settings.models.iter();
    let models = models
        .map(|(role, model)| (*role, model.clone(), settings.origin_of(&format!("models.{}", role.word()))))
        .collect();
    let obstacle = refuse_if_unfit(&context.here).err().map(|error| error.to_string());
    let (no_mind, lacking) = minds(&settings);
    let obstacle = obstacle.or(lacking);
    let unpriced = unpriced_words(&settings);
    let branch = match repo.as_ref().map(Repo::head) {
        Ok(Ok(Head::Branch(name))) => name,
        _ => String::new(),
    };
    let repository = repo.map(|repo| repo.root().display().to_string()).unwrap_or_default();
    Ok(Launcher {
        repository,
        branch,
        models,
        budget: settings.budget,
        alive,
        unlanded,
        obstacle,
        no_mind,
        unpriced,
    })
}

/// Why no model that is set can be used, and why one of several cannot, as far as that is known without asking anybody.
fn minds(settings: &Settings) -> (Option<String>, Option<String>) {
    let mut models: Vec<&String> = settings.models.values().collect();
    models.sort();
    models.dedup();
    if models.is_empty() {
        return (Some("No model is set.".to_owned()), None);
    }
    let faults =
        models.iter().filter_map(|model| settings.backend(model).err().map(|fault| fault.to_string()));
    let faults: Vec<String> = faults.collect();
    let first = faults.first().cloned();
    if faults.len() == models.len() { (first, None) } else { (None, first) }
}

/// The missions of a repository that are complete and whose work its branch does not have, the newest first. One whose
/// branch was merged by other means has landed too.
fn unlanded(context: &Context, repo: &Repo) -> Vec<MissionCard> {
    let here = missions::of_repository(context, repo.root()).into_iter();
    let readable = here.filter_map(|entry| missions::open(context, entry.id).ok());
    let waiting = readable.filter_map(|found| {
        let card = MissionCard::of(&found.mission).filter(card::is_unlanded)?;
        let head = found.mission.head()?;
        (!repo.is_in_head(&head.0).unwrap_or(false)).then_some(card)
    });
    let mut cards: Vec<MissionCard> = waiting.collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.updated));
    cards
}

/// Founds the mission that a person wants.
pub async fn start(context: &Context, launch: Launch) -> Result<MissionRef> {
    refuse_if_unfit(&context.here)?;
    let repo = Repo::discover(&context.here)?;
    let flags = launch.models.iter().map(|(role, model)| Flag {
        name: "launcher",
        key: format!("models.{}", role.word()),
        word: model.clone(),
    });
    let mut settings = context.settings(Repository::At(repo.root()), flags.collect())?;
    settings.budget = launch.budget;
    let goal = Goal::new(&mask(&launch.goal))?;
    found(context, MissionOptions { title: goal.title(), goal, repo: &repo, settings: &settings }).await
}
