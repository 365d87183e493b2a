//! Servers that send more than any model does: each costs an error, never memory without end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use flightdeck::agent::model::provider::{Connections, Provider, ProviderSpec, Wire};
use flightdeck::agent::model::{Item, Model, ModelError, Reply, Request};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::wire::{Pieces, WIRES, answering, chat_turn, events, provider, sent, stream};

const MIB: usize = 1 << 20;
const EVENTS: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

/// A server that answers with a head and then the same piece again and again, and how many bytes it got rid of.
struct Endless {
    uri: String,
    written: Arc<AtomicUsize>,
}

impl Endless {
    fn start(head: impl Into<Vec<u8>>, piece: impl Into<Vec<u8>>, most: usize, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}/v1", listener.local_addr().unwrap());
        let written = Arc::<AtomicUsize>::default();
        let (head, piece, count) = (head.into(), piece.into(), Arc::clone(&written));
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(mut client) = client else { return };
                read_request(&mut client);
                if client.write_all(&head).is_err() {
                    continue;
                }
                while count.load(Ordering::Relaxed) < most && client.write_all(&piece).is_ok() {
                    count.fetch_add(piece.len(), Ordering::Relaxed);
                    thread::sleep(pause);
                }
            }
        });
        Self { uri, written }
    }

    async fn ask(&self, wire: Wire) -> Result<Reply, ModelError> {
        let mut spec = ProviderSpec::new("local", wire, "m");
        spec.base_url = Some(self.uri.clone());
        spec.key = Some(SecretString::from("sk-test"));
        spec.idle_timeout = Duration::from_millis(400);
        let model = Provider::new(spec, Connections::new().unwrap()).unwrap();
        model.turn(&go(), &Pieces::default(), &CancellationToken::new()).await
    }

    fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }
}

fn go() -> Request {
    Request { items: vec![Item::User { text: "go".into() }].into(), ..Request::default() }
}

/// Reads a request as far as its body goes.
fn read_request(client: &mut TcpStream) {
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let Ok(count @ 1..) = client.read(&mut buffer) else { return };
        seen.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
        if body.len() >= length.and_then(|length| length.trim().parse().ok()).unwrap_or(0) {
            return;
        }
    }
}

fn passing(reply: Result<Reply, ModelError>) -> String {
    match reply {
        Err(ModelError::Passing { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

fn said(wire: Wire, text: &str) -> String {
    events(&[match wire {
        Wire::AnthropicMessages => json!({ "type": "content_block_delta", "index": 0,
            "delta": { "type": "text_delta", "text": text } }),
        Wire::OpenAiResponses => json!({ "type": "response.output_text.delta", "delta": text }),
        Wire::OpenAiChat => json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }),
    }])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_never_ends_is_given_up_on_every_wire() {
    for wire in WIRES {
        // What says the same over and over is cut long before.
        let words: Vec<String> = (0..2_000).map(|number| format!("{number} words")).collect();
        let server = Endless::start(EVENTS, said(wire, &words.join(" ")), 64 * MIB, Duration::ZERO);
        let told = passing(server.ask(wire).await);
        assert!(told.contains("more bytes than any model's reply has"), "{wire:?}: {told}");
        assert!(server.written() < 32 * MIB, "{wire:?}: {}", server.written());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_and_an_event_without_an_end_are_given_up() {
    for piece in ["x".repeat(MIB), format!("data: {}\n", "x".repeat(MIB))] {
        let server = Endless::start(EVENTS, piece, 256 * MIB, Duration::ZERO);
        let told = passing(server.ask(Wire::OpenAiChat).await);
        assert!(told.contains("more bytes in one event"), "{told}");
        assert!(server.written() < 64 * MIB, "{}", server.written());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_without_an_end_is_read_as_far_as_it_tells_something() {
    for head in ["500 Oops\r\ncontent-type: text/plain", "200 OK\r\ncontent-type: text/html"] {
        let server =
            Endless::start(format!("HTTP/1.1 {head}\r\n\r\n"), "no ".repeat(MIB), 256 * MIB, Duration::ZERO);
        let told = passing(server.ask(Wire::OpenAiChat).await);
        assert!(told.contains("no no no") && told.len() < 1_000, "{} bytes", told.len());
        assert!(server.written() < 64 * MIB, "{}", server.written());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_an_end_is_given_up() {
    let header = format!("x-filler: {}\r\n", "x".repeat(8_000));
    let server = Endless::start("HTTP/1.1 200 OK\r\n", header, 256 * MIB, Duration::ZERO);
    passing(server.ask(Wire::OpenAiChat).await);
    assert!(server.written() < 64 * MIB, "{}", server.written());
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_life_alone_do_not_hold_a_session_for_ever() {
    let ping = events(&[json!({ "type": "ping" })]);
    for (wire, piece) in [(Wire::AnthropicMessages, ping.as_str()), (Wire::OpenAiChat, ": alive\n\n")] {
        let server = Endless::start(EVENTS, piece, MIB, Duration::from_millis(20));
        let told = passing(server.ask(wire).await);
        assert!(told.contains("no word of the reply came within 1 s"), "{wire:?}: {told}");
    }
}

fn chat(calls: &[Value]) -> String {
    let call = |call: &Value| json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [call] } }] });
    let end = [
        json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] }),
        json!("data: [DONE]"),
    ];
    events(&calls.iter().map(call).chain(end).collect::<Vec<_>>())
}

async fn chatted(calls: &[Value]) -> Result<Reply, ModelError> {
    let server = answering(stream(chat(calls))).await;
    provider(Wire::OpenAiChat, &server).turn(&go(), &Pieces::default(), &CancellationToken::new()).await
}

fn call(index: u64, id: &str, arguments: &str) -> Value {
    json!({ "index": index, "id": id, "function": { "name": "read", "arguments": arguments } })
}

#[tokio::test]
async fn a_number_of_the_server_is_a_name_and_never_a_place_in_memory() {
    let calls = [
        call(4_000_000_000, "a", "{\"path\":"),
        call(u64::MAX, "b", "{}"),
        call(4_000_000_000, "", "\"x\"}"),
    ];
    let reply = chatted(&calls).await.unwrap();
    let made: Vec<_> = reply.calls.iter().map(|call| (call.id.as_str(), call.arguments.clone())).collect();
    assert_eq!(made, [("a", Some(json!({ "path": "x" }))), ("b", Some(json!({})))]);

    let block = json!({ "type": "content_block_start", "index": 4_000_000_000_u64,
        "content_block": { "type": "tool_use", "id": "a", "name": "read", "input": {} } });
    let end = json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" } });
    let turn = [block, end, json!({ "type": "message_stop" })];
    let server = answering(stream(events(&turn))).await;
    let model = provider(Wire::AnthropicMessages, &server);
    let reply = model.turn(&go(), &Pieces::default(), &CancellationToken::new()).await.unwrap();
    assert_eq!(reply.calls.len(), 1);
}

#[tokio::test]
async fn calls_that_share_a_number_are_told_apart_by_their_ids() {
    let object =
        json!({ "index": 0, "id": "c", "function": { "name": "read", "arguments": { "path": "z" } } });
    let reply = chatted(&[call(0, "a", "{}"), call(0, "b", "{\"path\":\"y\"}"), object]).await.unwrap();
    let made: Vec<_> = reply.calls.iter().map(|call| (call.id.as_str(), call.arguments.clone())).collect();
    let path = |path: &str| Some(json!({ "path": path }));
    assert_eq!(made, [("a", Some(json!({}))), ("b", path("y")), ("c", path("z"))]);
}

#[tokio::test]
async fn thousands_of_calls_and_arguments_without_end_are_given_up() {
    let many: Vec<Value> = (0..3_000).map(|n| call(n, &format!("c{n}"), "{}")).collect();
    let told = passing(chatted(&many).await);
    assert!(told.contains("more calls than any model's reply has"), "{told}");
    let numbers: Vec<String> = (0..MIB / 8).map(|number| format!("{number:08}")).collect();
    let long = call(0, "a", &numbers.concat());
    let told = passing(chatted(&vec![long; 6]).await);
    assert!(told.contains("more bytes than any model's reply has"), "{told}");
}

#[tokio::test]
async fn arguments_nested_too_deep_are_none_and_an_event_nested_too_deep_is_no_event() {
    let deep = "[".repeat(100_000);
    let reply = chatted(&[call(0, "a", &format!("{{\"path\":{deep}"))]).await.unwrap();
    assert_eq!(reply.calls[0].arguments, None);
    assert!(reply.calls[0].raw.len() <= 16 * 1024);
    let server = answering(stream(events(&[json!(format!("data: {deep}"))]))).await;
    let model = provider(Wire::OpenAiChat, &server);
    passing(model.turn(&go(), &Pieces::default(), &CancellationToken::new()).await);
}

#[tokio::test]
async fn nothing_is_unpacked_and_nothing_packed_is_asked_for() {
    let answer = stream(events(&chat_turn())).insert_header("content-encoding", "gzip");
    let server = answering(answer).await;
    let model = provider(Wire::OpenAiChat, &server);
    let reply = model.turn(&go(), &Pieces::default(), &CancellationToken::new()).await.unwrap();
    assert_eq!(reply.text, "I look.");
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers.get("accept-encoding"), None);
    assert_eq!(sent(&server).await["stream"], true);
}

#[tokio::test]
async fn usage_that_cannot_be_a_count_is_none() {
    for usage in [
        json!({ "prompt_tokens": -5, "completion_tokens": "many" }),
        json!({ "prompt_tokens": 1e300 }),
        json!([7]),
    ] {
        let mut turn = chat_turn();
        turn[6] = json!({ "choices": [], "usage": usage });
        let server = answering(stream(events(&turn))).await;
        let model = provider(Wire::OpenAiChat, &server);
        let reply = model.turn(&go(), &Pieces::default(), &CancellationToken::new()).await.unwrap();
        assert_eq!((reply.usage.input, reply.usage.output), (0, 0), "{usage}");
    }
}
