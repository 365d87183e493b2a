//! What is wrong, and what the program says to do about it.

use std::fs;

use flightdeck::workspace::Project;
use insta::assert_snapshot;
use pretty_assertions::assert_eq;

use super::stage::Stage;
use crate::support::flight::repository_with;

#[test]
fn help_names_every_verb_and_every_exit_code() {
    let help = Stage::bare().told(&["--help"]);
    for verb in [
        "demo",
        "new",
        "run",
        "list",
        "status",
        "plan",
        "findings",
        "stats",
        "talk",
        "abandon",
        "autopilot",
        "feature",
        "log",
        "transcript",
        "evidence",
        "gate",
        "say",
        "answer",
        "pause",
        "resume",
        "stop",
        "models",
        "assertion",
        "diff",
        "land",
        "relocate",
        "trust",
        "doctor",
        "config",
        "completions",
        "bridge",
    ] {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{verb} "))),
            "{verb}\n{help}"
        );
    }
    assert!(!help.contains("  engine"), "the engine is nobody's verb");
    for code in [
        "0  done",
        "1  failed",
        "2  refused",
        "3  the mission waits",
        "4  the mission is blocked",
        "5  a budget",
    ] {
        assert!(help.contains(code), "{code}");
    }
}

#[test]
fn an_unknown_verb_is_refused_with_a_suggestion() {
    let (_, err) = Stage::bare().ended(&["stauts"], 2);
    assert!(err.contains("status"), "{err}");
}

#[test]
fn a_mission_needs_a_repository_with_a_commit_and_a_branch() {
    let stage = Stage::bare();
    let new: &[&str] = &["new", "A guestbook", "--model", "rehearsal/demo"];
    assert_eq!(
        stage.ended(new, 2).1,
        "flightdeck: STAGE/work is not inside a git repository; run `git init` there and commit something first\n"
    );
    let git = git2::Repository::init(stage.repository()).unwrap();
    assert!(stage.ended(new, 2).1.contains("has no commits; commit something, even only a README"));
    drop(git);
    let stage = Stage::new();
    let git = git2::Repository::open(stage.repository()).unwrap();
    git.set_head_detached(git.head().unwrap().target().unwrap()).unwrap();
    assert_eq!(
        stage.ended(new, 2).1,
        "flightdeck: no branch is checked out here: check out the branch that the mission shall land on\n"
    );
    assert_eq!(stage.told(&["list"]).lines().count(), 1, "nothing was founded");
}

#[test]
fn a_branch_that_leaves_no_room_for_the_missions_is_told_with_another_prefix() {
    let stage = Stage::new();
    let git = git2::Repository::open(stage.repository()).unwrap();
    git.branch("flightdeck", &git.head().unwrap().peel_to_commit().unwrap(), false).unwrap();
    let new = ["new", "A guestbook", "--model", "rehearsal/demo", "--headless"];
    let (_, err) = stage.ended(&new, 1);
    assert!(err.contains("the branch `flightdeck` leaves no room for `flightdeck/a-guestbook-"), "{err}");
    assert!(err.contains("`--branch-prefix missions`"), "{err}");
    assert_eq!(stage.told(&["list"]).lines().count(), 1, "nothing was founded");
    let odd = [&new[..], &["--branch-prefix", "a//b"]].concat();
    let (_, err) = stage.ended(&odd, 2);
    assert!(err.contains("`branch_prefix` must be the beginning of a branch's name"), "{err}");
}

#[test]
fn a_goal_must_say_something_and_not_two_megabytes() {
    let stage = Stage::new();
    fs::write(stage.path("work/long.md"), "x".repeat(2 << 20)).unwrap();
    fs::write(stage.path("work/binary"), [0xff, 0xfe, 0]).unwrap();
    let refused = |arguments: &[&str]| stage.ended(arguments, 2).1;
    assert_eq!(
        refused(&["new", " "]),
        "flightdeck: the goal is empty: say in a sentence what should exist when the mission is over\n"
    );
    let long = refused(&["new", "--file", "long.md"]);
    assert!(
        long.contains("2097152 characters; at most 64000 fit") && long.contains("name it in the goal"),
        "{long}"
    );
    assert_eq!(refused(&["new", "--file", "binary"]), "flightdeck: binary is not UTF-8 text\n");
    assert!(stage.ended(&["new", "--file", "nowhere.md"], 1).1.contains("failed to read nowhere.md"));
    assert!(refused(&["new"]).contains("the goal is empty"), "standard input is empty");
}

#[test]
fn a_mission_needs_models_that_can_be_used() {
    let stage = Stage::new();
    let refused = |model: &str| stage.ended(&["new", "A guestbook", "--model", model], 2).1;
    assert_snapshot!(stage.ended(&["new", "A guestbook"], 2).1.trim(), @"flightdeck: no model is set: `flightdeck setup` looks what there is and keeps one; or set ANTHROPIC_API_KEY or OPENAI_API_KEY, name one with --model provider/model, or put it under [models] in STAGE/config/flightdeck/config.toml; `flightdeck demo` flies a rehearsal without any");
    assert_snapshot!(refused("anthropic/claude-sonnet-5-5").trim(), @"flightdeck: anthropic has no key: set ANTHROPIC_API_KEY, or providers.anthropic.api_key_cmd in STAGE/config/flightdeck/config.toml");
    assert_snapshot!(refused("grok/x").trim(), @"flightdeck: there is no provider `grok`: known are anthropic, openai, rehearsal; add [providers.grok] with its base_url to STAGE/config/flightdeck/config.toml");
    assert_snapshot!(refused("claude").trim(), @r#"flightdeck: --model: `models.default` must be `provider/model`, such as anthropic/claude-sonnet-5-5, not "claude""#);
    assert_snapshot!(refused("wroker=openai/x").trim(), @"flightdeck: --model: there is no setting `models.wroker`; did you mean `models.worker`?");
    assert_snapshot!(refused("rehearsal/opera").trim(), @"flightdeck: there is no rehearsal `opera`; built in: demo");
}

#[test]
fn a_fault_in_the_settings_is_told_with_its_place() {
    let stage = Stage::new();
    fs::create_dir(stage.path("work/.flightdeck")).unwrap();
    fs::write(stage.path("work/.flightdeck/config.toml"), "theme = \"dusk\"\nautopilot = true\n").unwrap();
    let project = Project::new(&stage.repository(), &stage.path("state"));
    project.decide(&project.files().unwrap(), true).unwrap();
    assert_snapshot!(stage.ended(&["config", "show"], 2).1.trim(), @"flightdeck: STAGE/work/.flightdeck/config.toml:2: a project's file may not set `autopilot`, because it would give your consent in your place; put it into STAGE/config/flightdeck/config.toml instead");
}

#[test]
fn an_unknown_mission_is_told_with_those_there_are() {
    let stage = Stage::new();
    assert_eq!(
        stage.ended(&["status"], 2).1,
        "flightdeck: there is no mission yet: start one with `flightdeck new \"what should exist\"`, or try `flightdeck demo`\n"
    );
    assert!(stage.ended(&["status", "guestbook"], 2).1.contains("there are no missions yet"));
}

#[test]
fn the_demo_leaves_a_persons_directories_alone() {
    let stage = Stage::new();
    let refused = stage.ended(&["demo", "--autopilot", "--dir", "."], 2).1;
    assert!(refused.contains("is a repository of yours"), "{refused}");
    assert!(stage.ended(&["demo", "--speed", "0"], 2).1.contains("--speed must be above 0"));
}

#[test]
fn a_damaged_mission_is_listed_and_harms_no_other() {
    let stage = Stage::new();
    let dir = stage.path("state/missions/broken-1");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("mission.db"), "this is no database, and long enough to be taken for none".repeat(40))
        .unwrap();
    let listed = stage.told(&["list"]);
    assert!(listed.contains("broken-1") && listed.contains("unreadable"), "{listed}");
    let (_, err) = stage.ended(&["status", "broken-1"], 1);
    assert!(err.contains("is damaged") && err.contains("nothing was deleted"), "{err}");
    repository_with(&stage.path("other"), [("a", "b")]);
    assert_eq!(stage.json(&["list"])[0]["id"], "broken-1");
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let stage = Stage::new();
    let output =
        stage.shell("\"$FD\" completions bash | head -1; \"$FD\" --help | head -1").output().unwrap();
    assert!(output.status.success());
    assert_eq!(stage.clean(&output.stderr), "");
}

#[test]
fn a_demo_without_a_compiler_says_what_it_needs() {
    let stage = Stage::new();
    let refused =
        stage.flightdeck(&["demo", "--autopilot", "--dir", "d"]).env("PATH", "/nowhere").output().unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("needs cargo, which does not work here"), "{told}");
}
