//! Providers that cannot be used: each says what to do, and the mission goes on once that is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flightdeck::agent::model::retry::RetryPolicy;
use flightdeck::domain::attempt::Ending;
use flightdeck::domain::mission::{HoldCause, Mission, Status};
use flightdeck::domain::wait::WaitCause;
use flightdeck::engine::EngineOptions;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use super::scripted::Mind;
use crate::support::flight::{Ground, free_port};
use crate::support::wire::{Networked, needs, planning, waits_at_the_plan_gate};

const CLAUDE: &str = "anthropic/claude-sonnet-4-5";
const LOCAL: &str = "local/small-model";

/// Waits that are over at once.
const HASTY: RetryPolicy = RetryPolicy {
    max_tries: 3,
    first_wait: Duration::from_millis(5),
    longest_wait: Duration::from_millis(20),
    max_wait: Duration::from_millis(100),
    jitter_seed: 1,
};

fn networked(model: &str, variables: &[(&str, &str)]) -> Arc<Networked> {
    Arc::new(Networked { policy: HASTY, ..Networked::resolve(&[model], variables) })
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::method("POST")).respond_with(template).mount(&server).await;
    server
}

/// The mission waits for the person with that sentence; resumed with a mind that works, it reaches the plan gate.
async fn waits_and_goes_on(ground: &Ground, mission: &Mission, sentence: &str) {
    assert_eq!(needs(mission), [sentence]);
    assert_eq!(mission.hold.as_ref().map(|hold| hold.cause), Some(HoldCause::Backend));
    assert_eq!(mission.attempts.len(), 1, "nothing is tried again that cannot help");
    assert!(matches!(
        mission.attempts.values().next().unwrap().ended.as_ref().unwrap().ending,
        Ending::Unusable { .. }
    ));
    ground.resume();
    let mission = ground.fly(Mind::first(Vec::new())).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key() {
    let ground = Ground::plain(CLAUDE);
    let mission = ground.fly(networked(CLAUDE, &[])).await;
    let sentence = "plan has no usable model: anthropic has no key: set ANTHROPIC_API_KEY, or \
                    providers.anthropic.api_key_cmd in /home/ada/.config/flightdeck/config.toml";
    waits_and_goes_on(&ground, &mission, sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused() {
    let body = json!({ "type": "error", "error": { "type": "authentication_error", "message": "invalid x-api-key" } });
    let server = answering(ResponseTemplate::new(401).set_body_json(body)).await;
    let ground = Ground::plain(CLAUDE);
    let variables = [("ANTHROPIC_BASE_URL", server.uri()), ("ANTHROPIC_API_KEY", "sk-secret".to_owned())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mission = ground.fly(networked(CLAUDE, &variables)).await;
    let sentence = "plan has no usable model: anthropic refused the key (401: invalid x-api-key): set ANTHROPIC_API_KEY \
                    to a valid key";
    waits_and_goes_on(&ground, &mission, sentence).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert!(!ground.told().contains("sk-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_nobody_knows() {
    let body = json!({ "error": { "message": "no such model" } });
    let server = answering(ResponseTemplate::new(404).set_body_json(body)).await;
    let ground = Ground::plain(LOCAL);
    let mission = ground.fly(networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())])).await;
    let sentence = format!(
        "plan has no usable model: unknown model `{LOCAL}` at {}/v1/: see `flightdeck models` (no such model)",
        server.uri()
    );
    waits_and_goes_on(&ground, &mission, &sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_nobody_configured() {
    let ground = Ground::plain("nowhere/model");
    let mission = ground.fly(networked("nowhere/model", &[])).await;
    let sentence = "plan has no usable model: there is no provider `nowhere`: known are anthropic, openai, rehearsal; \
                    add [providers.nowhere] with its base_url to /home/ada/.config/flightdeck/config.toml";
    waits_and_goes_on(&ground, &mission, sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_waited_for_until_it_is_up() {
    let ground = Ground::plain(LOCAL);
    let port = free_port();
    let uri = format!("http://127.0.0.1:{port}");
    let backends = networked(LOCAL, &[("LOCAL_BASE_URL", &uri)]);
    let options = EngineOptions { backends, ..ground.options() };
    let engine = tokio::spawn(flightdeck::engine::run(options));
    let mission = waiting(&ground).await;
    assert_eq!((mission.status(), needs(&mission)), (Status::Retrying, Vec::new()));
    let sentence = format!("local cannot be reached at {uri}/v1/: Connection refused (os error 111)");
    assert_eq!(mission.waits().next().unwrap().sentence.as_str(), sentence);
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let server = MockServer::builder().listener(listener).start().await;
    let planner = Reluctant { refusals: 0, refusal: ResponseTemplate::new(500), asked: Arc::default() };
    Mock::given(matchers::method("POST")).respond_with(planner).mount(&server).await;
    engine.await.unwrap().unwrap();
    let mission = ground.mission();
    assert!(waits_at_the_plan_gate(&mission), "{:?}\n{}", needs(&mission), ground.told());
    assert_eq!(mission.attempts.len(), 1);
    assert_eq!(ground.told().matches("the model is asked again").count(), 1, "one reason is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_truncating_for_long_is_asked_again() {
    let cut =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n";
    let refusal = ResponseTemplate::new(200).set_body_raw(cut, "text/event-stream");
    let (server, asked) = reluctant(5, refusal).await;
    let ground = Ground::plain(LOCAL);
    let mission = ground.fly(networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())])).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}\n{}", needs(&mission), ground.told());
    assert_eq!((asked.load(Ordering::SeqCst), mission.attempts.len()), (8, 1));
    assert!(ground.told().contains(&format!("the stream of {LOCAL} broke: it closed before its end")));
}

/// The mission once it waits for something that passes by itself.
async fn waiting(ground: &Ground) -> Mission {
    loop {
        let mission = ground.mission();
        if mission.waits().next().is_some() {
            return mission;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Refuses the first requests, then plans over Chat Completions.
struct Reluctant {
    refusals: usize,
    refusal: ResponseTemplate,
    asked: Arc<AtomicUsize>,
}

impl Respond for Reluctant {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let turn = asked.checked_sub(self.refusals);
        let Some((tool, arguments)) = turn.and_then(|turn| planning().into_iter().nth(turn)) else {
            return self.refusal.clone();
        };
        let function = json!({ "name": tool, "arguments": arguments.to_string() });
        let call =
            json!({ "tool_calls": [{ "index": 0, "id": "t", "type": "function", "function": function }] });
        let chunk = |delta: Value, end: Value| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": end }] });
        let (called, ended) = (chunk(call, Value::Null), chunk(json!({}), json!("tool_calls")));
        let body = format!("data: {called}\n\ndata: {ended}\n\ndata: [DONE]\n\n");
        ResponseTemplate::new(200).set_body_raw(body, "text/event-stream")
    }
}

async fn reluctant(refusals: usize, refusal: ResponseTemplate) -> (MockServer, Arc<AtomicUsize>) {
    let (server, asked) = (MockServer::start().await, Arc::<AtomicUsize>::default());
    let planner = Reluctant { refusals, refusal, asked: Arc::clone(&asked) };
    Mock::given(matchers::method("POST")).respond_with(planner).mount(&server).await;
    (server, asked)
}

async fn over_quota(retry_after: u32) -> (MockServer, Arc<AtomicUsize>) {
    let body = json!({ "error": { "message": "you are over your quota" } });
    let refusal = ResponseTemplate::new(429).set_body_json(body);
    reluctant(1, refusal.insert_header("retry-after", retry_after.to_string().as_str())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_with_a_known_reset_is_waited_for_until_then() {
    let (server, asked) = over_quota(3_600).await;
    let ground = Ground::plain(LOCAL);
    let backends = networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())]);
    let mission = ground.fly_until(backends, |mission| mission.waits().next().is_some()).await;
    let wait = mission.waits().next().unwrap();
    assert_eq!(wait.cause, WaitCause::Quota);
    assert_eq!(wait.sentence.as_str(), "local answered 429: you are over your quota");
    let left = wait.next(flightdeck::engine::now()).since(flightdeck::engine::now());
    assert!((3_400_000..=3_600_000).contains(&left), "{left} ms");
    assert_eq!(mission.status(), Status::Retrying, "it says so, and asks nothing of the person");
    assert_eq!((needs(&mission), mission.hold), (Vec::<String>::new(), None));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_has_reset_lets_the_mission_go_on_by_itself() {
    let (server, asked) = over_quota(1).await;
    let ground = Ground::plain(LOCAL);
    let mission = ground.fly(networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())])).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}\n{}", needs(&mission), ground.told());
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    assert_eq!(mission.attempts.len(), 1, "nothing of the conversation is lost");
}
