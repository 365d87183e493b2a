//! Budgets role by role, and what a plan is expected to take.

use flightdeck::domain::attempt::Role;
use flightdeck::domain::budget::{Budget, dollars};
use flightdeck::domain::command::Command;
use flightdeck::domain::estimate::{Basis, Money, estimate, forecast};
use flightdeck::domain::id::{AttemptId, Timestamp};
use flightdeck::domain::usage::{ModelPrice, Usage};
use proptest::prelude::*;

use crate::support::mission::Flight;
use crate::support::words;

#[test]
fn every_limit_speaks_for_itself() {
    let none = Budget::default();
    let used = Usage { input: 100, micro_dollars: 1_234_567, ..Usage::default() };
    let table = [
        (
            Budget { micro_dollars: Some(1_000_000), ..none },
            "the money budget is spent: $1.23 of $1.00; raise it with `flightdeck resume --budget`",
        ),
        (
            Budget { tokens: Some(100), ..none },
            "the token budget is spent: 100 tokens of 100 tokens; raise it with `flightdeck resume --budget`",
        ),
        (
            Budget { agent_ms: Some(120_000), ..none },
            "the time budget is spent: 3 min of 2 min; raise it with `flightdeck resume --budget`",
        ),
    ];
    for (budget, sentence) in table {
        assert_eq!(budget.check(Role::Reviewer, &used, 180_000).unwrap_err().to_string(), sentence);
    }
    assert_eq!(dollars(4_219_999), "$4.21");
}

proptest! {
    /// Whoever is not a validator stops while the validators' share is still there.
    #[test]
    fn a_share_is_kept_for_validation(limit in 1_u64..1_000_000_000, used in 0_u64..1_000_000_000, percent in 0_u8..=90) {
        let budget = Budget { tokens: Some(limit), validation_percent: percent, ..Budget::default() };
        let spent = Usage { input: used, ..Usage::default() };
        for role in Role::ALL.iter().copied() {
            let granted = budget.check(role, &spent, 0).is_ok();
            let share = if role.is_validator() { 0 } else { limit * u64::from(percent) };
            prop_assert_eq!(granted, used * 100 + share < limit * 100, "{} {} {}", role, used, limit);
        }
    }
}

#[test]
fn an_estimate_counts_runs_and_prices_them_by_what_runs_cost() {
    let mut flight = Flight::new().proposed(2, 4);
    let expected = estimate(&flight.mission);
    assert_eq!((expected.floor_runs, expected.likely_runs, expected.cost), (12, 20, None));
    let usage = Usage { micro_dollars: 100_000, ..Usage::default() };
    flight.engine(Command::CountUsage { attempt: AttemptId(1), usage });
    // 8 to 12 features are built and each is reviewed; each of two milestones is judged twice or four times.
    let cost = Money { low: 2_000_000, likely: 3_200_000, high: 4_800_000, basis: Basis::Measured };
    assert_eq!(estimate(&flight.mission).cost, Some(cost));
}

#[test]
fn an_estimate_counts_the_testers_who_work_at_the_same_time() {
    let mut mission = Flight::new().proposed(2, 4).mission;
    let alone = estimate(&mission);
    mission.environment = Some(words::parallel_environment(9));
    assert_eq!(mission.testers(), 3, "the person allows three");
    let beside = estimate(&mission);
    // Two more in each of two milestones, and two rounds where one is likely to fail.
    assert_eq!((beside.floor_runs - alone.floor_runs, beside.likely_runs - alone.likely_runs), (4, 8));
    assert!(beside.floor_ms > alone.floor_ms && beside.likely_ms > alone.likely_ms);
    for feature in &mut mission.features {
        feature.fulfills.clear();
    }
    assert_eq!(estimate(&mission).floor_runs, alone.floor_runs, "nobody tests nothing");
}

#[test]
fn prices_alone_make_an_estimate_before_anything_is_spent() {
    let mut flight = Flight::new().proposed(2, 4);
    assert_eq!((estimate(&flight.mission).cost, forecast(&flight.mission)), (None, None));
    let models: Vec<_> = flight.mission.models.values().cloned().collect();
    for model in models {
        let price =
            ModelPrice { input: 3_000_000, cached: 300_000, cache_write: 3_750_000, output: 15_000_000 };
        flight.engine(Command::PriceModel { model, price });
    }
    let estimate = estimate(&flight.mission);
    let cost = estimate.cost.unwrap();
    assert_eq!(cost.basis, Basis::Typical);
    assert!(cost.low > 0 && cost.low < cost.likely && cost.likely < cost.high, "{cost:?}");
    assert!(estimate.floor_ms > 0 && estimate.floor_ms < estimate.likely_ms);
    assert!(forecast(&flight.mission).unwrap().likely >= cost.low);
    let usage = Usage { micro_dollars: 100_000, ..Usage::default() };
    flight.engine(Command::CountUsage { attempt: AttemptId(1), usage });
    assert_eq!(
        forecast(&flight.mission).unwrap().basis,
        Basis::Typical,
        "a planner's run says nothing of a worker's"
    );
}

#[test]
fn time_is_added_up_over_attempts() {
    let flight = Flight::new().planned(1, 1).built(1);
    let spans = flight.mission.attempts.values().map(|attempt| attempt.wall_ms(Timestamp(0)));
    assert_eq!(flight.mission.agent_ms(Timestamp(0)), spans.sum::<u64>());
    assert!(flight.mission.agent_ms(Timestamp(0)) >= 2_000);
}
