//! How what nobody builds to stands beside what everybody knows.

use super::prelude::*;
use crate::domain::gate::GateId;
use crate::domain::id::AssertionId;
use crate::domain::sealed::SealedGap;
use crate::domain::tally::Tally;
use crate::view::words::of_proven;

/// The rates of a gate, and the gap between them: `1 of 2 proven (50 %); of the others 9 of 9 proven (100 %): a gap of 50 points`.
/// `None` where nothing is sealed. Before anything is built there are no rates.
pub fn words(mission: &Mission, gate: GateId) -> Option<String> {
    let SealedGap { visible, sealed, told, points } = mission.sealed_gap(gate)?;
    if gate == GateId::Plan {
        let all = plural(sealed.all, "assertion");
        return Some(format!("{all} that nobody who builds is told of; user testers try them"));
    }
    let rate = |tally: Tally| {
        let shares = format!("{} of {} proven ({} %)", tally.proven, tally.all, tally.percent());
        shares + &of_proven(tally)
    };
    let told = match told {
        0 => String::new(),
        1.. => format!(", of them {told} told after a failure (no longer blind)"),
    };
    let gap = match points {
        0 => "no gap".to_owned(),
        1.. => format!("a gap of {}", plural(usize::try_from(points).unwrap_or(0), "point")),
        _ => "more of them than of the others".to_owned(),
    };
    Some(format!("{}{told}; of the others {}: {gap}", rate(sealed), rate(visible)))
}

/// The row of a gate.
pub fn rows(mission: &Mission, gate: GateId, width: usize) -> Vec<Row> {
    words(mission, gate).map_or_else(Vec::new, |words| labelled("sealed", &words, width))
}

/// Who does not know a sealed assertion, and when it is tried.
pub fn kept_from(mission: &Mission, id: &AssertionId) -> String {
    let milestone = mission.milestone_held_to(id).map(|owed| format!(" of {owed}")).unwrap_or_default();
    let told = if mission.is_told_of(id) {
        "; it failed, and those who build were told what a user saw: it is no longer blind"
    } else {
        ""
    };
    format!("nobody who plans, builds or reviews is told of it; tried in the user testing{milestone}{told}")
}
