//! Tools that print what nobody can read: it is bounded, kept, and costs nothing but that turn.

use flightdeck::agent::model::{Item, ModelError};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::HoldCause;
use flightdeck::domain::plan::FeatureState;
use serde_json::{Value, json};

use super::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::{Setting, planning};

/// What the worker runs before it hands in.
const COMMANDS: [&str; 4] = [
    "yes 0123456789 | head -c 50000000",
    "head -c 300000 /dev/urandom",
    "printf '\\033[2J\\033]0;owned\\007\\033[31mred\\033[0m\\r\\n\\000end\\n'",
    "printf 'Hello, %s!\\n' \"$1\" > greet.sh && git add -A && git commit -q -m Greet && git status --short",
];

fn worker(asked: usize) -> Option<(&'static str, Value)> {
    let handoff = json!({ "summary": "greet.sh is there.", "implemented": ["greet.sh"], "commands": [],
        "procedure": { "followed": true } });
    match COMMANDS.get(asked) {
        Some(command) => Some(("shell", json!({ "command": command }))),
        None => (asked == COMMANDS.len()).then_some(("handoff", handoff)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_megabytes_binary_and_control_sequences() {
    let ground = Ground::of(&Setting {
        goal: "Greet people.",
        model: "test/loud",
        autopilot: Autopilot::On,
        files: &[("README.md", "# Greetings\n")],
    });
    // The reviewer has no model, so that the mission rests after the build.
    let mind = Mind::new(|request, asked| {
        let (tool, arguments) = match request.labels["role"].as_str() {
            "orchestrator" => planning().into_iter().nth(asked),
            "worker" => worker(asked - planning().len()),
            _ => None,
        }
        .ok_or_else(|| ModelError::Refused("that is all".into()))?;
        let biggest = request.items.iter().map(|item| match item {
            Item::ToolResult { output, .. } => output.len(),
            _ => 0,
        });
        assert!(biggest.max().unwrap_or(0) < 40_000, "a model is not flooded");
        Ok(call(tool, arguments))
    });
    let mission = ground.fly(mind).await;
    let told = ground.told();
    assert_eq!(mission.hold.as_ref().map(|hold| hold.cause), Some(HoldCause::Backend), "{:?}", mission.hold);
    assert!(matches!(mission.features[0].state, FeatureState::Built { .. }), "{told}");
    assert!(told.contains("all 50000000 bytes are in "), "{told}");
    assert!(told.contains("all 300000 bytes are in "), "binary output is kept whole");
    assert!(told.contains("red"), "what can be read of it is told");
    assert!(told.len() < 200_000, "a transcript is bounded: {}", told.len());
    let spilled = std::fs::read_dir(ground.dir.join("scratch/write")).unwrap();
    let whole = spilled.filter_map(|file| file.unwrap().metadata().ok()).any(|file| file.len() == 50_000_000);
    assert!(whole, "the full text is a file");
}
