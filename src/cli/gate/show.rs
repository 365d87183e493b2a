//! A gate on one page: what it rests on, what stands in the way, and the commands that decide it.

use anyhow::Result;
use serde_json::json;

use crate::cli::context::{Context, Format, print_json, print_page};
use crate::domain::finding::Finding;
use crate::domain::gate::GateId;
use crate::domain::mission::Mission;
use crate::view::gate::obstacles;
use crate::view::gate_items::{GateItem, assertions, items};
use crate::view::gate_page;

/// Prints a gate; the plan's is the whole plan.
///
/// # Errors
/// When the output is closed.
pub(super) fn show(context: &Context, mission: &Mission, gate: GateId, format: Format) -> Result<()> {
    if !format.json {
        return print_page(context, |width| gate_page::rows(mission, gate, width));
    }
    let standings = assertions(mission, gate)
        .into_iter()
        .map(|id| json!({ "standing": mission.standing(&id), "id": id }));
    let findings = items(mission, gate).into_iter().filter_map(|item| match item {
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
