//! Providers that cannot be used: each says what to do, and the mission goes on once that is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flightdeck::agent::model::retry::RetryPolicy;
use flightdeck::domain::attempt::Ending;
use flightdeck::domain::mission::{HoldCause, Mission, Status};
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
        "plan has no usable model: unknown model `{LOCAL}` at {}/: see `flightdeck models` (no such model)",
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
async fn a_provider_that_is_down() {
    let ground = Ground::plain(LOCAL);
    let uri = format!("http://127.0.0.1:{}", free_port());
    let mission = ground.fly(networked(LOCAL, &[("LOCAL_BASE_URL", &uri)])).await;
    let sentence = format!(
        "plan has no usable model: local cannot be reached at {uri}/: Connection refused (os error 111) (tried 3 times)"
    );
    let again = ground.told();
    assert_eq!(again.matches("the model is asked again").count(), 2, "{again}");
    waits_and_goes_on(&ground, &mission, &sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_truncating_for_ever() {
    let cut =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n";
    let server = answering(ResponseTemplate::new(200).set_body_raw(cut, "text/event-stream")).await;
    let ground = Ground::plain(LOCAL);
    let mission = ground.fly(networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())])).await;
    let sentence = format!(
        "plan has no usable model: the stream of {LOCAL} broke: it closed before its end (tried 3 times)"
    );
    waits_and_goes_on(&ground, &mission, &sentence).await;
}

/// Refuses the first request until a quota resets, then plans over Chat Completions.
struct Quota {
    retry_after: u32,
    asked: Arc<AtomicUsize>,
}

impl Respond for Quota {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let Some((tool, arguments)) = asked.checked_sub(1).and_then(|turn| planning().into_iter().nth(turn))
        else {
            let body = json!({ "error": { "message": "you are over your quota" } });
            let refusal = ResponseTemplate::new(429).set_body_json(body);
            return refusal.insert_header("retry-after", self.retry_after.to_string().as_str());
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

async fn over_quota(retry_after: u32) -> (MockServer, Arc<AtomicUsize>) {
    let (server, asked) = (MockServer::start().await, Arc::<AtomicUsize>::default());
    let quota = Quota { retry_after, asked: Arc::clone(&asked) };
    Mock::given(matchers::method("POST")).respond_with(quota).mount(&server).await;
    (server, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_with_a_known_reset_pauses_the_mission_until_then() {
    let (server, asked) = over_quota(3_600).await;
    let ground = Ground::plain(LOCAL);
    let backends = networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())]);
    let mission = ground.fly_until(backends, |mission| mission.hold.is_some()).await;
    let hold = mission.hold.as_ref().unwrap();
    assert_eq!(hold.cause, HoldCause::Quota);
    assert_eq!(
        hold.sentence.as_str(),
        "local answered 429: you are over your quota; flightdeck goes on in 60 min, when the quota resets"
    );
    let wait = hold.until.unwrap().since(flightdeck::engine::now());
    assert!((3_500_000..=3_600_000).contains(&wait), "{wait} ms");
    assert_eq!(mission.status(), Status::Paused, "it says so, and asks nothing of the person");
    assert_eq!(needs(&mission), Vec::<String>::new());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_has_reset_lets_the_mission_go_on_by_itself() {
    let (server, asked) = over_quota(1).await;
    let ground = Ground::plain(LOCAL);
    let mission = ground.fly(networked(LOCAL, &[("LOCAL_BASE_URL", &server.uri())])).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}\n{}", needs(&mission), ground.told());
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    assert!(matches!(
        mission.attempts.values().next().unwrap().ended.as_ref().unwrap().ending,
        Ending::Interrupted
    ));
}
