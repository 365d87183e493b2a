//! `assertion list|show|edit|add|retire|unseal`: the contract, and what changing it will cost.

mod change;
mod editor;
mod read;
mod wording;

use clap::Subcommand;

use crate::cli::prelude::*;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List all assertions and where they stand
    List(read::ListArgs),
    /// Show one with its verdicts
    Show(read::ShowArgs),
    /// Change its wording; the consequences are told before you confirm
    Edit(change::EditArgs),
    /// Add one to a feature
    Add(change::AddArgs),
    /// Take one back
    Retire(change::RetireArgs),
    /// Make one that the critic sealed part of the contract, which everybody may know
    Unseal(change::UnsealArgs),
}

pub async fn run(context: &Context, verb: Verb) -> Result<Exit> {
    match verb {
        Verb::List(args) => read::list(context, &args),
        Verb::Show(args) => read::show(context, &args),
        Verb::Edit(args) => change::edit(context, &args).await,
        Verb::Add(args) => change::add(context, &args).await,
        Verb::Retire(args) => change::retire(context, &args).await,
        Verb::Unseal(args) => change::unseal(context, &args).await,
    }
}
