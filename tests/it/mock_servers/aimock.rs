//! `@copilotkit/aimock` plays every mind of a whole mission, from `tests/fixtures/aimock/greetings.json`.
//!
//! Its fixtures are matched on the brief, the system prompt and the number of the turn, strictly: a request that is
//! not in the script is an error. They cannot quote what a tool answered, so those that name evidence are taught to
//! the server the moment an instrument has given the reference.

use std::sync::Arc;

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{Item, Model, Request, StreamSink, Turn};
use flightdeck::domain::attempt::Attempt;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::Status;
use flightdeck::domain::usage::Usage;
use flightdeck::domain::verdict::Standing;
use flightdeck::engine::Backends;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::server::{Server, command, program};
use crate::support::flight::{Ground, free_port};
use crate::support::wire::{Networked, Setting, WIRES};

const SCRIPT: &str = include_str!("../../fixtures/aimock/greetings.json");
/// The port that the script names for the app.
const SCRIPTED_PORT: &str = "65001";
/// What the script says in the place of a reference.
const EVIDENCE: &str = "\"EVIDENCE\"";
const TEST: &str = "set -e\n[ \"$(sh greet.sh Ada)\" = 'Hello, Ada!' ]\n[ ! -f serve.py ] || python3 -c \"compile(open('serve.py').read(), 'serve.py', 'exec')\"\necho ok\n";

/// Networked models that teach the server what it must quote.
struct Taught {
    networked: Networked,
    server: Arc<Server>,
    later: Arc<Vec<Value>>,
}

struct Pupil {
    inner: Arc<dyn Model>,
    server: Arc<Server>,
    later: Arc<Vec<Value>>,
}

impl Backends for Taught {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        let inner = self.networked.model(name)?;
        Ok(Arc::new(Pupil { inner, server: Arc::clone(&self.server), later: Arc::clone(&self.later) }))
    }

    fn facts(&self, name: &str) -> ModelFacts {
        self.networked.facts(name)
    }
}

#[async_trait::async_trait]
impl Model for Pupil {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        if let Some(Item::ToolResult { output, .. }) = request.items.last()
            && let Some((seen, reference)) = output.rsplit_once("evidence: ")
        {
            let quotes =
                |fixture: &&Value| seen.contains(fixture["match"]["toolResultContains"].as_str().unwrap());
            let fixture =
                self.later.iter().find(quotes).unwrap_or_else(|| panic!("not in the script: {seen}"));
            // A recording may stand on the line below it.
            let reference = reference.lines().next().unwrap().trim();
            let fixture = fixture.to_string().replace(EVIDENCE, &json!(reference).to_string());
            let fixture: Value = serde_json::from_str(&fixture).unwrap();
            assert_eq!(self.server.post("/__aimock/fixtures", &json!({ "fixtures": [fixture] })).await, 200);
        }
        self.inner.turn(request, stream, cancel).await
    }
}

/// Flies the mission with a model of one wire.
async fn fly(wire: &str, model: &str) {
    let Some(program) = program("FLIGHTDECK_AIMOCK") else { return };
    let ground = Ground::of(&Setting {
        goal: "Greet people at the terminal and over HTTP.",
        model,
        autopilot: Autopilot::On,
        files: &[("README.md", "# Greetings\n"), ("test.sh", TEST)],
    });
    let script: Value =
        serde_json::from_str(&SCRIPT.replace(SCRIPTED_PORT, &free_port().to_string())).unwrap();
    let fixtures = script["fixtures"].as_array().unwrap().iter().cloned();
    let (later, first): (Vec<Value>, Vec<Value>) =
        fixtures.partition(|fixture| fixture["response"].to_string().contains(EVIDENCE));
    let turns = later.len() + first.len();
    let file = ground.home.path().join("greetings.json");
    std::fs::write(&file, json!({ "fixtures": first }).to_string()).unwrap();
    let port = free_port();
    let mut start = command(&program);
    start.args(["-p", &port.to_string(), "--strict", "--log-level", "warn", "-f"]).arg(&file);
    let server =
        Arc::new(Server::start(start.env("AIMOCK_STRICT_TURN_INDEX", "1"), port, "/__aimock/journal").await);
    let variables = server.variables("");
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let networked = Networked::resolve(&[model], &variables);
    let taught = Taught { networked, server: Arc::clone(&server), later: Arc::new(later) };
    let mission = ground.fly(Arc::new(taught)).await;

    assert_eq!(mission.status(), Status::Completed, "{:?}\n{}", mission.hold, ground.told());
    assert_eq!(mission.contract.len(), 2);
    assert!(mission.contract.keys().all(|id| mission.standing(id) == Standing::Passed));
    assert_eq!(mission.features.iter().filter(|feature| feature.is_built()).count(), 2);
    assert!(mission.attempts.values().all(Attempt::is_done), "{}", ground.told());
    assert_eq!(mission.knowledge.len(), 3, "what the scrutiny validator confirmed or found itself is kept");
    assert_ne!(mission.usage(), Usage::default());
    let journal = server.get("/__aimock/journal?limit=1000").await;
    let asked = journal.as_array().unwrap();
    assert_eq!(asked.len(), turns, "every turn of the script is asked for once: {}", ground.told());
    assert!(asked.iter().all(|entry| entry["path"].as_str().unwrap().contains(wire)), "{wire}");
    let landed = git2::Repository::open(ground.repository.path()).unwrap();
    let branch = landed.find_branch("flightdeck/wire-test", git2::BranchType::Local).unwrap();
    let tree = branch.get().peel_to_tree().unwrap();
    assert!(["greet.sh", "serve.py"].iter().all(|name| tree.get_name(name).is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mission_flies_over_anthropic_messages() {
    fly("/messages", WIRES[0].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mission_flies_over_openai_responses() {
    fly("/responses", WIRES[1].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mission_flies_over_chat_completions() {
    fly("/chat/completions", WIRES[2].1).await;
}
