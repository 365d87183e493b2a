//! `models [ROLE MODEL]`: who plays which role, and whether they can.

use std::collections::BTreeMap;

use crate::cli::ask::ask;
use crate::cli::context::{Repository, print_json};
use crate::cli::fault::no_model;
use crate::cli::key::ready;
use crate::cli::prelude::*;
use crate::config::Settings;
use crate::domain::attempt::Role;
use crate::domain::mission::Mission;
use crate::domain::text::Title;
use crate::view::models;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: OnMission,
    /// A role such as worker or reviewer, or `all`
    #[arg(requires = "model")]
    role: Option<String>,
    /// `provider/model`; holds from the next attempt on
    model: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Shows or chooses. Without a mission the models are shown that a new one would have.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    if let (Some(role), Some(model)) = (&args.role, &args.model) {
        let found = args.mission.find(context)?;
        return choose(context, &found, role, model).await;
    }
    let found = match &args.mission.mission {
        Some(id) => Some(missions::find(context, Some(id))?),
        None => missions::find(context, None).ok(),
    };
    let settings = settings_of(context, found.as_ref())?;
    let models: BTreeMap<Role, String> = match &found {
        Some(found) => found.mission.models.iter().map(|(role, model)| (*role, model.to_string())).collect(),
        None => settings.models.clone(),
    };
    show(context, args.format, &settings, &models, found.as_ref()).await
}

async fn choose(context: &Context, found: &MissionRef, role: &str, model: &str) -> Result<Exit> {
    let roles = if role == "all" {
        Role::ALL.to_vec()
    } else {
        vec![role.parse().map_err(|fault: crate::domain::attempt::RoleError| misuse(fault.to_string()))?]
    };
    ready(&settings_of(context, Some(found))?, model).await?;
    for role in roles {
        ask(context, found, Command::ChooseModel { role, model: ask::text("the model", model)? }).await?;
        print(&format!("{role} is played by {model} from the next attempt on"))?;
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
    if format.json {
        let rows = models.iter().map(|(role, model)| {
            json!({ "role": role, "model": model, "usable": fault(model).is_none(), "fault": fault(model) })
        });
        return print_json(&rows.collect::<Vec<_>>());
    }
    if models.is_empty() {
        return done(&no_model(settings));
    }
    let whose = found.map_or_else(|| "a new mission".to_owned(), |found| found.id.to_string());
    let mut mission = found.map_or_else(Mission::unborn, |found| found.mission.clone());
    mission.models = models.iter().map(|(role, model)| (*role, Title::clipped(model))).collect();
    let mut rows = vec![Row::of(StyleRole::Strong, format!("models of {whose}:"))];
    rows.extend(Role::ALL.iter().zip(models::rows(&mission)).map(|(role, row)| match models.get(role) {
        None => row,
        Some(model) => match fault(model) {
            None => row.end(StyleRole::Good, "  usable"),
            Some(fault) => row.end(StyleRole::Bad, format!("  not usable: {fault}")),
        },
    }));
    done(&context.output.style().page(&rows))
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
