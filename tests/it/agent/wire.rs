//! What providers put on the wire, as their documentation and their servers do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::agent::model::provider::{Connections, Provider, ProviderSpec, Wire};
use flightdeck::agent::model::{StreamPiece, StreamSink};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

/// A stream of events as `text/event-stream`. A string is put in as it is.
pub fn events(events: &[Value]) -> String {
    let event = |event: &Value| match event {
        Value::String(raw) => format!("{raw}\n\n"),
        event => {
            let kind = event["type"].as_str().map(|kind| format!("event: {kind}\n")).unwrap_or_default();
            format!("{kind}data: {event}\n\n")
        }
    };
    events.iter().map(event).collect::<Vec<_>>().concat()
}

pub fn stream(body: String) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "text/event-stream")
}

pub async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::method("POST")).respond_with(template).mount(&server).await;
    server
}

pub fn spec(wire: Wire, server: &MockServer) -> ProviderSpec {
    let mut spec = match wire {
        Wire::AnthropicMessages => ProviderSpec::new("anthropic", wire, "claude-opus-5-5"),
        Wire::OpenAiResponses => ProviderSpec::new("openai", wire, "gpt-5"),
        Wire::OpenAiChat => ProviderSpec::new("local", wire, "qwen-max"),
    };
    let version = if wire == Wire::AnthropicMessages { "" } else { "/v1" };
    spec.base_url = Some(format!("{}{version}", server.uri()));
    spec.key = Some(SecretString::from("sk-test"));
    spec.idle_timeout = Duration::from_secs(5);
    spec
}

pub fn provider(wire: Wire, server: &MockServer) -> Provider {
    Provider::new(spec(wire, server), Connections::new().unwrap()).unwrap()
}

pub async fn sent(server: &MockServer) -> Value {
    let requests = server.received_requests().await.unwrap();
    serde_json::from_slice(&requests.last().unwrap().body).unwrap()
}

/// Everything that was streamed, one piece a line.
#[derive(Clone, Default)]
pub struct Pieces(pub Arc<Mutex<Vec<String>>>);

impl StreamSink for Pieces {
    fn piece(&self, piece: StreamPiece<'_>) {
        self.0.lock().unwrap().push(match piece {
            StreamPiece::Text(text) => format!("text {text}"),
            StreamPiece::Thinking(text) => format!("thinking {text}"),
            StreamPiece::CallStarted { tool, .. } => format!("call {tool}"),
            StreamPiece::CallArguments { json, .. } => format!("json {json}"),
            StreamPiece::Restarted { reason } => format!("restarted {reason}"),
            StreamPiece::Reading { percent } => format!("reading {percent} %"),
            StreamPiece::Queued => "queued".to_owned(),
            StreamPiece::Asked => "asked".to_owned(),
        });
    }
}

/// Anthropic: thinks, says something, calls `read`.
pub fn anthropic_turn() -> Vec<Value> {
    vec![
        json!({ "type": "message_start", "message": { "id": "m", "role": "assistant", "content": [],
            "usage": { "input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20, "output_tokens": 1 } } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "thinking", "thinking": "" } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "thinking_delta", "thinking": "hm" } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "signature_delta", "signature": "c2ln" } }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "ping" }),
        json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "text_delta", "text": "I look." } }),
        json!({ "type": "content_block_stop", "index": 1 }),
        // llama.cpp leaves `input` out here.
        json!({ "type": "content_block_start", "index": 2, "content_block": { "type": "tool_use", "id": "t1", "name": "read" } }),
        json!({ "type": "content_block_delta", "index": 2, "delta": { "type": "input_json_delta", "partial_json": "{\"path\":" } }),
        json!({ "type": "content_block_delta", "index": 2, "delta": { "type": "input_json_delta", "partial_json": "\"a\"}" } }),
        json!({ "type": "content_block_stop", "index": 2 }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" }, "usage": { "output_tokens": 30 } }),
        json!({ "type": "message_stop" }),
    ]
}

/// Responses: the same.
pub fn responses_turn() -> Vec<Value> {
    let reasoning = json!({ "type": "reasoning", "id": "rs_1", "encrypted_content": "ZW5j", "summary": [] });
    let call =
        json!({ "type": "function_call", "call_id": "t1", "name": "read", "arguments": "{\"path\":\"a\"}" });
    vec![
        json!({ "type": "response.created", "response": { "id": "r1", "status": "in_progress", "model": "gpt-5" } }),
        json!({ "type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "hm" }),
        json!({ "type": "response.output_item.done", "output_index": 0, "item": reasoning }),
        json!({ "type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": "I look." }),
        json!({ "type": "response.output_item.added", "output_index": 2,
            "item": { "type": "function_call", "call_id": "t1", "name": "read", "arguments": "" } }),
        json!({ "type": "response.function_call_arguments.delta", "output_index": 2, "delta": "{\"path\":" }),
        json!({ "type": "response.function_call_arguments.delta", "output_index": 2, "delta": "\"a\"}" }),
        json!({ "type": "response.output_item.done", "output_index": 2, "item": call }),
        json!({ "type": "response.some_new_event", "anything": 1 }),
        json!({ "type": "response.completed", "response": { "id": "r1", "status": "completed", "model": "gpt-5", "output": [],
            "usage": { "input_tokens": 130, "input_tokens_details": { "cached_tokens": 100 }, "output_tokens": 30 } } }),
    ]
}

/// Chat Completions: the same, with the usage in a chunk without choices.
pub fn chat_turn() -> Vec<Value> {
    let delta = |delta: Value| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] });
    let call = |function: Value| json!({ "tool_calls": [{ "index": 0, "id": "t1", "type": "function", "function": function }] });
    let more = json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "\"a\"}" } }] });
    vec![
        delta(json!({ "role": "assistant", "content": "" })),
        delta(json!({ "reasoning_content": "hm" })),
        delta(json!({ "content": "I look." })),
        delta(call(json!({ "name": "read", "arguments": "{\"path\":" }))),
        delta(more),
        json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] }),
        json!({ "choices": [], "usage": { "prompt_tokens": 130, "prompt_tokens_details": { "cached_tokens": 100 },
            "completion_tokens": 30, "total_tokens": 160 } }),
        json!("data: [DONE]"),
    ]
}

pub fn turn_of(wire: Wire) -> Vec<Value> {
    match wire {
        Wire::AnthropicMessages => anthropic_turn(),
        Wire::OpenAiResponses => responses_turn(),
        Wire::OpenAiChat => chat_turn(),
    }
}

pub const WIRES: [Wire; 3] = [Wire::AnthropicMessages, Wire::OpenAiResponses, Wire::OpenAiChat];
