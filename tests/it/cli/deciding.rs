//! The verbs that change something: each starts an engine when none answers.

use nix::sys::signal::Signal;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::stage::Stage;

#[test]
fn decisions_go_through_an_engine_that_is_started_when_none_answers() {
    let stage = Stage::new();
    let id = stage.planned();
    stage.kill_engines(Signal::SIGKILL);
    assert_eq!(stage.told(&["pause"]), format!("{id} is paused; `flightdeck resume {id}` lets it go on\n"));
    assert_eq!(stage.json(&["status"])["status"], "paused");
    stage.told(&["gate", "plan", "no-go", "--note", "smaller"]);
    let log = stage.told(&["log"]);
    assert!(log.contains("decides by `flightdeck gate` "), "the log says from where: {log}");
    stage.kill_engines(Signal::SIGKILL);
    assert_eq!(
        stage.told(&["resume", "--budget", "2.5", "--tokens", "900000"]),
        format!("{id} goes on, with a budget of $2.50 · 900000 tokens\n")
    );
    let mission = &stage.json(&["status"])["mission"];
    assert_eq!(mission["budget"]["micro_dollars"], 2_500_000);
    // Nothing is held, and an engine that is gone comes back.
    stage.kill_engines(Signal::SIGKILL);
    assert_eq!(stage.told(&["resume"]), format!("{id} is not held; its engine runs\n"));
    assert_eq!(stage.json(&["status"])["engine"]["state"], "runs");
    stage.told(&["abandon", "--reason", "enough", "--yes"]);
    assert_eq!(stage.ended(&["resume"], 2).1, format!("flightdeck: {id} is over\n"));
}

/// A worker or a tester has a shell, and flightdeck is on the path of most people who use it.
#[test]
fn what_an_agent_starts_neither_reads_nor_decides() {
    let stage = Stage::new();
    let id = stage.planned();
    let missions = stage.path("state/missions");
    let asked = |home: &str, line: &str| {
        let mut shell = stage.shell(line);
        shell.env("FLIGHTDECK_MISSION", missions.join(home)).output().unwrap()
    };
    let told = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    for line in [
        "$FD status",
        "$FD assertion show VAL-WEB-001",
        "$FD gate plan go",
        "$FD assertion retire VAL-WEB-001 --reason x --yes",
        "$FD pause",
        "$FD",
    ] {
        for mission in [id.as_str(), "another-one-of-theirs"] {
            let output = asked(mission, line);
            assert_eq!(output.status.code(), Some(2), "{line}: {}", told(&output));
            assert!(told(&output).contains("only the person reads and decides here"), "{}", told(&output));
        }
    }
    if cfg!(target_os = "linux") {
        // Whoever takes the mark off is known by who started it.
        let output = asked(&id, "env -u FLIGHTDECK_MISSION $FD pause; echo $? >&2");
        assert!(told(&output).contains("only the person reads and decides here"), "{}", told(&output));
        let output = asked(&id, "setsid env -u FLIGHTDECK_MISSION $FD gate plan go; echo $? >&2");
        assert!(told(&output).contains("only the person reads and decides here"), "{}", told(&output));
    }
    assert_eq!(stage.json(&["status"])["status"], "waiting");
    // Who works on flightdeck itself has missions of another place, and those are theirs.
    let elsewhere =
        stage.shell("$FD status").env("FLIGHTDECK_MISSION", "/elsewhere/missions/x").output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(0), "{}", told(&elsewhere));
}

#[test]
fn what_a_hook_of_the_persons_starts_reads_and_decides_as_they_do_for_as_long_as_it_runs() {
    let stage = Stage::new();
    stage.planned();
    let (program, told, late) = (env!("CARGO_BIN_EXE_flightdeck"), stage.path("told"), stage.path("late"));
    // From a program of its own below it, as scripts do; and from one that it leaves behind.
    let line = format!(
        "sh -c '{program} pause; echo $?' > {told} 2>&1; (setsid sh -c 'sleep 2; {program} resume; echo $?' > {late} 2>&1 &)",
        told = told.display(),
        late = late.display()
    );
    let hooks =
        json!({ "hooks": { "MissionGate": [{ "hooks": [{ "type": "command", "command": line }] }] } });
    std::fs::write(stage.path("config/flightdeck/hooks.json"), hooks.to_string()).unwrap();
    // An engine reads them when it starts.
    stage.kill_engines(Signal::SIGKILL);
    stage.ended(&["gate", "plan", "go"], 0);
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_default();
    let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while !read(&told).ends_with("0\n") && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(read(&told).ends_with("\n0\n"), "{}", read(&told));
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert_eq!(stage.json(&["status"])["status"], "paused", "{}", read(&late));
    assert!(!read(&late).ends_with("0\n"), "{}", read(&late));
}

#[test]
fn refusals_say_what_to_mend() {
    let stage = Stage::new();
    stage.planned();
    let refused = |arguments: &[&str], code| stage.ended(arguments, code).1;
    assert!(refused(&["gate", "M1", "go"], 2).contains("the M1 gate is not reached yet"));
    assert!(refused(&["gate", "plan", "no-go"], 2).contains("needs `--note`"));
    assert!(refused(&["gate", "plan", "perhaps"], 2).contains("go|no-go"));
    assert!(
        refused(&["gate", "M1", "waive", "VAL-NO-999", "--reason", "x"], 2).contains("there are VAL-API-001")
    );
    assert!(refused(&["answer", "Q7", "yes"], 2).contains("there is no question `Q7`: the mission has none"));
    assert!(refused(&["stop", "99"], 2).contains("there is no attempt `99`; there are #1"));
    assert_eq!(
        refused(&["say", "--to", "bob", "hello"], 2),
        "flightdeck: nobody is called `bob`; you can speak to orchestrator and everyone\n"
    );
    assert!(refused(&["say", "--to", "#1", "hello"], 2).contains("#1 has ended and hears nothing more"));
    assert!(refused(&["gate", "M9", "go"], 2).contains("there is no milestone `M9`; there are M1, M2"));
    assert!(refused(&["gate", "plan", "--note", "why"], 2).contains("a note to which decision?"));
    let evidence = refused(&["evidence", "VAL-WEB-001"], 2);
    assert!(
        evidence.contains("nobody has tried it yet; `flightdeck assertion show VAL-WEB-001`"),
        "{evidence}"
    );
    assert!(refused(&["evidence", "ev_nope"], 2).contains("`flightdeck evidence` lists what there is"));
    assert!(refused(&["evidence", "--out", "x"], 2).contains("name the evidence to write"));
    assert!(refused(&["say", ""], 2).contains("the message: the text is empty"));
    assert!(refused(&["models", "worker", "openai/gpt-5"], 2).contains("set OPENAI_API_KEY"));
    assert!(refused(&["models", "pilot", "rehearsal/demo"], 2).contains("is not a role"));
    let finding = |words: &[&str]| refused(&[&["finding"], words].concat(), 2);
    assert!(
        finding(&["dismiss", "FND-9", "--reason", "x"])
            .contains("there is no finding `FND-9`: the mission has none")
    );
    assert!(finding(&["defer", "FND-9", "--reason", "x"]).contains("there is no finding `FND-9`"));
    assert!(finding(&["mend", "9"]).contains("there is no finding `9`"));
    assert!(finding(&["dismiss", "FND-9"]).contains("--reason"));
    assert!(refused(&["diff", "F99"], 2).contains("there is no feature `F99`; there are F1"));
    assert!(refused(&["diff", "F1"], 2).contains("F1 is not built yet"));
    assert!(refused(&["land"], 2).contains("only a completed mission can be landed"));
    assert!(refused(&["resume", "--budget", "-1"], 2).contains("above 0"));
    assert!(
        refused(&["resume", "--budget", "abc"], 2).contains("write dollars as a number, such as 25 or 2.50")
    );
    assert!(refused(&["resume", "--tokens", "many"], 2).contains("write tokens as a whole number"));
    assert!(refused(&["resume", "--hours", "x"], 2).contains("write hours as a number"));
}

#[test]
fn the_contract_is_changed_after_its_consequences_were_told() {
    let stage = Stage::new();
    stage.planned();
    let edit = ["assertion", "edit", "VAL-WEB-001", "--title", "The page opens"];
    assert!(stage.ended(&edit, 2).1.contains("nobody can be asked here; add --yes"));
    let told = stage.told(&[&edit[..], &["--yes"]].concat());
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("title     "), "{told}");
    assert_eq!(lines[1], "  →       The page opens");
    assert_eq!(lines[2..], ["revision 2 · no verdict goes stale", "VAL-WEB-001 is edited"]);
    let shown = stage.json(&["assertion", "show", "VAL-WEB-001"]);
    assert_eq!(shown["assertion"]["revision"], 2);
    assert_eq!(shown["assertion"]["wording"]["title"], "The page opens");
    assert!(stage.ended(&[&edit[..], &["--yes"]].concat(), 2).1.contains("nothing would change"));

    let add = [
        "assertion",
        "add",
        "VAL-WEB-009",
        "--feature",
        "F2",
        "--title",
        "A title",
        "--statement",
        "The page has a title.",
        "--how",
        "GET / and read <title>: it says Guestbook.",
        "--via",
        "http",
        "--evidence",
        "the exchange",
        "--yes",
    ];
    assert!(stage.told(&add).contains("VAL-WEB-009 is added for F2"));
    let retire = ["assertion", "retire", "VAL-WEB-009", "--reason", "not needed", "--yes"];
    assert!(stage.told(&retire).contains("VAL-WEB-009 is retired"));
    assert_eq!(stage.json(&["assertion", "show", "VAL-WEB-009"])["standing"], "retired");
}

#[test]
fn the_environment_is_read_and_edited_as_toml() {
    let stage = Stage::new();
    stage.planned();
    let shown = stage.told(&["environment", "show"]);
    assert!(shown.contains("[[test]]") && shown.contains("[[services]]"), "{shown}");
    assert_eq!(stage.json(&["environment", "show"])["test"], stage.json(&["plan"])["environment"]["test"]);
    let edited = shown.replacen("[[test]]", "[[lint]]\nname = \"docs\"\nrun = \"cargo doc\"\n\n[[test]]", 1);
    let edited = if shown.contains("lint = []") { edited.replacen("lint = []\n", "", 1) } else { edited };
    let file = stage.repository().join("environment.toml");
    let refused = |text: &str, code| {
        std::fs::write(&file, text).unwrap();
        stage.ended(&["environment", "edit", "environment.toml"], code).1
    };
    assert!(refused(&edited.replacen("[[test]]", "[[tests]]", 1), 2).contains("`tests` means nothing here"));
    assert!(
        refused(&edited.replacen("run = ", "runs = ", 1), 2).contains("environment.toml is no environment")
    );
    assert!(refused(&shown, 2).contains("already says that: nothing would change"));
    assert!(
        stage.ended(&["environment", "edit", "nowhere.toml"], 1).1.contains("failed to read nowhere.toml")
    );
    std::fs::write(&file, &edited).unwrap();
    let told = stage.told(&["environment", "edit", "environment.toml"]);
    assert!(told.contains("the environment is edited"), "{told}");
    assert!(stage.told(&["environment", "show"]).contains("cargo doc"));
    assert!(stage.told(&["plan"]).contains("cargo doc"), "the plan gate is about it");
    stage.told(&["abandon", "--reason", "enough", "--yes"]);
}

#[test]
fn a_mission_is_abandoned_after_a_yes_and_stays_on_record() {
    let stage = Stage::new();
    let id = stage.planned();
    assert!(stage.ended(&["abandon", "--reason", "enough"], 2).1.contains("add --yes"));
    assert!(stage.ended(&["abandon", "--reason", " ", "--yes"], 2).1.contains("--reason: the text is empty"));
    let told = stage.told(&["abandon", "--reason", "bought one", "--yes"]);
    assert_eq!(told, format!("{id} is abandoned; what was built is on flightdeck/{id}\n"));
    assert_eq!(stage.json(&["status"])["status"], "abandoned");
    assert!(stage.told(&["log"]).contains("abandoned: bought one"));
    assert!(stage.ended(&["abandon", "--reason", "again", "--yes"], 2).1.contains("the mission is over"));
}

#[test]
fn the_autopilot_is_switched_while_the_mission_flies() {
    let stage = Stage::new();
    let id = stage.planned();
    assert_eq!(stage.told(&["autopilot", "off"]), format!("{id}: every gate waits for you\n"));
    assert!(stage.ended(&["autopilot", "maybe"], 2).1.contains("[possible values: on, off]"));
}

#[test]
fn models_are_chosen_while_the_mission_flies() {
    let stage = Stage::new();
    stage.planned();
    stage.configure("[providers.local]\nbase_url = \"http://127.0.0.1:9/v1\"\n");
    assert!(stage.told(&["models", "worker", "local/qwen3"]).contains("worker is played by local/qwen3"));
    assert_eq!(stage.json(&["status"])["mission"]["models"]["worker"], "local/qwen3");
}

#[test]
fn the_link_is_carried_over_standard_input_and_output() {
    let stage = Stage::new();
    let id = stage.planned();
    let hello = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"hello","params":{{"protocol":{},"client":"test"}}}}"#,
        flightdeck::link::protocol::PROTOCOL
    );
    let output = stage.shell(&format!("(echo '{hello}'; sleep 1) | \"$FD\" bridge")).output().unwrap();
    let told = stage.clean(&output.stdout);
    assert!(output.status.success(), "{}", stage.clean(&output.stderr));
    assert!(told.contains(&id) && told.contains("\"id\":1"), "{told}");
}

#[test]
fn an_engine_that_does_not_come_up_is_told_with_the_end_of_its_log() {
    let stage = Stage::new();
    stage.planned();
    stage.kill_engines(Signal::SIGKILL);
    stage.configure("theme = 3\n");
    let (_, err) = stage.ended(&["pause"], 1);
    assert!(err.contains("the engine ended with code 2") && err.contains("config.toml:1"), "{err}");
}
