//! How a mission stands: what it does, what is proven, what it cost, and what to do next.

use super::attempt;
use super::engine::EngineState;
use super::header::{cost, counts, doing, progress};
use super::plan::{self, Toggled, is_open};
use super::prelude::*;
use super::sealed;
use super::words::of_proven;
use crate::domain::gate::GateId;
use crate::domain::id::{MilestoneId, MissionId, Timestamp};
use crate::domain::mission::End;
use crate::domain::round::Round;

/// Pieces of what a mission does that say its status: the sign, a blank, the word.
const STATUS: usize = 3;

/// A few rows: the id with what the header says, then the contract, the milestones, the cost, the branch.
pub fn rows(mission: &Mission, now: Timestamp) -> Vec<Row> {
    rows_with(mission, &EngineState::NotAsked, now)
}

fn rows_with(mission: &Mission, engine: &EngineState, now: Timestamp) -> Vec<Row> {
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    let mut head = Row::of(StyleRole::Strong, format!("{id}  "));
    // Where it is stands in a row of its own.
    let doing =
        || doing(mission, now).into_iter().take(if mission.end.is_some() { STATUS } else { usize::MAX });
    head.left.extend(engine.instead(mission).unwrap_or_else(|| doing().collect()));
    head = head.then(StyleRole::Text, "   ");
    head.left.extend(counts(progress(mission)));
    let attempts = plural(mission.attempts.len(), "attempt");
    let facts = [
        ("contract", standings(mission)),
        ("sealed", sealed::words(mission, rates_of(mission)).unwrap_or_default()),
        ("plan", milestones(mission)),
        ("cost", format!("{attempts} · {}", cost(mission, now))),
        ("branch", branch(mission)),
        ("next", next(mission, &id)),
    ];
    let facts = facts.into_iter().filter(|(_, words)| !words.is_empty());
    let facts = facts.map(|(label, words)| labelled_row(label, StyleRole::Text, &words));
    std::iter::once(head).chain(facts).collect()
}

/// The title, [`rows`], the whole plan as the console's checklist, and the attempts that run.
pub fn page(mission: &Mission, engine: &EngineState, now: Timestamp) -> Vec<Row> {
    let mut page = vec![Row::of(StyleRole::Strong, mission.title())];
    page.extend(rows_with(mission, engine, now));
    let milestones = mission.milestones.iter().map(|milestone| milestone.id);
    let all_open: Toggled = milestones.filter(|id| !is_open(mission, *id, &Toggled::new())).collect();
    let plan = plan::targets(mission, &all_open).into_iter().map(|target| plan::row(mission, target));
    let live = mission.live_attempts().map(|live| attempt::row(mission, live, &[], now));
    for part in [plan.collect::<Vec<_>>(), live.collect()] {
        if !part.is_empty() {
            page.push(Row::new());
            page.extend(part);
        }
    }
    page
}

/// What is said while the journal of a landing stands: its engine, where one runs, is at it.
pub fn landing(id: &MissionId, engine: Option<u32>) -> Row {
    let words = match engine {
        Some(_) => "a landing is under way".to_owned(),
        None => format!("a landing was cut short: `flightdeck land {id}` finishes or undoes it"),
    };
    labelled_row("landing", StyleRole::Warn, &words)
}

/// The gate whose rates say how a mission stands: before the plan is GO nothing is built.
fn rates_of(mission: &Mission) -> GateId {
    if mission.is_go(GateId::Plan) { GateId::Final } else { GateId::Plan }
}

fn standings(mission: &Mission) -> String {
    let tally = mission.contract_tally();
    if tally.all == 0 {
        return String::new();
    }
    let rest = [
        (tally.pending, "pending"),
        (tally.failed, "failed"),
        (tally.blocked, "blocked"),
        (tally.stale, "stale"),
        (tally.waived, "waived"),
        (tally.vacuous, "vacuous"),
        (tally.toothless, "toothless"),
    ];
    let rest = rest.iter().filter(|(number, _)| *number > 0);
    let proven = format!("{} of {} proven{}", tally.proven, plural(tally.all, "assertion"), of_proven(tally));
    let rest = rest.map(|(number, word)| format!("{number} {word}"));
    std::iter::once(proven).chain(rest).collect::<Vec<_>>().join(" · ")
}

fn milestones(mission: &Mission) -> String {
    let words = mission.milestones.iter().map(|milestone| {
        let rounds = mission.rounds_of(milestone.id).count();
        let after = if rounds > 0 { format!(" after {}", plural(rounds, "round")) } else { String::new() };
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
    let Some(founding) = mission.founding.as_ref().filter(|_| is_to_land(mission)) else {
        return String::new();
    };
    format!(
        "flightdeck land {id} (merges {} into {}; --pr offers it instead)",
        founding.branch, founding.target
    )
}

/// Whether all that is left to do is the merge.
fn is_to_land(mission: &Mission) -> bool {
    matches!(mission.end, Some(End::Completed { .. })) && mission.landed.is_none()
}

/// Where the work of a mission is that is over: on which branch it landed, or that it waits to be.
pub fn whereabouts(mission: &Mission) -> String {
    match (&mission.landed, &mission.founding) {
        (Some(landed), Some(founding)) => format!("landed on {} as {}", founding.target, landed.short()),
        (None, Some(founding)) if is_to_land(mission) => {
            format!("not landed yet: flightdeck land {}", founding.mission)
        }
        _ => String::new(),
    }
}

/// Where its work is: `flightdeck/guestbook at 9f3c2a1d, from 1a2b3c4d`, or what it landed as.
pub fn branch(mission: &Mission) -> String {
    let Some(founding) = &mission.founding else { return String::new() };
    if mission.landed.is_some() {
        return whereabouts(mission);
    }
    let head = mission.head().map(|head| head.short().to_owned()).unwrap_or_default();
    format!("{} at {head}, from {}", founding.branch, founding.base.short())
}
