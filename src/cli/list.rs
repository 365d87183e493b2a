//! `list`: every mission on this machine.

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions::catalogue;
use super::progress::words::used;
use super::table::table;
use super::when::rfc3339;
use crate::store::CatalogueEntry;

/// List all missions
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    format: Format,
}

/// Lists them, the one that changed last first.
///
/// # Errors
/// When the output is closed.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let entries = catalogue(context).list();
    if args.format.json {
        print_json(&entries.iter().map(json_of).collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    if entries.is_empty() {
        print(
            "no missions yet: `flightdeck new \"what should exist\"` begins one, `flightdeck demo` shows one",
        )?;
        return Ok(Exit::Done);
    }
    let rows: Vec<[String; 6]> = entries.iter().map(row).collect();
    print(&table(["id", "status", "needs", "used", "title", "repository"], &rows, context.output.style()))?;
    Ok(Exit::Done)
}

fn row(entry: &CatalogueEntry) -> [String; 6] {
    match &entry.mission {
        Ok(summary) => [
            entry.id.to_string(),
            summary.status.word().to_owned(),
            if summary.needs == 0 { String::new() } else { format!("{} ◆", summary.needs) },
            used(&summary.usage),
            summary.title.clone(),
            summary.repository.display().to_string(),
        ],
        Err(fault) => {
            let empty = String::new;
            [entry.id.to_string(), "unreadable".to_owned(), empty(), empty(), fault.to_string(), empty()]
        }
    }
}

fn json_of(entry: &CatalogueEntry) -> Value {
    match &entry.mission {
        Ok(summary) => json!({
            "id": entry.id,
            "title": summary.title,
            "status": summary.status,
            "needs": summary.needs,
            "repository": summary.repository,
            "branch": summary.branch,
            "created": rfc3339(summary.created),
            "updated": rfc3339(summary.updated),
            "seq": summary.seq,
            "usage": summary.usage,
            "engine": entry.engine,
            "dir": entry.dir,
        }),
        Err(fault) => json!({ "id": entry.id, "dir": entry.dir, "error": fault.to_string() }),
    }
}
