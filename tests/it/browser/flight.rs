//! Missions on a machine whose browser does not work, from the start or from some moment on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::command::Command;
use flightdeck::domain::gate::{Autopilot, Decision, GateId};
use flightdeck::domain::verdict::{Outcome, Standing};
use flightdeck::engine::EngineOptions;
use flightdeck::instrument::Chromium;
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::{Setting, waits_at_the_plan_gate};

/// A browser that works until a file says that it does not.
fn browser(ground: &Ground, line: &str) -> Chromium {
    let program = ground.outside().join("a-browser");
    let script = format!(
        "#!/bin/sh\necho >> \"$0.starts\"\n[ -e \"$0.broken\" ] && echo 'cannot open display' && exit 1\n{line}\n"
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    Chromium::set_to(&program)
}

fn starts(ground: &Ground) -> usize {
    fs::read_to_string(ground.outside().join("a-browser.starts")).unwrap_or_default().lines().count()
}

fn contract(via: &str) -> (&'static str, Value) {
    let assertion = json!({ "id": "VAL-PAGE-001", "title": "It shows", "statement": "The page says served.",
        "check": { "via": via, "how": "Open the page and read the word served." }, "evidence": "the page" });
    ("propose_contract", json!({ "assertions": [assertion] }))
}

fn rest() -> [(&'static str, Value); 2] {
    let service = json!({ "name": "web", "run": "exec python3 -m http.server --bind 127.0.0.1 $PORT", "port": 0, "health": { "http": "/" } });
    let feature = json!({ "title": "Page", "description": "Write page.txt.", "criteria": ["it is there"], "fulfills": ["VAL-PAGE-001"] });
    [
        (
            "propose_environment",
            json!({ "test": [{ "name": "test", "run": "true" }], "services": [service] }),
        ),
        ("propose_plan", json!({ "milestones": [{ "title": "Files", "features": [feature] }] })),
    ]
}

fn turn(request: &Request) -> usize {
    request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count()
}

fn first_words(request: &Request) -> String {
    match request.items.first() {
        Some(Item::User { text }) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn last_answer(request: &Request) -> String {
    let result = request.items.iter().rev().find_map(|item| match item {
        Item::ToolResult { output, .. } => Some(output.clone()),
        _ => None,
    });
    result.unwrap_or_default()
}

fn crew(request: &Request, planned: &[(&'static str, Value)], test: impl Fn(usize) -> Reply) -> Reply {
    let turn = turn(request);
    match request.labels.get("role").map_or("", String::as_str) {
        "orchestrator" => {
            let (tool, arguments) = planned[turn.min(planned.len() - 1)].clone();
            call(tool, arguments)
        }
        "worker" if turn == 0 => {
            call("shell", json!({ "command": "echo served > page.txt && git add -A && git commit -qm page" }))
        }
        "worker" => call("handoff", json!({ "summary": "Wrote it.", "implemented": ["page.txt"] })),
        "reviewer" => call("report_review", json!({ "summary": "Fine.", "verdict": "pass" })),
        "scrutiny" => call("report_scrutiny", json!({ "summary": "It holds together." })),
        _ => test(turn),
    }
}

const FILES: [(&str, &str); 1] = [("README.md", "# Pages\n")];

fn ground() -> Ground {
    Ground::of(&Setting {
        goal: "Serve a page.",
        model: "test/mind",
        autopilot: Autopilot::Off,
        files: &FILES,
    })
}

/// The prompt, the brief and the tools of a request.
type Heard = (String, String, Vec<String>);

/// A crew whose testers try nothing; what each of them was given.
fn unable(
    planned: [(&'static str, Value); 3],
    assertion: &'static str,
) -> (Arc<Mind>, Arc<Mutex<Vec<Heard>>>) {
    let tester: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let heard = Arc::clone(&tester);
    let mind = Mind::new(move |request, _| {
        if request.labels.get("role").is_some_and(|role| role == "user_testing") {
            let tools = request.tools.iter().map(|tool| tool.name.clone()).collect();
            heard.lock().unwrap().push((first_words(request), request.system.clone(), tools));
        }
        Ok(crew(request, &planned, |turn| match turn {
            0 => call(
                "verdict",
                json!({ "assertion": assertion, "outcome": "blocked", "observed": "not tried" }),
            ),
            _ => call("report_user_testing", json!({ "summary": "Not tried." })),
        }))
    });
    (mind, tester)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_start_is_not_planned_on() {
    let ground = ground();
    let chromium = browser(&ground, "echo 'no usable display' >&2; exit 1");
    let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let heard = Arc::clone(&seen);
    let [environment, plan] = rest();
    let planned = [contract("browser"), contract("http"), environment, plan];
    let mind = Mind::new(move |request, _| {
        let schema = request.tools.iter().find(|tool| tool.name == "propose_contract");
        let schema = schema.map(|tool| tool.schema.to_string()).unwrap_or_default();
        heard.lock().unwrap().push((first_words(request) + &last_answer(request), schema));
        Ok(crew(request, &planned, |_| Reply::default()))
    });
    flightdeck::engine::run(EngineOptions { backends: mind, chromium, ..ground.options() }).await.unwrap();
    assert!(waits_at_the_plan_gate(&ground.mission()), "{}", ground.told());
    let seen = seen.lock().unwrap();
    let why = "is no use: it did not start: it ended (exit code 1): no usable display";
    assert!(seen[0].0.contains("There is no browser: ") && seen[0].0.contains(why), "{}", seen[0].0);
    assert!(!seen[0].1.contains("\"browser\""), "the planner is not offered it: {}", seen[0].1);
    let refused = &seen[1].0;
    assert!(
        refused.contains("no assertion can be checked via browser here") && refused.contains(why),
        "{refused}"
    );
    assert_eq!(starts(&ground), 1, "it is tried once for a mission's engine, not at each step");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_breaks_after_the_plan_is_not_in_the_testers_hands_and_the_brief_says_why() {
    let real = Chromium::on_path(std::env::var_os("PATH").unwrap_or_default().as_os_str());
    let Ok(real) = real.path() else { return eprintln!("skipped: there is no Chromium") };
    let ground = ground();
    let chromium = browser(&ground, &format!("exec {} \"$@\"", real.display()));
    let [environment, plan] = rest();
    let planned = [contract("browser"), environment, plan];
    let (mind, tester) = unable(planned, "VAL-PAGE-001");
    let options = |chromium: &Chromium| EngineOptions {
        backends: mind.clone(),
        chromium: chromium.clone(),
        ..ground.options()
    };
    flightdeck::engine::run(options(&chromium)).await.unwrap();
    assert!(waits_at_the_plan_gate(&ground.mission()), "{}", ground.told());
    fs::write(ground.outside().join("a-browser.broken"), "").unwrap();
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    flightdeck::engine::run(options(&chromium)).await.unwrap();
    let mission = ground.mission();
    let id = "VAL-PAGE-001".parse().unwrap();
    assert_eq!(mission.standing(&id), Standing::Blocked, "{}", ground.told());
    assert_eq!(mission.verdicts[&id][0].outcome, Outcome::Blocked);
    let tester = tester.lock().unwrap();
    let (brief, system, tools) = &tester[0];
    assert!(brief.contains("## There is no browser") && brief.contains("cannot open display"), "{brief}");
    assert!(
        tools.iter().any(|tool| tool == "http") && !tools.iter().any(|tool| tool == "browser"),
        "{tools:?}"
    );
    assert!(!system.contains("# Pages"), "nothing is told of a tool that is not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_listens_a_tester_is_told_so_and_gets_what_there_is() {
    let ground = Ground::of(&Setting {
        autopilot: Autopilot::On,
        ..Setting { goal: "Greet.", model: "test/mind", autopilot: Autopilot::On, files: &FILES }
    });
    let chromium = browser(&ground, "exit 1");
    let planned = crate::support::wire::planning();
    let (mind, tester) = unable(planned, "VAL-GREET-001");
    flightdeck::engine::run(EngineOptions { backends: mind, chromium, ..ground.options() }).await.unwrap();
    let tester = tester.lock().unwrap();
    let (brief, system, tools) = &tester[0];
    assert!(brief.contains("## Nothing listens\nNo service of this app has a port"), "{brief}");
    assert!(!brief.contains("There is no browser"), "an app that has no pages needs none: {brief}");
    assert!(!tools.iter().any(|tool| tool == "http" || tool == "browser"), "{tools:?}");
    assert!(system.contains("nothing listens here") && system.contains("with `&` and `wait`"), "{system}");
}

/// The demo lands without a browser, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_plans_its_form_over_http_where_the_browser_is_no_use() {
    for set in ["/nowhere", "off"] {
        let ground = Ground::demo(Autopilot::Off);
        let options = EngineOptions { chromium: Chromium::set_to(Path::new(set)), ..ground.options() };
        flightdeck::engine::run(options).await.unwrap();
        let mission = ground.mission();
        let check = &mission.contract[&"VAL-SIGN-002".parse().unwrap()].wording.check;
        assert_eq!(check.via.word(), "http", "{set}");
    }
}
