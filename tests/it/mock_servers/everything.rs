//! `@modelcontextprotocol/server-everything` gives its tools over both ways, and asks the person for a form of every kind of
//! field.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use flightdeck::agent::mcp::{Around, Asked, McpSpec, McpWay, Names, Person, rows};
use flightdeck::agent::tool::{Call, ToolEnv, ToolRow};
use flightdeck::workspace::{Access, Confinement, Jail, Reaper};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::server::{Server, command, program};
use crate::support::flight::free_port;

/// What its form suggests as a number.
#[expect(clippy::approx_constant, reason = "it is the server's own")]
const SUGGESTED: f64 = 3.14;

/// Answers some fields and leaves the others as they are; keeps what it was asked.
#[derive(Default)]
struct Fills(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl Person for Fills {
    async fn ask(&self, _server: &str, asked: Asked) -> Result<String, String> {
        let answers = [
            ("`name`", "Ada Lovelace"),
            ("`check`", "yes"),
            ("`email`", "ada@example.org"),
            ("`integer`", "7"),
            ("`untitledMultipleSelectEnum`", "Piano, Drums"),
            ("`titledSingleSelectEnum`", "Wonder Woman"),
            ("`legacyTitledEnum`", "Birds"),
        ];
        let known = answers.iter().find(|(field, _)| asked.text.contains(field));
        let answer = known.map_or("-", |(_, answer)| answer);
        self.0.lock().unwrap().push(asked.text);
        Ok(answer.to_owned())
    }
}

async fn call(rows: &[ToolRow], tool: &str, arguments: Value) -> String {
    let row = rows.iter().find(|row| row.spec.name == format!("mcp__every__{tool}")).unwrap();
    let call = Call { id: "c".into(), cancel: CancellationToken::new(), progress: Arc::new(|_: &str| {}) };
    row.call(arguments, call).await.map_or_else(|fault| fault.to_string(), |output| output.text)
}

async fn answers(way: McpWay) {
    let root = tempfile::tempdir().unwrap();
    let place = Arc::new(ToolEnv {
        confinement: Confinement::new(root.path(), &[]).unwrap(),
        access: Access::Write,
        jail: Jail::default(),
        env: vec![("PATH".to_owned(), std::env::var("PATH").unwrap())],
        scratch: root.path().join("scratch"),
        reaper: Reaper::None,
    });
    let person = Arc::new(Fills::default());
    let asked: Arc<dyn Person> = Arc::clone(&person) as Arc<dyn Person>;
    let around = Around { place, images: None, person: asked, names: Names::Whole };
    let rows = rows(Arc::new(McpSpec { name: "every".to_owned(), way }), around).await.unwrap();
    assert_eq!(call(&rows, "echo", json!({ "message": "hi" })).await, "Echo: hi");
    let told = call(&rows, "trigger-elicitation-request", json!({})).await;
    assert!(told.contains("User provided the requested information"), "{told}");
    let content = told.split_once("Raw result: ").unwrap().1;
    let content: Value = serde_json::from_str(content).unwrap();
    let wanted = json!({ "name": "Ada Lovelace", "check": true, "email": "ada@example.org", "integer": 7, "number": SUGGESTED,
        "firstLine": "It was a dark and stormy night.", "untitledSingleSelectEnum": "Monica",
        "untitledMultipleSelectEnum": ["Piano", "Drums"], "titledSingleSelectEnum": "hero-3",
        "titledMultipleSelectEnum": ["fish-1"], "legacyTitledEnum": "pet-3" });
    assert_eq!(content, json!({ "action": "accept", "content": wanted }));
    assert_eq!(person.0.lock().unwrap().len(), 13, "a question for each field");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_form_is_filled_over_standard_input_and_output() {
    let Some(program) = program("FLIGHTDECK_EVERYTHING") else { return };
    let command = vec![program.display().to_string(), "stdio".to_owned()];
    answers(McpWay::Program { command, env: BTreeMap::new() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_form_is_filled_over_http() {
    let Some(program) = program("FLIGHTDECK_EVERYTHING") else { return };
    let port = free_port();
    let mut started = command(Path::new(&program));
    let started = started.arg("streamableHttp").env("PORT", port.to_string());
    let server = Server::start(started, port, "/mcp").await;
    answers(McpWay::Address { url: format!("{}/mcp", server.uri), headers: Vec::new() }).await;
}
