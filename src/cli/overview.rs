//! No verb: what waits for the person, and where to begin.

use super::prelude::*;
use super::print::Printable;
use super::verb::list;
use crate::view::text::plural;

/// Says what there is and what to do next.
pub fn run(context: &Context) -> Result<Exit> {
    let entries = missions::catalogue(context).list();
    let (style, now) = (context.output.style(), now());
    let mut lines: Vec<Printable> =
        vec!["flightdeck: mission control for software missions that agents fly".into(), "".into()];
    for entry in entries.iter().filter(|entry| entry.mission.as_ref().is_ok_and(|card| card.needs > 0)) {
        let width = entry.id.as_str().len();
        lines.push(style.cut(&list::row(entry, width, now, style.columns().saturating_sub(width + 2))));
        lines.push(format!("  flightdeck status {}", entry.id).into());
        lines.push("".into());
    }
    if !entries.is_empty() {
        lines.push(format!("  flightdeck list             {}", plural(entries.len(), "mission")).into());
    }
    let hints = [
        "  flightdeck new \"GOAL\"       begin a mission in this repository",
        "  flightdeck demo             watch a whole mission, without a key or a network",
        "  flightdeck setup            what there is to fly with",
        "  flightdeck doctor           what works here and what does not",
        "  flightdeck --help           every verb",
    ];
    done(Printable::lines(lines.into_iter().chain(hints.map(Printable::from))))
}
