//! Every network model against a real HTTP server: whole turns, broken ones, refusals.

use std::time::Duration;

use flightdeck::agent::model::provider::{Connections, Provider, ProviderSpec, Wire};
use flightdeck::agent::model::retry::{RetryPolicy, Retrying};
use flightdeck::agent::model::{
    Item, Model, ModelError, Reach, Reply, Request, ResultStatus, StreamPiece, StreamSink, TokenUsage,
    ToolSpec,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::wire::{Pieces, WIRES, answering, events, provider, sent, spec, stream, turn_of};

fn request(items: Vec<Item>) -> Request {
    let read =
        ToolSpec { name: "read".into(), description: "Reads.".into(), schema: json!({ "type": "object" }) };
    Request { system: "Be terse.".into(), items: items.into(), tools: vec![read], ..Request::default() }
}

fn first() -> Request {
    request(vec![Item::User { text: "go".into() }])
}

async fn ask(model: &dyn Model, request: &Request) -> Result<Reply, ModelError> {
    model.turn(request, &Pieces::default(), &CancellationToken::new()).await
}

async fn outcome(wire: Wire, template: ResponseTemplate) -> Result<Reply, ModelError> {
    let server = answering(template).await;
    ask(&provider(wire, &server), &first()).await
}

fn cut(mut events: Vec<Value>, keep: usize) -> String {
    events.truncate(keep);
    self::events(&events)
}

#[tokio::test]
async fn a_whole_turn_is_read_on_every_wire() {
    for wire in WIRES {
        let server = answering(stream(events(&turn_of(wire)))).await;
        let pieces = Pieces::default();
        let model = provider(wire, &server);
        let reply = model.turn(&first(), &pieces, &CancellationToken::new()).await.unwrap();
        assert_eq!(reply.text, "I look.", "{wire:?}");
        assert_eq!(reply.calls.len(), 1, "{wire:?}");
        assert_eq!((reply.calls[0].id.as_str(), reply.calls[0].tool.as_str()), ("t1", "read"), "{wire:?}");
        assert_eq!(reply.calls[0].arguments, Some(json!({ "path": "a" })), "{wire:?}");
        let cache_written = if wire == Wire::AnthropicMessages { 20 } else { 0 };
        let input = if wire == Wire::AnthropicMessages { 10 } else { 30 };
        assert_eq!(
            reply.usage,
            TokenUsage { input, cached: 100, cache_written, output: 30, estimated: false },
            "{wire:?}"
        );
        let pieces = pieces.0.lock().unwrap();
        for piece in ["thinking hm", "text I look.", "call read"] {
            assert!(pieces.iter().any(|seen| seen == piece), "{wire:?}: {pieces:?}");
        }
        let arguments: String = pieces.iter().filter_map(|piece| piece.strip_prefix("json ")).collect();
        assert_eq!(arguments, "{\"path\":\"a\"}", "{wire:?}: pieces are not repeated");
    }
}

#[tokio::test]
async fn reasoning_calls_and_results_go_back_on_every_wire() {
    for wire in WIRES {
        let server = answering(stream(events(&turn_of(wire)))).await;
        let model = provider(wire, &server);
        let reply = ask(&model, &first()).await.unwrap();
        let result = Item::ToolResult {
            call_id: "t1".into(),
            tool: "read".into(),
            output: "content".into(),
            status: ResultStatus::Done,
        };
        ask(&model, &request(vec![Item::User { text: "go".into() }, Item::Assistant(reply), result]))
            .await
            .unwrap();
        let body = sent(&server).await;
        match wire {
            Wire::AnthropicMessages => {
                let turn = &body["messages"][1]["content"];
                assert_eq!(turn[0], json!({ "type": "thinking", "thinking": "hm", "signature": "c2ln" }));
                assert_eq!(turn[2]["input"], json!({ "path": "a" }));
                let result = &body["messages"][2]["content"][0];
                assert_eq!((&result["tool_use_id"], &result["content"]), (&json!("t1"), &json!("content")));
                assert_eq!(result["cache_control"], json!({ "type": "ephemeral" }));
                assert_eq!(body["system"][0]["cache_control"], json!({ "type": "ephemeral" }));
                assert_eq!(body["thinking"], json!({ "type": "adaptive", "display": "summarized" }));
            }
            Wire::OpenAiResponses => {
                let input = body["input"].as_array().unwrap();
                let kinds: Vec<_> =
                    input.iter().map(|item| item["type"].as_str().unwrap_or("user")).collect();
                assert_eq!(kinds, ["user", "reasoning", "message", "function_call", "function_call_output"]);
                assert_eq!(input[1]["encrypted_content"], "ZW5j");
                assert_eq!(body["store"], false);
                assert_eq!(body["reasoning"], json!({ "summary": "auto" }));
                assert_eq!(body["instructions"], "Be terse.");
            }
            Wire::OpenAiChat => {
                let turn = &body["messages"][2];
                assert_eq!(turn["reasoning_content"], "hm");
                assert_eq!(turn["tool_calls"][0]["function"]["arguments"], "{\"path\":\"a\"}");
                assert_eq!(body["messages"][3]["tool_call_id"], "t1");
                assert_eq!(body["model"], "qwen-max", "an ending that looks like an effort is kept");
                assert_eq!(body.get("reasoning_effort"), None);
            }
        }
    }
}

#[tokio::test]
async fn a_stream_cut_anywhere_is_a_passing_fault() {
    for wire in WIRES {
        let whole = turn_of(wire);
        // What comes after a reply has said how it ended may be missing.
        let ending = match wire {
            Wire::AnthropicMessages => 2,
            Wire::OpenAiResponses => 1,
            Wire::OpenAiChat => 3,
        };
        for keep in 0..=whole.len() - ending {
            // An empty body has no event at all, which is a cut, too.
            let reply = outcome(wire, stream(cut(whole.clone(), keep))).await;
            assert!(matches!(reply, Err(ModelError::Passing { .. })), "{wire:?} cut at {keep}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_garbled_event_is_a_passing_fault() {
    for wire in WIRES {
        let mut garbled = turn_of(wire);
        let place = garbled.len() / 2;
        let kind = garbled[place]["type"].as_str().map(|kind| format!("event: {kind}\n")).unwrap_or_default();
        garbled[place] = json!(format!("{kind}data: {{\"type\": \"resp"));
        let reply = outcome(wire, stream(events(&garbled))).await;
        assert!(matches!(reply, Err(ModelError::Passing { .. })), "{wire:?}: {reply:?}");
    }
}

#[tokio::test]
async fn arguments_that_are_no_json_are_kept_as_they_were_written() {
    let mut turn = turn_of(Wire::AnthropicMessages);
    turn.remove(11);
    let reply = outcome(Wire::AnthropicMessages, stream(events(&turn))).await.unwrap();
    assert_eq!((reply.calls[0].arguments.clone(), reply.calls[0].raw.as_str()), (None, "{\"path\":"));
}

#[tokio::test]
async fn arguments_cut_by_the_token_limit_are_not_taken_for_none() {
    let mut turn = turn_of(Wire::OpenAiChat);
    turn.remove(4);
    turn[3]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] = json!("");
    let called = outcome(Wire::OpenAiChat, stream(events(&turn))).await.unwrap();
    assert_eq!(called.calls[0].arguments, Some(json!({})), "a whole call without arguments");
    turn[4]["choices"][0]["finish_reason"] = json!("length");
    let cut = outcome(Wire::OpenAiChat, stream(events(&turn))).await.unwrap();
    assert_eq!(cut.calls[0].arguments, None, "a call that was cut off");
}

#[tokio::test]
async fn a_reply_that_ran_out_of_tokens_says_so() {
    for wire in [Wire::OpenAiChat, Wire::AnthropicMessages] {
        let whole = outcome(wire, stream(events(&turn_of(wire)))).await.unwrap();
        assert_eq!(whole.reach, Reach::Whole, "{wire:?}");
    }
    let mut turn = turn_of(Wire::OpenAiChat);
    turn.remove(4);
    turn[4]["choices"][0]["finish_reason"] = json!("length");
    assert_eq!(outcome(Wire::OpenAiChat, stream(events(&turn))).await.unwrap().reach, Reach::CutOff);
}

#[tokio::test]
async fn an_error_event_inside_a_stream_says_whether_to_try_again() {
    let overloaded =
        json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } });
    let refused =
        json!({ "type": "error", "error": { "type": "invalid_request_error", "message": "no such field" } });
    let failed = json!({ "type": "response.failed", "response": { "id": "r", "status": "failed", "model": "gpt-5",
        "error": { "code": "context_length_exceeded", "message": "Your input exceeds the context window of this model" } } });
    let busy = json!({ "error": { "code": "rate_limit_exceeded", "message": "slow down" } });
    let mut table = Vec::new();
    for (wire, event) in [
        (Wire::AnthropicMessages, overloaded),
        (Wire::AnthropicMessages, refused),
        (Wire::OpenAiResponses, failed),
        (Wire::OpenAiChat, busy),
    ] {
        let mut turn = turn_of(wire);
        turn.truncate(3);
        turn.push(event);
        table.push(outcome(wire, stream(events(&turn))).await.unwrap_err());
    }
    assert!(
        matches!(&table[0], ModelError::Passing { message, .. } if message.contains("Overloaded")),
        "{table:?}"
    );
    assert!(matches!(table[1], ModelError::Refused(_)), "{table:?}");
    assert!(matches!(table[2], ModelError::TooLong(_)), "{table:?}");
    assert!(matches!(table[3], ModelError::Passing { .. }), "{table:?}");
}

#[tokio::test]
async fn refusals_say_what_a_person_should_do() {
    let body = json!({ "error": { "type": "authentication_error", "message": "invalid x-api-key" } });
    for wire in WIRES {
        let refused = outcome(wire, ResponseTemplate::new(401).set_body_json(&body)).await.unwrap_err();
        assert!(matches!(refused, ModelError::Key(_)), "{wire:?}: {refused:?}");
        let unknown = outcome(wire, ResponseTemplate::new(404)).await.unwrap_err();
        assert!(unknown.to_string().contains("flightdeck models"), "{wire:?}: {unknown}");
        let busy = ResponseTemplate::new(529).insert_header("retry-after", "7").set_body_json(&body);
        let ModelError::Passing { retry_after, .. } = outcome(wire, busy).await.unwrap_err() else {
            panic!()
        };
        assert_eq!(retry_after, Some(Duration::from_secs(7)), "{wire:?}");
    }
    let keyless = ProviderSpec::new("anthropic", Wire::AnthropicMessages, "claude-opus-5-5");
    let fault =
        ask(&Provider::new(keyless, Connections::new().unwrap()).unwrap(), &first()).await.unwrap_err();
    assert_eq!(fault.to_string(), "anthropic has no key: set ANTHROPIC_API_KEY to a valid key");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut spec = ProviderSpec::new("local", Wire::OpenAiChat, "m");
    spec.base_url = Some(format!("{uri}/v1"));
    let fault = ask(&Provider::new(spec, Connections::new().unwrap()).unwrap(), &first()).await.unwrap_err();
    let ModelError::Passing { message, .. } = fault else { panic!("{fault:?}") };
    assert!(message.contains(&format!("cannot be reached at {uri}/v1/")), "{message}");
}

#[tokio::test]
async fn a_silent_server_is_given_up_and_cancelling_is_heard_at_once() {
    let silent = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    let server = answering(silent).await;
    let mut impatient = spec(Wire::OpenAiChat, &server);
    impatient.idle_timeout = Duration::from_millis(50);
    let model = Provider::new(impatient, Connections::new().unwrap()).unwrap();
    assert!(matches!(ask(&model, &first()).await, Err(ModelError::Passing { .. })));

    let patient = provider(Wire::OpenAiChat, &server);
    let cancel = CancellationToken::new();
    let (early, pieces, request) = (cancel.clone(), Pieces::default(), first());
    let asked = patient.turn(&request, &pieces, &cancel);
    let (reply, ()) = tokio::join!(asked, async move { early.cancel() });
    assert_eq!(reply, Err(ModelError::Cancelled));
}

#[tokio::test]
async fn a_passing_fault_is_tried_again_and_the_watcher_hears_of_it() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503);
    Mock::given(matchers::any()).respond_with(busy).up_to_n_times(2).mount(&server).await;
    let whole = stream(events(&turn_of(Wire::AnthropicMessages)));
    Mock::given(matchers::path("/v1/messages")).respond_with(whole).mount(&server).await;
    let policy = RetryPolicy { first_wait: Duration::from_millis(1), ..RetryPolicy::default() };
    let model = Retrying::new(provider(Wire::AnthropicMessages, &server), policy);
    let pieces = Pieces::default();
    let reply = model.turn(&first(), &pieces, &CancellationToken::new()).await.unwrap();
    assert_eq!(reply.text, "I look.");
    let restarts = pieces.0.lock().unwrap().iter().filter(|piece| piece.starts_with("restarted")).count();
    assert_eq!((restarts, server.received_requests().await.unwrap().len()), (2, 3));
}

struct Nobody;

impl StreamSink for Nobody {
    fn piece(&self, _: StreamPiece<'_>) {}
}

#[tokio::test]
async fn a_redacted_thought_goes_back_as_it_came() {
    let mut turn = turn_of(Wire::AnthropicMessages);
    let block = json!({ "type": "redacted_thinking", "data": "c2VjcmV0" });
    turn.insert(1, json!({ "type": "content_block_start", "index": 9, "content_block": block }));
    let server = answering(stream(events(&turn))).await;
    let model = provider(Wire::AnthropicMessages, &server);
    let reply = model.turn(&first(), &Nobody, &CancellationToken::new()).await.unwrap();
    ask(&model, &request(vec![Item::User { text: "go".into() }, Item::Assistant(reply)])).await.unwrap();
    assert_eq!(sent(&server).await["messages"][1]["content"][0], block);
}
