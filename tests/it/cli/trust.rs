//! A cloned repository decides nothing: what it brings along is used once the person has said so, as it was then.

use std::fs;

use pretty_assertions::assert_eq;

use super::stage::Stage;
use crate::terminal::keyboard::{Terminal, USUAL};

const NEW: &[&str] = &["new", "A guestbook", "--model", "rehearsal/demo", "--headless", "--speed", "1000"];
const HOOKS: &str =
    r#"{ "hooks": { "SessionStart": [{ "hooks": [{ "type": "command", "command": "touch MARK" }] }] } }"#;
const CRITIC: &str = "+++\nrole = \"critic\"\naccess = \"read\"\ntools = [\"criticize\"]\ncloses = [\"criticize\"]\n+++\nAll is well.\n";

fn bring(stage: &Stage, name: &str, text: &str) {
    let file = stage.path("work").join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// A repository with hooks, a prompt, a skill and these settings. The hook leaves a mark where it runs.
fn staged(settings: &str) -> Stage {
    let stage = Stage::new();
    stage.configure("[budget]\nmoney = 5\n");
    bring(&stage, ".flightdeck/config.toml", settings);
    bring(&stage, ".flightdeck/hooks.json", &HOOKS.replace("MARK", stage.path("mark").to_str().unwrap()));
    bring(&stage, ".flightdeck/prompts/critic.md", CRITIC);
    bring(&stage, ".flightdeck/prompts/evil\u{1b}]0;owned\u{7}.md", "x");
    bring(&stage, ".agents/skills/db/SKILL.md", "---\nname: db\ndescription: Use it\n---\nText.\n");
    stage
}

fn setting(stage: &Stage, key: &str) -> serde_json::Value {
    let rows = stage.json(&["config", "show"]);
    rows.as_array()
        .unwrap()
        .iter()
        .find(|row| row["key"] == key)
        .map_or_else(Default::default, |row| row["value"].clone())
}

#[test]
fn nothing_of_a_repository_is_used_before_it_is_trusted() {
    let stage = staged("speed = 7\nautopilot = true\n[budget]\nmoney = 99999\n[keys.gate]\ngo = \"j\"\n");
    assert_eq!(setting(&stage, "budget.money"), 5);
    assert_eq!(setting(&stage, "autopilot"), false);
    let doctor =
        String::from_utf8(stage.flightdeck(&["doctor", "--offline"]).output().unwrap().stdout).unwrap();
    for file in ["config.toml", "hooks.json", "prompts/critic.md", "skills/db/SKILL.md"] {
        let told = doctor
            .lines()
            .any(|line| line.starts_with("! trust") && line.contains(&format!("{file} is not used")));
        assert!(told, "{file}\n{doctor}");
    }
    assert!(!doctor.contains("\u{1b}]"), "a name steers no terminal");
    let (began, _) = stage.ended(NEW, 3);
    assert!(began.contains("note: .flightdeck/config.toml is not used: it is not trusted yet"), "{began}");
    let plan = stage.told(&["plan"]);
    assert!(plan.contains(".flightdeck/prompts/critic.md is not used: it is not trusted yet"), "{plan}");
    assert!(!stage.path("mark").exists(), "no hook of it ran");
    assert!(began.contains("unpriced of $5.00"), "{began}");
    // What may never be a project's cannot be trusted either.
    let shown = stage.told(&["trust", "--yes"]);
    assert!(shown.contains("cannot be used: ") && shown.contains("a project's file may not set"), "{shown}");
    assert_eq!(setting(&stage, "speed"), 1.0);
}

#[test]
fn what_is_trusted_is_used_until_it_changes() {
    let stage = staged("speed = 7\n[budget]\nmoney = 2\n");
    let shown = stage.told(&["trust"]);
    for words in [
        "sets `budget.money` to 2; now it is 5",
        "sets `speed` to 7; now it is 1.0",
        "runs as you, outside of every sandbox, and may decide as you do, at SessionStart, for 60 s at most: touch ",
        "is what agents are told in place of the prompt `critic`",
        "is a skill that agents are offered",
        "`flightdeck trust --yes` has it used",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert_eq!(setting(&stage, "speed"), 1.0, "to look is not to trust");
    assert!(stage.told(&["trust", "--yes"]).contains("it is used from now on"));
    assert_eq!((setting(&stage, "speed"), setting(&stage, "budget.money")), (7.into(), 2.into()));
    let files = stage.json(&["trust"]);
    assert!(files.as_array().unwrap().iter().all(|file| file["standing"] == "trusted"), "{files}");
    stage.ended(NEW, 3);
    assert!(stage.path("mark").exists(), "the hook ran");
    let plan = stage.told(&["plan"]);
    assert!(plan.contains("the prompt `critic` is not the built-in one but "), "{plan}");

    bring(&stage, ".flightdeck/config.toml", "speed = 9\n");
    assert_eq!(setting(&stage, "speed"), 1.0);
    let shown = stage.told(&["config", "show"]);
    assert!(shown.contains("it is another one than you trusted"), "{shown}");
    assert!(stage.told(&["trust", "--forget"]).contains("is trusted"));
    assert!(stage.told(&["trust"]).contains(".flightdeck/hooks.json  not used: it is not trusted yet"));
    assert!(
        stage.flightdeck(&["trust"]).current_dir(stage.path("home")).output().unwrap().status.code()
            == Some(2)
    );
}

#[test]
fn a_person_is_asked_once() {
    let stage = staged("speed = 7\n");
    let terminal = Terminal::run(&stage, "\"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("This repository brings along what would steer flightdeck here");
    terminal.sees("Use 5 files of it? [y/N]");
    terminal.types("n\n");
    terminal.sees("FLIGHTDECK");
    terminal.types("\u{3}");
    terminal.sees("left with");
    assert_eq!(setting(&stage, "speed"), 1.0);
    let refused = stage.told(&["trust"]);
    assert!(refused.contains(".flightdeck/config.toml  not used: you did not trust it"), "{refused}");
    let (began, _) = stage.ended(NEW, 3);
    assert!(!began.contains("is not used"), "what was refused is not asked about again: {began}");
}
