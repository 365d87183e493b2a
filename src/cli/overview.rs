//! No verb: what waits for the person, and where to begin.

use anyhow::Result;

use super::context::{Context, print};
use super::exit::Exit;
use super::missions::catalogue;
use super::progress::words::count;

/// Says what there is and what to do next.
///
/// # Errors
/// When the output is closed.
pub fn run(context: &Context) -> Result<Exit> {
    let entries = catalogue(context).list();
    let waiting: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let summary = entry.mission.as_ref().ok()?;
            let needs = count(summary.needs, "decision");
            (summary.needs > 0)
                .then(|| format!("  ◆ {} waits for {needs}: flightdeck status {}", entry.id, entry.id))
        })
        .collect();
    let mut lines =
        vec!["flightdeck: mission control for software missions that agents fly".to_owned(), String::new()];
    if !waiting.is_empty() {
        lines.extend(waiting);
        lines.push(String::new());
    }
    if !entries.is_empty() {
        lines.push(format!("  flightdeck list             {}", count(entries.len(), "mission")));
    }
    lines.push("  flightdeck new \"GOAL\"       begin a mission in this repository".to_owned());
    lines.push("  flightdeck demo             watch a whole mission, without a key or a network".to_owned());
    lines.push("  flightdeck doctor           what works here and what does not".to_owned());
    lines.push("  flightdeck --help           every verb".to_owned());
    print(&lines.join("\n"))?;
    Ok(Exit::Done)
}
