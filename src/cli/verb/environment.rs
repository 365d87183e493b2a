//! `environment show|edit`: how the app is set up, built, tested and run, and the person's word on it.

use std::io::read_to_string;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::domain::environment::Environment;
use crate::view::environment;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print it as TOML, as `edit` takes it
    Show(ShowArgs),
    /// Put what a file says in its place; agents keep to it from then on
    Edit(EditArgs),
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct EditArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// All of it, as TOML; `-` reads standard input
    file: PathBuf,
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Show(args) => show(context, &args),
        Verb::Edit(args) => edit(context, &args).await,
    }
}

fn show(context: &Context, args: &ShowArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let environment = of(&found)?;
    if args.format.json {
        return print_json(&environment);
    }
    let text = environment::written(&environment).map_err(|why| anyhow::anyhow!(why))?;
    done(text.trim_end().to_owned())
}

async fn edit(context: &Context, args: &EditArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let base = of(&found)?;
    let environment = read(&args.file)?;
    let command = Command::EditEnvironment { base: Box::new(base), environment: Box::new(environment) };
    request(context, &found, command, "the environment is edited; agents keep to it").await
}

fn of(found: &MissionRef) -> Result<Environment> {
    let known = found.mission.environment.clone();
    known.ok_or_else(|| misuse(format!("{} has no environment yet: its planner proposes one", found.id)))
}

fn read(file: &Path) -> Result<Environment> {
    let (name, text) = if file == Path::new("-") {
        (
            "standard input".to_owned(),
            read_to_string(std::io::stdin()).context("failed to read standard input")?,
        )
    } else {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("failed to read {name}"))?;
        (name, text)
    };
    environment::read(&text).map_err(|sentence| misuse(format!("{name} {sentence}")))
}
