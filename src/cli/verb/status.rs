//! `status [ID]`: how a mission stands, and what waits. The exit code is 0 however it stands.

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::cli::print::printed;
use crate::domain::attention;
use crate::view::{needs, summary, wait};
use crate::workspace::land::is_cut_short;

pub fn run(context: &Context, args: &ReadArgs) -> Result<Exit> {
    let found = args.find(context)?;
    let (mission, style, now) = (&found.mission, context.output.style(), now());
    if args.format.json {
        return print_json(&json!({
            "id": found.id,
            "dir": found.dir,
            "title": mission.title(),
            "status": mission.status(),
            "needs": attention::needs(mission),
            "landing_is_open": is_cut_short(&found.dir),
            "mission": mission,
        }));
    }
    let mut text = style.page(&summary::page(mission, now));
    for (since, line) in needs::lines(mission).into_iter().chain(wait::lines(mission, now)) {
        text.push_str(&format!("\n{}", printed(&line, since.since(mission.created), style)));
    }
    if is_cut_short(&found.dir) {
        let engine = missions::catalogue(context).engine(&found.id);
        text.push_str(&format!("\n{}", summary::landing(&found.id, engine).plain()));
    }
    done(&text)
}
