//! `config show`: every setting, the value that holds, and where it comes from.

use std::path::Path;

use clap::Subcommand;

use crate::cli::context::{Repository, print_json};
use crate::cli::fault::no_model;
use crate::cli::prelude::*;
use crate::cli::print::{Printable, Style};
use crate::cli::table::table;
use crate::config::{Settings, fixed_names};
use crate::view::style_role::StyleRole;
use crate::workspace::project::PROJECT_SETTINGS;

/// Read the settings
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print every setting with its value and its origin
    Show(Format),
}

/// Prints the settings.
pub fn run(context: &Context, verb: &Verb) -> Result<Exit> {
    let Verb::Show(format) = verb;
    let settings = context.settings(Repository::OfThisDirectory, Vec::new())?;
    if format.json {
        let rows = settings.origins().map(|set| {
            json!({ "key": set.key, "value": set.value, "layer": set.origin.layer, "origin": set.origin.to_string() })
        });
        let reached = settings.reached().into_iter().map(|provider| {
            let key = format!("providers.{}", provider.name);
            let value = json!({ "address": provider.address, "wire": provider.wire, "key": provider.key });
            json!({ "key": key, "value": value, "layer": "effective", "origin": provider.origin })
        });
        return print_json(&rows.chain(reached).collect::<Vec<_>>());
    }
    let style = context.output.style();
    let parts = [models(&settings, style), providers(&settings, style), others(&settings, style)];
    let parts = parts.into_iter().map(|part| part.then("\n"));
    done(Printable::lines(parts.chain([files(context, style)])))
}

fn models(settings: &Settings, style: Style) -> Printable {
    let head = style.paint(StyleRole::Strong, "[models]");
    let what = "who plays which role: `default = \"provider/model\"`, and a line for each role that differs";
    if settings.models.is_empty() {
        return head.then(format!(" {what}\n{}", no_model(settings)));
    }
    let rows = rows_of(settings, |key| key.starts_with("models."));
    head.then(format!(" {what}\n")).then(table(["setting", "value", "origin"], &rows, style))
}

fn providers(settings: &Settings, style: Style) -> Printable {
    let head = style.paint(StyleRole::Strong, "[providers.NAME]");
    let what = "how a provider is reached: base_url, wire (anthropic, openai or chat), api_key_env or api_key_cmd, headers";
    let rows: Vec<[String; 5]> = settings
        .reached()
        .into_iter()
        .map(|provider| {
            [provider.name, provider.address, provider.wire.to_owned(), provider.key, provider.origin]
        })
        .collect();
    let set: Vec<[String; 3]> = rows_of(settings, |key| key.starts_with("providers."));
    let reached = table(["provider", "address", "wire", "key", "origin"], &rows, style);
    let text = head.then(format!(" {what}\n")).then(reached);
    if set.is_empty() {
        text
    } else {
        text.then("\n").then(table(["setting", "value", "origin"], &set, style))
    }
}

/// Everything else, what is not set included: else nobody learns that it can be.
fn others(settings: &Settings, style: Style) -> Printable {
    let is_other = |key: &str| !key.starts_with("models.") && !key.starts_with("providers.");
    let mut rows = rows_of(settings, is_other);
    for name in fixed_names().filter(|name| is_other(name)) {
        if !rows.iter().any(|[key, ..]| *key == name) {
            rows.push([name, "–".to_owned(), "not set".to_owned()]);
        }
    }
    rows.sort();
    table(["setting", "value", "origin"], &rows, style)
}

fn rows_of(settings: &Settings, wanted: impl Fn(&str) -> bool) -> Vec<[String; 3]> {
    settings
        .origins()
        .filter(|set| wanted(&set.key))
        .map(|set| {
            let value = set.value.as_str().map_or_else(|| set.value.to_string(), str::to_owned);
            [set.key.clone(), value, set.origin.to_string()]
        })
        .collect()
}

fn files(context: &Context, style: Style) -> Printable {
    let named = |name: &str, file: &Path, more: &str| {
        let there = if file.exists() { more } else { " (not there yet)" };
        style.paint(StyleRole::Dim, name).then(format!(" {}{there}", file.display()))
    };
    let project = context.project(Repository::OfThisDirectory).map(|project| {
        let unused = match project.file(PROJECT_SETTINGS) {
            Ok(file) => file.and_then(|file| file.unused()),
            Err(error) => Some(error.to_string()),
        };
        let more = unused.map(|why| format!(" ({why})")).unwrap_or_default();
        named("project", &project.root().join(PROJECT_SETTINGS), &more)
    });
    Printable::lines([Some(named("yours  ", &context.home.user_file(), "")), project].into_iter().flatten())
}
