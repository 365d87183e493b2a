//! What waits for the person, each with the commands that decide it, ready to be copied.

use super::event_lines::options;
use super::gate_items::is_of;
use super::prelude::*;
use super::work::gate_subject;
use super::{gate, hold, proposal, prove, talk};
use crate::domain::attention::{Need, NeedKind, needs};
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::HoldCause;

/// A line for everything that waits, oldest first, with the time since which it does.
pub fn lines(mission: &Mission) -> Vec<(Timestamp, LogLine)> {
    needs(mission).iter().map(|need| (need.since, line(need, mission))).collect()
}

fn line(need: &Need, mission: &Mission) -> LogLine {
    let subject = match need.kind {
        NeedKind::Gate { gate } => gate_subject(gate),
        NeedKind::Question { question } => question.to_string(),
        NeedKind::Hold { .. } => "hold".to_owned(),
        NeedKind::Proposal { proposal } => proposal.to_string(),
    };
    LogLine::new(NEEDS, &subject, &need.sentence).with(commands(need, mission)).whole()
}

/// One row of the list of decisions: for how long it waits, what it is, and what it holds up.
pub fn row(need: &Need, now: Timestamp) -> Row {
    let row = Row::new()
        .sign(StyleRole::Warn, Glyph::Needs)
        .then(StyleRole::Dim, format!("{:>4}  ", ago(now.since(need.since))))
        .then(StyleRole::Text, &need.sentence);
    if need.blocks.is_empty() { row } else { row.end(StyleRole::Dim, format!("holds up {}", need.blocks)) }
}

/// What a decision is about.
pub fn detail(mission: &Mission, need: &Need, now: Timestamp, width: usize) -> Vec<Row> {
    match need.kind {
        NeedKind::Gate { gate } => gate::summary(mission, gate, &prove::verb(mission), width),
        NeedKind::Question { question } => {
            let asked = mission.questions.iter().find(|asked| asked.id == question);
            let text = asked.map_or("", |asked| asked.text.as_str());
            let rows = paragraph(StyleRole::Text, text, width).into_iter();
            rows.chain(asked.into_iter().flat_map(talk::options)).collect()
        }
        NeedKind::Hold { .. } => hold::page(mission, now, width),
        NeedKind::Proposal { proposal: id } => {
            let found = mission.proposals.iter().find(|proposal| proposal.id == id);
            found.map(|found| proposal::detail(mission, found, width)).unwrap_or_default()
        }
    }
}

fn commands(need: &Need, mission: &Mission) -> Vec<String> {
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    match need.kind {
        NeedKind::Gate { gate } => gate_commands(gate, mission, &id),
        NeedKind::Question { question } => {
            let asked = mission.questions.iter().find(|asked| asked.id == question);
            let answer = format!("flightdeck answer -m {id} {question} \"…\"");
            asked.into_iter().flat_map(options).chain([answer]).collect()
        }
        NeedKind::Hold { cause } => hold_commands(cause, mission),
        NeedKind::Proposal { proposal } => ["show", "accept", "refuse"]
            .map(|verb| format!("flightdeck proposal {verb} -m {id} {proposal}"))
            .to_vec(),
    }
}

fn gate_commands(gate: GateId, mission: &Mission, id: &str) -> Vec<String> {
    let look = match gate {
        GateId::Plan => format!("flightdeck plan {id}"),
        GateId::Milestone(milestone) => format!("flightdeck diff {id} {milestone}"),
        GateId::Final => format!("flightdeck diff {id}"),
    };
    let mut commands = vec![look];
    let passes = if let GateId::Milestone(milestone) = gate { mission.passes(milestone) } else { true };
    commands.extend(passes.then(|| format!("flightdeck gate {id} {gate} go")));
    if let GateId::Milestone(milestone) = gate {
        let unproven = mission
            .assertions_of(milestone)
            .chain(mission.sealed_of(milestone))
            .filter(|assertion| assertion.is_blocking() && !mission.standing(&assertion.id).is_settled());
        commands.extend(
            unproven.map(|assertion| {
                format!("flightdeck gate {id} {gate} waive {} --note \"why\"", assertion.id)
            }),
        );
    }
    commands.push(format!("flightdeck gate {id} {gate} no-go --note \"what must change\""));
    if !mission.proofs_to_take_back().is_empty() {
        commands.push(format!("flightdeck prove {id} --all --take-back"));
    }
    let put_off = mission.put_off_findings().filter(|finding| is_of(finding, gate));
    commands.extend(put_off.map(|finding| format!("flightdeck finding mend -m {id} {}", finding.id)));
    commands
}

/// The choices, after where to look when no model can be used. Whoever paused a mission knows what else there is.
fn hold_commands(cause: HoldCause, mission: &Mission) -> Vec<String> {
    let doctor = (cause == HoldCause::Backend).then(|| "flightdeck doctor".to_owned());
    let most = if cause == HoldCause::Person { 1 } else { usize::MAX };
    let choices = hold::choices(mission).into_iter().take(most).map(|choice| choice.line);
    doctor.into_iter().chain(choices).collect()
}
