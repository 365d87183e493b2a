//! The rows of the tool table by which agents speak to the mission. They never write events: each turns its arguments
//! into commands, and a refusal's sentence goes back to the model.

mod amend;
mod context;
mod criticize;
mod handoff;
mod leftovers;
mod propose;
mod read;
mod report;
mod talk;
mod triage;

use std::sync::Arc;

use crate::agent::tool::ToolRow;
use crate::domain::contract::Instrument;

pub use context::{HandoffSource, ToolContext};
pub use talk::asked;

/// Every mission tool of one attempt; a prompt's front matter picks those of its role, and the domain refuses what a
/// role may not ask anyway.
pub fn rows(context: &Arc<ToolContext>) -> Vec<ToolRow> {
    let mut rows = vec![triage::row(context), handoff::row(context)];
    rows.extend(propose::rows(context));
    rows.extend(criticize::rows(context));
    rows.extend(amend::rows(context));
    rows.extend(talk::rows(context));
    rows.extend(report::rows(context));
    let mut rows: Vec<ToolRow> = rows.into_iter().map(ToolRow::deciding).collect();
    rows.push(read::row(context));
    match context.chromium.missing() {
        // What cannot be tested here is not offered as a way to test it.
        Some(_) => rows.into_iter().map(|row| row.withholding(Instrument::Browser.word())).collect(),
        None => rows,
    }
}
