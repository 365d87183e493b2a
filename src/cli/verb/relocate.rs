//! `relocate [PATH] [--mission ID]`: the repository of a mission was moved, and this is where it is now.

use std::path::PathBuf;

use crate::cli::context::canonical;
use crate::cli::prelude::*;
use crate::engine::relocate::relocate;
use crate::workspace::Repo;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the repository is now; without it, the one of this directory
    path: Option<PathBuf>,
    #[command(flatten)]
    on: OnMission,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.on.find(context)?;
    let repo = Repo::discover(args.path.as_ref().unwrap_or(&context.here))?;
    let catalogue = missions::catalogue(context);
    if let Some(process) = catalogue.engine(&found.id) {
        return Err(misuse(format!(
            "the engine of {} is running (process {process}): end it with `kill {process}`, then relocate again",
            found.id
        )));
    }
    relocate(&*catalogue, &found.id, &repo)?;
    done(&format!("the repository of {} is now {}", found.id, canonical(repo.root()).display()))
}
