//! A whole session over real HTTP with real tools in a real directory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flightdeck::agent::model::provider::Wire;
use flightdeck::agent::model::{Item, StreamPiece, TokenUsage};
use flightdeck::agent::session::{Observer, Permit, Player, Session};
use flightdeck::agent::tool::{Extras, ToolEnv, ToolTable};
use flightdeck::agent::turn::{Closing, Limits, Outcome};
use flightdeck::workspace::{Access, Confinement, Jail, Reaper};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use super::wire::{events, provider, stream};

/// Keeps the items of a session and the restarts of its model.
#[derive(Default)]
pub struct Log(Mutex<Vec<Item>>, Mutex<Vec<String>>);

impl Log {
    /// Restarts and results, one a line.
    pub fn notes(&self) -> Vec<String> {
        let items = self.0.lock().unwrap();
        let results = items.iter().filter_map(|item| match item {
            Item::ToolResult { tool, output, .. } => Some(format!("{tool}: {output:?}")),
            _ => None,
        });
        self.1.lock().unwrap().iter().cloned().chain(results.take(3)).collect()
    }
}

impl Observer for Log {
    fn item(&self, item: &Item) {
        self.0.lock().unwrap().push(item.clone());
    }
    fn stream(&self, piece: StreamPiece<'_>) {
        if let StreamPiece::Restarted { reason } = piece {
            self.1.lock().unwrap().push(format!("restarted: {reason}"));
        }
    }
    fn usage(&self, _: TokenUsage) {}
}

#[async_trait::async_trait]
impl Permit for Log {
    async fn before_model_call(&self, _: u64) -> Result<(), String> {
        Ok(())
    }
}

/// Answers the n-th request with the n-th reply.
struct Script {
    replies: Vec<String>,
    asked: AtomicUsize,
}

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        self.replies.get(turn).cloned().map_or_else(|| ResponseTemplate::new(400), stream)
    }
}

fn calling(id: &str, tool: &str, arguments: &Value) -> String {
    let function = json!({ "name": tool, "arguments": arguments.to_string() });
    let call = json!({ "index": 0, "id": id, "type": "function", "function": function });
    events(&[
        json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [call] }, "finish_reason": null }] }),
        json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] }),
        json!({ "choices": [], "usage": { "prompt_tokens": 50, "completion_tokens": 5 } }),
        json!("data: [DONE]"),
    ])
}

fn saying(text: &str) -> String {
    events(&[
        json!({ "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": "stop" }] }),
        json!("data: [DONE]"),
    ])
}

async fn run(replies: Vec<String>, root: &std::path::Path, log: &Arc<Log>) -> (Outcome, u32) {
    let server = MockServer::start().await;
    let script = Script { replies, asked: AtomicUsize::new(0) };
    Mock::given(matchers::any()).respond_with(script).mount(&server).await;
    let scratch = tempfile::tempdir().unwrap();
    let place = ToolEnv {
        confinement: Confinement::new(root, &[scratch.path().to_owned()]).unwrap(),
        access: Access::Write,
        jail: Jail::default(),
        env: Vec::new(),
        scratch: scratch.path().to_owned(),
        reaper: Reaper::None,
    };
    let place = Arc::new(place);
    let picked = ToolTable::new(&place, Extras::default()).pick(["read", "write", "edit", "shell"]);
    let (_post, inbox) = mpsc::channel(1);
    let session = Session {
        player: Player::Model(Arc::new(provider(Wire::OpenAiChat, &server))),
        place,
        system: "You build.".into(),
        earlier: None,
        taken_up: None,
        archive: None,
        brief: "Build it.".into(),
        tools: picked.tools,
        closing: Closing::Text,
        limits: Limits::default(),
        labels: BTreeMap::new(),
        permit: Arc::clone(log) as Arc<dyn Permit>,
        observer: Arc::clone(log) as Arc<dyn Observer>,
        inbox,
        cancel: CancellationToken::new(),
        hooks: None,
    };
    let ended = session.run().await;
    (ended.outcome, ended.tool_calls)
}

#[tokio::test]
async fn files_are_written_edited_and_run() {
    let root = tempfile::tempdir().unwrap();
    let log = Arc::new(Log::default());
    let replies = vec![
        calling("a", "write", &json!({ "path": "run.sh", "content": "echo hello\n" })),
        calling("b", "edit", &json!({ "path": "run.sh", "old": "hello", "new": "world" })),
        calling("c", "shell", &json!({ "command": "sh run.sh" })),
        saying("It says world."),
    ];
    let (outcome, calls) = run(replies, root.path(), &log).await;
    assert_eq!((outcome, calls), (Outcome::Said("It says world.".into()), 3));
    let items = log.0.lock().unwrap();
    assert!(
        items
            .iter()
            .any(|item| matches!(item, Item::ToolResult { output, .. } if output == "world\n[exit code 0]"))
    );
}

#[tokio::test]
async fn an_agent_that_never_ends_is_ended_by_its_cap() {
    let root = tempfile::tempdir().unwrap();
    let log = Arc::new(Log::default());
    let write =
        |turn| calling(&format!("c{turn}"), "write", &json!({ "path": "n", "content": format!("{turn}") }));
    let (outcome, calls) = run((0..300).map(write).collect(), root.path(), &log).await;
    assert!(
        matches!(outcome, Outcome::Failed { ref reason, .. } if reason.contains("200 turns")),
        "{outcome:?}"
    );
    assert_eq!((calls, std::fs::read_to_string(root.path().join("n")).unwrap().as_str()), (200, "199"));
}
