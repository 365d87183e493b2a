//! How to set up, build, test, lint and run the app.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tests::TestCounts;
use super::text::{Line, Title};

/// What a time-out counts as; the number that `timeout(1)` uses.
const TIMED_OUT: i32 = 124;

/// The commands and services of a mission. Commands run in a shell, in the checkout's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Environment {
    /// Run once in every new checkout.
    pub setup: Vec<Script>,
    pub build: Vec<Script>,
    pub test: Vec<Script>,
    pub lint: Vec<Script>,
    /// The programs that run while the app is tested. An agent gives them as [`ServiceDraft`]s.
    #[schemars(skip)]
    pub services: Vec<Service>,
    /// Needed beside package registries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Line>,
    /// One when left out; more need every service that listens to take `$PORT`.
    pub parallel_testers: u32,
}

/// A command line, run in a shell in the root of the checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Script {
    pub name: Title,
    pub run: Line,
    /// The file in which it reports its tests (`JUnit` XML, CTRF, TAP), if it does; else its output is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Title>,
}

/// Commands that test nothing.
const EMPTY: [&str; 5] = ["true", ":", "exit 0", "/bin/true", "echo"];
/// Ends of commands that let every failure pass.
const PASSES: [&str; 6] = ["|| true", "|| :", "||true", "; true", "|| exit 0", "; exit 0"];

impl Script {
    /// Whether it passes whatever it finds.
    pub fn tests_nothing(&self) -> bool {
        let run = self.run.as_str().trim();
        let is_plain = !run.contains(['|', '&', ';']);
        let is_empty = |word: &&str| run == *word || is_plain && run.starts_with(&format!("{word} "));
        EMPTY.iter().any(is_empty) || PASSES.iter().any(|end| run.ends_with(end))
    }
}

/// A long-running program of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    pub name: Title,
    pub run: Line,
    /// On 127.0.0.1. Best 0, a free one that `run` or `env` takes from `$PORT`; any other must be free meanwhile.
    pub port: Option<u16>,
    #[serde(default)]
    #[schemars(skip)]
    pub health: Health,
    /// Services that must be healthy first.
    #[serde(default)]
    pub after: Vec<Title>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// What port a service listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listens {
    Nowhere,
    /// On one that the engine gives it.
    OnAnyPort,
    On(u16),
}

/// How to tell that a service is up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It answers GET on this path with a status below 400.
    Http { path: Line },
    /// It accepts connections on its port.
    Tcp,
    /// It is believed to be up once it runs.
    #[default]
    None,
}

/// A [`Service`] as an agent gives it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct ServiceDraft {
    #[serde(flatten)]
    service: Service,
    health: Option<HealthDraft>,
}

/// One of both: a path that answers GET, or a port that accepts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
struct HealthDraft {
    /// Such as /health.
    http: Option<Line>,
    tcp: Option<bool>,
}

impl From<ServiceDraft> for Service {
    fn from(ServiceDraft { service, health }: ServiceDraft) -> Self {
        let health = match health {
            Some(HealthDraft { http: Some(path), .. }) => Health::Http { path },
            Some(HealthDraft { tcp: Some(true), .. }) => Health::Tcp,
            Some(_) | None => Health::None,
        };
        Self { health, ..service }
    }
}

impl Service {
    /// Where it listens. One that names `$PORT` and no port of its own takes what it is given.
    pub fn listens(&self) -> Listens {
        match self.port {
            Some(0) => Listens::OnAnyPort,
            Some(port) => Listens::On(port),
            None if self.names_its_port() => Listens::OnAnyPort,
            None => Listens::Nowhere,
        }
    }

    fn names_its_port(&self) -> bool {
        std::iter::once(self.run.as_str()).chain(self.env.values().map(String::as_str)).any(names_port)
    }
}

/// Whether a text names `$PORT`, and not only a longer name such as `$PORTAL`.
fn names_port(text: &str) -> bool {
    let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.contains("${PORT}") || text.split("$PORT").skip(1).any(is_end)
}

impl Listens {
    /// The port in words, after a word that joins it to what stands before; nothing where there is none.
    pub fn words(self, join: &str) -> String {
        match self {
            Self::Nowhere => String::new(),
            Self::OnAnyPort => format!("{join}a free port"),
            Self::On(port) => format!("{join}port {port}"),
        }
    }
}

impl Environment {
    /// How many testers may work the app at the same time. One port cannot be listened on twice.
    pub fn testers(&self) -> u32 {
        let is_fixed = |service: &Service| matches!(service.listens(), Listens::On(_));
        if self.services.iter().any(is_fixed) { 1 } else { self.parallel_testers.max(1) }
    }

    /// The commands that are run after each feature, whatever its handoff claims: test and lint.
    pub fn claim_scripts(&self) -> impl Iterator<Item = &Script> {
        self.test.iter().chain(&self.lint)
    }

    /// The commands that gate a milestone, in order: build, lint, test.
    pub fn gate_scripts(&self) -> impl Iterator<Item = &Script> {
        self.build.iter().chain(&self.lint).chain(&self.test)
    }
}

/// What a command did when the engine ran it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRun {
    pub name: Title,
    pub command: Line,
    /// The exit code; a signal counts as 128 plus its number, a time-out as 124.
    pub exit_code: i32,
    /// The end of its output.
    pub tail: Line,
    /// The evidence that holds the whole output.
    pub evidence: Option<String>,
    /// Milliseconds it took.
    pub wall_ms: u64,
    /// What it says of the tests that it ran, where a known runner spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestCounts>,
}

impl CommandRun {
    /// Whether it was ended because it took longer than so many seconds.
    pub fn timed_out_after(&self, seconds: u64) -> bool {
        self.exit_code == TIMED_OUT && self.wall_ms >= seconds.saturating_mul(1_000)
    }

    /// Whether it exited with 0.
    pub fn passed(&self) -> bool {
        self.exit_code == 0
    }

    /// Whether a test runner says that it ran no test at all.
    pub fn ran_no_test(&self) -> bool {
        self.tests.is_some_and(|tests| tests.ran() == 0)
    }
}
