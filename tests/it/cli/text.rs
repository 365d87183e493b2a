//! Names and texts from anywhere: whatever they contain, nothing printed or drawn steers a terminal or reads as
//! something else.

use std::fs;

use flightdeck::domain::command::Command;
use flightdeck::domain::id::{FeatureId, Revision};
use flightdeck::domain::message::{Delivery, Party};
use flightdeck::domain::part::SpecEdit;
use flightdeck::domain::text::Prose;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::stage::Stage;
use crate::edges::console;
use crate::support::mission::Flight;
use crate::support::words;

/// A sequence that colours, one that sets the title, a C1 control, marks that turn the direction, and a line separator.
const EVIL: &str = "x\u{1b}[31mred\u{1b}]0;t\u{7}\u{9b}2Jc1\u{202e}dlrow\u{2066}i\u{2028}ls\u{200b}\u{feff}";

/// What must never reach a terminal.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{feff}')
}

fn check(words: &[&str], text: &str) {
    assert!(!text.chars().any(steers), "{words:?} prints {:?}", text.chars().find(|c| steers(*c)));
}

#[test]
fn no_name_steers_a_terminal() {
    let stage = Stage::bare();
    let evil = stage.path(&format!("work/{EVIL}"));
    crate::support::flight::repository_with(&evil, [("a.txt", EVIL)]);
    let git = git2::Repository::open(&evil).unwrap();
    let head = git.head().unwrap().peel_to_commit().unwrap();
    git.branch("left\u{202e}thgir", &head, true).unwrap();
    git.set_head("refs/heads/left\u{202e}thgir").unwrap();
    fs::write(evil.join("goal"), EVIL).unwrap();
    let goal = format!("Build {EVIL}");
    let model = format!("local/{}", EVIL.replace(' ', ""));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let refusal = ResponseTemplate::new(401).set_body_string(EVIL);
    runtime.block_on(Mock::given(matchers::any()).respond_with(refusal).mount(&server));
    stage.configure(&format!(
        "[limits]\nsabotage_percent = 0\n[providers.local]\nbase_url = \"{}/v1\"\n",
        server.uri()
    ));
    let hostile: [&[&str]; 13] = [
        &["doctor", "--offline"],
        &["list"],
        &["config", "show"],
        &[],
        &["new", &goal],
        &["new", &goal, "--model", &model],
        &["new", "--file", EVIL],
        &["status", EVIL],
        &["diff", "a", EVIL],
        &[EVIL],
        &["log", EVIL, "--wrong", EVIL],
        &["models", EVIL],
        &["demo", "--headless", "--speed", "10000", "--dir", EVIL],
    ];
    for words in hostile {
        let output = stage.flightdeck(words).current_dir(&evil).output().unwrap();
        for bytes in [&output.stdout, &output.stderr] {
            check(words, &String::from_utf8_lossy(bytes));
        }
        if let Some(code) = output.status.code() {
            assert!(code < 6, "{words:?} ends with {code}");
        }
    }
    fs::write(
        stage.path("config/flightdeck/config.toml"),
        format!("[models]\n\"{}\" = \"a\"\n", "w\u{202e}x"),
    )
    .unwrap();
    let (_, err) = stage.ended(&["config", "show"], 2);
    check(&["config", "show"], &err);
}

#[test]
fn no_text_of_a_mission_steers_a_terminal() {
    let stage = Stage::new();
    let mut flight = Flight::new().planned(1, 2).built(1);
    let text = Prose::new(EVIL).unwrap();
    flight.person(Command::Say { to: Party::Orchestrator, text: text.clone(), delivery: Delivery::Queue });
    flight.person(Command::Broadcast { text });
    let edit = SpecEdit {
        title: Some(words::title(EVIL)),
        description: Some(words::prose(EVIL)),
        ..SpecEdit::default()
    };
    flight.person(Command::EditFeature {
        feature: FeatureId(2),
        base: Revision::FIRST,
        edit: Box::new(edit),
    });
    stage.keep(&flight);
    for words in [
        &["status"][..],
        &["plan"],
        &["log"],
        &["log", "--json"],
        &["talk"],
        &["talk", "--json"],
        &["status", "--json"],
        &["feature", "show", "F2"],
        &["list"],
        &["stats"],
    ] {
        check(words, &stage.told(words));
    }
    for keys in ["", "o", "W", "S", "a", ":", "?"] {
        check(&[keys], &console(&flight, keys));
    }
    let said = &stage.json(&["talk"])["messages"][0]["text"];
    assert!(said.as_str().unwrap().contains('\u{202e}'), "a program gets what was said");
}
