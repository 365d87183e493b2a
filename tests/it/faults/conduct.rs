//! Models that do not do their part: the mission tries again, then says what went wrong and waits.

use std::sync::Arc;

use flightdeck::agent::model::{Reply, ToolCall};
use flightdeck::domain::mission::{HoldCause, Mission};
use flightdeck::engine::EngineOptions;
use serde_json::json;

use super::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::{needs, waits_at_the_plan_gate};

/// The third failure in a row holds the mission with that sentence; resumed with a better mind it goes on.
async fn gives_up_and_goes_on(ground: &Ground, mission: &Mission, last: &str) {
    assert_eq!(
        needs(mission),
        [format!(
            "plan failed 3 times in a row, last: {last}; read what it did, say what helps, choose another model for the orchestrator, and resume"
        )]
    );
    assert_eq!(mission.hold.as_ref().map(|hold| hold.cause), Some(HoldCause::Failures));
    assert_eq!(mission.attempts.len(), 3);
    ground.resume();
    let mission = ground.fly(Mind::first(Vec::new())).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_says_nothing() {
    let ground = Ground::plain("test/mute");
    let mission = ground.fly(Mind::new(|_, _| Ok(Reply::default()))).await;
    assert_eq!(
        ground.told().matches("Your reply was empty.").count(),
        3,
        "each attempt is told once: {}",
        ground.told()
    );
    gives_up_and_goes_on(&ground, &mission, "it replied with nothing, although it was told").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_talks_instead_of_ending() {
    let ground = Ground::plain("test/chatty");
    let mission =
        ground.fly(Mind::new(|_, _| Ok(Reply { text: "I am done.".into(), ..Reply::default() }))).await;
    let last = "it stopped without calling `propose_plan` or `ask_user`, although it was told";
    gives_up_and_goes_on(&ground, &mission, last).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_ends() {
    let ground = Ground::plain("test/tireless");
    // A person's own prompt with a low cap, as `.flightdeck/prompts` may hold it.
    let prompts = ground.home.path().join("prompts");
    std::fs::create_dir(&prompts).unwrap();
    let prompt = "+++\nrole = \"orchestrator\"\ntools = [\"list\", \"propose_plan\"]\ncloses = [\"propose_plan\"]\n\
                  access = \"read\"\nmax_turns = 8\nmax_minutes = 5\n+++\nPlan.\n";
    std::fs::write(prompts.join("orchestrator_plan.md"), prompt).unwrap();
    // Never the same call twice, so that the repetition guard has nothing to say.
    let backends = Mind::new(|_, asked| Ok(call("list", json!({ "path": ".", "depth": asked + 1 }))));
    let options = EngineOptions { backends, prompt_dirs: vec![prompts], ..ground.options() };
    flightdeck::engine::run(options).await.unwrap();
    assert_eq!(
        ground.told().matches("3 turns are left").count(),
        3,
        "each attempt is warned: {}",
        ground.told()
    );
    gives_up_and_goes_on(&ground, &ground.mission(), "it did not end within 8 turns").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_calls_the_same_tool_again_and_again() {
    let ground = Ground::plain("test/stuck");
    let mission = ground.fly(Mind::new(|_, _| Ok(call("list", json!({ "path": "." }))))).await;
    assert!(ground.told().contains("You have now made this call 3 times"), "{}", ground.told());
    gives_up_and_goes_on(&ground, &mission, "it loops: `list` gave the same result 6 times").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_breaks_a_tool() {
    let ground = Ground::plain("test/clumsy");
    let raw = |raw: &str| ToolCall { tool: "read".into(), raw: raw.into(), ..ToolCall::default() };
    let calls = |calls: Vec<ToolCall>| Reply { calls, ..Reply::default() };
    std::os::unix::fs::symlink("/etc", ground.repository.path().join("way_out")).unwrap();
    let clumsy = vec![
        calls(vec![raw("{\"path\": \"README"), raw("[1, 2]"), raw("")]),
        call("launch_missiles", json!({})),
        call("read", json!({ "path": "/etc/passwd" })),
        call("read", json!({ "path": "../../../etc/passwd" })),
        call("read", json!({ "file": "README.md" })),
        call("read", json!({ "path": "README.md\u{0}" })),
        call("read", json!({ "path": "nothing\u{1b}[31m.md" })),
    ];
    let mission = ground.fly(Mind::first(clumsy)).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}\n{}", needs(&mission), ground.told());
    assert_eq!(mission.attempts.len(), 1, "all of that is the model's to mend");
    let told = ground.told();
    for words in [
        "The arguments are not valid JSON (EOF while parsing a string",
        "The arguments must be a JSON object.",
        "this call was cut off before its arguments began",
        "There is no tool `launch_missiles`. The tools are: read, search, list, shell, job, delegate, propose_contract",
        "`/etc/passwd` is outside the checkout; use a path inside ",
        "`../../../etc/passwd` is outside the checkout",
        "unknown field `file`",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert!(!told.contains("root:"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_panics_is_tried_three_times_and_told_and_every_call_is_counted() {
    let ground = Ground::plain("test/faulty");
    let mind: Arc<Mind> = Mind::new(|_, _| panic!("a fault of ours"));
    let mission = ground.fly(mind).await;
    assert_eq!(mission.hold.as_ref().map(|hold| hold.cause), Some(HoldCause::Crashes));
    assert_eq!((mission.attempts.len(), mission.usage().turns), (3, 3));
    assert!(needs(&mission)[0].contains("a fault of flightdeck's own"), "{:?}", needs(&mission));
    assert_eq!(mission.live_attempts().count(), 0);
    ground.resume();
    let mission = ground.fly(Mind::first(Vec::new())).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
}
