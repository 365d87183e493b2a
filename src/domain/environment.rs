//! How to set up, build, test, lint and run the app.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tests::TestCounts;
use super::text::{Line, Title};

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
}

/// A command line, run in a shell in the root of the checkout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Script {
    pub name: Title,
    pub run: Line,
    /// The file in which it reports its tests (JUnit XML, CTRF or TAP), if it does; else its output is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Title>,
}

/// A long-running program of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    pub name: Title,
    pub run: Line,
    /// The TCP port it listens on, on 127.0.0.1.
    pub port: Option<u16>,
    #[serde(default)]
    #[schemars(skip)]
    pub health: Health,
    /// Names of services that must be healthy first.
    #[serde(default)]
    pub after: Vec<Title>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
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
#[schemars(description = "A long-running program of the app.")]
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

impl Environment {
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
    /// Whether it exited with 0.
    pub fn passed(&self) -> bool {
        self.exit_code == 0
    }

    /// Whether a test runner says that it ran no test at all.
    pub fn ran_no_test(&self) -> bool {
        self.tests.is_some_and(|tests| tests.ran() == 0)
    }
}
