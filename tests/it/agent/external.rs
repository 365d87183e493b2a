//! Sessions that an agent of other makers plays, over the real protocol and real processes. The agent is
//! `tests/fixtures/acp/agent.py`, which behaves as five real ones do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::agent::external::{AgentSpec, ToolsOver, probe};
use flightdeck::agent::model::{Item, ModelError, StreamPiece, TokenUsage};
use flightdeck::agent::session::{
    Again, Ended, InboxMessage, Observer, Permit, Player, Session, TakenUp, Urgency,
};
use flightdeck::agent::tool::{Output, Then, ToolEnv, ToolError, ToolRow};
use flightdeck::agent::turn::{Closing, Fault, Limits, Outcome};
use flightdeck::workspace::{Access, Confinement, Jail, Program, Reaper};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Time enough for a program on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Everything that a session showed, in lines; and a permit that gives out.
#[derive(Default)]
struct Watch {
    lines: Mutex<Vec<String>>,
    /// What the agent called its session.
    sessions: Mutex<Vec<String>>,
    live: Mutex<String>,
    used: Mutex<Vec<TokenUsage>>,
    paid: Mutex<u64>,
    faults: Mutex<Vec<String>>,
    /// Money from which on no model is asked.
    budget: Option<u64>,
    /// The mission is paused from the second look on, until it is let go on.
    pause: Option<Arc<tokio::sync::Semaphore>>,
    looks: Mutex<u32>,
}

impl Observer for Watch {
    fn item(&self, item: &Item) {
        let mut lines = self.lines.lock().unwrap();
        match item {
            Item::User { text } => lines.push(format!("told {text}")),
            Item::Assistant(reply) => {
                lines.extend(reply.thinking.iter().map(|thinking| format!("thought {}", thinking.text)));
                if !reply.text.is_empty() {
                    lines.push(format!("said {}", reply.text));
                }
                lines.extend(
                    reply.calls.iter().map(|call| format!("{} {}", call.tool, call.arguments_text())),
                );
            }
            Item::ToolResult { tool, output, status, .. } => {
                lines.push(format!("{tool}: {output:?} {status:?}"));
            }
            Item::Unknown => {}
        }
    }
    fn stream(&self, piece: StreamPiece<'_>) {
        if let StreamPiece::Text(text) = piece {
            self.live.lock().unwrap().push_str(text);
        }
    }
    fn usage(&self, usage: TokenUsage) {
        self.used.lock().unwrap().push(usage);
    }
    fn session(&self, name: &str) {
        self.sessions.lock().unwrap().push(name.to_owned());
    }
    fn cost(&self, micro_dollars: u64) {
        *self.paid.lock().unwrap() += micro_dollars;
    }
}

#[async_trait::async_trait]
impl Permit for Watch {
    async fn before_model_call(&self, _: u64) -> Result<(), String> {
        let looks = {
            let mut looks = self.looks.lock().unwrap();
            *looks += 1;
            *looks
        };
        if let Some(pause) = self.pause.as_ref().filter(|_| looks > 1) {
            drop(pause.acquire().await.unwrap());
        }
        let paid = *self.paid.lock().unwrap();
        if self.budget.is_some_and(|most| paid > most) {
            Err("the money is spent".to_owned())
        } else {
            Ok(())
        }
    }
    async fn after_fault(&self, fault: &ModelError) -> Again {
        let mut faults = self.faults.lock().unwrap();
        faults.push(fault.to_string());
        if faults.len() < 3 { Again::Ask } else { Again::GiveUp }
    }
}

/// An agent with a script, and a place for it.
struct Stage {
    root: TempDir,
    scratch: TempDir,
    watch: Arc<Watch>,
    access: Access,
    closing: Closing,
    cancel: CancellationToken,
    max_time: Duration,
    taken_up: Option<TakenUp>,
}

struct Played {
    ended: Ended,
    stage: Stage,
}

impl Stage {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            scratch: tempfile::tempdir().unwrap(),
            watch: Arc::default(),
            access: Access::Write,
            closing: Closing::Tools(vec!["close".into()]),
            cancel: CancellationToken::new(),
            max_time: PATIENCE,
            taken_up: None,
        }
    }

    fn log(&self) -> PathBuf {
        self.scratch.path().join("heard.jsonl")
    }

    fn spec(&self, script: &Value) -> AgentSpec {
        let file = self.scratch.path().join("script.json");
        std::fs::write(&file, script.to_string()).unwrap();
        let agent = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/acp/agent.py");
        let words = [Path::new("python3"), &agent, &file, &self.log()];
        let command = words.iter().map(|word| word.display().to_string()).collect();
        let bridge = vec![env!("CARGO_BIN_EXE_flightdeck").to_owned(), "mcp".to_owned()];
        AgentSpec { bridge, ..AgentSpec::of_command("fake", command) }
    }

    fn place(&self) -> Arc<ToolEnv> {
        Arc::new(ToolEnv {
            confinement: Confinement::new(self.root.path(), &[self.scratch.path().to_owned()]).unwrap(),
            access: self.access,
            jail: Jail::default(),
            env: vec![("OURS".into(), "yes".into())],
            scratch: self.scratch.path().to_owned(),
            reaper: Reaper::None,
        })
    }

    async fn play(self, script: Value) -> Played {
        let spec = self.spec(&script);
        self.play_as(spec, mpsc::channel(1).1).await
    }

    async fn play_as(self, spec: AgentSpec, inbox: mpsc::Receiver<InboxMessage>) -> Played {
        let session = Session {
            player: Player::Agent(Arc::new(spec)),
            place: self.place(),
            system: "You build.".into(),
            earlier: None,
            taken_up: self.taken_up.clone(),
            archive: None,
            brief: "Build a page.".into(),
            tools: vec![close(), refuse()],
            closing: self.closing.clone(),
            limits: Limits { max_time: self.max_time, ..Limits::default() },
            labels: BTreeMap::new(),
            permit: Arc::clone(&self.watch) as Arc<dyn Permit>,
            observer: Arc::clone(&self.watch) as Arc<dyn Observer>,
            inbox,
            cancel: self.cancel.clone(),
            hooks: None,
        };
        let ended = tokio::time::timeout(PATIENCE, session.run()).await.expect("the session ends");
        Played { ended, stage: self }
    }
}

impl Played {
    fn lines(&self) -> Vec<String> {
        self.stage.watch.lines.lock().unwrap().clone()
    }

    /// What the agent noted of a kind.
    fn noted(&self, kind: &str) -> Vec<Value> {
        let log = std::fs::read_to_string(self.stage.log()).unwrap();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter_map(|line| line.get(kind).cloned()).collect()
    }

    /// The parameters of what it was asked by a method.
    fn asked(&self, method: &str) -> Vec<Value> {
        let got = self.noted("got").into_iter();
        got.filter(|message| message["method"] == method).map(|message| message["params"].clone()).collect()
    }

    fn prompts(&self) -> Vec<String> {
        let text = |params: Value| params["prompt"][0]["text"].as_str().unwrap().to_owned();
        self.asked("session/prompt").into_iter().map(text).collect()
    }

    fn failed(&self) -> (&str, Fault) {
        match &self.ended.outcome {
            Outcome::Failed { reason, fault } => (reason, *fault),
            other => panic!("{other:?}"),
        }
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Words {
    #[serde(default)]
    summary: String,
}

fn close() -> ToolRow {
    ToolRow::new("close", "Ends.", Access::Read, Ok(Arc::new(())), |_, words: Words, _| async move {
        let then = Then::Close(json!(words.summary));
        Ok(Output { text: "accepted".into(), then })
    })
}

fn refuse() -> ToolRow {
    ToolRow::new("refuse", "Refuses.", Access::Read, Ok(Arc::new(())), |_, _: Words, _| async move {
        Err::<Output, _>(ToolError::Mend("the tree is not clean".into()))
    })
}

fn closing() -> Value {
    json!({ "call": "close", "with": { "summary": "done" } })
}

fn is_closed(played: &Played) -> bool {
    matches!(&played.ended.outcome, Outcome::Closed { tool, .. } if tool == "close")
}

#[tokio::test]
async fn a_whole_session_is_shown_as_any_other_and_ends_with_its_closing_tool() {
    let edit = json!({ "sessionUpdate": "tool_call", "toolCallId": "t1", "title": "Write page.html", "kind": "edit",
        "status": "pending", "rawInput": {} });
    let script = json!({ "chatter": 600, "turns": [[
        { "notify": "_vendor/anything" },
        { "update": { "sessionUpdate": "something_of_tomorrow", "value": 1 } },
        { "think": "A page, " }, { "think": "then." },
        { "say": "I begin." },
        { "update": edit },
        { "run": "printf hi > page.html" },
        { "update": { "sessionUpdate": "tool_call_update", "toolCallId": "t1", "status": "completed",
            "content": [{ "type": "diff", "path": "ROOT/page.html", "oldText": null, "newText": "hi" }] } },
        { "update": { "sessionUpdate": "plan", "entries": [
            { "content": "Write", "priority": "high", "status": "completed" },
            { "content": "Test", "priority": "high", "status": "in_progress" }] } },
        { "call": "refuse" },
        { "call": "nothing_of_that_name" },
        { "say": "I close." },
        closing(),
        { "run": "printf late > late.txt" },
    ]] });
    let stage = Stage::new();
    let root = stage.root.path().canonicalize().unwrap().display().to_string();
    let script = serde_json::from_str(&script.to_string().replace("ROOT", &root)).unwrap();
    let played = stage.play(script).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    assert_eq!(
        played.lines(),
        [
            "told Build a page.",
            "thought A page, then.",
            "said I begin.",
            "write {\"path\":\"page.html\",\"content\":\"hi\"}",
            "write: \"\" Done",
            "said Plan:\n- [x] Write\n- [~] Test",
            "refuse {}",
            "refuse: \"the tree is not clean\" Failed",
            "nothing_of_that_name {}",
            "nothing_of_that_name: \"there is no tool `nothing_of_that_name`\" Failed",
            "said I close.",
            "close {\"summary\":\"done\"}",
            "close: \"accepted\" Done",
        ]
    );
    assert_eq!(played.stage.watch.live.lock().unwrap().as_str(), "I begin.I close.");
    assert_eq!((played.ended.turns, played.ended.tool_calls), (1, 4));
    assert_eq!(played.noted("tools"), [json!(["close", "refuse"])]);
    let answers = played.noted("answer");
    assert_eq!(answers[0], json!({ "tool": "refuse", "error": true, "text": "the tree is not clean" }));
    assert_eq!(answers[2]["text"], "accepted");
    let prompt = &played.prompts()[0];
    for words in ["You build.", "Build a page.", "MCP server `flightdeck`: `close`, `refuse`", &root] {
        assert!(prompt.contains(words), "{words} is not in {prompt}");
    }
}

#[tokio::test]
async fn an_agent_is_set_up_for_its_role_and_has_an_environment_of_its_own() {
    let stage = Stage::new();
    let mut spec = stage.spec(&json!({ "turns": [[closing()]] }));
    let text = r#"command = ["x"]
        system = "session"
        build = { mode = "full", options = { allow_all = "on" }, env = { BUILDS = "1" }, meta = { bare = true } }"#;
    let set: AgentSpec = toml::from_str(text).unwrap();
    let env = [("ITS_OWN".to_owned(), "x".to_owned())].into();
    spec = AgentSpec { command: spec.command, bridge: spec.bridge, env, ..set };
    let played = stage.play_as(spec, mpsc::channel(1).1).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    let begun = &played.asked("session/new")[0];
    assert_eq!(begun["systemPrompt"]["mode"], "append");
    assert!(begun["systemPrompt"]["content"][0]["text"].as_str().unwrap().starts_with("You build."));
    assert_eq!(begun["_meta"], json!({ "bare": true }));
    assert_eq!(begun["mcpServers"][0]["name"], "flightdeck");
    assert_eq!(played.asked("session/set_mode")[0]["modeId"], "full");
    assert_eq!(played.asked("session/set_config_option")[0]["configId"], "allow_all");
    assert_eq!(played.prompts(), ["Build a page."]);
    let env = &played.noted("env")[0];
    assert_eq!((&env["OURS"], &env["ITS_OWN"], &env["BUILDS"]), (&json!("yes"), &json!("x"), &json!("1")));
    assert!(env.as_object().unwrap().keys().all(|name| !name.starts_with("CARGO_MANIFEST")), "{env}");
}

#[tokio::test]
async fn who_ends_in_words_is_reminded_once_in_the_same_session_and_has_failed_then() {
    let played = Stage::new().play(json!({ "turns": [[{ "say": "All done!" }], [closing()]] })).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    assert!(
        played.prompts()[1].contains("nobody reads it. If you are done, call `close` now."),
        "{:?}",
        played.prompts()
    );
    let played = Stage::new().play(json!({ "turns": [[{ "say": "All done!" }]] })).await;
    assert_eq!(played.failed(), ("it stopped without calling `close`, although it was told", Fault::Agent));
    assert_eq!(played.prompts().len(), 2);
    let played = Stage::new().play(json!({ "turns": [[]] })).await;
    assert_eq!(played.failed(), ("it replied with nothing, although it was told", Fault::Agent));
    let stage = Stage { closing: Closing::Text, ..Stage::new() };
    let played = stage.play(json!({ "turns": [[{ "say": "It is " }, { "say": "blue." }]] })).await;
    assert_eq!(played.ended.outcome, Outcome::Said("It is blue.".into()));
}

#[tokio::test]
async fn who_never_asks_for_the_tools_cannot_be_used_as_it_is_set() {
    let played = Stage::new().play(json!({ "deaf": true, "turns": [[{ "say": "It is done." }]] })).await;
    let (why, fault) = played.failed();
    assert_eq!(fault, Fault::Configuration);
    assert!(why.contains("never asked for the mission's tools, which it is offered as a program"), "{why}");
    assert!(why.contains("set `tools_over = \"http\"` under [agents.fake]"), "{why}");
}

#[tokio::test]
async fn what_it_says_before_it_is_told_anything_is_no_answer() {
    let mut stage = Stage::new();
    stage.closing = Closing::Text;
    let script = json!({ "greets": "[MODE] yolo", "turns": [[{ "say": "It is a page." }]] });
    let played = stage.play(script).await;
    assert!(matches!(&played.ended.outcome, Outcome::Said(text) if text == "It is a page."));
    assert_eq!(played.lines(), ["said [MODE] yolo", "told Build a page.", "said It is a page."]);
}

#[tokio::test]
async fn what_it_asks_for_is_answered_by_the_role_and_a_rejection_is_explained() {
    let said = json!({ "sessionUpdate": "tool_call", "toolCallId": "ask2", "title": "flightdeck-close", "kind": "execute" });
    let asks = json!([
        { "ask": { "title": "mcp__flightdeck__close", "kind": "other" } },
        // Whose it is was said before it asks.
        { "update": said },
        { "ask": { "title": "close", "kind": "other", "rawInput": { "command": "x" } } },
        { "ask": { "title": "rm -r /", "kind": "execute", "rawInput": { "command": "rm -r /" } }, "then": "cancel the turn" },
    ]);
    let stage = Stage { access: Access::Read, ..Stage::new() };
    let played = stage.play(json!({ "turns": [asks, [closing()]] })).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    let answers: Vec<Value> =
        played.noted("got").into_iter().filter(|m| m["result"]["outcome"].is_object()).collect();
    let chosen: Vec<&Value> = answers.iter().map(|m| &m["result"]["outcome"]["optionId"]).collect();
    assert_eq!(chosen, ["a1", "a1", "r1"]);
    assert!(
        played.prompts()[1].contains("`rm -r /` was refused: this role only reads"),
        "{:?}",
        played.prompts()
    );

    // After the question there is only an update, and the call is shown all the same.
    let run = json!({ "ask": { "title": "make", "kind": "execute" },
        "done": { "title": "make", "kind": "execute", "rawInput": { "command": "make" } } });
    let played = Stage::new().play(json!({ "turns": [[run, closing()]] })).await;
    assert_eq!(played.lines()[1..3], ["shell {\"command\":\"make\"}", "shell: \"\" Done"]);
}

#[tokio::test]
async fn what_is_said_to_it_comes_with_the_answer_of_a_tool_or_after_its_turn_and_interrupts_where_it_is_urgent()
 {
    let stage = Stage::new();
    let spec = stage.spec(&json!({ "turns": [[{ "call": "refuse" }, { "wait": true }], [closing()]] }));
    let (post, inbox) = mpsc::channel(4);
    post.send(InboxMessage { text: "Use tabs.".into(), urgency: Urgency::NextTurn }).await.unwrap();
    let watch = Arc::clone(&stage.watch);
    let late = tokio::spawn(async move {
        while !watch.lines.lock().unwrap().iter().any(|line| line.starts_with("refuse:")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        post.send(InboxMessage { text: "Stop that.".into(), urgency: Urgency::Interrupt }).await.unwrap();
    });
    let played = stage.play_as(spec, inbox).await;
    late.await.unwrap();
    assert!(is_closed(&played), "{:?}", played.ended);
    assert_eq!(played.noted("answer")[0]["text"], "the tree is not clean\n\nUse tabs.");
    // That it had closed is told by a cancel too, which an agent whose turn is over may not read any more.
    let order: Vec<Value> = played.noted("got").into_iter().map(|got| got["method"].clone()).collect();
    let at = |method: &str, nth: usize| {
        order.iter().enumerate().filter(|(_, m)| *m == method).nth(nth).map(|(at, _)| at)
    };
    assert!(
        at("session/cancel", 0)
            .is_some_and(|cancel| at("session/prompt", 1).is_some_and(|again| cancel < again)),
        "{order:?}"
    );
    assert_eq!(played.prompts()[1], "Stop that.");
    let lines = played.lines();
    assert!(lines.contains(&"told Use tabs.".to_owned()) && lines.contains(&"told Stop that.".to_owned()));
}

#[tokio::test]
async fn what_it_used_counts_as_it_tells_it_and_its_budget_is_looked_at_between() {
    let usage =
        json!({ "totalTokens": 130, "inputTokens": 100, "outputTokens": 30, "cachedReadTokens": 900 });
    let window = |amount: f64| {
        let cost = json!({ "amount": amount, "currency": "USD" });
        json!({ "update": { "sessionUpdate": "usage_update", "used": 1000, "size": 200_000, "cost": cost } })
    };
    let told = json!({ "end": "end_turn", "more": { "usage": usage } });
    let played =
        Stage::new().play(json!({ "turns": [[window(0.01), window(0.02), told], [closing()]] })).await;
    assert_eq!(*played.stage.watch.paid.lock().unwrap(), 20_000);
    let first = played.stage.watch.used.lock().unwrap()[0];
    assert_eq!((first.input, first.output, first.cached, first.estimated), (100, 30, 900, false));

    let silent = Stage::new().play(json!({ "turns": [[{ "say": "x".repeat(400) }, closing()]] })).await;
    let used = silent.stage.watch.used.lock().unwrap()[0];
    assert!(used.estimated && used.output == 100 && used.input > 20, "{used:?}");

    let stage = Stage { watch: Arc::new(Watch { budget: Some(15_000), ..Watch::default() }), ..Stage::new() };
    let played = stage.play(json!({ "turns": [[window(0.01), window(0.02), { "wait": true }]] })).await;
    assert_eq!(played.ended.outcome, Outcome::Denied { reason: "the money is spent".into() });
    assert_eq!(played.asked("session/cancel").len(), 1, "it was told to stop");
}

#[tokio::test]
async fn a_pause_stops_it_at_its_next_model_call_and_it_goes_on_afterwards() {
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    let watch = Arc::new(Watch { pause: Some(Arc::clone(&pause)), ..Watch::default() });
    let stage = Stage { watch: Arc::clone(&watch), ..Stage::new() };
    let window = json!({ "update": { "sessionUpdate": "usage_update", "used": 1000, "size": 200_000 } });
    let spec = stage.spec(&json!({ "turns": [[window, { "wait": true }], [closing()]] }));
    let log = stage.log();
    let unpause = tokio::spawn(async move {
        while !std::fs::read_to_string(&log).unwrap_or_default().contains("session/cancel") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(std::fs::read_to_string(&log).unwrap().matches("\"session/prompt\"").count(), 1);
        pause.add_permits(9);
    });
    let played = stage.play_as(spec, mpsc::channel(1).1).await;
    unpause.await.unwrap();
    assert!(is_closed(&played), "{:?}", played.ended);
    assert_eq!(played.prompts()[1], "The mission was paused, and goes on now. Go on where you were.");
}

#[tokio::test]
async fn a_fault_behind_the_agent_is_waited_out_in_the_same_session() {
    let broken = json!({ "fail": { "code": -32603, "message": "Internal error", "data": { "details": "overloaded" } } });
    let played =
        Stage::new().play(json!({ "turns": [[broken.clone()], [broken.clone()], [closing()]] })).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    assert_eq!(played.stage.watch.faults.lock().unwrap().len(), 2);
    assert_eq!(
        played.prompts()[1],
        "Your last turn broke off (Internal error (overloaded)). Go on where you were."
    );
    let played = Stage::new().play(json!({ "turns": [[broken]] })).await;
    assert_eq!(played.failed(), ("fake: Internal error (overloaded)", Fault::Provider));

    // A limit that the agent tells of as if its model had said it is no work of the model.
    let limit = json!([{ "say": "You've hit your session limit. It resets in 2 hours." }]);
    let played = Stage::new().play(json!({ "turns": [limit, [closing()]] })).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    assert!(played.stage.watch.faults.lock().unwrap()[0].contains("hit your session limit"));
}

#[tokio::test]
async fn an_agent_that_cannot_be_used_says_what_to_do() {
    let login = json!({ "code": -32000, "message": "Authentication required" });
    let stage = Stage::new();
    let mut spec = stage.spec(&json!({ "turns": [[]], "refuse": { "session/new": login } }));
    spec.sign_in = "run `fake login`".into();
    let played = stage.play_as(spec, mpsc::channel(1).1).await;
    assert_eq!(played.failed(), ("fake is not signed in; run `fake login`", Fault::Configuration));

    let stage = Stage::new();
    let missing =
        AgentSpec { install: "get it".into(), ..AgentSpec::of_command("none", vec!["no-such-agent".into()]) };
    let played = stage.play_as(missing, mpsc::channel(1).1).await;
    let (reason, fault) = played.failed();
    assert!(reason.contains("it is not installed or not on PATH; get it"), "{reason}");
    assert_eq!(fault, Fault::Configuration);

    let stage = Stage::new();
    let broken = AgentSpec::of_command(
        "broken",
        ["sh", "-c", "echo 'no node here' >&2; exit 127"].map(str::to_owned).to_vec(),
    );
    let played = stage.play_as(broken, mpsc::channel(1).1).await;
    let (reason, fault) = played.failed();
    assert!(reason.contains("broken did not start (exit code 127): no node here"), "{reason}");
    assert_eq!(fault, Fault::Configuration);
}

#[tokio::test]
async fn an_agent_that_dies_floods_or_never_ends_is_over_all_the_same() {
    let played = Stage::new().play(json!({ "turns": [[{ "say": "I work" }, { "die": 9 }]] })).await;
    let (reason, fault) = played.failed();
    assert_eq!(
        (reason, fault),
        ("fake ended in the middle of its work (exit code 9): out of memory", Fault::Agent)
    );
    assert_eq!(played.lines()[1], "said I work");

    let played =
        Stage::new().play(json!({ "babble": true, "turns": [[{ "flood": 20_000 }, closing()]] })).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    assert!(played.lines().iter().all(|line| line.len() < 70_000));

    let stage = Stage { max_time: Duration::from_secs(3), ..Stage::new() };
    let played = stage.play(json!({ "turns": [[{ "wait": true }]], "stays": true })).await;
    assert_eq!(played.failed(), ("it did not end within 1 minutes", Fault::Limit));
}

#[tokio::test]
async fn a_session_that_is_stopped_kills_the_agent_with_its_group() {
    let stage = Stage::new();
    let (cancel, watch) = (stage.cancel.clone(), Arc::clone(&stage.watch));
    let stop = tokio::spawn(async move {
        while !watch.live.lock().unwrap().contains("at work") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    });
    let spec = stage.spec(&json!({ "turns": [[{ "run": "sleep 600 & echo $! > pid" }, { "say": "at work" }, { "wait": true }]] }));
    let root = stage.root.path().to_owned();
    let played = stage.play_as(spec, mpsc::channel(1).1).await;
    stop.await.unwrap();
    assert!(matches!(played.ended.outcome, Outcome::Stopped { .. }));
    let pid: i32 = std::fs::read_to_string(root.join("pid")).unwrap().trim().parse().unwrap();
    for _ in 0..500 {
        if !Path::new(&format!("/proc/{pid}")).exists()
            || nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None).is_err()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{pid} still runs");
}

#[tokio::test]
async fn an_agent_is_asked_who_it_is_and_nothing_else() {
    let stage = Stage::new();
    let spec = stage.spec(&json!({ "turns": [[]] }));
    let program = |spec: &AgentSpec| Program::of_words(&spec.command).dir(stage.root.path());
    let log = stage.scratch.path().join("errors");
    assert_eq!(probe(&program(&spec), &log).await.unwrap().name, "fake 9.8");
    let no_agent =
        AgentSpec::of_command("x", ["sh", "-c", "echo 'usage: x' >&2"].map(str::to_owned).to_vec());
    let why = probe(&program(&no_agent), &log).await.unwrap_err();
    assert!(why.contains("does not answer `initialize`") && why.contains("usage: x"), "{why}");
}

#[tokio::test]
async fn who_takes_no_server_of_programs_has_the_same_tools_at_an_address_that_ends_with_the_session() {
    let stage = Stage::new();
    let spec = stage.spec(&json!({ "turns": [[{ "call": "refuse" }, closing()]] }));
    let played = stage.play_as(AgentSpec { tools_over: ToolsOver::Http, ..spec }, mpsc::channel(1).1).await;
    assert!(is_closed(&played), "{:?}", played.ended);
    assert_eq!(played.noted("tools"), [json!(["close", "refuse"])]);
    assert_eq!(played.noted("answer")[0]["text"], "the tree is not clean");
    let server = &played.asked("session/new")[0]["mcpServers"][0];
    let token = server["headers"][0]["value"].as_str().unwrap().strip_prefix("Bearer ").unwrap();
    assert_eq!((&server["type"], token.len()), (&json!("http"), 43));
    let port = server["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:").unwrap();
    let port: u16 = port.strip_suffix("/mcp").unwrap().parse().unwrap();
    let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    for _ in 0..100 {
        if listens() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(!listens(), "nobody listens any more");
    let said = played.noted("env")[0].to_string() + &played.prompts().concat();
    assert!(!said.contains(token), "only the session is told");
}

fn earlier(session: Option<&str>) -> TakenUp {
    let (brief, recap) = ("You go on where you were.".to_owned(), "# What you did already".to_owned());
    TakenUp { session: session.map(str::to_owned), brief, recap }
}

#[tokio::test]
async fn an_earlier_session_is_taken_up_as_the_agent_can_and_set_up_again() {
    let resumes = json!({ "sessionCapabilities": { "resume": {} }, "loadSession": true });
    let table = [
        (resumes, true, "session/resume"),
        (json!({ "loadSession": true }), true, "session/load"),
        (json!({ "loadSession": true }), false, "session/new"),
        (json!({}), true, "session/new"),
    ];
    for (able, goes_on, method) in table {
        let mut stage = Stage::new();
        stage.taken_up = Some(earlier(Some("s7")));
        let spec = stage.spec(&json!({ "able": able, "turns": [[closing()]] }));
        let text = "command = [\"x\"]\nsystem = \"session\"\nbuild = { mode = \"full\" }";
        let set: AgentSpec = toml::from_str(text).unwrap();
        let spec = AgentSpec { command: spec.command, bridge: spec.bridge, goes_on, ..set };
        let played = stage.play_as(spec, mpsc::channel(1).1).await;
        assert!(is_closed(&played), "{:?}", played.ended);
        let begun = &played.asked(method)[0];
        assert_eq!(begun["mcpServers"][0]["name"], "flightdeck", "{method}");
        assert_eq!(begun["systemPrompt"]["mode"], "append", "{method}");
        assert_eq!(played.asked("session/set_mode")[0]["modeId"], "full", "{method}");
        let is_new = method == "session/new";
        let (name, brief) = if is_new {
            ("s1", "Build a page.\n\n# What you did already")
        } else {
            ("s7", "You go on where you were.")
        };
        assert_eq!(played.prompts(), [brief], "{method}");
        assert_eq!(played.lines()[0], format!("told {brief}"), "nothing twice: {method}");
        assert_eq!(*played.stage.watch.sessions.lock().unwrap(), [name], "{method}");
    }
}

#[tokio::test]
async fn a_session_that_the_agent_has_no_more_is_begun_anew_with_what_came_of_it() {
    for session in [Some("gone"), None] {
        let mut stage = Stage::new();
        stage.taken_up = Some(earlier(session));
        let gone = json!({ "code": -32602, "message": "no such session" });
        let script = json!({ "able": { "loadSession": true }, "refuse": { "session/load": gone }, "turns": [[closing()]] });
        let played = stage.play(script).await;
        assert!(is_closed(&played), "{:?}", played.ended);
        assert_eq!(played.asked("session/load").len(), usize::from(session.is_some()));
        assert!(played.prompts()[0].contains("# Your brief\nBuild a page.\n\n# What you did already"));
    }
}
