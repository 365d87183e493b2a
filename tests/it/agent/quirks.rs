//! What real servers send beside the specification: each leads to the reply all the same, or to a fault that says so.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use flightdeck::agent::model::provider::{Connections, Provider, ProviderSpec, Shown, Wire, shown};
use flightdeck::agent::model::{
    Item, Model, ModelError, Reach, Reply, Request, ToolCall, ToolChoice, ToolSpec,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, Request as Asked, ResponseTemplate, matchers};

use super::wire::{Pieces, WIRES, answering, chat_turn, events, provider, sent, spec, stream, turn_of};

fn go() -> Request {
    Request {
        items: vec![Item::User { text: "go".into() }].into(),
        max_output_tokens: Some(900),
        ..Request::default()
    }
}

async fn ask(model: &Provider) -> Result<Reply, ModelError> {
    model.turn(&go(), &Pieces::default(), &CancellationToken::new()).await
}

async fn outcome(wire: Wire, template: ResponseTemplate) -> Result<Reply, ModelError> {
    ask(&provider(wire, &answering(template).await)).await
}

async fn reply(wire: Wire, body: String) -> Reply {
    let told = format!("{wire:?}: {body}");
    outcome(wire, stream(body)).await.unwrap_or_else(|fault| panic!("{fault}\n{told}"))
}

fn message(fault: Result<Reply, ModelError>) -> String {
    fault.unwrap_err().to_string()
}

/// The replies of the chat wire to calls that come in these pieces.
async fn calls(pieces: Value) -> Vec<(String, Option<Value>)> {
    let mut turn: Vec<Value> = pieces
        .as_array()
        .unwrap()
        .iter()
        .map(|calls| json!({ "choices": [{ "index": 0, "delta": { "tool_calls": calls } }] }))
        .collect();
    turn.push(json!({ "choices": [{ "delta": {}, "finish_reason": "tool_calls" }] }));
    let reply = reply(Wire::OpenAiChat, events(&turn)).await;
    let mut ids: Vec<&str> = reply.calls.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), reply.calls.len(), "two calls with one id");
    reply.calls.into_iter().map(|call: ToolCall| (call.tool, call.arguments)).collect()
}

#[tokio::test]
async fn what_is_no_event_of_the_reply_is_passed_over_on_every_wire() {
    let noise = [
        ": PROCESSING\n\n",
        ":\n\n",
        "data:\n\n",
        "data: \n\n",
        "retry: 3000\n\n",
        "id: 7\nretry: 1\n\n",
        "event: ping\ndata: {}\n\n",
        "event: keepalive\ndata: still here\n\n",
        "data: {\"type\":\"some.new_event\"}\n\n",
        "data: null\n\n",
        "data: {\"choices\":[],\"usage\":null}\n\n",
    ];
    for wire in WIRES {
        for noise in noise {
            let body: String = turn_of(wire)
                .iter()
                .map(|event| noise.to_owned() + &events(std::slice::from_ref(event)))
                .collect();
            let reply = reply(wire, body).await;
            assert_eq!((reply.text.as_str(), reply.calls.len()), ("I look.", 1), "{wire:?} {noise:?}");
        }
    }
}

#[tokio::test]
async fn a_reply_ends_with_whichever_end_the_server_has() {
    let mut neither = chat_turn();
    neither.truncate(5);
    let done = json!("data: [DONE]");
    let ends = |end: Value| [neither.clone(), vec![end]].concat();
    let finish = json!({ "choices": [{ "delta": {}, "finish_reason": "tool_calls" }] });
    for turn in [ends(done.clone()), ends(finish)] {
        assert_eq!(reply(Wire::OpenAiChat, events(&turn)).await.calls.len(), 1);
    }
    let mut responses = turn_of(Wire::OpenAiResponses);
    *responses.last_mut().unwrap() = done.clone();
    assert_eq!(reply(Wire::OpenAiResponses, events(&responses)).await.calls.len(), 1);
    let mut messages = turn_of(Wire::AnthropicMessages);
    messages.pop();
    assert_eq!(reply(Wire::AnthropicMessages, events(&messages)).await.calls.len(), 1, "no message_stop");
    let place = messages.len() - 1;
    messages[place] = json!({ "type": "message_stop" });
    assert_eq!(reply(Wire::AnthropicMessages, events(&messages)).await.calls.len(), 1, "no stop_reason");
    let cut = outcome(Wire::OpenAiChat, stream(events(&neither))).await;
    assert!(matches!(cut, Err(ModelError::Passing { .. })), "{cut:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_the_line_open_after_its_end_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}/v1", listener.local_addr().unwrap());
    let body = events(&chat_turn()[..6]);
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut buffer = vec![0; 65_536];
        let _ = client.read(&mut buffer).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").unwrap();
        client.write_all(body.as_bytes()).unwrap();
        thread::sleep(Duration::from_mins(1));
    });
    let mut spec = ProviderSpec::new("local", Wire::OpenAiChat, "m");
    (spec.base_url, spec.idle_timeout) = (Some(uri), Duration::from_millis(300));
    let reply = ask(&Provider::new(spec, Connections::new().unwrap()).unwrap()).await.unwrap();
    assert_eq!(reply.calls.len(), 1);
}

#[expect(clippy::too_many_lines, reason = "one table of ways to send the same two calls")]
#[tokio::test]
async fn parallel_calls_are_told_apart_by_id_then_index_then_order() {
    let call = |index: Value, id: Value, tool: Value, arguments: Value| json!({ "index": index, "id": id, "function": { "name": tool, "arguments": arguments } });
    let none = Value::Null;
    let (a, b) = (json!({ "path": "a" }), json!({ "path": "b" }));
    let (a_text, b_text) = (json!(a.to_string()), json!(b.to_string()));
    let two = vec![("read".to_owned(), Some(a.clone())), ("write".to_owned(), Some(b.clone()))];
    let cases = [
        (
            "one index",
            json!([
                [call(json!(0), json!("1"), json!("read"), a_text.clone())],
                [call(json!(0), json!("2"), json!("write"), b_text.clone())]
            ]),
        ),
        (
            "one index, no ids",
            json!([
                [call(json!(0), none.clone(), json!("read"), a_text.clone())],
                [call(json!(0), none.clone(), json!("write"), b_text.clone())]
            ]),
        ),
        (
            "no index",
            json!([[
                call(none.clone(), json!("1"), json!("read"), a_text.clone()),
                call(none.clone(), json!("2"), json!("write"), b_text.clone())
            ]]),
        ),
        (
            "neither",
            json!([[
                call(none.clone(), none.clone(), json!("read"), a_text.clone()),
                call(none.clone(), none.clone(), json!("write"), b_text.clone())
            ]]),
        ),
        (
            "objects",
            json!([
                [call(json!(0), json!("1"), json!("read"), a.clone())],
                [call(json!(1), json!("2"), json!("write"), b.clone())]
            ]),
        ),
        (
            "objects, one index, no ids",
            json!([
                [call(json!(0), none.clone(), json!("read"), a.clone())],
                [call(json!(0), none.clone(), json!("write"), b.clone())]
            ]),
        ),
        (
            "empty ids",
            json!([
                [call(json!(0), json!(""), json!("read"), a_text.clone())],
                [call(json!(1), json!(""), json!("write"), b_text.clone())]
            ]),
        ),
        (
            "by turns",
            json!([
                [call(json!(0), json!("1"), json!("read"), json!("{\"path\":"))],
                [call(json!(1), json!("2"), json!("write"), json!("{\"path\":"))],
                [call(json!(0), none.clone(), none.clone(), json!("\"a\"}"))],
                [call(json!(1), none.clone(), none.clone(), json!("\"b\"}"))],
            ]),
        ),
        (
            "by turns, ids alone",
            json!([
                [call(none.clone(), json!("1"), json!("read"), json!("{\"path\":"))],
                [call(none.clone(), json!("2"), json!("write"), json!("{\"path\":"))],
                [call(none.clone(), json!("1"), none.clone(), json!("\"a\"}"))],
                [call(none.clone(), json!("2"), none.clone(), json!("\"b\"}"))],
            ]),
        ),
        (
            "pieces without a name or a number",
            json!([
                [call(none.clone(), json!("1"), json!("read"), json!("{\"path\":"))],
                [call(none.clone(), none.clone(), none.clone(), json!("\"a\"}"))],
                [call(none.clone(), json!("2"), json!("write"), json!("{\"path\":"))],
                [call(none.clone(), none.clone(), none.clone(), json!("\"b\"}"))],
            ]),
        ),
        (
            "the name in every piece",
            json!([
                [call(json!(0), json!("1"), json!("read"), json!("{\"path\":"))],
                [call(json!(0), json!("1"), json!("read"), json!("\"a\"}"))],
                [call(json!(1), none.clone(), json!("write"), json!("{\"path\":"))],
                [call(json!(1), none.clone(), json!("write"), json!("\"b\"}"))],
            ]),
        ),
        (
            "the name after the id",
            json!([
                [call(json!(0), json!("1"), none.clone(), none.clone())],
                [call(json!(0), none.clone(), json!("read"), a_text.clone())],
                [call(json!(4_000_000_000_u32), json!("2"), json!(""), json!(""))],
                [call(json!(4_000_000_000_u32), none.clone(), json!("write"), b_text.clone())],
            ]),
        ),
        (
            "the id after the name",
            json!([
                [call(json!(0), none.clone(), json!("read"), json!("{\"path\":"))],
                [call(json!(0), json!("1"), none.clone(), json!("\"a\"}"))],
                [call(json!(1), json!("2"), json!("write"), b_text.clone())],
            ]),
        ),
        (
            "a text in a text",
            json!([
                [call(json!(0), json!("1"), json!("read"), json!(a_text.to_string()))],
                [call(json!(1), json!("2"), json!("write"), json!(b_text.to_string()))]
            ]),
        ),
    ];
    for (name, pieces) in cases {
        assert_eq!(calls(pieces).await, two, "{name}");
    }
    for arguments in [json!(""), none.clone(), json!("null"), json!("{}"), json!({})] {
        let pieces = json!([[call(json!(0), json!("1"), json!("read"), arguments.clone())]]);
        assert_eq!(calls(pieces).await, [("read".to_owned(), Some(json!({})))], "{arguments}");
    }
    let twice = json!([
        [call(json!(0), json!("1"), json!("read"), a_text.clone())],
        [call(json!(0), json!("1"), none.clone(), none)],
    ]);
    assert_eq!(calls(twice).await, two[..1]);
}

fn whole(wire: Wire) -> Value {
    match wire {
        Wire::AnthropicMessages => json!({ "type": "message", "role": "assistant", "stop_reason": "tool_use",
            "content": [{ "type": "text", "text": "I look." }, { "type": "tool_use", "id": "t1", "name": "read", "input": { "path": "a" } }],
            "usage": { "input_tokens": 30, "output_tokens": 5 } }),
        Wire::OpenAiResponses => json!({ "object": "response", "status": "completed", "error": null,
            "output": [{ "type": "message", "content": [{ "type": "output_text", "text": "I look." }] },
                { "type": "function_call", "call_id": "t1", "name": "read", "arguments": "{\"path\":\"a\"}" }],
            "usage": { "input_tokens": 30, "output_tokens": 5 } }),
        Wire::OpenAiChat => {
            json!({ "choices": [{ "finish_reason": "tool_calls", "message": { "role": "assistant", "content": "I look.",
                "tool_calls": [{ "id": "t1", "type": "function", "function": { "name": "read", "arguments": "{\"path\":\"a\"}" } }] } }],
            "usage": { "prompt_tokens": 30, "completion_tokens": 5 } })
        }
    }
}

#[tokio::test]
async fn a_reply_that_comes_whole_is_read_whatever_its_type_says() {
    for wire in WIRES {
        for kind in
            ["application/json", "text/event-stream", "text/plain", "application/x-ndjson; charset=utf-8"]
        {
            let answer = ResponseTemplate::new(200).set_body_raw(format!("\n {}", whole(wire)), kind);
            let reply = outcome(wire, answer).await.unwrap();
            assert_eq!((reply.text.as_str(), reply.reach), ("I look.", Reach::Whole), "{wire:?} {kind}");
            assert_eq!(reply.calls[0].arguments, Some(json!({ "path": "a" })), "{wire:?} {kind}");
            assert_eq!((reply.usage.input, reply.usage.output), (30, 5), "{wire:?} {kind}");
        }
        for kind in ["application/json", "text/plain", "text/html"] {
            let answer = ResponseTemplate::new(200).set_body_raw(events(&turn_of(wire)), kind);
            assert_eq!(
                outcome(wire, answer).await.unwrap().text,
                "I look.",
                "{wire:?}: a stream called {kind}"
            );
        }
    }
    let mut cut = whole(Wire::OpenAiChat);
    cut["choices"][0]["finish_reason"] = json!("length");
    let reply = outcome(Wire::OpenAiChat, ResponseTemplate::new(200).set_body_json(&cut)).await.unwrap();
    assert_eq!(reply.reach, Reach::CutOff);
}

#[tokio::test]
async fn a_page_and_an_error_in_the_place_of_a_reply_are_told_by_their_words() {
    let pages = [
        (
            "text/html",
            "<!doctype html><html><script>var x;</script><h1>Sign in</h1> to go on",
            "Sign in to go on",
        ),
        ("text/plain", "upstream connect error", "upstream connect error"),
        ("text/event-stream", "<html>Bad gateway", "Bad gateway"),
        ("application/json", r#"{"error":{"message":"the model is loading"}}"#, "the model is loading"),
        ("application/json", r#"{"error":"the model is loading"}"#, "the model is loading"),
        ("application/json", r#"[{"error":{"message":"the model is loading"}}]"#, "the model is loading"),
        ("application/json", r#"{"detail":"the model is loading"}"#, "the model is loading"),
        ("application/json", r#"{"hello":"world"}"#, "hello"),
        ("application/json", r#"{"choices": [{"mess"#, "choices"),
    ];
    for wire in WIRES {
        for (kind, page, words) in pages {
            let fault = outcome(wire, ResponseTemplate::new(200).set_body_raw(page, kind)).await;
            assert!(matches!(fault, Err(ModelError::Passing { .. })), "{wire:?} {page}: {fault:?}");
            assert!(message(fault).contains(words), "{wire:?} {page}");
        }
        let spent = r#"{"error":{"code":"insufficient_quota","message":"no money"}}"#;
        let fault = outcome(wire, ResponseTemplate::new(200).set_body_raw(spent, "application/json")).await;
        assert!(matches!(fault, Err(ModelError::Quota { .. })), "{wire:?}: {fault:?}");
        let inside =
            stream(events(&[turn_of(wire)[0].clone(), json!({ "error": "overloaded", "choices": [] })]));
        assert!(message(outcome(wire, inside).await).contains("overloaded"), "{wire:?}");
    }
}

/// Refuses requests that hold a member, in the server's words, and answers the others.
async fn refusing(wire: Wire, member: &'static str, words: &'static str) -> MockServer {
    let server = MockServer::start().await;
    let answer = stream(events(&turn_of(wire)));
    let respond = move |asked: &Asked| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        if body.get(member).is_none() {
            return answer.clone();
        }
        ResponseTemplate::new(400).set_body_json(json!({ "error": { "message": words } }))
    };
    Mock::given(matchers::method("POST")).respond_with(respond).mount(&server).await;
    server
}

#[tokio::test]
async fn an_option_that_a_server_refuses_is_left_out_and_that_is_remembered() {
    let cases = [
        (Wire::OpenAiChat, "stream_options", "Unrecognized request argument supplied: stream_options"),
        (
            Wire::OpenAiChat,
            "max_tokens",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        ),
        (Wire::OpenAiResponses, "include", "Encrypted content is not supported: reasoning.encrypted_content"),
        (Wire::OpenAiResponses, "reasoning", "Unknown parameter: 'reasoning'."),
        (Wire::OpenAiResponses, "max_output_tokens", "max_output_tokens: Extra inputs are not permitted"),
        (Wire::AnthropicMessages, "thinking", "thinking: Extra inputs are not permitted"),
    ];
    for (wire, member, words) in cases {
        let server = refusing(wire, member, words).await;
        let connections = Connections::new().unwrap();
        for _ in 0..2 {
            let model = Provider::new(spec(wire, &server), connections.clone()).unwrap();
            assert_eq!(ask(&model).await.unwrap().text, "I look.", "{member}");
        }
        let asked = server.received_requests().await.unwrap().len();
        assert_eq!(asked, 3, "{member}: refused once, and never asked with it again");
    }
    let always = ResponseTemplate::new(400)
        .set_body_json(json!({ "error": { "message": "stream_options is refused whatever you do" } }));
    let server = answering(always).await;
    let fault = ask(&provider(Wire::OpenAiChat, &server)).await;
    assert!(matches!(fault, Err(ModelError::Refused(_))), "{fault:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
    assert_eq!(sent(&server).await.get("stream_options"), None);
}

#[tokio::test]
async fn an_address_leads_to_its_page_in_whatever_way_it_is_written() {
    for (written, wire, asked) in [
        ("", Wire::OpenAiChat, "/v1/chat/completions"),
        ("/v1/chat/completions", Wire::OpenAiChat, "/v1/chat/completions"),
        ("/openai/d?api-version=2026-01-01", Wire::OpenAiChat, "/openai/d/chat/completions"),
        ("/api/v4", Wire::OpenAiChat, "/api/v4/chat/completions"),
        ("/v1/responses", Wire::OpenAiResponses, "/v1/responses"),
        ("/", Wire::OpenAiResponses, "/v1/responses"),
        ("/anthropic", Wire::AnthropicMessages, "/anthropic/v1/messages"),
        ("/v1/messages", Wire::AnthropicMessages, "/v1/messages"),
    ] {
        let server = answering(stream(events(&turn_of(wire)))).await;
        let mut spec = spec(wire, &server);
        spec.base_url = Some(format!("{}{written}", server.uri()));
        ask(&Provider::new(spec, Connections::new().unwrap()).unwrap()).await.unwrap();
        let url = server.received_requests().await.unwrap()[0].url.clone();
        assert_eq!((url.path(), url.query()), (asked, written.split_once('?').map(|(_, query)| query)));
    }
    let mut nowhere = ProviderSpec::new("local", Wire::OpenAiChat, "m");
    nowhere.base_url = Some("localhost".into());
    nowhere.key = Some(SecretString::from("k"));
    let fault = Provider::new(nowhere, Connections::new().unwrap()).unwrap_err();
    assert!(fault.to_string().contains("the base_url of `local` is not a URL: localhost"), "{fault}");
}

#[tokio::test]
async fn a_reply_with_all_the_tokens_it_may_have_is_cut_whatever_its_end_says() {
    let mut turn = turn_of(Wire::OpenAiResponses);
    let last = turn.len() - 1;
    turn[last]["response"]["usage"]["output_tokens"] = json!(900);
    assert_eq!(reply(Wire::OpenAiResponses, events(&turn)).await.reach, Reach::CutOff);
    turn[last]["response"]["usage"]["output_tokens"] = json!(899);
    assert_eq!(reply(Wire::OpenAiResponses, events(&turn)).await.reach, Reach::Whole);
}

#[tokio::test]
async fn a_model_is_held_to_a_tool_in_the_words_of_every_wire() {
    for (wire, choice) in WIRES.into_iter().zip([Value::Null, json!("required"), json!("required")]) {
        let server = answering(stream(events(&turn_of(wire)))).await;
        let tool = ToolSpec {
            name: "read".into(),
            description: "Reads.".into(),
            schema: json!({ "type": "object" }),
        };
        let request = Request { tools: vec![tool], choice: ToolChoice::Required, ..go() };
        let model = provider(wire, &server);
        model.turn(&request, &Pieces::default(), &CancellationToken::new()).await.unwrap();
        let body = sent(&server).await;
        assert_eq!(
            body.get("tool_choice").cloned().unwrap_or_default(),
            choice,
            "{wire:?}: who thinks may not be held"
        );
    }
    let server = answering(stream(events(&turn_of(Wire::AnthropicMessages)))).await;
    let mut spec = spec(Wire::AnthropicMessages, &server);
    spec.model = "claude-haiku-4-5".into();
    let tool =
        ToolSpec { name: "read".into(), description: "Reads.".into(), schema: json!({ "type": "object" }) };
    let request = Request { tools: vec![tool], choice: ToolChoice::Required, ..go() };
    let model = Provider::new(spec, Connections::new().unwrap()).unwrap();
    model.turn(&request, &Pieces::default(), &CancellationToken::new()).await.unwrap();
    assert_eq!(sent(&server).await["tool_choice"], json!({ "type": "any" }));
}

/// llama.cpp tells it when it is asked to; a server that does not know the option is asked without it.
#[tokio::test]
async fn how_far_a_prompt_is_read_is_told_before_the_reply() {
    let progress = |read: u32| {
        let told = json!({ "total": 250, "cache": 0, "processed": read, "time_ms": 9 });
        json!({ "choices": [{ "index": 0, "delta": { "role": "assistant", "content": null }, "finish_reason": null }],
            "prompt_progress": told })
    };
    let turn = [vec![progress(0), progress(100), progress(250)], chat_turn()].concat();
    let server = answering(stream(events(&turn))).await;
    let spec = ProviderSpec { tells_progress: true, ..spec(Wire::OpenAiChat, &server) };
    let (model, pieces) = (Provider::new(spec, Connections::new().unwrap()).unwrap(), Pieces::default());
    let reply = model.turn(&go(), &pieces, &CancellationToken::new()).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.calls.len()), ("I look.", 1));
    let told = pieces.0.lock().unwrap().clone();
    assert_eq!(told[..4], ["reading 0 %", "reading 40 %", "reading 100 %", "thinking hm"]);
    assert_eq!(sent(&server).await["return_progress"], true);

    let refuses = MockServer::start().await;
    let words = json!({ "error": { "message": "Unrecognized request argument supplied: return_progress" } });
    let knows = matchers::body_partial_json(json!({ "return_progress": true }));
    Mock::given(knows).respond_with(ResponseTemplate::new(400).set_body_json(words)).mount(&refuses).await;
    Mock::given(matchers::method("POST")).respond_with(stream(events(&chat_turn()))).mount(&refuses).await;
    let spec = ProviderSpec { tells_progress: true, ..super::wire::spec(Wire::OpenAiChat, &refuses) };
    assert_eq!(
        ask(&Provider::new(spec, Connections::new().unwrap()).unwrap()).await.unwrap().text,
        "I look."
    );
}

#[tokio::test]
async fn a_server_of_ones_own_shows_its_window_and_its_slots() {
    let list =
        |owner: &str| json!({ "data": [{ "id": "qwen-max", "owned_by": owner, "meta": { "n_ctx": 8192 } }] });
    let page = |path: &str, body: Value| {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(matchers::method("GET")).and(matchers::path(path)).respond_with(answer)
    };
    let window = Some(8_192);
    for (owner, other, expected) in [
        (
            "llamacpp",
            page("/props", json!({ "total_slots": 1 })),
            Shown { window, slots: Some(1), tells_progress: true },
        ),
        ("llamacpp", page("/else", json!({})), Shown { window, slots: None, tells_progress: true }),
        (
            "library",
            page("/api/version", json!({ "version": "0.20.3" })),
            Shown { window, slots: Some(1), tells_progress: false },
        ),
        ("library", page("/else", json!({})), Shown { window, ..Shown::default() }),
        ("vllm", page("/props", json!({ "total_slots": 1 })), Shown { window, ..Shown::default() }),
    ] {
        let server = MockServer::start().await;
        page("/v1/models", list(owner)).mount(&server).await;
        other.mount(&server).await;
        let told = shown(&spec(Wire::OpenAiChat, &server), &Connections::new().unwrap()).await;
        assert_eq!(told, expected, "{owner}");
    }
}

/// A stream without an end, as a small model makes it: it is left at once, and what it repeats is left out.
#[tokio::test]
async fn a_reply_that_says_the_same_over_and_over_is_cut_while_it_comes() {
    let text = |piece: &str| json!({ "choices": [{ "index": 0, "delta": { "content": piece } }] });
    let call = |piece: &str| {
        let function = json!({ "name": "write", "arguments": piece });
        json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [{ "index": 0, "id": "t1", "function": function }] } }] })
    };
    let again = |piece: Value, times: usize| vec![piece; times];
    let said = [vec![text("I begin. ")], again(text("Let me look at the file again. "), 4_000)].concat();
    let told = reply(Wire::OpenAiChat, events(&said)).await;
    assert_eq!(told.reach, Reach::Repeating, "it has no end, and needs none");
    assert!(told.text.starts_with("I begin. Let me look") && told.text.len() < 700, "{}", told.text.len());

    let wrote = [vec![call("{\"content\":\"")], again(call("let x = 1;\\n"), 4_000)].concat();
    let told = reply(Wire::OpenAiChat, events(&wrote)).await;
    assert_eq!((told.reach, told.calls[0].arguments.clone()), (Reach::Repeating, None));
    assert!(told.calls[0].raw.len() < 2_000, "{}", told.calls[0].raw.len());
}
