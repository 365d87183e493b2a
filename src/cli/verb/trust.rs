//! `trust`: what of this repository flightdeck may use.

use crate::cli::context::{Repository, print_json};
use crate::cli::person::Confirmation;
use crate::cli::prelude::*;
use crate::cli::trust::{ask, decide, page, wishes};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Trust all that can be used, without a question
    #[arg(long, conflicts_with_all = ["forget", "json"])]
    yes: bool,
    /// Trust nothing of this repository any more
    #[arg(long, conflicts_with = "json")]
    forget: bool,
    #[command(flatten)]
    format: Format,
}

/// Shows what the repository brings along, and asks.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let project = context
        .project(Repository::OfThisDirectory)
        .ok_or_else(|| misuse("there is no git repository here: change to the one that you mean"))?;
    if args.forget {
        project.forget()?;
        return done(format!(
            "nothing of {} is trusted; an engine that runs keeps its settings and hooks until it ends",
            project.root().display()
        ));
    }
    let wishes = wishes(context, &project)?;
    if args.format.json {
        return print_json(&wishes);
    }
    if wishes.is_empty() {
        return done(
            "this repository brings along no settings, hooks, prompts or skills: there is nothing to trust",
        );
    }
    print(page(&wishes))?;
    let open: Vec<_> = wishes.into_iter().filter(|wish| wish.file.unused().is_some()).collect();
    if !open.iter().any(|wish| wish.fault.is_none()) {
        return Ok(if open.is_empty() { Exit::Done } else { Exit::Failed });
    }
    if !args.yes && !context.is_interactive() {
        return done("`flightdeck trust --yes` has it used");
    }
    let is_trusted = args.yes || ask(context, &open)? == Confirmation::Yes;
    decide(&project, &open, is_trusted)?;
    done(if is_trusted {
        "it is used from now on; what changes is asked about again"
    } else {
        "it is not used"
    })
}
