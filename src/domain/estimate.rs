//! What a plan will take: agent runs, and money with a range.

use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Role};
use super::gate::GateId;
use super::mission::Mission;

/// Money in millionths of a dollar, with its range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub low: u64,
    pub likely: u64,
    pub high: u64,
}

/// What is expected of the rest of a mission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Runs that a plan takes when nothing fails: features + 2 × milestones.
    pub floor_runs: u32,
    /// Runs with the fix rounds that missions usually take.
    pub likely_runs: u32,
    /// What the runs cost; `None` until a run with a price has ended.
    pub cost: Option<Money>,
}

/// Estimates a mission's plan. Field figures: 40 planned features came with 21 fix features, and milestones took
/// 2 to 4 rounds (facts/missions.md), so a half more features and two rounds are taken as likely.
pub fn estimate(mission: &Mission) -> Estimate {
    let features = count(mission.features.iter().filter(|feature| feature.is_wanted()));
    let milestones = count(mission.milestones.iter());
    let floor_runs = features + 2 * milestones;
    let likely_runs = features + features / 2 + 4 * milestones;
    let cost = average_cost(mission, |_| true).map(|each| Money {
        low: each.low.saturating_mul(u64::from(floor_runs)),
        likely: each.likely.saturating_mul(u64::from(likely_runs)),
        high: each.high.saturating_mul(u64::from(likely_runs)).saturating_mul(3) / 2,
    });
    Estimate { floor_runs, likely_runs, cost }
}

/// What the mission will have cost in the end: what is spent, and what the rest is expected to take. The rest is
/// counted as in [`estimate`], over features that are not built and milestones that are not GO, with a review of every
/// feature; at least without a fix, at most twice the likely. `None` until a worker's run with a price has ended.
pub fn forecast(mission: &Mission) -> Option<Money> {
    let spent = mission.usage().money();
    let builds = |attempt: &Attempt| attempt.role == Role::Worker;
    let judges = |attempt: &Attempt| attempt.role.is_validator();
    let build = average_cost(mission, builds)?.likely;
    let judge = average_cost(mission, judges).map_or(build, |each| each.likely);
    let features =
        count(mission.features.iter().filter(|feature| feature.is_wanted() && !feature.is_built()));
    let milestones =
        count(mission.milestones.iter().filter(|known| !mission.is_go(GateId::Milestone(known.id))));
    let of = |runs: u32, each: u64| each.saturating_mul(u64::from(runs));
    let least = of(features, build).saturating_add(of(features + 2 * milestones, judge));
    let likely = of(features + features / 2, build)
        .saturating_add(of(features + features / 2 + 4 * milestones, judge));
    Some(Money {
        low: spent.saturating_add(least),
        likely: spent.saturating_add(likely),
        high: spent.saturating_add(likely.saturating_mul(2)),
    })
}

/// What one run of the user-testing validator costs, by what ended runs cost.
pub fn validator_run_cost(mission: &Mission) -> Option<Money> {
    average_cost(mission, |attempt| attempt.role == Role::UserTesting)
        .or_else(|| average_cost(mission, |_| true))
}

/// Cheapest, mean and dearest of the ended runs that a filter lets through; `None` without a priced one.
fn average_cost(mission: &Mission, counts: impl Fn(&Attempt) -> bool) -> Option<Money> {
    let costs: Vec<u64> = mission
        .attempts
        .values()
        .filter(|attempt| !attempt.is_live() && counts(attempt))
        .map(|attempt| attempt.usage.money())
        .filter(|cost| *cost > 0)
        .collect();
    let runs = u64::try_from(costs.len()).unwrap_or(u64::MAX);
    let total = costs.iter().fold(0_u64, |total, cost| total.saturating_add(*cost));
    Some(Money { low: *costs.iter().min()?, likely: total / runs.max(1), high: *costs.iter().max()? })
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
