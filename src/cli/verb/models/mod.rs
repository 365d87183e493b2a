//! `models [ID] [ROLE=MODEL …]`: who plays which role, whether they can, and what else there is.

mod offered;
mod refresh;

use std::collections::{BTreeMap, BTreeSet};

use crate::agent::model::catalogue::ADDRESS;
use crate::cli::ask::ask;
use crate::cli::context::{Repository, print_json};
use crate::cli::fault::no_model;
use crate::cli::key::ready;
use crate::cli::offers::of_models;
use crate::cli::prelude::*;
use crate::config::Settings;
use crate::domain::attempt::Role;
use crate::domain::mission::Mission;
use crate::domain::text::Title;
use crate::view::models::{self, doubt};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::words::listed;

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck models [OPTIONS] [ID] [ROLE=MODEL]...")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID], and what changes from the next attempt on: provider/model for all roles, or ROLE=provider/model
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// List every model that the providers offer
    #[arg(long, conflicts_with_all = ["words", "refresh"])]
    offered: bool,
    /// Fetch the windows and prices of models anew from models.dev; its api.json from another address or file with =FROM
    #[arg(long, value_name = "FROM", num_args = 0..=1, require_equals = true, default_missing_value = ADDRESS)]
    refresh: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Shows or chooses. Without a mission the models are shown that a new one would have.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    if let Some(from) = &args.refresh {
        return refresh::run(context, from, args.format).await;
    }
    let (mission, words) =
        args.mission.split(&args.words, |word| word.contains(['=', '/']) || roles(word).is_ok());
    if !words.is_empty() {
        let choices = choices(words)?;
        // What is no mission may have been meant for a role.
        let found = missions::find(context, mission).map_err(|fault| match mission.map(roles) {
            Some(Err(no_role)) => misuse(format!("{no_role}; {fault}")),
            Some(Ok(_)) | None => fault,
        })?;
        return choose(context, &found, &choices).await;
    }
    let found = match mission {
        Some(id) => Some(missions::find(context, Some(id))?),
        None => missions::find(context, None).ok(),
    };
    let settings = settings_of(context, found.as_ref())?;
    let models: BTreeMap<Role, String> = match &found {
        Some(found) => found.mission.models.iter().map(|(role, model)| (*role, model.to_string())).collect(),
        None => settings.models.clone(),
    };
    if args.offered {
        return offered::run(context, args.format, &settings, &shown(&models, found.as_ref())).await;
    }
    show(context, args.format, &settings, &models, found.as_ref()).await
}

/// The mission that is shown: these models are its own.
fn shown(models: &BTreeMap<Role, String>, found: Option<&MissionRef>) -> Mission {
    let mut mission = found.map_or_else(Mission::unborn, |found| found.mission.clone());
    mission.models = models.iter().map(|(role, model)| (*role, Title::clipped(model))).collect();
    mission
}

/// Reads `ROLE=MODEL` and `MODEL`, as `new --model` does, and one `ROLE MODEL`. What holds for all roles comes first, so
/// that a single role keeps its own.
fn choices(words: &[String]) -> Result<BTreeMap<Role, &str>> {
    let mut pairs: Vec<(&str, &str)> = match words {
        [role, model] if !role.contains(['=', '/']) && !model.contains('=') => vec![(role, model)],
        words => words.iter().map(|word| word.split_once('=').unwrap_or(("all", word))).collect(),
    };
    pairs.sort_by_key(|(role, _)| !is_all(role));
    let mut choices = BTreeMap::new();
    for (role, model) in pairs {
        choices.extend(roles(role)?.into_iter().map(|role| (role, model)));
    }
    Ok(choices)
}

fn is_all(word: &str) -> bool {
    matches!(word, "all" | "default")
}

fn roles(word: &str) -> Result<Vec<Role>> {
    if is_all(word) {
        return Ok(Role::ALL.to_vec());
    }
    let role = word.replace('-', "_").parse();
    Ok(vec![role.map_err(|fault: crate::domain::attempt::RoleError| misuse(fault.to_string()))?])
}

/// Nothing changes unless every model can be used.
async fn choose(context: &Context, found: &MissionRef, choices: &BTreeMap<Role, &str>) -> Result<Exit> {
    let settings = settings_of(context, Some(found))?;
    for model in choices.values().collect::<BTreeSet<_>>() {
        ready(&settings, model).await?;
    }
    let providers = of_models(&settings, choices.values().copied()).await;
    for model in choices.values().collect::<BTreeSet<_>>() {
        doubt(model, &providers).map_or(Ok(()), |doubt| print(format!("note: {doubt}")))?;
    }
    for (role, model) in choices {
        let command = Command::ChooseModel { role: *role, model: ask::text("the model", model)? };
        ask(context, found, command).await?;
        print(format!("{role} is played by {model} from the next attempt on"))?;
    }
    Ok(Exit::Done)
}

async fn show(
    context: &Context,
    format: Format,
    settings: &Settings,
    models: &BTreeMap<Role, String>,
    found: Option<&MissionRef>,
) -> Result<Exit> {
    let mut faults: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for model in models.values() {
        if !faults.contains_key(model.as_str()) {
            faults.insert(model, ready(settings, model).await.err().map(|fault| fault.to_string()));
        }
    }
    let fault = |model: &String| faults.get(model.as_str()).cloned().flatten();
    let providers = of_models(settings, models.values().map(String::as_str)).await;
    if format.json {
        let rows = models.iter().map(|(role, model)| {
            json!({
                "role": role, "model": model, "usable": fault(model).is_none(), "fault": fault(model),
                "doubt": doubt(model, &providers),
            })
        });
        return print_json(&rows.collect::<Vec<_>>());
    }
    if models.is_empty() {
        return done(no_model(settings));
    }
    let whose = found.map_or_else(|| "a new mission".to_owned(), |found| found.id.to_string());
    let mission = shown(models, found);
    let mut rows = vec![Row::of(StyleRole::Strong, format!("models of {whose}:"))];
    rows.extend(Role::ALL.iter().zip(models::rows(&mission)).map(|(role, row)| match models.get(role) {
        None => row,
        Some(model) => match (fault(model), doubt(model, &providers)) {
            (None, None) => row.end(StyleRole::Good, "  usable"),
            (None, Some(doubt)) => row.end(StyleRole::Warn, format!("  doubtful: {doubt}")),
            (Some(fault), _) => row.end(StyleRole::Bad, format!("  not usable: {fault}")),
        },
    }));
    rows.extend(fallbacks(settings));
    rows.extend(offered::page(&providers, &mission, offered::Extent::TheFirst));
    done(context.output.style().page(&rows))
}

/// Who takes over when a model is given up on, and whether they can.
fn fallbacks(settings: &Settings) -> Vec<Row> {
    let mut roles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (role, model) in &settings.fallbacks {
        roles.entry(model).or_default().push(role.to_string());
    }
    let rows = roles.into_iter().map(|(model, roles)| {
        let whose = if roles.len() == Role::ALL.len() { "every role".to_owned() } else { listed(&roles) };
        let row = Row::of(StyleRole::Strong, "falls back to   ").then(StyleRole::Text, model);
        let row = row.then(StyleRole::Dim, format!("  {whose}"));
        match settings.backend(model) {
            Ok(_) => row.end(StyleRole::Good, "  usable"),
            Err(fault) => row.end(StyleRole::Bad, format!("  not usable: {fault}")),
        }
    });
    rows.collect()
}

/// The settings where a mission flies; its repository may be another than this directory's.
fn settings_of(context: &Context, found: Option<&MissionRef>) -> Result<Settings> {
    let repository =
        found.and_then(|found| found.mission.founding.as_ref()).map(|founding| founding.repository.as_str());
    match repository {
        Some(root) => context.settings(Repository::At(root.as_ref()), Vec::new()),
        None => context.settings(Repository::OfThisDirectory, Vec::new()),
    }
}
