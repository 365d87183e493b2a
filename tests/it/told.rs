//! What changes while an attempt flies reaches it: before its next turn, and before it can end.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{Item, Model, Reply, Request, StreamSink, ToolCall, Turn};
use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::command::{Command, SpecEdit, WordingEdit};
use flightdeck::domain::event::Event;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::{FeatureId, Revision};
use flightdeck::engine::{Backends, EngineOptions};
use flightdeck::link::protocol::{Call, LiveOutput};
use flightdeck::link::{Client, Notices};
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::support::flight::Ground;
use crate::support::words;

const PATIENCE: Duration = Duration::from_mins(1);

/// A mind that plans one feature, and whose worker waits in its first turn until it is let go on.
struct Mind {
    turns: AtomicUsize,
    go_on: Arc<Notify>,
    /// Every request of the worker, as it comes.
    asked: mpsc::UnboundedSender<Request>,
}

fn reply(calls: &[(&str, Value)]) -> Reply {
    let call = |(number, (tool, arguments)): (usize, &(&str, Value))| ToolCall {
        id: format!("call{number}"),
        tool: (*tool).to_owned(),
        arguments: Some(arguments.clone()),
        raw: String::new(),
    };
    Reply { calls: calls.iter().enumerate().map(call).collect(), ..Reply::default() }
}

fn plan() -> Reply {
    let check = json!({ "via": "command", "how": "run it and read the exit code", "command": "true" });
    let assertion = json!({ "id": "VAL-A-001", "title": "It greets", "check": check, "evidence": "the output",
        "statement": "Whoever runs it reads a greeting." });
    let feature = json!({ "title": "Greet", "description": "Say hello.", "fulfills": ["VAL-A-001"] });
    reply(&[
        ("propose_contract", json!({ "assertions": [assertion] })),
        ("propose_environment", json!({ "test": [{ "name": "test", "run": "true" }] })),
        ("propose_plan", json!({ "milestones": [{ "title": "Greeting", "features": [feature] }] })),
    ])
}

#[async_trait::async_trait]
impl Model for Mind {
    fn name(&self) -> &'static str {
        "test/mind"
    }

    async fn turn(&self, request: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
        if request.labels.get("role").is_some_and(|role| role == "orchestrator") {
            return Ok(plan());
        }
        self.asked.send(request.clone()).unwrap();
        if self.turns.fetch_add(1, Ordering::SeqCst) == 0 {
            self.go_on.notified().await;
        }
        Ok(reply(&[("handoff", json!({ "summary": "Nothing to do.", "implemented": [] }))]))
    }
}

struct Only(Arc<Mind>);

impl Backends for Only {
    fn model(&self, _name: &str) -> Result<Arc<dyn Model>, String> {
        let mind: Arc<dyn Model> = self.0.clone();
        Ok(mind)
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::UNKNOWN
    }
}

fn said(request: &Request) -> String {
    let texts = request.items.iter().map(|item| match item {
        Item::User { text } => text.clone(),
        Item::ToolResult { output, .. } => output.clone(),
        Item::Assistant(_) | Item::Unknown => String::new(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The engine behind a socket, as soon as it listens there.
async fn reached(socket: &Path) -> (Client, Notices) {
    let client = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Ok(reached) = Client::connect(socket, "test").await {
                return reached;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    client.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_reads_what_was_added_reworded_and_retired_before_its_handoff_counts() {
    let ground = Ground::demo(Autopilot::On);
    let (asked, mut requests) = mpsc::unbounded_channel();
    let go_on = Arc::new(Notify::new());
    let mind = Arc::new(Mind { turns: AtomicUsize::new(0), go_on: Arc::clone(&go_on), asked });
    let options = EngineOptions { backends: Arc::new(Only(mind)), ..ground.options() };
    let socket = options.socket.clone();
    let engine = tokio::spawn(flightdeck::engine::run(options));
    let (client, notices) = reached(&socket).await;
    client.call(Call::Attach { output: LiveOutput::Unwanted }).await.unwrap();
    let first = tokio::time::timeout(PATIENCE, requests.recv()).await.unwrap().unwrap();
    assert!(said(&first).contains("VAL-A-001"));

    let feature = FeatureId(1);
    let criteria = Some(vec![words::line("It greets twice")]);
    let spec = Box::new(SpecEdit { criteria, ..SpecEdit::default() });
    let statement = Some(words::prose("Whoever runs it reads a long greeting."));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    let commands = [
        Command::AddAssertion { draft: Box::new(words::assertion("VAL-NEW-001")), feature },
        Command::AddAssertion { draft: Box::new(words::assertion("VAL-NEW-002")), feature },
        Command::RetireAssertion { assertion: words::val("VAL-NEW-002"), reason: words::line("too much") },
        Command::EditAssertion { assertion: words::val("VAL-A-001"), base: Revision(1), edit },
        Command::EditFeature { feature, base: Revision(1), edit: spec },
    ];
    for command in commands {
        client.call(Call::Command { command: Box::new(command) }).await.unwrap();
    }
    // The handoff of the running turn is not taken; the next turn has read everything.
    go_on.notify_one();
    let second = tokio::time::timeout(PATIENCE, requests.recv()).await.unwrap().unwrap();
    let read = said(&second);
    for words in [
        "VAL-NEW-001 is new, and F1 is to fulfill it:\n### VAL-NEW-001 A visitor sees what VAL-NEW-001 promises (revision 1)\nA visitor sees what VAL-NEW-001 promises\n",
        "VAL-NEW-002 is retired and holds no longer: too much",
        "VAL-A-001 has a new wording, which holds from now on:\n### VAL-A-001 It greets (revision 2)\nWhoever runs it reads a long greeting.",
        "It is done when\n- It greets twice",
    ] {
        assert!(read.contains(words), "the worker did not read {words:?}:\n{read}");
    }
    tokio::time::timeout(PATIENCE, async {
        while ground.mission().handoffs.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    let handed_in =
        ground.events().into_iter().filter(|e| matches!(e.event, Event::HandoffGiven { .. })).count();
    assert_eq!(handed_in, 1);
    let mission = ground.mission();
    let worker = mission.attempts.values().find(|a| matches!(a.work, AgentWork::Build { .. })).unwrap();
    assert_eq!(worker.revisions[&words::val("VAL-NEW-001")], Revision(1));
    assert_eq!(worker.revisions[&words::val("VAL-A-001")], Revision(2));
    let reason = words::line("seen enough");
    client.call(Call::Command { command: Box::new(Command::Abandon { reason }) }).await.unwrap();
    drop((client, notices));
    tokio::time::timeout(PATIENCE, engine).await.unwrap().unwrap().unwrap();
}
