//! What a plan will take: agent runs, time, and money with a range.

use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Role};
use super::contract::Assertion;
use super::gate::GateId;
use super::id::{AssertionId, MilestoneId};
use super::mission::Mission;
use super::usage::Usage;

/// Money in millionths of a dollar, with its range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub low: u64,
    pub likely: u64,
    pub high: u64,
    pub basis: Basis,
}

/// What an amount is worked out from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What runs of this mission cost.
    #[default]
    Measured,
    /// What runs of other missions took, at the prices of this one's models.
    Typical,
}

/// What is expected of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Runs that a plan takes when nothing fails: features, and for each milestone scrutiny and its testers.
    pub floor_runs: u32,
    /// Runs with the fix rounds that missions usually take.
    pub likely_runs: u32,
    /// Milliseconds that the agents of those runs work.
    pub floor_ms: u64,
    pub likely_ms: u64,
    /// What the runs cost; `None` when no run with a price has ended and a model has no price either.
    pub cost: Option<Money>,
}

/// Runs by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Runs {
    builds: u32,
    /// A review of every feature, scrutiny and user testing.
    judgements: u32,
}

/// What a run of a kind takes.
#[derive(Debug, Clone, Copy)]
struct Typical {
    usage: Usage,
    agent_ms: u64,
}

/// A worker's run, and a validator's. From a mission of 16.5 hours and 778.5M tokens, 95.7 % of them cache reads: 63
/// workers took 60.5 % of the time, 109 validators and reviewers 37.2 % (facts/missions.md). Tokens are taken to be spread
/// as the time is, and an eighth of those that are no cache reads to be output.
const BUILD: Typical = Typical {
    usage: Usage {
        input: 0,
        cached: 7_150_000,
        cache_written: 280_000,
        output: 40_000,
        turns: 51,
        micro_dollars: 0,
        estimated_micro_dollars: 0,
        unpriced: 0,
    },
    agent_ms: 570_000,
};
const JUDGEMENT: Typical = Typical {
    usage: Usage {
        input: 0,
        cached: 2_540_000,
        cache_written: 100_000,
        output: 14_000,
        turns: 30,
        micro_dollars: 0,
        estimated_micro_dollars: 0,
        unpriced: 0,
    },
    agent_ms: 203_000,
};

impl Runs {
    /// `rounds` are the scrutinies and testers of one round of each milestone.
    fn floor(features: u32, rounds: u32) -> Self {
        Self { builds: features, judgements: features.saturating_add(rounds) }
    }

    /// Field figures: 40 planned features came with 21 fix features, and milestones took 2 to 4 rounds
    /// (facts/missions.md), so a half more features and two rounds are taken as likely.
    fn likely(features: u32, rounds: u32) -> Self {
        let builds = features.saturating_add(features / 2);
        Self { builds, judgements: builds.saturating_add(rounds.saturating_mul(2)) }
    }

    /// The runs without the reviewers, which run beside each other within one of them.
    fn counted(self) -> u32 {
        self.judgements
    }

    fn agent_ms(self) -> u64 {
        let ms = |runs: u32, kind: Typical| u64::from(runs).saturating_mul(kind.agent_ms);
        ms(self.builds, BUILD).saturating_add(ms(self.judgements, JUDGEMENT))
    }

    fn cost(self, build: u64, judge: u64) -> u64 {
        let of = |runs: u32, each: u64| each.saturating_mul(u64::from(runs));
        of(self.builds, build).saturating_add(of(self.judgements, judge))
    }
}

/// Estimates a mission's plan.
pub fn estimate(mission: &Mission) -> Estimate {
    let features = count(mission.features.iter().filter(|feature| feature.is_wanted()));
    let rounds = rounds(mission, |_| true);
    let (floor, likely) = (Runs::floor(features, rounds), Runs::likely(features, rounds));
    let cost = build_cost(mission).zip(judgement_cost(mission)).map(|(build, judge)| Money {
        low: floor.cost(build.low, judge.low),
        likely: likely.cost(build.likely, judge.likely),
        high: likely.cost(build.high, judge.high).saturating_mul(3) / 2,
        basis: build.basis.max(judge.basis),
    });
    Estimate {
        floor_runs: floor.counted(),
        likely_runs: likely.counted(),
        floor_ms: floor.agent_ms(),
        likely_ms: likely.agent_ms(),
        cost,
    }
}

/// What the mission will have cost in the end: what is spent, and what the rest is expected to take. The rest is
/// counted as in [`estimate`], over features that are not built and milestones that are not GO; at least it is without a
/// fix, at most twice the likely. `None` before there is a plan, and while nothing is known of prices.
pub fn forecast(mission: &Mission) -> Option<Money> {
    if mission.features.is_empty() {
        return None;
    }
    let spent = mission.usage().money();
    let (build, judge) = (build_cost(mission)?, judgement_cost(mission)?);
    let features =
        count(mission.features.iter().filter(|feature| feature.is_wanted() && !feature.is_built()));
    let rounds = rounds(mission, |id| !mission.is_go(GateId::Milestone(id)));
    let least = Runs::floor(features, rounds).cost(build.likely, judge.likely);
    let likely = Runs::likely(features, rounds).cost(build.likely, judge.likely);
    Some(Money {
        low: spent.saturating_add(least),
        likely: spent.saturating_add(likely),
        high: spent.saturating_add(likely.saturating_mul(2)),
        basis: build.basis.max(judge.basis),
    })
}

/// What one run of the user-testing validator costs, by what ended runs cost.
pub fn validator_run_cost(mission: &Mission) -> Option<Money> {
    average_cost(mission, |attempt| attempt.role == Role::UserTesting)
        .or_else(|| average_cost(mission, |_| true))
}

/// What a worker's run costs: as those of this mission did, else as typical ones at its model's price, else as any run did.
fn build_cost(mission: &Mission) -> Option<Money> {
    average_cost(mission, |attempt| attempt.role == Role::Worker)
        .or_else(|| typical_cost(mission, Role::Worker, BUILD))
        .or_else(|| average_cost(mission, |_| true))
}

/// What a validator's run costs, in the same way.
fn judgement_cost(mission: &Mission) -> Option<Money> {
    average_cost(mission, |attempt| attempt.role.is_validator())
        .or_else(|| typical_cost(mission, Role::Scrutiny, JUDGEMENT))
        .or_else(|| build_cost(mission))
}

/// A typical run at the price of the role's model. Missions differ widely, and a small one takes a tenth.
fn typical_cost(mission: &Mission, role: Role, run: Typical) -> Option<Money> {
    let likely = mission.prices.get(mission.models.get(&role)?)?.cost(run.usage);
    (likely > 0).then_some(Money {
        low: likely / 10,
        likely,
        high: likely.saturating_mul(2),
        basis: Basis::Typical,
    })
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
    let (low, high) = (*costs.iter().min()?, *costs.iter().max()?);
    Some(Money { low, likely: total / runs.max(1), high, basis: Basis::Measured })
}

/// The scrutinies and testers of one round of each of these milestones: as many testers work at the same time as the app
/// and the person allow, and none without an assertion.
fn rounds(mission: &Mission, counts: impl Fn(MilestoneId) -> bool) -> u32 {
    let testers = |id| {
        let claimed = mission.features_of(id);
        let active = |id: &&AssertionId| mission.contract.get(*id).is_some_and(Assertion::is_active);
        mission.testers().min(count(claimed.flat_map(|feature| &feature.fulfills).filter(active))).max(1)
    };
    let wanted = mission.milestones.iter().map(|known| known.id).filter(|id| counts(*id));
    wanted.fold(0, |all, id| all.saturating_add(1).saturating_add(testers(id)))
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
