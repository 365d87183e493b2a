//! A mission that agents of other makers fly: they have the role's tools and its refusals, and what they do outside of those
//! shows all the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flightdeck::agent::external::AgentSpec;
use flightdeck::agent::mcp::{McpSpec, McpWay};
use flightdeck::agent::model::Model;
use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::session::Player;
use flightdeck::domain::attempt::{Attempt, Role};
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Event, Founding};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::{Commit, MissionId};
use flightdeck::domain::mission::{Limits, Status};
use flightdeck::domain::text::{Prose, Title};
use flightdeck::domain::transcript::{Before, EntryBody};
use flightdeck::domain::verdict::Standing;
use flightdeck::engine::{Backends, EngineOptions};
use flightdeck::store::sqlite::SqliteCatalogue;
use serde_json::{Value, json};

use crate::support::flight::{Ground, repository_with};

const PATIENCE: Duration = Duration::from_mins(2);

/// Every role is flown by the agent, each with a script of its own.
struct Agents {
    place: PathBuf,
}

impl Backends for Agents {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        Err(format!("{name} is an agent"))
    }

    fn player(&self, name: &str) -> Result<Player, String> {
        let role = name.strip_prefix("acp/").ok_or("only agents are here")?;
        let file = |ending: &str| self.place.join(format!("{role}.{ending}")).display().to_string();
        let agent = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/acp/agent.py");
        let command = vec!["python3".to_owned(), agent.display().to_string(), file("json"), file("log")];
        let bridge = vec![env!("CARGO_BIN_EXE_flightdeck").to_owned(), "mcp".to_owned()];
        Ok(Player::Agent(Arc::new(AgentSpec { bridge, ..AgentSpec::of_command(role, command) })))
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::UNKNOWN
    }
}

/// A mission of one feature, whose agents do what the scripts say.
fn ground(scripts: &BTreeMap<Role, Value>) -> (Ground, Arc<Agents>) {
    let (home, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let base = repository_with(repository.path(), [("README.md", "# Greetings\n")]);
    let place = home.path().join("agents");
    std::fs::create_dir_all(&place).unwrap();
    for (role, script) in scripts {
        std::fs::write(place.join(format!("{}.json", role.word())), script.to_string()).unwrap();
    }
    let id: MissionId = "agents-test".parse().unwrap();
    let model = |role: Role| (role, Title::clipped(format!("acp/{}", role.word())));
    let founding = Founding {
        mission: id.clone(),
        title: Title::clipped("Greetings"),
        goal: Goal::new("Greet people at the terminal.").unwrap(),
        repository: repository.path().canonicalize().unwrap().display().to_string(),
        target: Title::clipped("main"),
        base: Commit(base),
        branch: Title::clipped(format!("flightdeck/{id}")),
        models: Role::ALL.iter().copied().map(model).collect(),
        budget: Budget::default(),
        limits: Limits { sabotage_percent: 0, critic_rounds: 0, failures: 1, ..Limits::default() },
        autopilot: Autopilot::On,
    };
    let missions = Arc::new(SqliteCatalogue::new(home.path()));
    (Ground::founded(home, repository, missions, founding), Arc::new(Agents { place }))
}

async fn fly(ground: &Ground, agents: Arc<Agents>) {
    let options = EngineOptions { backends: agents, ..ground.options() };
    tokio::time::timeout(PATIENCE, flightdeck::engine::run(options)).await.unwrap().unwrap();
}

fn call(tool: &str, arguments: &Value) -> Value {
    json!({ "call": tool, "with": arguments })
}

fn plan() -> Value {
    let check =
        json!({ "via": "command", "how": "run it and read what it prints", "command": "sh greet.sh Ada" });
    let assertion = json!({ "id": "VAL-GREET-001", "title": "It greets", "check": check, "evidence": "the output",
        "statement": "Whoever runs it with a name is greeted by that name.", "shows": ["REQ-1"] });
    let feature = json!({ "title": "Greet", "description": "Say hello.", "fulfills": ["VAL-GREET-001"] });
    json!({ "turns": [[
        call("propose_contract", &json!({ "assertions": [assertion] })),
        call("propose_environment", &json!({ "test": [{ "name": "test", "run": "test -f README.md" }] })),
        call("propose_plan", &json!({ "milestones": [{ "title": "Greeting", "features": [feature] }] })),
    ]] })
}

/// A worker who hands in before everything is committed, is refused, and mends that.
fn worker() -> Value {
    let handoff = json!({ "summary": "It greets.", "implemented": ["a greeting"] });
    let diff = json!({ "type": "diff", "path": "greet.sh", "oldText": null, "newText": "echo Hello" });
    json!({ "turns": [[
        { "say": "I write it." },
        { "run": "printf 'echo \"Hello, $1!\"\\n' > greet.sh" },
        { "update": { "sessionUpdate": "tool_call", "toolCallId": "w1", "title": "Write greet.sh", "kind": "edit",
            "status": "completed", "content": [diff] } },
        call("handoff", &handoff),
        { "run": "git add -A && git commit -qm 'Greet people'" },
        call("handoff", &json!({})),
    ]] })
}

fn validators() -> [(Role, Value); 3] {
    let verdict = json!({ "assertion": "VAL-GREET-001", "outcome": "pass", "observed": "Hello, Ada!", "evidence": ["EVIDENCE"] });
    [
        (
            Role::Reviewer,
            json!({ "turns": [[
            call("report_review", &json!({ "summary": "It does.", "verdict": "pass", "issues": [] })),
        ]] }),
        ),
        (
            Role::Scrutiny,
            json!({ "turns": [[call("report_scrutiny", &json!({ "summary": "Fine.", "issues": [] }))]] }),
        ),
        (
            Role::UserTesting,
            json!({ "turns": [[
            { "run": "ls > seen.txt" },
            call("run", &json!({ "command": "sh greet.sh Ada" })),
            call("verdict", &verdict),
            call("report_user_testing", &json!({ "summary": "It greets.", "frictions": [], "issues": [] })),
        ]] }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_mission_is_flown_by_agents_in_every_role() {
    let mut scripts = BTreeMap::from([(Role::Orchestrator, plan()), (Role::Worker, worker())]);
    scripts.extend(validators());
    let (ground, agents) = ground(&scripts);
    fly(&ground, Arc::clone(&agents)).await;
    let mission = ground.mission();
    let log = |role: Role| {
        std::fs::read_to_string(agents.place.join(format!("{}.log", role.word()))).unwrap_or_default()
    };
    assert_eq!(mission.status(), Status::Completed, "{:?}\n{}", mission.hold, log(Role::UserTesting));
    assert!(mission.contract.keys().all(|id| mission.standing(id) == Standing::Passed));
    assert!(mission.attempts.values().all(Attempt::is_done));

    // The same refusals: what was not committed is named, and the kept handoff is taken once it is.
    let worker = log(Role::Worker);
    assert!(worker.contains("the tree is not clean: greet.sh"), "{worker}");
    assert!(worker.contains("The handoff is accepted."), "{worker}");
    let offered: Vec<Value> = notes(&worker, "tools");
    let offered: Vec<&str> =
        offered[0].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(offered, ["handoff", "request_amendment", "ask_orchestrator", "message"]);

    // What it did with its own tools stands in the transcript as of any session, and what it changed in the repository.
    let builder = mission.attempts.values().find(|attempt| attempt.role == Role::Worker).unwrap();
    let store = ground.missions.read(&ground.id).unwrap();
    let (entries, _) = store.transcripts().page(builder.id, Before::End, 100).unwrap();
    let told = |wanted: &str| {
        entries.iter().any(|entry| match &entry.body {
            EntryBody::Called { tool, arguments, .. } => format!("{tool} {arguments}").contains(wanted),
            EntryBody::Said { text } => text.contains(wanted),
            _ => false,
        })
    };
    assert!(
        told("I write it.") && told("write {\"path\":\"greet.sh\"") && told("handoff {\"summary\""),
        "{entries:?}"
    );
    assert!(builder.usage.unpriced > 0, "tokens of an agent without a price bind it: {:?}", builder.usage);

    // Who tests as a user sees no code, not even by tools of its own.
    let tester = notes(&log(Role::UserTesting), "cwd").remove(0);
    assert!(tester.as_str().unwrap().contains("/scratch/blind/"), "{tester}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_ends_without_a_handoff_has_failed_and_its_mission_waits_for_the_person() {
    let silent = json!({ "turns": [[{ "say": "I think it is done." }]] });
    let (ground, agents) = ground(&BTreeMap::from([(Role::Orchestrator, plan()), (Role::Worker, silent)]));
    fly(&ground, Arc::clone(&agents)).await;
    let mission = ground.mission();
    assert!(mission.hold.is_some(), "{:?}", mission.status());
    let handed_in =
        ground.events().into_iter().any(|event| matches!(event.event, Event::HandoffGiven { .. }));
    assert!(!handed_in);
    let log = std::fs::read_to_string(agents.place.join("worker.log")).unwrap();
    assert!(
        log.contains(
            "That was text, not a tool call, and nobody reads it. If you are done, call `handoff` now."
        ),
        "{log}"
    );
}

/// A server of the person's, as [`crate::agent::mcp`] has it.
fn server() -> BTreeMap<Role, Vec<Arc<McpSpec>>> {
    let command = ["python3", "-c", crate::agent::mcp::SERVER].map(str::to_owned).to_vec();
    let way = McpWay::Program { command, env: BTreeMap::new() };
    let spec = Arc::new(McpSpec { name: "t".to_owned(), way });
    BTreeMap::from([(Role::Orchestrator, vec![spec])])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_has_the_tools_of_the_persons_servers_from_ours_and_goes_on_once_it_is_answered() {
    let question = json!({ "questions": [{ "question": "Which language?" }] });
    let asks = [call("t__greet_me", &json!({ "who": "Ada" })), call("ask_user", &question)];
    let script = json!({ "able": { "loadSession": true }, "turns": [asks] });
    let (ground, agents) = ground(&BTreeMap::from([(Role::Orchestrator, script)]));
    let fly = async || {
        let options = EngineOptions { backends: agents.clone(), mcp: server(), ..ground.options() };
        tokio::time::timeout(PATIENCE, flightdeck::engine::run(options)).await.unwrap().unwrap();
    };
    fly().await;
    let log = || std::fs::read_to_string(agents.place.join("orchestrator.log")).unwrap();
    assert!(log().contains("Hello Ada from nowhere"), "{}", log());
    let asked = ground.mission().questions[0].id;
    ground.person(Command::Answer { question: asked, text: Prose::clipped("Finnish") });
    std::fs::write(agents.place.join("orchestrator.json"), {
        let mut plan = plan();
        plan["able"] = json!({ "loadSession": true });
        plan.to_string()
    })
    .unwrap();
    fly().await;
    let got = notes(&log(), "got");
    let of = |method: &str| got.iter().filter(|message| message["method"] == method).collect::<Vec<_>>();
    assert_eq!((of("session/new").len(), of("session/load").len()), (1, 1), "{}", ground.told());
    assert_eq!(of("session/load")[0]["params"]["sessionId"], "s1");
    let prompts = of("session/prompt");
    let heard = prompts.last().unwrap()["params"]["prompt"][0]["text"].as_str().unwrap();
    assert!(heard.starts_with("You go on where you were.") && heard.contains("answered: Finnish"), "{heard}");
    assert!(!heard.contains("# The goal"), "it knows that: {heard}");
    assert!(ground.told().contains("note: goes on with the conversation of #1"), "{}", ground.told());
    assert!(!ground.mission().milestones.is_empty(), "{}", ground.told());
}

/// What an agent noted of a kind.
fn notes(log: &str, kind: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| line.get(kind).cloned()).collect()
}
