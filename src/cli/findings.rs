//! `findings [ID]`: what was reported, and what became of it.

use anyhow::Result;

use super::context::{Context, Format, print, print_json, print_page};
use super::exit::Exit;
use super::missions;
use crate::domain::finding::Finding;
use crate::view::finding::entry;

/// List what handoffs and validators reported
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    /// Only those that nobody has decided on
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    format: Format,
}

/// Lists them: the open ones first, heavy before light.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let findings: Vec<&Finding> = found
        .mission
        .findings_by_weight()
        .into_iter()
        .filter(|finding| !args.open || finding.is_open())
        .collect();
    if args.format.json {
        print_json(&findings)?;
        return Ok(Exit::Done);
    }
    if findings.is_empty() {
        print(if args.open { "no finding is open" } else { "nothing was reported yet" })?;
        return Ok(Exit::Done);
    }
    print_page(context, |width| {
        findings.into_iter().flat_map(|known| entry(&found.mission, known, width)).collect()
    })?;
    Ok(Exit::Done)
}
