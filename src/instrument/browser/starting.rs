//! From the start of a browser to the moment it listens, and what is said when it does not get there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::instrument::InstrumentError;
use crate::workspace::process::Background;

/// How long it may take until it listens.
const START: Duration = Duration::from_secs(30);
/// Lines and characters of what a browser printed that are told when it does not start.
const LAST_LINES: usize = 4;
const LAST_WORDS: usize = 500;

/// Whether the browser keeps its pages in a sandbox of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sandbox {
    Own,
    /// Chromium has none for the superuser.
    NoneForRoot,
    /// The machine does not let it have one.
    Refused,
}

impl Sandbox {
    /// What it is started with.
    pub fn flag(self) -> &'static str {
        if self == Self::Own { "" } else { "--no-sandbox" }
    }

    /// What is to be said of it; nothing where it is as it should be.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::NoneForRoot => Some(
                "without its own sandbox, which it refuses to the superuser: run flightdeck as a user to have it",
            ),
            Self::Refused => Some(
                "without its own sandbox, which this machine does not allow (it needs user namespaces: sysctl \
                 kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)",
            ),
        }
    }
}

/// Where a browser listens.
pub(super) struct Listening {
    pub port: u16,
    pub path: String,
}

/// Where the browser listens, which it writes down once it does.
pub(super) async fn listening(profile: &Path, program: &Background) -> Result<Listening, InstrumentError> {
    let deadline = Instant::now() + START;
    loop {
        let told = fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
        let told = told.trim_end().split_once('\n');
        if let Some((Ok(port), path)) = told.map(|(port, path)| (port.parse(), path.to_owned())) {
            return Ok(Listening { port, path });
        }
        if let Some(exit) = program.exit() {
            return Err(failed(&format!("it ended ({exit}): {}", last_words(program))));
        }
        if Instant::now() > deadline {
            return Err(failed(&format!(
                "it did not listen within {} s: {}",
                START.as_secs(),
                last_words(program)
            )));
        }
        sleep(Duration::from_millis(15)).await;
    }
}

/// What it printed last, without what every browser complains of that has no desktop around it.
pub(super) fn last_words(program: &Background) -> String {
    let printed = program.tail(4_000).unwrap_or_default();
    let lines = printed.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains("dbus/"));
    let lines: Vec<&str> = lines.collect();
    if lines.is_empty() {
        return "it printed nothing".to_owned();
    }
    let from = lines.len().saturating_sub(LAST_LINES);
    lines.get(from..).unwrap_or_default().join(" ").chars().take(LAST_WORDS).collect()
}

/// Why it did not start.
pub(super) fn failed(why: &str) -> InstrumentError {
    InstrumentError::NotStarted { why: why.to_owned() }
}
