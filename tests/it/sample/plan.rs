//! The sample's contract and plan: a guestbook with sign-in, moderation and export.

use std::collections::BTreeMap;

use flightdeck::domain::attempt::Role;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::contract::{AssertionDraft, Check, Instrument, Weight, Wording};
use flightdeck::domain::environment::{Environment, Health, Script, Service};
use flightdeck::domain::event::Founding;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::RequirementId;
use flightdeck::domain::mission::Limits;
use flightdeck::domain::plan::{FeatureDraft, FeatureSpec, MilestoneDraft};
use flightdeck::domain::requirement::SetAside;
use flightdeck::domain::text::Title;

use super::recorder::commit;
use crate::support::words::{line, prose, title, val};

const GOAL: &str = "A guestbook for our café\n\nGuests write a line and their name; we sign in, hide what does not \
                    belong, and take everything home as a file. It runs on the machine behind the counter.";

/// What the sample starts from.
pub fn founding() -> Founding {
    Founding {
        mission: "guestbook-7k2p".parse().unwrap(),
        title: title("guestbook"),
        goal: Goal::new(GOAL).unwrap(),
        repository: "/home/ada/src/guestbook".to_owned(),
        target: title("main"),
        base: commit(0),
        branch: title("flightdeck/guestbook"),
        models: models(),
        budget: Budget { micro_dollars: Some(25_000_000), ..Budget::default() },
        limits: Limits::default(),
        autopilot: Autopilot::Off,
    }
}

fn models() -> BTreeMap<Role, Title> {
    Role::ALL
        .iter()
        .copied()
        .map(|role| {
            let model = match role {
                Role::Orchestrator => "anthropic/claude-opus",
                Role::Worker => "anthropic/claude-sonnet",
                Role::Reviewer | Role::Scrutiny => "openai/gpt-codex",
                Role::Critic | Role::UserTesting => "google/gemini-pro",
                Role::Researcher => "anthropic/claude-haiku",
            };
            (role, title(model))
        })
        .collect()
}

const ASSERTIONS: &[(&str, &str, &str, Instrument, &str)] = &[
    (
        "VAL-BOOK-001",
        "The guestbook page opens",
        "A guest who opens / sees the heading and the last twenty entries, newest first.",
        Instrument::Browser,
        "open / and read the list",
    ),
    (
        "VAL-BOOK-002",
        "A guest can write an entry",
        "After sending a name and a line, the entry stands first on the page without a reload.",
        Instrument::Browser,
        "fill the form, send it, read the first entry",
    ),
    (
        "VAL-BOOK-003",
        "An empty entry is refused",
        "Sending no text keeps the page and says what is missing, beside the field.",
        Instrument::Browser,
        "send the empty form",
    ),
    (
        "VAL-BOOK-004",
        "Entries survive a restart",
        "What was written is still there after the server was stopped and started.",
        Instrument::Http,
        "POST an entry, restart the server, GET /entries",
    ),
    (
        "VAL-AUTH-001",
        "Login succeeds",
        "The owner signs in with the right password and sees the desk.",
        Instrument::Browser,
        "sign in as owner",
    ),
    (
        "VAL-AUTH-002",
        "Wrong password is refused",
        "A wrong password answers 401 and says nothing about which part was wrong.",
        Instrument::Http,
        "POST /login with a wrong password",
    ),
    (
        "VAL-AUTH-003",
        "Session survives a restart",
        "A signed-in owner stays signed in when the server restarts.",
        Instrument::Http,
        "sign in, restart, GET /desk with the cookie",
    ),
    (
        "VAL-AUTH-004",
        "Log out ends the session",
        "After logging out the old cookie opens nothing.",
        Instrument::Http,
        "log out, GET /desk with the old cookie",
    ),
    (
        "VAL-AUTH-005",
        "A lost password can be reset by mail",
        "The owner gets a mail with a link that works once.",
        Instrument::Browser,
        "ask for a reset, open the mail",
    ),
    (
        "VAL-AUTH-006",
        "Five wrong passwords lock the door for a minute",
        "The sixth attempt answers 429, whatever the password.",
        Instrument::Http,
        "six POSTs to /login",
    ),
    (
        "VAL-DESK-001",
        "The owner can hide an entry",
        "A hidden entry is gone for guests and marked for the owner.",
        Instrument::Browser,
        "hide the first entry, look as a guest",
    ),
    (
        "VAL-DESK-002",
        "Hiding can be undone",
        "A hidden entry can be shown again, in its old place.",
        Instrument::Browser,
        "hide, then show again",
    ),
    (
        "VAL-DESK-003",
        "Entries can be searched",
        "Typing 日本 finds entries with it within a second.",
        Instrument::Browser,
        "search for 日本, read what is left",
    ),
    (
        "VAL-FILE-001",
        "Everything can be taken home as CSV",
        "The file has a header and one line an entry, UTF-8, quotes doubled.",
        Instrument::Command,
        "guestbook export | head",
    ),
    (
        "VAL-FILE-002",
        "A thousand entries export within two seconds",
        "The command ends with exit code 0 within two seconds.",
        Instrument::Command,
        "time guestbook export",
    ),
];

/// What an assertion shows of the goal; how fast it exports was never asked for.
fn shown_by(id: &str) -> Vec<RequirementId> {
    if id == "VAL-FILE-002" { Vec::new() } else { vec![RequirementId(2)] }
}

/// The sentence of the goal that asks for nothing.
pub fn set_aside() -> Vec<SetAside> {
    vec![SetAside {
        requirement: RequirementId(1),
        because: line("it names the thing, the rest says what it does"),
    }]
}

/// The contract as it is proposed.
pub fn contract() -> Vec<AssertionDraft> {
    ASSERTIONS
        .iter()
        .map(|(id, heading, statement, via, how)| {
            let weight = if *id == "VAL-FILE-002" { Weight::NonBlocking } else { Weight::Blocking };
            let check = Check {
                via: *via,
                how: prose(how),
                command: (*via == Instrument::Command).then(|| line(how)),
                guard: false,
            };
            let evidence = match via {
                Instrument::Http => "the request and the whole answer",
                Instrument::Terminal => "the screen after the last key",
                Instrument::Browser => "the page as it looked, and what it asked the server for",
                Instrument::Command => "the command with its output and exit code",
            };
            let wording = Wording {
                title: title(heading),
                statement: prose(statement),
                check,
                evidence: line(evidence),
                weight,
            };
            AssertionDraft { id: val(id), wording, shows: shown_by(id) }
        })
        .collect()
}

const MILESTONES: [&str; 4] = ["Skeleton", "Sign-in", "The desk", "Take it home"];

const FEATURES: &[(u32, &str, &str, &[&str])] = &[
    (1, "Project skeleton", "A server that answers, a page, a test that runs.", &[]),
    (1, "Guestbook page", "The list of entries at /.", &["VAL-BOOK-001"]),
    (
        1,
        "Write an entry",
        "The form, its checks, and the file that keeps entries.",
        &["VAL-BOOK-002", "VAL-BOOK-003", "VAL-BOOK-004"],
    ),
    (
        2,
        "Login form",
        "Sign in with a password; the hash is argon2id.",
        &["VAL-AUTH-001", "VAL-AUTH-002", "VAL-AUTH-006"],
    ),
    (2, "Session cookies", "Signed cookies whose key lives in the data directory.", &["VAL-AUTH-003"]),
    (2, "Log out", "Ends the session on the server, not only in the browser.", &["VAL-AUTH-004"]),
    (2, "Reset a password by mail", "A link that works once.", &["VAL-AUTH-005"]),
    (3, "Hide an entry", "The owner hides and shows entries.", &["VAL-DESK-001", "VAL-DESK-002"]),
    (3, "Search", "Finds entries in any script.", &["VAL-DESK-003"]),
    (4, "Export as CSV", "guestbook export writes a file.", &["VAL-FILE-001", "VAL-FILE-002"]),
];

/// The plan as it is proposed.
pub fn milestones() -> Vec<MilestoneDraft> {
    let of = |number: u32| FEATURES.iter().filter(move |(milestone, ..)| *milestone == number);
    (1..)
        .zip(MILESTONES)
        .map(|(number, name)| MilestoneDraft {
            title: title(name),
            features: of(number).map(|(_, name, text, fulfills)| feature(name, text, fulfills)).collect(),
        })
        .collect()
}

fn feature(name: &str, description: &str, fulfills: &[&str]) -> FeatureDraft {
    FeatureDraft {
        spec: spec(name, description),
        fulfills: fulfills.iter().map(|id| val(id)).collect(),
        no_assertion_because: fulfills.is_empty().then(|| line("everything else stands on it")),
        after: Vec::new(),
    }
}

/// A feature's words.
pub fn spec(name: &str, description: &str) -> FeatureSpec {
    FeatureSpec {
        title: title(name),
        description: prose(description),
        criteria: vec![line("its tests pass"), line("cargo clippy says nothing")],
    }
}

/// How the guestbook is built, tested and run.
pub fn environment() -> Environment {
    let script = |name: &str, run: &str| Script { name: title(name), run: line(run), report: None };
    let server = Service {
        name: title("server"),
        run: line("cargo run -- serve --port $PORT"),
        port: Some(8080),
        health: Health::Http { path: line("/health") },
        after: Vec::new(),
        env: BTreeMap::new(),
    };
    Environment {
        setup: vec![],
        build: vec![script("build", "cargo build")],
        test: vec![script("tests", "cargo test")],
        lint: vec![script("clippy", "cargo clippy -- -D warnings")],
        services: vec![server],
        hosts: Vec::new(),
        parallel_testers: 0,
    }
}
