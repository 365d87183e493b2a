//! The verbs of the contract.

use anyhow::Result;
use clap::Subcommand;

use super::{add, edit, list, retire, show};
use crate::cli::context::Context;
use crate::cli::exit::Exit;

/// Read and change the contract
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List all assertions and where they stand
    List(list::Args),
    /// Show one with its verdicts
    Show(show::Args),
    /// Change its wording; the consequences are told before you confirm
    Edit(edit::Args),
    /// Add one to a feature
    Add(add::Args),
    /// Take one back
    Retire(retire::Args),
}

/// Does what the verb says.
///
/// # Errors
/// When there is no such assertion or the change is refused.
pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::List(args) => list::run(context, &args),
        Verb::Show(args) => show::run(context, &args),
        Verb::Edit(args) => edit::run(context, &args).await,
        Verb::Add(args) => add::run(context, &args).await,
        Verb::Retire(args) => retire::run(context, &args).await,
    }
}
