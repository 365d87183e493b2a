//! `relocate [ID] [PATH]`: the repository of a mission was moved, and this is where it is now.

use crate::cli::context::canonical;
use crate::cli::prelude::*;
use crate::engine::relocate::relocate;
use crate::workspace::Repo;

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck relocate [OPTIONS] [ID] [PATH]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] and where the repository is now; without the latter, the one of this directory
    #[arg(num_args = 0..=2, value_name = "WORDS")]
    words: Vec<String>,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let (mission, words) = args.mission.split(&args.words, |word| context.here.join(word).exists());
    let expected = Expected { what: "a directory that is there", words: &[] };
    let found = args.mission.find(context, mission, expected)?;
    let place = match words {
        [] => context.here.clone(),
        [path] => context.here.join(path),
        [..] => return Err(misuse("name one directory: `flightdeck relocate [ID] [PATH]`")),
    };
    let repo = Repo::discover(&place)?;
    let catalogue = missions::catalogue(context);
    if let Some(process) = catalogue.engine(&found.id) {
        return Err(misuse(format!(
            "the engine of {} is running (process {process}): end it with `kill {process}`, then relocate again",
            found.id
        )));
    }
    relocate(&*catalogue, &found.id, &repo)?;
    done(format!("the repository of {} is now {}", found.id, canonical(repo.root()).display()))
}
