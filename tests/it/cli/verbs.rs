//! What all verbs have in common: how a mission is named, how they end, and what they tell a program.

use clap::CommandFactory;
use flightdeck::cli::Cli;
use flightdeck::domain::command::Command;
use flightdeck::domain::verdict::Outcome;
use nix::sys::signal::Signal;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words;

/// Verbs that are about no mission that exists.
const OF_NO_MISSION: [&str; 12] = [
    "demo",
    "new",
    "list",
    "setup",
    "trust",
    "doctor",
    "config",
    "completions",
    "mcp",
    "engine",
    "keeper",
    "help",
];

#[test]
fn every_verb_takes_the_mission_by_name() {
    let takes = |command: &clap::Command| command.get_arguments().any(|arg| arg.get_short() == Some('m'));
    for verb in Cli::command().get_subcommands().filter(|verb| !OF_NO_MISSION.contains(&verb.get_name())) {
        let below: Vec<_> = verb.get_subcommands().filter(|below| below.get_name() != "help").collect();
        if below.is_empty() {
            assert!(takes(verb), "{}", verb.get_name());
        }
        for below in below {
            assert!(takes(below), "{} {}", verb.get_name(), below.get_name());
        }
    }
}

#[test]
fn the_mission_is_the_first_word_or_named() {
    let stage = Stage::new();
    let flight = Flight::new().planned(1, 2).built(1);
    stage.keep(&flight);
    let id = flight.mission.id().unwrap().as_str();
    for words in [
        &["status"][..],
        &["plan"],
        &["log"],
        &["findings"],
        &["stats"],
        &["talk"],
        &["transcript"],
        &["transcript", "#1"],
        &["evidence"],
        &["gate"],
        &["gate", "plan"],
        &["models"],
        &["assertion", "list"],
        &["assertion", "show", "VAL-M1-001"],
        &["feature", "show", "F1"],
    ] {
        let verb = if matches!(words[0], "assertion" | "feature") { 2 } else { 1 };
        let first = [&words[..verb], &[id], &words[verb..]].concat();
        let named = [words, &["-m", id]].concat();
        let told = stage.told(words);
        assert_eq!(stage.told(&first), told, "{first:?}");
        assert_eq!(stage.told(&named), told, "{named:?}");
        assert!(
            stage.ended(&[words, &["-m", "nobody"]].concat(), 2).1.contains("there is no mission `nobody`")
        );
    }
    for (words, told) in [
        (&["diff", id, "abc"][..], "`abc` is nothing to show a diff of: say F3, M1, #4 or FROM..TO"),
        (&["diff", "abc"], "there is no mission `abc`"),
        (&["gate", "go"], "`go` at which gate?"),
        (&["gate", "plam"], "and it is not a gate (plan, M2, final) either; did you mean `plan`?"),
        (
            &["trace", "nonsense"],
            "there is no mission `nonsense` (`flightdeck list`), and it is not a requirement",
        ),
        (
            &["gate", id, "finl"],
            "`finl` is not a gate: plan, a milestone such as M2, or final; did you mean `final`?",
        ),
        (&["trace", id, "VAL-M1-01"], "did you mean VAL-"),
        (&["prove", "nonsense"], "and it is not an assertion (VAL-AREA-001) either"),
        (&["diff", "#1"], "#1 is no worker's attempt and has changed nothing"),
        (&["transcript", id, "99"], "there is no attempt `99`; there are #1"),
        (&["transcript", "-m", id, "x"], "there is no attempt `x`; there are #1"),
        (&["say", "hello", "world"], "there is no mission `hello`"),
        (&["say", id, " "], "the message: the text is empty"),
        (&["answer", id, "Q1", "yes"], "there is no question `Q1`"),
        (&["stop", id, "99"], "there is no attempt `99`"),
    ] {
        let (_, err) = stage.ended(words, 2);
        assert!(err.contains(told), "{words:?}: {err}");
    }
}

#[test]
fn a_status_tells_a_script_how_it_stands() {
    let code = |flight: &Flight, code: i32| {
        let stage = Stage::new();
        stage.keep(flight);
        stage.ended(&["status", "--exit-code"], code);
        stage.ended(&["status"], 0);
    };
    // There is something to build, and no engine that does it.
    code(&Flight::new().planned(1, 2), 4);
    code(&Flight::new().proposed(1, 1), 3);
    code(&Flight::completed(), 0);
    let mut spent = Flight::new().planned(1, 2);
    spent.person(Command::Abandon { reason: words::line("over") });
    code(&spent, 1);
}

#[test]
fn a_waived_assertion_is_proven_nowhere() {
    let stage = Stage::new();
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    let reason = words::line("ships later");
    flight.person(Command::Waive { assertion: "VAL-M1-001".parse().unwrap(), reason });
    stage.keep(&flight);
    let status = stage.told(&["status"]);
    assert!(status.contains("0/1 assertions · 1 waived"), "{status}");
    let tally = &stage.json(&["status"])["assertions"];
    assert_eq!((tally["proven"].as_u64(), tally["waived"].as_u64()), (Some(0), Some(1)));
}

#[test]
fn a_program_gets_an_event_a_line_and_the_summary_last() {
    let stage = Stage::new();
    let new = ["new", "A guestbook", "--model", "rehearsal/demo", "--speed", "1000", "--json"];
    let lines =
        |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let told = lines(&stage.ended(&new, 3).0);
    let kinds: Vec<&str> = told.iter().filter_map(|line| line["kind"].as_str()).collect();
    assert!(kinds.contains(&"plan_proposed"), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "summary").count(), 1);
    let summary = told.last().unwrap();
    assert_eq!((&summary["kind"], &summary["body"]["status"]), (&"summary".into(), &"waiting".into()));
    let seqs: Vec<u64> = told.iter().filter_map(|line| line["seq"].as_u64()).collect();
    assert!(seqs.is_sorted_by(|one, next| next == &(one + 1)), "{seqs:?}");
    stage.kill_engines(Signal::SIGKILL);
    let again = lines(&stage.ended(&["run", "--json"], 3).0);
    assert_eq!(again.last().unwrap()["kind"], "summary");
}

#[test]
fn models_are_chosen_as_a_new_mission_chooses_them() {
    let stage = Stage::new();
    stage.configure("[providers.local]\nbase_url = \"http://127.0.0.1:9/v1\"\n");
    let id = stage.planned();
    stage.told(&["models", &id, "local/small", "worker=local/big", "user-testing=local/eyes"]);
    let chosen = &stage.json(&["status"])["mission"]["models"];
    assert_eq!(
        (&chosen["worker"], &chosen["reviewer"], &chosen["user_testing"]),
        (&"local/big".into(), &"local/small".into(), &"local/eyes".into())
    );
    let refused = stage.ended(&["models", "worker=local/x", "reviewer=nowhere/y"], 2).1;
    assert!(refused.contains("there is no provider `nowhere`"), "{refused}");
    assert_eq!(stage.json(&["status"])["mission"]["models"]["worker"], "local/big", "all or nothing");
    assert!(stage.ended(&["models", "worker"], 2).1.contains("provider/model"));
}
