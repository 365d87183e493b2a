//! What a gate attests, as an in-toto statement (in-toto.io/Statement/v1) with a test result (test-result/v0.1).

use serde_json::{Value, json};

use super::sums::Sums;
use crate::domain::gate::GateId;
use crate::domain::id::Commit;
use crate::domain::mission::Mission;
use crate::domain::verdict::Standing;
use crate::view::gate_items::assertions;
use crate::view::unshown::{reason, row, sentence};

/// The statement of a gate that is decided, of the mission as it was then; nothing of another. Files of the bundle are named with their hashes.
pub(super) fn statement(mission: &Mission, gate: GateId, configuration: &Sums) -> Option<Value> {
    let founding = mission.founding.as_ref()?;
    mission.gates.get(&gate)?.decided.as_ref()?;
    let commit = commit_of(mission, gate)?;
    let mut named: [Vec<String>; 3] = Default::default();
    if gate != GateId::Plan {
        for id in assertions(mission, gate) {
            let place = match mission.standing(&id) {
                Standing::Passed if mission.why_unshown(&id, gate).is_none() => 0,
                Standing::Failed | Standing::Blocked => 2,
                Standing::Passed | Standing::Waived | Standing::Stale | Standing::Pending => 1,
                Standing::Retired => continue,
            };
            named[place].push(id.to_string());
        }
    }
    let [passed, warned, failed] = named;
    // What the gate says first, its statement says as well: nobody reads "passed" of what was not shown.
    let unshown = mission.unshown_at(gate);
    let is_shown = warned.is_empty() && failed.is_empty() && unshown.is_empty();
    let result = match (mission.is_go(gate), is_shown) {
        (true, true) => "PASSED",
        (true, false) => "WARNED",
        (false, _) => "FAILED",
    };
    let files =
        configuration.iter().map(|(path, hash)| json!({ "name": path, "digest": { "sha256": hash } }));
    Some(json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": founding.branch, "digest": { "gitCommit": commit } }],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": result,
            "configuration": files.collect::<Vec<_>>(),
            "passedTests": passed,
            "warnedTests": warned,
            "failedTests": failed,
            "flightdeck_notShown": {
                "sentence": sentence(mission, gate),
                "items": unshown.iter().map(|found| json!({
                    "reason": reason(found.doubt),
                    "row": row(mission, found).plain(),
                    "doubt": found.doubt,
                    "matter": found.matter,
                })).collect::<Vec<_>>(),
            },
        },
    }))
}

/// The files that a statement rests on, with their hashes; nothing for what is no statement.
pub(super) fn rests_on(statement: &[u8]) -> Option<Sums> {
    let statement: Value = serde_json::from_slice(statement).ok()?;
    let files = statement.pointer("/predicate/configuration")?.as_array()?.iter();
    let file = |file: &Value| {
        Some((file["name"].as_str()?.to_owned(), file["digest"]["sha256"].as_str()?.to_owned()))
    };
    files.map(file).collect()
}

/// The commit that a gate is about.
fn commit_of(mission: &Mission, gate: GateId) -> Option<Commit> {
    match gate {
        GateId::Plan => mission.founding.as_ref().map(|founding| founding.base.clone()),
        GateId::Milestone(id) => mission.last_round(id).map(|round| round.commit.clone()),
        GateId::Final => mission.head().cloned(),
    }
}
