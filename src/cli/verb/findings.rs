//! `findings [ID]`: what was reported, and what became of it; the open ones first, heavy before light.

use crate::cli::prelude::*;
use crate::domain::finding::Finding;
use crate::view::finding::entry;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Only those that nobody has decided on
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    format: Format,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mut findings = found.mission.findings_by_weight();
    findings.retain(|finding: &&Finding| !args.open || finding.is_open());
    if findings.is_empty() && !args.format.json {
        return done(if args.open { "no finding is open" } else { "nothing was reported yet" });
    }
    let page = |width| findings.iter().flat_map(|known| entry(&found.mission, known, width)).collect();
    context.answer(args.format, || &findings, page)
}
