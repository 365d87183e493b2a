//! `llmock` breaks the wire in every way it knows, while a planner makes its three proposals. Afterwards the plan waits
//! at its gate, or the mission says what it waits for; and the server's own verdict on the client is clean.

use std::sync::Arc;

use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::{HoldCause, Mission};
use flightdeck::domain::wait::WaitCause;
use serde_json::{Value, json};

use super::server::{Server, command, program};
use crate::support::flight::{Ground, free_port};
use crate::support::wire::{Networked, Setting, WIRES, needs, planning, waits_at_the_plan_gate};

/// One way in which the wire breaks.
struct Fault {
    name: &'static str,
    behaviour: Value,
    /// Scripted replies that are lost with it: the server takes one for every request that it answers at all.
    lost: usize,
    end: End,
}

enum End {
    /// The plan is proposed, and the transcript says these words.
    Survived(&'static str),
    /// The mission waits with these words, and goes on when the person resumes it.
    Held(HoldCause, &'static str),
}

use End::{Held, Survived};

fn fault(name: &'static str, behaviour: Value, lost: usize, end: End) -> Fault {
    Fault { name, behaviour, lost, end }
}

fn faults() -> Vec<Fault> {
    let fails = |status: u16, times: u32| json!({ "type": "fail", "status": status, "times": times });
    let always = |status: u16| json!({ "type": "fail", "status": status, "times": null });
    let stream = |kind: &str, chunks: u32| json!({ "type": "stream_fault", "kind": kind, "after_chunks": chunks, "stall_seconds": 3.0 });
    let slow = |seconds: f64| json!({ "type": "slow_first_token", "seconds": seconds });
    let tool = |kind: &str| json!({ "type": "tool_fault", "kind": kind });
    vec![
        fault("408", fails(408, 2), 0, Survived("answered 408")),
        fault("409", fails(409, 1), 0, Survived("answered 409")),
        fault("429", fails(429, 2), 0, Survived("answered 429")),
        fault(
            "429 with a wait",
            json!({ "type": "fail", "status": 429, "retry_after": 0.7 }),
            0,
            Survived("answered 429"),
        ),
        fault("500", fails(500, 3), 0, Survived("answered 500")),
        fault(
            "503 with a wait",
            json!({ "type": "fail", "status": 503, "retry_after": 0.4, "times": 2 }),
            0,
            Survived("answered 503"),
        ),
        fault("529", fails(529, 2), 0, Survived("answered 529")),
        fault("disconnect at once", stream("disconnect", 0), 1, Survived("asked again")),
        fault("disconnect", stream("disconnect", 2), 1, Survived("asked again")),
        fault("truncate at once", stream("truncate", 0), 1, Survived("asked again")),
        fault("truncate", stream("truncate", 2), 1, Survived("asked again")),
        fault("malformed", stream("malformed", 1), 1, Survived("asked again")),
        fault("stall", stream("stall", 1), 1, Survived("asked again")),
        fault("a slow first token", slow(0.4), 0, Survived("The plan")),
        fault("a first token that never comes", slow(3.0), 1, Survived("asked again")),
        fault(
            "arguments cut in half",
            tool("malformed_arguments"),
            1,
            Survived("The arguments are not valid JSON"),
        ),
        fault("an unknown tool", tool("unknown_tool"), 1, Survived("There is no tool `")),
        fault("500 for long", fails(500, 7), 0, Survived("answered 500")),
        fault("401", always(401), 0, Held(HoldCause::Backend, "refused the key (401")),
        fault("404", always(404), 0, Held(HoldCause::Backend, "no such page or no model `")),
        fault("400", always(400), 0, Held(HoldCause::Backend, "refused the request (400)")),
    ]
}

async fn server(arguments: &[&str]) -> Option<Server> {
    let program = program("FLIGHTDECK_LLMOCK")?;
    let port = free_port();
    let mut start = command(&program);
    start.args(["serve", "-h", "127.0.0.1", "-p", &port.to_string(), "--log-level", "error"]).args(arguments);
    Some(Server::start(&mut start, port, "/_llmock/scenario").await)
}

fn networked(server: &Server, model: &str) -> Networked {
    let variables = server.variables("/anthropic");
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    Networked::resolve(&[model], &variables)
}

/// Queues behaviours, then the planner's replies: the first one as often as it will be lost, and once more.
async fn script(server: &Server, behaviours: &Value, lost: usize) {
    let replies = planning().map(|(name, arguments)| json!({ "type": "reply", "tool_calls": [{ "name": name, "arguments": arguments }] }));
    let mut queue = behaviours.as_array().unwrap().clone();
    queue.extend(std::iter::repeat_n(replies[0].clone(), lost));
    queue.extend(replies);
    assert_eq!(server.post("/_llmock/scenario", &json!({ "behaviors": queue })).await, 201);
}

/// The server's judgement of the client: no error and no warning.
async fn assert_clean(server: &Server, name: &str) {
    let verdict = server.get("/_llmock/verdict").await;
    assert!(verdict["passed"].as_bool().unwrap() && verdict["warnings"] == 0, "{name}: {verdict:#}");
}

async fn break_it(server: &Server, model: &str, fault: &Fault) {
    server.post("/_llmock/reset", &Value::Null).await;
    script(server, &json!([fault.behaviour]), fault.lost).await;
    let (ground, name) = (Ground::plain(model), format!("{} on {model}", fault.name));
    let backends = Arc::new(networked(server, model));
    let mission = ground.fly(backends.clone()).await;
    assert_clean(server, &name).await;
    match fault.end {
        Survived(words) => {
            assert!(waits_at_the_plan_gate(&mission), "{name}: {:?}\n{}", needs(&mission), ground.told());
            assert!(ground.told().contains(words), "{name}: {}", ground.told());
        }
        Held(cause, words) => {
            let hold = mission.hold.clone().unwrap_or_else(|| panic!("{name}: {}", ground.told()));
            assert_eq!(hold.cause, cause, "{name}: {}", hold.sentence);
            assert!(needs(&mission)[0].contains(words), "{name}: {}", hold.sentence);
            server.post("/_llmock/reset", &Value::Null).await;
            script(server, &json!([]), 0).await;
            ground.resume();
            let mission = ground.fly(backends).await;
            assert!(
                waits_at_the_plan_gate(&mission),
                "{name}, resumed: {:?}\n{}",
                needs(&mission),
                ground.told()
            );
            assert_clean(server, &name).await;
        }
    }
}

async fn break_everything(model: &str) {
    // Without pauses it may have sent all of a reply before it hears that nobody reads on, and takes that for a fault.
    let Some(server) = server(&["--stream-chunk-delay-ms", "10"]).await else { return };
    for fault in faults() {
        break_it(&server, model, &fault).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_survived_or_told_over_anthropic_messages() {
    break_everything(WIRES[0].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_survived_or_told_over_openai_responses() {
    break_everything(WIRES[1].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_survived_or_told_over_chat_completions() {
    break_everything(WIRES[2].1).await;
}

/// Spends what the key may use, then flies: the request must wait as long as it is told.
async fn with_a_spent_quota(arguments: &[&str], greed: u32) {
    let Some(server) = server(arguments).await else { return };
    for (_, model) in WIRES {
        server.post("/_llmock/reset", &Value::Null).await;
        let greedy =
            json!({ "model": "any", "max_tokens": greed, "messages": [{ "role": "user", "content": "hi" }] });
        let path =
            if model.starts_with("anthropic") { "/anthropic/v1/messages" } else { "/v1/chat/completions" };
        let mut spent = 0;
        while server.post(path, &greedy).await == 200 {
            spent += 1;
            assert!(spent < 100, "the quota has no end");
        }
        // Only the mission is to be judged.
        server.delete("/_llmock/requests").await;
        // A request that is refused takes a scripted reply with it, so that there is one for them all, with every call.
        let calls = planning().map(|(name, arguments)| json!({ "name": name, "arguments": arguments }));
        let reply = json!({ "type": "reply", "tool_calls": calls, "times": null });
        assert_eq!(server.post("/_llmock/scenario", &json!({ "behaviors": [reply] })).await, 201);
        let ground = Ground::plain(model);
        let mission = ground.fly(Arc::new(networked(&server, model))).await;
        assert!(waits_at_the_plan_gate(&mission), "{model}: {:?}\n{}", needs(&mission), ground.told());
        assert!(ground.told().contains("answered 429"), "{model}: {}", ground.told());
        assert_clean(&server, model).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_requests_is_waited_out() {
    with_a_spent_quota(&["--rpm", "20"], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_tokens_is_waited_out() {
    with_a_spent_quota(&["--tpm", "120000"], 119_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_resets_later_than_retries_may_wait_is_waited_for_and_shown() {
    let Some(server) = server(&[]).await else { return };
    for (_, model) in WIRES {
        server.post("/_llmock/reset", &Value::Null).await;
        script(&server, &json!([{ "type": "fail", "status": 429, "retry_after": 600 }]), 0).await;
        let ground = Ground::plain(model);
        let waits = |mission: &Mission| mission.waits().next().is_some();
        let mission = ground.fly_until(Arc::new(networked(&server, model)), waits).await;
        let wait = mission.waits().next().unwrap();
        assert_eq!((wait.cause, &mission.hold), (WaitCause::Quota, &None), "{}", wait.sentence);
        let minutes = wait.next(wait.since).since(wait.since) / 60_000;
        assert!((9..=11).contains(&minutes), "{minutes}: {}", wait.sentence);
        // Waiting ten minutes looks to the server like giving up, which it only warns of.
        let verdict = server.get("/_llmock/verdict").await;
        let codes: Vec<&str> = verdict["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["code"].as_str().unwrap())
            .collect();
        assert_eq!((verdict["passed"].as_bool(), codes), (Some(true), vec!["gave_up"]), "{model}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_no_longer_fits_is_shortened() {
    let Some(server) = server(&["--context-window", "16000"]).await else { return };
    let long = "A line of a file that somebody reads to the end.\n".repeat(600);
    let files = ["a.txt", "b.txt", "c.txt", "d.txt"];
    let reads = files.map(
        |path| json!({ "type": "reply", "tool_calls": [{ "name": "read", "arguments": { "path": path } }] }),
    );
    // For Responses the server counts no tool results.
    for (_, model) in [WIRES[0], WIRES[2]] {
        server.post("/_llmock/reset", &Value::Null).await;
        script(&server, &json!(reads), 0).await;
        let files = files.map(|path| (path, long.as_str()));
        let ground =
            Ground::of(&Setting { goal: "Greet people.", model, autopilot: Autopilot::Off, files: &files });
        let mission = ground.fly(Arc::new(networked(&server, model))).await;
        assert!(waits_at_the_plan_gate(&mission), "{model}: {:?}\n{}", needs(&mission), ground.told());
        assert_clean(&server, model).await;
        let refused = server.get("/_llmock/verdict").await["faults_injected"].as_u64().unwrap();
        assert!(refused >= 1, "{model}: the window was never reached");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fits_no_window_is_told_at_once() {
    let Some(server) = server(&["--context-window", "10"]).await else { return };
    for (_, model) in WIRES {
        server.post("/_llmock/reset", &Value::Null).await;
        let ground = Ground::plain(model);
        let mission = ground.fly(Arc::new(networked(&server, model))).await;
        assert!(needs(&mission)[0].contains("choose a model with a larger one"), "{:?}", needs(&mission));
        assert_eq!(mission.attempts.len(), 1, "trying again cannot help");
        assert_clean(&server, model).await;
    }
}
