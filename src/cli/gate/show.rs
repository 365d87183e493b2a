//! A gate on one page: what it rests on, what stands in the way, and the commands that decide it.

use anyhow::Result;
use serde_json::json;

use crate::cli::context::{Context, Format, print, print_json};
use crate::cli::findings::one_finding;
use crate::cli::missions::MissionRef;
use crate::cli::page::Page;
use crate::cli::plan;
use crate::cli::print::Style;
use crate::cli::progress::words::{count, used};
use crate::domain::attempt::Attempt;
use crate::domain::contract::Assertion;
use crate::domain::finding::Finding;
use crate::domain::gate::{DecidedBy, Decision, GateId};
use crate::domain::id::MilestoneId;
use crate::domain::mission::Mission;
use crate::domain::round::RoundOutcome;
use crate::domain::usage::Usage;
use crate::view::needs;

/// Prints a gate; the plan's is the whole plan.
///
/// # Errors
/// When the output is closed.
pub(super) fn show(context: &Context, found: &MissionRef, gate: GateId, format: Format) -> Result<()> {
    let mission = &found.mission;
    if format.json {
        let standings = assertions(mission, gate)
            .into_iter()
            .map(|found| json!({ "id": found.id, "standing": mission.standing(&found.id) }));
        return print_json(&json!({
            "gate": gate,
            "state": mission.gates.get(&gate),
            "waits": mission.waits_at(gate),
            "obstacles": obstacles(mission, gate),
            "assertions": standings.collect::<Vec<_>>(),
            "findings": findings(mission, gate),
        }));
    }
    let style = context.output.style();
    print(&if gate == GateId::Plan { plan::told(found, style) } else { told(mission, gate, style) })
}

fn told(mission: &Mission, gate: GateId, style: Style) -> String {
    let mut page = Page::new(style);
    page.heading(&format!("gate {gate}: {}", standing(mission, gate)));
    for obstacle in obstacles(mission, gate) {
        page.item(2, &obstacle);
    }
    page.heading("Assertions");
    for assertion in assertions(mission, gate) {
        one_assertion(&mut page, assertion, mission);
    }
    let findings = findings(mission, gate);
    if !findings.is_empty() {
        page.heading("Findings");
    }
    for finding in findings {
        one_finding(&mut page, finding);
    }
    page.heading("Cost");
    let attempts: Vec<&Attempt> =
        mission.attempts.values().filter(|attempt| is_of(mission, attempt, gate)).collect();
    let usage: Usage = attempts.iter().map(|attempt| attempt.usage).sum();
    page.text(2, &format!("{}, {}", count(attempts.len(), "attempt"), used(&usage)));
    if let GateId::Milestone(id) = gate {
        page.text(2, &rounds(mission, id));
    }
    if mission.waits_at(gate) {
        for line in needs::lines(mission) {
            page.heading(&line.text);
            for more in &line.more {
                page.text(2, more);
            }
        }
    }
    page.into_text()
}

/// What keeps a gate from being GO; of one that is GO, later work says nothing.
fn obstacles(mission: &Mission, gate: GateId) -> Vec<String> {
    if mission.is_go(gate) { Vec::new() } else { mission.gate_obstacles(gate) }
}

/// `2 rounds of at most 5: failed, passed`.
fn rounds(mission: &Mission, id: MilestoneId) -> String {
    let words: Vec<&str> =
        mission.rounds_of(id).map(|round| round.outcome.map_or("under way", RoundOutcome::word)).collect();
    let most = mission.round_limit(id);
    let outcomes = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
    format!("{} of at most {most}{outcomes}", count(words.len(), "round"))
}

fn standing(mission: &Mission, gate: GateId) -> String {
    let by = |by: DecidedBy| if by == DecidedBy::Autopilot { " by autopilot" } else { "" };
    match mission.gates.get(&gate).map(|found| &found.decided) {
        None => "not reached yet".to_owned(),
        Some(None) if mission.waits_at(gate) => "waits for you".to_owned(),
        Some(None) => "not ready: its work goes on".to_owned(),
        Some(Some(decided)) => match &decided.decision {
            Decision::Go { note: None } => format!("GO{}", by(decided.by)),
            Decision::Go { note: Some(note) } => format!("GO{}: {note}", by(decided.by)),
            Decision::NoGo { note } => format!("NO-GO{}: {note}", by(decided.by)),
        },
    }
}

/// What it rests on; what is not settled first.
fn assertions(mission: &Mission, gate: GateId) -> Vec<&Assertion> {
    let mut assertions: Vec<&Assertion> = match gate {
        GateId::Milestone(id) => mission.assertions_of(id).collect(),
        GateId::Plan | GateId::Final => mission.contract.values().filter(|found| found.is_active()).collect(),
    };
    assertions.sort_by_key(|found| mission.standing(&found.id).is_settled());
    assertions
}

fn one_assertion(page: &mut Page, assertion: &Assertion, mission: &Mission) {
    let standing = mission.standing(&assertion.id).word();
    page.strong(
        2,
        &format!("{} {} {}: {standing}", assertion.id, assertion.revision, assertion.wording.title),
    );
    if let Some(waiver) = mission.waivers.get(&assertion.id) {
        page.field(4, "waived", waiver.reason.as_str());
    }
    let last = mission.verdicts.get(&assertion.id).and_then(|verdicts| verdicts.last());
    if let Some(verdict) = last {
        page.field(4, verdict.outcome.word(), verdict.observed.as_str());
        for reference in &verdict.evidence {
            page.field(4, "evidence", &format!("flightdeck evidence {}", reference.0));
        }
    }
}

fn findings(mission: &Mission, gate: GateId) -> Vec<&Finding> {
    let of = |finding: &&Finding| match gate {
        GateId::Milestone(id) => finding.milestone == id,
        GateId::Plan => false,
        GateId::Final => finding.is_open(),
    };
    mission.findings.values().filter(of).collect()
}

fn is_of(mission: &Mission, attempt: &Attempt, gate: GateId) -> bool {
    let GateId::Milestone(id) = gate else { return true };
    mission.milestone_of(attempt.work) == Some(id)
}
