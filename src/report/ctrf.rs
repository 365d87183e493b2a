//! The contract in the Common Test Report Format, version 1.0.0 (ctrf.io).

use serde_json::{Value, json};

use super::facts::MissionReport;
use super::proof::AssertionPart;
use crate::domain::verdict::Standing;

/// The report as JSON.
pub fn ctrf(report: &MissionReport) -> Value {
    let tests: Vec<Value> =
        report.contract.iter().filter(|part| part.standing != Standing::Retired).map(test).collect();
    let number = |wanted: &str| tests.iter().filter(|test| test["status"] == wanted).count();
    json!({
        "reportFormat": "CTRF",
        "specVersion": "1.0.0",
        "results": {
            "tool": { "name": "flightdeck", "version": env!("CARGO_PKG_VERSION") },
            "summary": {
                "tests": tests.len(),
                "passed": number("passed"),
                "failed": number("failed"),
                "pending": number("pending"),
                "skipped": number("skipped"),
                "other": number("other"),
                "start": report.began_ms,
                "stop": report.until_ms,
            },
            "tests": tests,
            "environment": { "reportName": report.title, "commit": report.head, "branchName": report.branch },
        }
    })
}

fn test(part: &AssertionPart) -> Value {
    let status = match part.standing {
        Standing::Passed if part.seen_red.proves_nothing() => "other",
        Standing::Passed => "passed",
        Standing::Failed => "failed",
        Standing::Pending => "pending",
        Standing::Waived => "skipped",
        Standing::Blocked | Standing::Stale | Standing::Retired => "other",
    };
    let newest = part.newest();
    // A tester tries many assertions in one go, so that no duration of a single one is known.
    json!({
        "name": format!("{} {}", part.id, part.title),
        "status": status,
        "rawStatus": part.standing.word(),
        "duration": 0,
        "suite": [part.milestone],
        "type": part.via,
        "message": newest.map_or(part.waived.as_str(), |verdict| verdict.observed.as_str()),
        "extra": {
            "statement": part.statement,
            "weight": part.weight,
            "doubts": part.doubts,
            "commit": newest.map(|verdict| &verdict.commit),
            "evidence": newest.map(|verdict| &verdict.evidence),
        },
    })
}
