//! Whole missions with a rehearsed mind and everything else real: git, compiler, tests, servers, verdicts.
#![cfg(test)]

mod git;
mod network;
mod secrets;

use flightdeck::domain::event::{Event, Stamped};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::Status;
use flightdeck::domain::round::RoundOutcome;
use flightdeck::domain::verdict::Standing;
use flightdeck::engine::EngineOptions;
use serde_json::{Value, json};

use crate::support::flight::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_flies_from_its_goal_to_the_final_gate() {
    let ground = Ground::demo(Autopilot::On);
    let heard = ground.home.path().join("heard");
    let keep = json!([{ "hooks": [{ "type": "command", "command": format!("cat >> {0}; echo >> {0}", heard.display()) }] }]);
    let rules = json!({ "hooks": { "MissionGate": keep, "MissionVerdict": keep, "MissionEnd": keep, "Notification": keep } });
    let hooks = serde_json::from_value(rules).unwrap();
    flightdeck::engine::run(EngineOptions { hooks, ..ground.options() }).await.unwrap();
    hooks_heard(&std::fs::read_to_string(heard).unwrap(), &ground.events());
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

/// Hooks hear of every gate, verdict and end, in order, as the log has it; and of what waited for the person.
fn hooks_heard(heard: &str, events: &[Stamped]) {
    let heard: Vec<Value> = heard.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (rung, told): (Vec<Value>, Vec<Value>) =
        heard.into_iter().partition(|said| said["hook_event_name"] == "Notification");
    let is_told = |event: &Event| match event {
        Event::GateOpened { .. } | Event::GateDecided { .. } => Some("MissionGate"),
        Event::VerdictGiven { .. } => Some("MissionVerdict"),
        Event::MissionCompleted => Some("MissionEnd"),
        _ => None,
    };
    let expected = events.iter().filter_map(|stamped| Some((is_told(&stamped.event)?, json!(stamped.event))));
    let found = told.iter().map(|said| (said["hook_event_name"].as_str().unwrap(), said["event"].clone()));
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert!(told.iter().all(|said| said["session_id"] == "guestbook-test" && said["cwd"].is_string()));
    assert!(rung.iter().all(|said| said["message"].is_string()), "{rung:?}");
}
