//! What goes over the wire turn by turn: each request begins with the one before, to the byte, so that a prompt cache finds
//! it; cache marks move, and are no part of what is cached.

use flightdeck::agent::model::provider::Wire;
use flightdeck::agent::model::{Item, Model, Request, ResultStatus, ToolChoice, ToolSpec};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::wire::{Pieces, WIRES, answering, events, provider, stream, turn_of};

const MARK: &str = r#","cache_control":{"type":"ephemeral"}"#;

fn result(call_id: &str, output: &str) -> Item {
    let (call_id, tool) = (call_id.to_owned(), "read".to_owned());
    Item::ToolResult { call_id, tool, output: output.to_owned(), status: ResultStatus::Done }
}

fn begun() -> Request {
    let tool =
        ToolSpec { name: "read".into(), description: "Reads.".into(), schema: json!({ "type": "object" }) };
    Request {
        system: "Be terse.".into(),
        items: vec![Item::User { text: "go: \"\u{1f600}\"\n".into() }].into(),
        tools: vec![tool],
        max_output_tokens: Some(900),
        ..Request::default()
    }
}

/// The request up to where its conversation ends.
fn prefix(body: &str) -> String {
    let plain = body.replace(MARK, "");
    let end = plain.rfind("],\"tool_choice\"").unwrap_or(plain.len() - 2);
    plain[..end].to_owned()
}

#[tokio::test]
async fn a_request_begins_with_the_one_before_it_on_every_wire() {
    for wire in WIRES {
        let server = answering(stream(events(&turn_of(wire)))).await;
        let model = provider(wire, &server);
        let (mut request, pieces, go) = (begun(), Pieces::default(), CancellationToken::new());
        for turn in 0..6 {
            let reply = model.turn(&request, &pieces, &go).await.unwrap();
            let id = reply.calls[0].id.clone();
            request.items.push(Item::Assistant(reply));
            request.items.push(result(&id, if turn == 1 { "" } else { "a line" }));
            if turn % 2 == 0 {
                request.items.push(result("t2", "of the same reply"));
            }
            if turn > 2 {
                request.items.push(Item::User { text: format!("a message {turn}") });
            }
            request.choice = if turn == 3 { ToolChoice::Required } else { ToolChoice::Free };
        }
        // One that nothing was written of yet says the same.
        model.turn(&request, &pieces, &go).await.unwrap();
        model.turn(&request.clone(), &pieces, &go).await.unwrap();
        let asked = server.received_requests().await.unwrap();
        let bodies: Vec<String> =
            asked.iter().map(|one| String::from_utf8(one.body.clone()).unwrap()).collect();
        for pair in bodies.windows(2) {
            serde_json::from_str::<Value>(&pair[1]).unwrap();
            let before = prefix(&pair[0]);
            let before = before.trim_end_matches([']', '}']);
            assert!(pair[1].replace(MARK, "").starts_with(before), "{wire:?}\n{}\n{}", pair[0], pair[1]);
        }
        assert_eq!(bodies[6], bodies[7], "{wire:?}");
        let marked = bodies[6].matches(MARK).count();
        assert_eq!(
            marked,
            if wire == Wire::AnthropicMessages { 3 } else { 0 },
            "{wire:?}: the system's and two more"
        );
    }
}

#[tokio::test]
async fn what_was_changed_is_written_anew() {
    for wire in WIRES {
        let server = answering(stream(events(&turn_of(wire)))).await;
        let model = provider(wire, &server);
        let (mut request, pieces, go) = (begun(), Pieces::default(), CancellationToken::new());
        request.items.push(Item::User { text: "the long way".into() });
        model.turn(&request, &pieces, &go).await.unwrap();
        request.items.edit(|items| items[1] = Item::User { text: "the short way".into() });
        model.turn(&request, &pieces, &go).await.unwrap();
        let body = String::from_utf8(server.received_requests().await.unwrap()[1].body.clone()).unwrap();
        assert!(body.contains("the short way") && !body.contains("the long way"), "{wire:?} {body}");
    }
}
