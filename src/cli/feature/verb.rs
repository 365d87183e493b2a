//! The verbs of a feature.

use anyhow::Result;
use clap::Subcommand;

use super::{edit, show};
use crate::cli::context::Context;
use crate::cli::exit::Exit;

/// Read and change a feature
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show one whole: its words, its assertions, its handoff and what was found about it
    Show(show::Args),
    /// Change the words of one that is not built yet
    Edit(edit::Args),
}

/// Does what the verb says.
///
/// # Errors
/// When there is no such feature or the change is refused.
pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::Show(args) => show::run(context, &args),
        Verb::Edit(args) => edit::run(context, &args).await,
    }
}
