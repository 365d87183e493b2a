//! A gate on one page: what it rests on, what stands in the way, and the commands that decide it.

use anyhow::Result;
use serde_json::json;

use crate::cli::context::{Format, print, print_json};
use crate::cli::print::Style;
use crate::cli::progress::summary::needed;
use crate::domain::finding::Finding;
use crate::domain::gate::GateId;
use crate::domain::mission::Mission;
use crate::view::gate::obstacles;
use crate::view::gate_items::{GateItem, assertions, points};
use crate::view::gate_page;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The gate that is meant when nobody names one: the one that waits, else the next.
pub(super) fn meant(mission: &Mission) -> GateId {
    if let Some(open) = mission.open_gate() {
        return open.id;
    }
    if !mission.is_go(GateId::Plan) {
        return GateId::Plan;
    }
    mission.current_milestone().map_or(GateId::Final, |milestone| GateId::Milestone(milestone.id))
}

/// Prints a gate; the plan's is the whole plan.
///
/// # Errors
/// When the output is closed.
pub(super) fn show(mission: &Mission, gate: GateId, format: Format, style: Style) -> Result<()> {
    if !format.json {
        return print(&page(mission, gate, style));
    }
    let standings = assertions(mission, gate)
        .into_iter()
        .map(|id| json!({ "standing": mission.standing(&id), "id": id }));
    let findings = points(mission, gate).into_iter().filter_map(|item| match item {
        GateItem::Finding(id) => mission.findings.get(&id),
        _ => None,
    });
    print_json(&json!({
        "gate": gate,
        "state": mission.gates.get(&gate),
        "waits": mission.waits_at(gate),
        "obstacles": obstacles(mission, gate),
        "assertions": standings.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<&Finding>>(),
    }))
}

/// The page, and under it the commands that decide what waits.
pub(in crate::cli) fn page(mission: &Mission, gate: GateId, style: Style) -> String {
    let mut rows = gate_page::rows(mission, gate, style.columns());
    if mission.waits_at(gate) {
        for line in needed(mission) {
            rows.extend([Row::new(), Row::of(StyleRole::Strong, &line.text)]);
            rows.extend(line.more.iter().map(|more| Row::of(StyleRole::Text, more).indented(2)));
        }
    }
    style.page(&rows)
}
