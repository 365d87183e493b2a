//! `environment show|edit`: how the app is set up, built, tested and run, and the person's word on it.

use std::io::read_to_string;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use toml::Value;

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::domain::environment::Environment;

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
    let text = toml::to_string_pretty(&environment).context("failed to write the environment as TOML")?;
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

/// Reads it; a word that means nothing is told, since a command that is left out unseen would gate nothing.
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
    let wrong = |fault: toml::de::Error| {
        misuse(format!("{name} is no environment: {}", fault.to_string().trim_end()))
    };
    let given: Value = toml::from_str(&text).map_err(wrong)?;
    let environment: Environment = toml::from_str(&text).map_err(wrong)?;
    let taken = Value::try_from(&environment).context("failed to write the environment as TOML")?;
    match ignored(&given, &taken, "") {
        None => Ok(environment),
        Some(key) => Err(misuse(format!(
            "{name}: `{key}` means nothing here; `flightdeck environment show` prints the words there are"
        ))),
    }
}

/// The first key that was given and not taken.
fn ignored(given: &Value, taken: &Value, path: &str) -> Option<String> {
    match (given, taken) {
        (Value::Table(given), Value::Table(taken)) => given.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match taken.get(key) {
                Some(taken) => ignored(value, taken, &path),
                None => Some(path),
            }
        }),
        (Value::Array(given), Value::Array(taken)) => {
            given.iter().zip(taken).find_map(|(given, taken)| ignored(given, taken, path))
        }
        _ => None,
    }
}
