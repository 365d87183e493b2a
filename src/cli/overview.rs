//! No verb: what waits for the person, and where to begin.

use super::prelude::*;
use super::verb::list;
use crate::view::text::plural;

/// Says what there is and what to do next.
pub fn run(context: &Context) -> Result<Exit> {
    let entries = missions::catalogue(context).list();
    let (style, now) = (context.output.style(), now());
    let mut lines =
        vec!["flightdeck: mission control for software missions that agents fly".to_owned(), String::new()];
    for entry in entries.iter().filter(|entry| entry.mission.as_ref().is_ok_and(|card| card.needs > 0)) {
        let width = entry.id.as_str().len();
        lines.push(style.cut(&list::row(entry, width, now, style.columns().saturating_sub(width + 2))));
        lines.push(format!("  flightdeck status {}", entry.id));
        lines.push(String::new());
    }
    if !entries.is_empty() {
        lines.push(format!("  flightdeck list             {}", plural(entries.len(), "mission")));
    }
    lines.push("  flightdeck new \"GOAL\"       begin a mission in this repository".to_owned());
    lines.push("  flightdeck demo             watch a whole mission, without a key or a network".to_owned());
    lines.push("  flightdeck doctor           what works here and what does not".to_owned());
    lines.push("  flightdeck --help           every verb".to_owned());
    done(&lines.join("\n"))
}
