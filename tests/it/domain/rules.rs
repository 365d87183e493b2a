//! The rules that hold always, over stories that chance writes.

use flightdeck::domain::mission::{End, Mission};
use proptest::prelude::*;

use super::crew::Crew;
use super::laws;
use crate::support::mission::Flight;
use crate::support::words;

/// Steps in which well-meaning people and agents must be able to finish any mission.
const PATIENCE: usize = 400;

fn fly_to_the_end(mut crew: Crew, head_start: usize) -> Crew {
    crew.fly_well(head_start);
    while !crew.tape.is_over() && crew.flight.mission.end.is_none() {
        crew.step();
    }
    for _ in 0..PATIENCE {
        if crew.flight.mission.end.is_some() {
            return crew;
        }
        let moved = crew.step();
        assert!(moved, "nobody can move: {}", laws::sketch(&crew.flight.mission));
    }
    panic!("no end after {PATIENCE} steps: {}", laws::sketch(&crew.flight.mission));
}

/// A mission whose plan a critic looks at first.
fn criticized() -> Flight {
    let mut founding = words::founding();
    founding.limits.critic_rounds = 2;
    Flight::founded(founding)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_well_meaning_crew_finishes_the_mission(
            head_start in 0_usize..48,
            choices in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let crew = fly_to_the_end(Crew::new(criticized(), choices), head_start);
        let mission = &crew.flight.mission;
        laws::unshown_is_all_that_is_not_shown(mission);
        let completed = matches!(mission.end, Some(End::Completed { .. }));
        prop_assert!(completed);
        prop_assert_eq!(&Mission::fold(&crew.flight.log), mission);
        let written = serde_json::to_string(mission).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Mission>(&written).unwrap(), mission);
    }
}
