//! `status [ID]`: how a mission stands, and what waits. The exit code is 0 however it stands, unless it is asked for.

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::cli::print::{Printable, printed};
use crate::domain::attention;
use crate::view::{needs, summary, wait};
use crate::workspace::land::is_cut_short;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
    /// End with 3 when it waits for you, 4 when it is blocked, 5 when a budget is spent, 1 when it was abandoned
    #[arg(long)]
    exit_code: bool,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.read.find(context)?;
    show(context, &found, args.read.format)?;
    Ok(if args.exit_code { Exit::of_standing(&found.mission) } else { Exit::Done })
}

fn show(context: &Context, found: &MissionRef, format: Format) -> Result<Exit> {
    let (mission, style, now) = (&found.mission, context.output.style(), now());
    if format.json {
        return print_json(&json!({
            "id": found.id,
            "dir": found.dir,
            "title": mission.title(),
            "status": mission.status(),
            "needs": attention::needs(mission),
            "assertions": mission.contract_tally(),
            "landing_is_open": is_cut_short(&found.dir),
            "mission": mission,
        }));
    }
    let page = style.page(&summary::page(mission, now));
    let lines = needs::lines(mission).into_iter().chain(wait::lines(mission, now));
    let lines = lines.map(|(since, line)| printed(&line, since.since(mission.created), style));
    let landing = is_cut_short(&found.dir).then(|| {
        let engine = missions::catalogue(context).engine(&found.id);
        style.page(&[summary::landing(&found.id, engine)])
    });
    done(Printable::lines([page].into_iter().chain(lines).chain(landing)))
}
