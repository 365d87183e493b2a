//! What was done to the app's services or asked of them: text for a tester, and evidence.

use serde::{Serialize, Serializer};

use crate::agent::tool::ToolError;
use crate::instrument::evidence::{APP, Settled};
use crate::instrument::{Evidence, Facts, Seen};
use crate::workspace::WorkspaceError;
use crate::workspace::services::{ServiceStatus, StillHeld};

/// One action and what came of it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    action: &'static str,
    /// Why it did not do what it should.
    #[serde(serialize_with = "in_words", skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<WorkspaceError>,
    pub(super) services: Vec<State>,
    /// Ports that somebody else holds after a stop.
    #[serde(serialize_with = "holders", skip_serializing_if = "Vec::is_empty")]
    pub(super) held: Vec<StillHeld>,
    pub(super) milliseconds: u64,
}

/// How a service fares, or how it fared before it was stopped.
#[derive(Debug, Serialize)]
pub(super) struct State {
    pub(super) name: String,
    port: Option<u16>,
    #[serde(rename = "state")]
    words: String,
    /// Why its check says that it is not up.
    #[serde(skip_serializing_if = "Option::is_none")]
    unhealthy: Option<String>,
    /// The end of what it printed.
    log: String,
}

impl State {
    pub(super) fn new(status: ServiceStatus, health: Result<(), String>, log: String) -> Self {
        let (words, unhealthy) = match status.ended {
            Some(exit) => (format!("ended ({exit})"), None),
            None => ("running".to_owned(), health.err()),
        };
        Self { name: status.name, port: status.port, words, unhealthy, log }
    }

    /// It is stopped now, if it had not ended before.
    pub(super) fn stop(&mut self) {
        if self.words == "running" {
            "stopped".clone_into(&mut self.words);
            self.unhealthy = None;
        }
    }

    fn line(&self) -> String {
        let place = self.port.map(|port| format!(" at http://127.0.0.1:{port}")).unwrap_or_default();
        let place = if self.words == "running" { place.as_str() } else { "" };
        let health =
            self.unhealthy.as_ref().map(|why| format!(", but not healthy: {why}")).unwrap_or_default();
        format!("{}: {}{place}{health}", self.name, self.words)
    }
}

impl Report {
    pub(super) fn new(action: &'static str) -> Self {
        Self { action, fault: None, services: Vec::new(), held: Vec::new(), milliseconds: 0 }
    }

    /// What a tester sees of it.
    pub(super) fn seen(&self) -> Result<Seen, ToolError> {
        let lines: Vec<String> = self.services.iter().map(State::line).collect();
        let mut text = match (&self.fault, self.action) {
            (Some(fault), _) => failed(fault),
            (None, "stop") if lines.is_empty() => "the app is stopped; it was not running".to_owned(),
            (None, "stop") => format!("the app is stopped\n{}", lines.join("\n")),
            (None, _) if lines.is_empty() => "the app is not running; `start` starts it".to_owned(),
            (None, _) => lines.join("\n"),
        };
        for held in &self.held {
            text += &format!(
                "\nport {} is still held by {}: something goes on without the service; that is worth a report",
                held.port, held.holder
            );
        }
        let is_over = |state: &&State| self.action == "logs" || state.words.starts_with("ended");
        for state in self.services.iter().filter(is_over) {
            text += &format!("\n\n## log of {}\n{}", state.name, state.log.trim_end());
        }
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(|fault| ToolError::Mend(format!("the evidence was not written: {fault}")))?;
        let summary = text.lines().next().unwrap_or_default().to_owned();
        let title = format!("app {}: {summary}", self.action);
        let evidence = Evidence { kind: APP, title, bytes, summary, settled: Settled::Ended, stranger: None };
        let facts = Facts { text: text.clone(), ..Facts::default() };
        Ok(Seen::new(text, [evidence], facts))
    }
}

/// Why it failed, and what a tester can do about it.
fn failed(fault: &WorkspaceError) -> String {
    match fault {
        WorkspaceError::PortBusy { service, port, holder } => format!(
            "the app did not start: port {port} of service `{service}` is held by {holder}\nif that is a program of yours, end it and \
             `start` again; else what needs the app is blocked, and this is its evidence"
        ),
        WorkspaceError::UnknownService { .. } => fault.to_string(),
        _ => format!(
            "the app did not start: {fault}\n`start` tries once more; if it stays down, that is what you report, with this as its \
             evidence"
        ),
    }
}

#[expect(clippy::ref_option, reason = "serde hands a field over by reference")]
fn in_words<S: Serializer>(fault: &Option<WorkspaceError>, serializer: S) -> Result<S::Ok, S::Error> {
    fault.as_ref().map(ToString::to_string).serialize(serializer)
}

fn holders<S: Serializer>(held: &[StillHeld], serializer: S) -> Result<S::Ok, S::Error> {
    let lines = held.iter().map(|held| format!("port {}: {}", held.port, held.holder));
    serializer.collect_seq(lines)
}
