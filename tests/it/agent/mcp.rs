//! Tools of servers that speak the Model Context Protocol, over a program's input and output and over HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::agent::mcp::{Around, Asked, McpSpec, McpWay, Names, Person, rows};
use flightdeck::agent::model::{Item, Reply};
use flightdeck::agent::tool::{Call, EvidenceSink, ToolEnv, ToolRow};
use flightdeck::domain::attempt::Role;
use flightdeck::domain::command::Command;
use flightdeck::engine::EngineOptions;
use flightdeck::instrument::Evidence;
use flightdeck::link::Client;
use flightdeck::link::protocol::Call as LinkCall;
use flightdeck::workspace::{Access, Confinement, Jail, Reaper};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::{needs, planning, waits_at_the_plan_gate};
use crate::support::words;

/// A server of a few lines.
pub const SERVER: &str = r#"
import json, os, sys
def say(message):
    print(json.dumps(dict(message, jsonrpc="2.0")), flush=True)
def text(words, **more):
    return dict({"content": [{"type": "text", "text": words}]}, **more)
def made(name, arguments):
    if name == "greet.me":
        return text("Hello " + arguments["who"] + " from " + os.environ.get("PLACE", "nowhere"))
    if name == "refuse":
        return text("not today", isError=True)
    if name == "draw":
        return {"content": [{"type": "image", "mimeType": "image/png", "data": "AAAA"}]}
    if name == "ask":
        schema = {"type": "object", "properties": {"colour": {"type": "string"}}}
        say({"id": 99, "method": "elicitation/create", "params": {"mode": "form", "message": "Which colour?", "requestedSchema": schema}})
        result = json.loads(sys.stdin.readline())["result"]
        return text("they %s %s" % (result["action"], result.get("content")))
    if name == "steal":
        try:
            open(arguments["to"], "w").close()
            return text("written")
        except OSError as error:
            return text("refused: " + error.strerror)
    sys.stderr.write("out of luck")
    sys.exit(7)
for line in sys.stdin:
    asked = json.loads(line)
    method, params = asked.get("method"), asked.get("params", {})
    if method == "initialize":
        result = {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "t", "version": "1"}}
    elif method == "tools/list":
        names = ["greet.me", "refuse", "draw", "ask", "steal", "die"]
        result = {"tools": [{"name": name, "description": "Does it.", "inputSchema": {"type": "object"}} for name in names]}
    elif method == "tools/call":
        result = made(params["name"], params.get("arguments", {}))
    else:
        continue
    say({"id": asked["id"], "result": result})
"#;

fn program(command: &[&str], env: &[(&str, &str)]) -> Arc<McpSpec> {
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), SecretString::from(*value));
    let command = command.iter().map(|word| (*word).to_owned()).collect();
    let way = McpWay::Program { command, env: env.iter().map(secret).collect() };
    Arc::new(McpSpec { name: "t".to_owned(), way })
}

struct Place {
    _root: TempDir,
    env: Arc<ToolEnv>,
}

impl Place {
    fn around(&self, answers: &'static str) -> Around {
        Around {
            place: Arc::clone(&self.env),
            images: None,
            person: Arc::new(Says(answers)),
            names: Names::Whole,
        }
    }
}

/// A person who always says the same.
struct Says(&'static str);

#[async_trait::async_trait]
impl Person for Says {
    async fn ask(&self, _server: &str, _asked: Asked) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

fn place() -> Place {
    let root = tempfile::tempdir().unwrap();
    let env = ToolEnv {
        confinement: Confinement::new(root.path(), &[]).unwrap(),
        access: Access::Write,
        jail: Jail::default(),
        env: Vec::new(),
        scratch: root.path().join("scratch"),
        reaper: Reaper::None,
    };
    Place { env: Arc::new(env), _root: root }
}

async fn asked(rows: &[ToolRow], tool: &str, arguments: Value) -> Result<String, String> {
    let row = rows.iter().find(|row| row.spec.name == format!("mcp__t__{tool}")).unwrap();
    let call = Call { id: "c".into(), cancel: CancellationToken::new(), progress: Arc::new(|_: &str| {}) };
    row.call(arguments, call).await.map(|output| output.text).map_err(|fault| fault.to_string())
}

/// A server of a few lines that knows no `initialize`: each request says its protocol, and what it asks of the person it
/// asks in the place of a result.
const DISCOVERED: &str = r#"
import json, sys
def result(method, params):
    if method == "server/discover":
        return {"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private"}
    assert params["_meta"]["io.modelcontextprotocol/protocolVersion"] == "2026-07-28"
    if method == "tools/list":
        return {"resultType": "complete", "tools": [{"name": "ask", "inputSchema": {"type": "object"}}], "ttlMs": 0, "cacheScope": "private"}
    if "inputResponses" not in params:
        schema = {"type": "object", "properties": {"colour": {"type": "string"}}}
        asked = {"method": "elicitation/create", "params": {"mode": "form", "message": "Which colour?", "requestedSchema": schema}}
        return {"resultType": "input_required", "inputRequests": {"colour": asked}, "requestState": "s"}
    assert params["requestState"] == "s"
    return {"resultType": "complete", "content": [{"type": "text", "text": json.dumps(params["inputResponses"]["colour"])}]}
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    answer = {"jsonrpc": "2.0", "id": asked["id"]}
    try:
        assert asked["method"] != "initialize"
        answer["result"] = result(asked["method"], asked.get("params", {}))
    except Exception as error:
        answer["error"] = {"code": -32601, "message": "no such method: " + asked["method"] + repr(error)}
    print(json.dumps(answer), flush=True)
"#;

#[tokio::test]
async fn a_server_that_knows_only_to_be_discovered_is_spoken_with_as_it_wants() {
    let place = place();
    let rows = rows(program(&["python3", "-c", DISCOVERED], &[]), place.around("blue")).await.unwrap();
    let answered: Value = serde_json::from_str(&asked(&rows, "ask", json!({})).await.unwrap()).unwrap();
    assert_eq!((&answered["action"], &answered["content"]), (&json!("accept"), &json!({ "colour": "blue" })));
}

/// The same over HTTP: it refuses `initialize`, keeps no sessions, and reads the protocol of each request in its head.
struct Discovered;

impl Respond for Discovered {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let Ok(asked) = request.body_json::<Value>() else { return ResponseTemplate::new(405) };
        let (method, params) = (asked["method"].as_str().unwrap_or_default(), &asked["params"]);
        let answered = |result: Value| {
            let answer = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
            ResponseTemplate::new(200).set_body_json(answer)
        };
        let head = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
        let kept = json!({ "ttlMs": 0, "cacheScope": "private", "resultType": "complete" });
        let with = |more: Value| {
            let (mut all, Value::Object(more)) = (kept.clone(), more) else { panic!("it is an object") };
            all.as_object_mut().unwrap().extend(more);
            answered(all)
        };
        if method == "initialize"
            || head("mcp-protocol-version") != Some("2026-07-28")
            || head("mcp-session-id").is_some()
        {
            let error = json!({ "code": -32601, "message": format!("no such method: {method}") });
            let refused = json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error });
            return ResponseTemplate::new(400).set_body_json(refused);
        }
        match method {
            "server/discover" => {
                with(json!({ "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} } }))
            }
            "tools/list" => {
                with(json!({ "tools": [{ "name": "ask", "inputSchema": { "type": "object" } }] }))
            }
            "tools/call" if params["inputResponses"].is_null() => {
                let schema = json!({ "type": "object", "properties": { "colour": { "type": "string" } } });
                let form = json!({ "mode": "form", "message": "Which colour?", "requestedSchema": schema });
                let asks = json!({ "colour": { "method": "elicitation/create", "params": form } });
                answered(
                    json!({ "resultType": "input_required", "inputRequests": asks, "requestState": "s" }),
                )
            }
            "tools/call" => {
                let told = params["inputResponses"]["colour"].to_string();
                answered(json!({ "resultType": "complete", "content": [{ "type": "text", "text": told }] }))
            }
            _ => ResponseTemplate::new(202),
        }
    }
}

#[tokio::test]
async fn a_server_that_knows_only_to_be_discovered_is_spoken_with_over_http_too() {
    let server = MockServer::start().await;
    Mock::given(matchers::any()).respond_with(Discovered).mount(&server).await;
    let place = place();
    let spec = address(&format!("{}/mcp", server.uri()), &[]);
    let rows = rows(spec, place.around("blue")).await.unwrap();
    let answered: Value = serde_json::from_str(&asked(&rows, "ask", json!({})).await.unwrap()).unwrap();
    assert_eq!((&answered["action"], &answered["content"]), (&json!("accept"), &json!({ "colour": "blue" })));
}

#[derive(Default)]
struct Kept(Mutex<Vec<Evidence>>);

impl EvidenceSink for Kept {
    fn keep(&self, evidence: Evidence) -> Result<String, String> {
        self.0.lock().unwrap().push(evidence);
        Ok("ev_0".to_owned())
    }
}

#[tokio::test]
async fn a_program_gives_its_tools_and_is_started_again_once() {
    let (place, kept) = (place(), Arc::new(Kept::default()));
    let spec = program(&["python3", "-c", SERVER], &[("PLACE", "home")]);
    let images = Some(Arc::clone(&kept) as Arc<dyn EvidenceSink>);
    let rows = rows(spec, Around { images, ..place.around("decline") }).await.unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.spec.name.as_str()).collect();
    assert_eq!(names[..2], ["mcp__t__greet_me", "mcp__t__refuse"]);
    assert!(rows[0].refusal(Access::Read).is_none(), "whoever is named is given it");
    let greeted = Ok("Hello Ada from home".to_owned());
    assert_eq!(asked(&rows, "greet_me", json!({ "who": "Ada" })).await, greeted);
    assert_eq!(asked(&rows, "refuse", json!({})).await, Err("not today".to_owned()));
    let drawn = asked(&rows, "draw", json!({})).await.unwrap();
    assert_eq!(drawn, "[an image: image/png]\n\nevidence: ev_0");
    let stranger = kept.0.lock().unwrap()[0].stranger.clone();
    assert_eq!(stranger.as_deref(), Some("the MCP server t"), "no verdict rests on it");
    let told = asked(&rows, "ask", json!({})).await.unwrap();
    let declined = "they decline None\n[the server asked the person \"Which colour?\": they declined]";
    assert_eq!(told, declined);
    let died = asked(&rows, "die", json!({})).await.unwrap_err();
    assert!(died.contains("exit code 7: out of luck") && died.contains("started again"), "{died}");
    assert_eq!(asked(&rows, "greet_me", json!({ "who": "Ada" })).await, greeted);
    let died = asked(&rows, "die", json!({})).await.unwrap_err();
    let twice = "the MCP server `t` ended twice (exit code 7: out of luck)";
    assert!(died.ends_with(twice), "{died}");
    assert_eq!(asked(&rows, "greet_me", json!({ "who": "Ada" })).await, Err(twice.to_owned()));
}

#[tokio::test]
async fn a_server_that_cannot_be_had_says_why() {
    let place = place();
    let table = [
        (program(&["no-such-server"], &[]), "it is not installed or not on PATH"),
        (
            program(&["sh", "-c", "echo no licence >&2; exit 3"], &[]),
            "did not start: exit code 3: no licence",
        ),
        (address("http://127.0.0.1:9/mcp", &[]), "does not answer at http://127.0.0.1:9/mcp"),
    ];
    for (spec, words) in table {
        let why = rows(spec, place.around("blue")).await.err().unwrap();
        assert!(why.contains(words), "{why}");
    }
}

fn address(url: &str, headers: &[(&str, &str)]) -> Arc<McpSpec> {
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), SecretString::from(*value));
    let way = McpWay::Address { url: url.to_owned(), headers: headers.iter().map(secret).collect() };
    Arc::new(McpSpec { name: "t".to_owned(), way })
}

/// Answers as a server over HTTP that has one tool.
struct OneTool;

impl Respond for OneTool {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let asked: Value = request.body_json().unwrap_or_default();
        let result = match asked["method"].as_str() {
            Some("initialize") => json!({
                "protocolVersion": asked["params"]["protocolVersion"],
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "t", "version": "1" },
            }),
            Some("tools/list") => {
                json!({ "tools": [{ "name": "add", "inputSchema": { "type": "object" } }] })
            }
            Some("tools/call") => {
                let sum = asked["params"]["arguments"]["a"].as_i64().unwrap() + 1;
                json!({ "content": [], "structuredContent": { "sum": sum } })
            }
            Some(_) => return ResponseTemplate::new(202),
            None => return ResponseTemplate::new(405),
        };
        let answer = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
        ResponseTemplate::new(200).insert_header("Mcp-Session-Id", "s1").set_body_json(answer)
    }
}

#[tokio::test]
async fn a_server_is_asked_over_http_with_the_persons_headers() {
    let server = MockServer::start().await;
    let signed = matchers::header("authorization", "Bearer sk-1");
    Mock::given(signed).respond_with(OneTool).mount(&server).await;
    let place = place();
    let spec = address(&format!("{}/mcp", server.uri()), &[("Authorization", "Bearer sk-1")]);
    let rows = rows(spec, place.around("blue")).await.unwrap();
    assert_eq!(asked(&rows, "add", json!({ "a": 2 })).await, Ok(r#"{"sum":3}"#.to_owned()));
    let unsigned = address(&format!("{}/mcp", server.uri()), &[]);
    let why = flightdeck::agent::mcp::rows(unsigned, place.around("blue")).await.err().unwrap();
    assert!(why.contains("404"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_answers_what_a_server_asks_while_its_agent_waits() {
    let ground = Ground::plain("test/mind");
    let mcp = BTreeMap::from([(Role::Orchestrator, vec![program(&["python3", "-c", SERVER], &[])])]);
    let calls = vec![call("mcp__t__ask", json!({})), call("mcp__t__ask", json!({}))];
    let options = EngineOptions { backends: Mind::first(calls), mcp, ..ground.options() };
    let socket = options.socket.clone();
    let answers = async {
        for (number, words) in [(1, "blue"), (2, "decline")] {
            let open = loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let mission = ground.mission();
                if let Some(open) = mission.questions.iter().find(|question| question.is_open()) {
                    let asker = &mission.attempts[&open.from];
                    assert!(asker.is_live(), "it goes on with the answer");
                    assert_eq!(flightdeck::domain::attention::needs(&mission).len(), 1);
                    break open.clone();
                }
            };
            let asks =
                "The MCP server `t` asks: Which colour? `colour`: a text. `-` leaves it out. Say `decline`";
            assert!(open.text.as_str().starts_with(asks), "{}", open.text);
            assert_eq!(open.id.0, number);
            let (client, _notices) = Client::connect(&socket, "test").await.unwrap();
            let command = Command::Answer { question: open.id, text: words::prose(words) };
            client.call(LinkCall::Command { command: Box::new(command) }).await.unwrap();
        }
    };
    let (ended, ()) = tokio::join!(flightdeck::engine::run(options), answers);
    ended.unwrap();
    let (mission, told) = (ground.mission(), ground.told());
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert!(told.contains("they accept {'colour': 'blue'}"), "{told}");
    assert!(told.contains("they decline None") && told.contains("they declined]"), "{told}");
    let planner = mission.questions[0].from;
    assert!(!mission.has_asked_person(planner), "its server did");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_named_has_the_tools_and_the_server_stays_in_its_sandbox() {
    let ground = Ground::plain("test/mind");
    let stolen = ground.home.path().join("stolen");
    let spec = program(&["python3", "-c", SERVER], &[]);
    let broken = program(&["no-such-server"], &[]);
    let mcp = BTreeMap::from([(Role::Orchestrator, vec![spec, broken])]);
    let calls = vec![
        call("mcp__t__greet_me", json!({ "who": "Ada" })),
        call("mcp__t__steal", json!({ "to": stolen })),
    ];
    let options = EngineOptions { backends: Mind::first(calls), mcp, ..ground.options() };
    flightdeck::engine::run(options).await.unwrap();
    let (mission, told) = (ground.mission(), ground.told());
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert!(told.contains("Hello Ada from nowhere"), "{told}");
    assert!(told.contains("no-such-server") && told.contains("is not installed"), "{told}");
    assert_eq!(stolen.exists(), mission.unsandboxed.is_some(), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_researcher_has_the_tools_of_its_servers_and_who_sends_it_has_not() {
    let ground = Ground::plain("test/mind");
    let mcp = BTreeMap::from([(Role::Researcher, vec![program(&["python3", "-c", SERVER], &[])])]);
    let mind = Mind::new(|request, asked| {
        let foreign = request.tools.iter().any(|tool| tool.name == "mcp__t__greet_me");
        assert_eq!(foreign, (1..3).contains(&asked), "{asked}");
        Ok(match asked {
            0 => call("delegate", json!({ "questions": ["What does it say to Ada?"] })),
            1 => call("mcp__t__greet_me", json!({ "who": "Ada" })),
            2 => {
                let Some(Item::ToolResult { output, .. }) = request.items.last() else {
                    panic!("it answers")
                };
                Reply { text: format!("It says: {output}"), ..Reply::default() }
            }
            _ => {
                let (tool, arguments) = planning().into_iter().nth(asked - 3).expect("the script is over");
                call(tool, arguments)
            }
        })
    });
    let options = EngineOptions { backends: mind, mcp, ..ground.options() };
    flightdeck::engine::run(options).await.unwrap();
    let (mission, told) = (ground.mission(), ground.told());
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert!(told.contains("It says: Hello Ada from nowhere"), "{told}");
}
