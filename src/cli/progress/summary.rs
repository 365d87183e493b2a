//! What is said at the end: how the mission stands, and the exact commands that decide what waits.

use std::collections::BTreeMap;

use super::line::{Glyph, Line};
use super::words::{count, elapsed, one_line, used};
use crate::cli::print::Style;
use crate::domain::attempt::{Attempt, Ending};
use crate::domain::attention::{Need, NeedKind, needs};
use crate::domain::gate::GateId;
use crate::domain::id::{MilestoneId, Timestamp};
use crate::domain::mission::{End, HoldCause, Mission};
use crate::domain::round::Round;
use crate::view::style_role::StyleRole;
use crate::view::text::padded;

/// How a mission stands at a time, in a few lines.
pub fn summary(mission: &Mission, now: Timestamp, style: Style) -> Vec<String> {
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    let until = match &mission.end {
        Some(End::Completed { at } | End::Abandoned { at, .. }) => *at,
        None => now,
    };
    let took = elapsed(until.since(mission.created));
    let attempts = count(mission.attempts.len(), "attempt");
    let status = mission.status().word();
    let head = format!("{id} is {status} after {took}: {attempts}, {}", used(&mission.usage()));
    let mut lines = vec![style.paint(StyleRole::Strong, &style.fitted(&head, 0))];
    let rows = [
        ("assertions", standings(mission)),
        ("milestones", milestones(mission)),
        ("branch", branch(mission)),
        ("next", next(mission, &id)),
    ];
    for (name, words) in rows.into_iter().filter(|(_, words)| !words.is_empty()) {
        lines.push(format!(
            "  {} {}",
            style.paint(StyleRole::Dim, &padded(name, 11)),
            style.fitted(&words, 14)
        ));
    }
    lines
}

/// What waits for the person, each with the commands that decide it.
pub fn needed(mission: &Mission) -> Vec<Line> {
    needs(mission).iter().map(|need| need_line(need, mission)).collect()
}

fn need_line(need: &Need, mission: &Mission) -> Line {
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    let (glyph, subject) = match need.kind {
        NeedKind::Gate { gate } => (Glyph::Decision, format!("gate {gate}")),
        NeedKind::Question { question } => (Glyph::Question, question.to_string()),
        NeedKind::Hold { .. } => (Glyph::Warning, "hold".to_owned()),
    };
    Line::new(glyph, &subject, one_line(&need.sentence)).with(commands(need, mission, &id)).whole()
}

/// The commands that decide a need, ready to be copied.
pub fn commands(need: &Need, mission: &Mission, id: &str) -> Vec<String> {
    match need.kind {
        NeedKind::Gate { gate } => gate_commands(gate, mission, id),
        NeedKind::Question { question } => {
            let mut commands = Vec::new();
            if let Some(asked) = mission.questions.iter().find(|asked| asked.id == question) {
                commands.extend(
                    asked
                        .options
                        .iter()
                        .enumerate()
                        .map(|(at, option)| format!("{}. {}", at + 1, one_line(option.as_str()))),
                );
            }
            commands.push(format!("flightdeck answer -m {id} {question} \"…\""));
            commands
        }
        NeedKind::Hold { cause } => hold_commands(cause, mission, id),
    }
}

fn gate_commands(gate: GateId, mission: &Mission, id: &str) -> Vec<String> {
    let look = match gate {
        GateId::Plan => format!("flightdeck plan {id}"),
        GateId::Milestone(milestone) => format!("flightdeck diff {id} {milestone}"),
        GateId::Final => format!("flightdeck diff {id}"),
    };
    let go = format!("flightdeck gate {id} {gate} go");
    let no_go = format!("flightdeck gate {id} {gate} no-go --note \"what must change\"");
    let open = match gate {
        GateId::Plan | GateId::Final => Vec::new(),
        GateId::Milestone(milestone) => mission
            .assertions_of(milestone)
            .filter(|assertion| assertion.is_blocking() && !mission.standing(&assertion.id).is_settled())
            .map(|assertion| format!("flightdeck gate {id} {gate} waive {} --reason \"why\"", assertion.id))
            .collect(),
    };
    let passes = match gate {
        GateId::Milestone(milestone) => mission.passes(milestone),
        GateId::Plan | GateId::Final => true,
    };
    let mut commands = vec![look];
    commands.extend(passes.then_some(go));
    commands.extend(open);
    commands.push(no_go);
    commands
}

fn hold_commands(cause: HoldCause, mission: &Mission, id: &str) -> Vec<String> {
    let resume = format!("flightdeck resume {id}");
    match cause {
        HoldCause::Person | HoldCause::StoppedAttempt | HoldCause::Machine | HoldCause::Quota => vec![resume],
        HoldCause::Backend => {
            vec![
                "flightdeck doctor".to_owned(),
                format!("flightdeck models -m {id} ROLE PROVIDER/MODEL"),
                resume,
            ]
        }
        HoldCause::Failures => {
            let failed = |attempt: &&Attempt| {
                matches!(attempt.ended.as_ref().map(|ended| &ended.ending), Some(Ending::Failed { .. }))
            };
            let last = mission.attempts.values().rev().find(failed);
            let look = last.map(|attempt| format!("flightdeck transcript {id} \"{}\"", attempt.id));
            let model = last
                .map(|attempt| format!("flightdeck models -m {id} {} PROVIDER/MODEL", attempt.role.word()));
            let say = format!("flightdeck say -m {id} \"advice\"");
            look.into_iter().chain([say]).chain(model).chain([resume]).collect()
        }
        HoldCause::BudgetSpent => vec![format!("flightdeck resume {id} --budget DOLLARS")],
    }
}

fn standings(mission: &Mission) -> String {
    let mut by_standing: BTreeMap<_, usize> = BTreeMap::new();
    for id in mission.contract.keys() {
        *by_standing.entry(mission.standing(id)).or_default() += 1;
    }
    let parts = by_standing.into_iter().map(|(standing, n)| format!("{n} {}", standing.word()));
    parts.collect::<Vec<_>>().join(", ")
}

fn milestones(mission: &Mission) -> String {
    let words = mission.milestones.iter().map(|milestone| {
        let rounds = mission.rounds_of(milestone.id).count();
        let after = if rounds > 0 { format!(" after {}", count(rounds, "round")) } else { String::new() };
        format!("{} {}{after}", milestone.id, milestone_state(mission, milestone.id))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// How far a milestone is, in words that nobody takes for a decision that was not taken.
pub fn milestone_state(mission: &Mission, id: MilestoneId) -> &'static str {
    let gate = GateId::Milestone(id);
    let flown = mission.is_go(GateId::Plan) && mission.flown_milestone() == Some(id);
    if mission.is_go(gate) {
        "GO"
    } else if mission.waits_at(gate) {
        if mission.passes(id) { "waits for GO" } else { "blocked" }
    } else if mission.sent_back.contains(&id) {
        "sent back by NO-GO"
    } else if mission.last_round(id).is_some_and(Round::is_open) {
        "in validation"
    } else if flown {
        "under way"
    } else {
        "to come"
    }
}

/// What is left to do once everything is over but the merge.
fn next(mission: &Mission, id: &str) -> String {
    match (&mission.end, &mission.landed) {
        (Some(End::Completed { .. }), None) => format!("flightdeck land {id}"),
        _ => String::new(),
    }
}

fn branch(mission: &Mission) -> String {
    let Some(founding) = &mission.founding else { return String::new() };
    if let Some(landed) = &mission.landed {
        return format!("landed on {} as {}", founding.target, landed.short());
    }
    let head = mission.head().map(|head| head.short().to_owned()).unwrap_or_default();
    format!("{} at {head}, from {}", founding.branch, founding.base.short())
}
