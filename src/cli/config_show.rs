//! `config show`: every value and where it comes from.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::context::{Context, Format, Repository, print, print_json};
use super::exit::Exit;
use super::table::table;

/// Read the settings
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print every setting with its origin
    Show(Format),
}

/// Prints the settings.
///
/// # Errors
/// The first fault of the configuration.
pub fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    let Verb::Show(format) = verb;
    let settings = context.settings(Repository::OfThisDirectory, Vec::new())?;
    if format.json {
        let rows = settings.origins().map(|set| {
            json!({ "key": set.key, "value": set.value, "layer": set.origin.layer(), "origin": set.origin.to_string() })
        });
        print_json(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    let rows: Vec<[String; 3]> = settings
        .origins()
        .map(|set| {
            let value = set.value.as_str().map_or_else(|| set.value.to_string(), str::to_owned);
            [set.key.clone(), value, set.origin.to_string()]
        })
        .collect();
    print(&table(["setting", "value", "origin"], &rows, context.output.style()))?;
    if settings.models.is_empty() {
        print(
            "\nno model: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or name one under [models]; \
             `flightdeck demo` needs none",
        )?;
    }
    Ok(Exit::Done)
}
