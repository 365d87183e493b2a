//! Agents of other makers as a person has them: named in the settings, looked at by the doctor, and gone with their mission.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::stage::Stage;

/// Steps of 20 ms that something may take on a busy machine.
const PATIENCE: u32 = 3_000;

/// Names an agent that does what the script says.
fn configure(stage: &Stage, script: &Value) -> PathBuf {
    let (file, log) = (stage.path("script.json"), stage.path("heard.jsonl"));
    std::fs::write(&file, script.to_string()).unwrap();
    let agent = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/acp/agent.py");
    let command = json!(["python3", agent, file, log]);
    stage.configure(&format!(
        "[models]\ndefault = \"rehearsal/demo\"\nworker = \"acp/fake\"\n[agents.fake]\ncommand = {command}\n\
         [agents.gone]\ncommand = [\"no-such-agent\"]\n"
    ));
    log
}

fn noted(log: &Path, kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line.get(kind).cloned()).collect()
}

fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

#[test]
fn the_doctor_starts_each_agent_asks_who_it_is_and_signs_nobody_in() {
    let stage = Stage::new();
    let log = configure(&stage, &json!({ "turns": [[]] }));
    let told = stage.told(&["doctor"]);
    assert!(told.contains("plays worker; python3; fake 9.8 answers. To sign in: see its own help"), "{told}");
    assert!(told.contains("! agent gone") && told.contains("it is not installed or not on PATH"), "{told}");
    let methods: Vec<Value> =
        noted(&log, "got").into_iter().map(|message| message["method"].clone()).collect();
    assert!(!methods.is_empty() && methods.iter().all(|method| method == "initialize"), "{methods:?}");
    let before = noted(&log, "got").len();
    let offline = stage.told(&["doctor", "--offline"]);
    assert!(offline.contains("acp/fake: python3; not started"), "{offline}");
    assert_eq!(noted(&log, "got").len(), before);
}

#[test]
fn a_role_is_given_to_an_agent_by_name_and_an_unknown_one_says_what_to_do() {
    let stage = Stage::new();
    configure(&stage, &json!({ "turns": [[]] }));
    let id = stage.planned();
    let told = stage.told(&["models", "-m", &id, "reviewer=acp/fake"]);
    assert!(told.contains("reviewer is played by acp/fake"), "{told}");
    let (_, fault) = stage.ended(&["models", "-m", &id, "worker=acp/nobody"], 2);
    assert!(fault.contains("there is no agent `nobody`: known are acp/claude,"), "{fault}");
    assert!(fault.contains("add [agents.nobody] with its command to"), "{fault}");
    let (_, fault) = stage.ended(&["models", "-m", &id, "worker=acp/gone"], 2);
    assert!(fault.contains("acp/gone needs `no-such-agent`, which is not on PATH"), "{fault}");
}

#[cfg(target_os = "linux")]
#[test]
fn stopping_a_mission_kills_its_agent_and_what_that_left_in_other_groups() {
    let stage = Stage::new();
    let log =
        configure(&stage, &json!({ "turns": [[{ "leave": "sleep 600" }, { "wait": true }]], "stays": true }));
    let id = stage.planned();
    stage.told(&["models", "-m", &id, "worker=acp/fake"]);
    stage.told(&["gate", &id, "plan", "go"]);
    let pid = |kind: &str| {
        noted(&log, kind).first().and_then(Value::as_i64).and_then(|pid| i32::try_from(pid).ok())
    };
    let left = (0..PATIENCE).find_map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        pid("left")
    });
    let (left, agent) = (left.expect("the agent is at work"), pid("pid").unwrap());
    assert!(is_alive(left) && is_alive(agent));
    stage.told(&["abandon", "-m", &id, "--yes", "--reason", "seen enough"]);
    let are_gone = (0..PATIENCE).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        !is_alive(left) && !is_alive(agent)
    });
    assert!(are_gone, "{agent} or {left} still runs");
}
