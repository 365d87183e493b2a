//! How to set up, build, test, lint and run the app.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::{Line, Title};

/// The commands and services of a mission. Commands run in a shell, in the checkout's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Run once in every new checkout.
    pub setup: Vec<Script>,
    pub build: Vec<Script>,
    pub test: Vec<Script>,
    pub lint: Vec<Script>,
    pub services: Vec<Service>,
}

/// A named command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    pub name: Title,
    pub run: Line,
}

/// A long-running program of the app under test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    pub name: Title,
    pub run: Line,
    /// The TCP port it listens on, on 127.0.0.1.
    pub port: Option<u16>,
    pub health: Health,
    /// Names of services that must be healthy first.
    pub after: Vec<Title>,
    pub env: BTreeMap<String, String>,
}

/// How to tell that a service is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It answers GET on this path with a status below 400.
    Http { path: Line },
    /// It accepts connections on its port.
    Tcp,
    /// It is believed to be up once it runs.
    None,
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
}

impl CommandRun {
    /// Whether it exited with 0.
    pub fn passed(&self) -> bool {
        self.exit_code == 0
    }
}
