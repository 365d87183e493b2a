//! What a service is, and how it fares.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::workspace::process::Exit;

/// A service of the app under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSpec {
    pub name: String,
    /// A line for the shell that starts it and stays in the foreground.
    pub run: String,
    /// The port it listens on, which must be free before it starts.
    pub port: Option<u16>,
    /// How it is known to be up.
    pub health: Health,
    /// Services that must be up before it.
    pub after: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// How long it may take to come up.
    pub start_timeout: Duration,
}

impl ServiceSpec {
    /// A service with nothing but a name and a line, and a minute to come up.
    pub fn new(name: impl Into<String>, run: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            run: run.into(),
            port: None,
            health: Health::None,
            after: Vec::new(),
            env: BTreeMap::new(),
            start_timeout: Duration::from_mins(1),
        }
    }
}

/// How a service is known to be up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// A GET of the path on its port answers with a status below 400.
    Http { path: String },
    /// Its port takes connections.
    Tcp,
    /// It runs.
    None,
}

/// How a service fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceStatus {
    pub name: String,
    pub pid: i32,
    pub port: Option<u16>,
    /// How it ended, which services should not; `None` while it runs.
    pub ended: Option<Exit>,
    pub log: PathBuf,
}
