//! How far the engine's own work is, and how long a part of it usually takes, from what it took before in this mission.

use super::prelude::*;
use crate::domain::activity::Activity;
use crate::domain::attempt::{EngineWork, Work};
use crate::domain::baseline::Trial;
use crate::domain::environment::Environment;
use crate::domain::id::MilestoneId;
use crate::domain::text::Line;

/// What the engine says of a command while it runs it.
const RUNNING: &str = "running ";

/// `3 of 12, usually 8s each`, or as much of it as is known; nothing of an agent's work.
pub fn words(mission: &Mission, activity: &Activity) -> Option<String> {
    let Work::Engine(work) = activity.work else { return None };
    let command = activity.doing.strip_prefix(RUNNING);
    let (place, usual, each) = match work {
        EngineWork::Sabotage { milestone, round } => {
            (undone(mission, milestone, round), usual_undoing(mission), " each")
        }
        EngineWork::TakeBaseline => {
            let trials: Vec<Line> =
                mission.all_trials().iter().map(|one| Trial::script(one).run.clone()).collect();
            (command.and_then(|it| place_of(it, &trials)), usual_run(mission, command?), "")
        }
        EngineWork::RunGateCommands { milestone, .. } => (
            command.and_then(|it| place_of(it, &of_round(mission, milestone))),
            usual_run(mission, command?),
            "",
        ),
        EngineWork::CheckClaims { .. } | EngineWork::TryAgain { .. } => {
            (None, usual_run(mission, command?), "")
        }
    };
    let place = place.map(|(at, all)| format!("{at} of {all}"));
    let usual = usual.map(|ms| format!("usually {}{each}", span(ms)));
    let parts: Vec<String> = place.into_iter().chain(usual).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Which check is seen to fail now, of how many.
fn undone(mission: &Mission, milestone: MilestoneId, round: u32) -> Option<(usize, usize)> {
    let left = mission.to_sabotage(milestone).len();
    let of_round = mission.sabotages.values().filter(|one| (one.milestone, one.round) == (milestone, round));
    let done = of_round.count();
    (left > 0).then_some((done + 1, done + left))
}

fn usual_undoing(mission: &Mission) -> Option<u64> {
    mean(mission.sabotages.values().map(|one| one.wall_ms))
}

fn mean(took: impl Iterator<Item = u64>) -> Option<u64> {
    let (sum, number) = took.fold((0_u64, 0), |(sum, number), ms| (sum.saturating_add(ms), number + 1));
    sum.checked_div(number)
}

/// What the engine runs in a round of a milestone, in its order.
fn of_round(mission: &Mission, milestone: MilestoneId) -> Vec<Line> {
    let scripts =
        mission.environment.iter().flat_map(Environment::gate_scripts).map(|script| script.run.clone());
    scripts.chain(mission.checks_due(milestone).into_iter().map(|(_, run)| run.clone())).collect()
}

fn place_of(command: &str, all: &[Line]) -> Option<(usize, usize)> {
    let at = all.iter().position(|one| one.as_str() == command)?;
    Some((at + 1, all.len()))
}

/// What a command took when the engine ran it: the first time in a checkout takes longer than the next.
fn usual_run(mission: &Mission, command: &str) -> Option<u64> {
    let of_rounds = mission
        .rounds
        .iter()
        .flat_map(|round| round.runs.iter().chain(round.checks.iter().map(|check| &check.run)));
    let base = mission.baseline.iter().flat_map(|base| &base.runs);
    let all = base.chain(mission.claim_runs.values().flatten()).chain(of_rounds);
    mean(all.filter(|run| run.command.as_str() == command).map(|run| run.wall_ms))
}
