//! Whole missions with a rehearsed mind and everything else real: git, compiler, tests, servers, verdicts.
#![cfg(test)]

mod git;

use flightdeck::domain::event::Event;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::Status;
use flightdeck::domain::round::RoundOutcome;
use flightdeck::domain::verdict::Standing;

use crate::support::flight::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_flies_from_its_goal_to_the_final_gate() {
    let ground = Ground::demo(Autopilot::On);
    flightdeck::engine::run(ground.options()).await.unwrap();
    let mission = ground.mission();
    let last = *mission.attempts.keys().next_back().unwrap();
    let store = ground.missions.read(&ground.id).unwrap();
    for entry in store.transcripts().page(last, flightdeck::domain::transcript::Before::End, 100).unwrap().0 {
        println!("{entry:?}");
    }
    assert_eq!(mission.status(), Status::Completed, "{:?}", mission.hold);
    assert!(mission.contract.len() >= 8);
    assert!(mission.contract.keys().all(|id| mission.standing(id) == Standing::Passed));
    let failed = mission.rounds.iter().filter(|round| round.outcome == Some(RoundOutcome::Failed)).count();
    assert!(failed >= 1, "a round fails because of a real bug");
    let handoffs = ground.events().iter().filter(|e| matches!(e.event, Event::HandoffGiven { .. })).count();
    assert_eq!(handoffs, mission.features.iter().filter(|feature| feature.is_built()).count());
}
