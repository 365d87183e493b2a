//! The section about what the goal asks for.

use super::section::list;
use crate::domain::event::Actor;
use crate::domain::mission::Mission;
use crate::domain::requirement::{Fate, Requirement};
use crate::domain::text::Text;

/// Characters of a requirement beside the goal that it stands in.
const MOST_OF_A_REQUIREMENT: usize = 300;

/// What was asked for, sentence by sentence, and what shows each.
pub(super) fn requirements(mission: &Mission) -> String {
    let lines =
        mission.all_requirements().iter().map(|found| requirement(mission, found)).collect::<Vec<_>>();
    list("\n## What it asks for, sentence by sentence\n", lines)
}

fn requirement(mission: &Mission, found: &Requirement) -> String {
    let words = found.text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let text = format!("{} {}", found.id, Text::<MOST_OF_A_REQUIREMENT>::clipped(words));
    let by = match found.decided_by {
        Some(Actor::Person) => " by the person",
        Some(Actor::Engine | Actor::Attempt(_)) | None => "",
    };
    match &found.fate {
        Fate::SetAside { reason } => format!("{text} (set aside{by}: {reason})"),
        Fate::Owed if mission.contract.is_empty() => text,
        Fate::Owed => {
            let ids: Vec<_> =
                mission.assertions_showing(found.id).map(|shows| shows.id.to_string()).collect();
            let ids = if ids.is_empty() { "no assertion".to_owned() } else { ids.join(", ") };
            format!("{text} (shown by {ids})")
        }
    }
}
