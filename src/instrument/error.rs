//! Why an instrument gave no answer.

use crate::workspace::WorkspaceError;

/// Begins what is said where an instrument cannot be used at all.
pub const BLOCKED: &str = "blocked: ";

/// Why an instrument gave no answer. The words go to a validator, which can act on most of them.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentError {
    /// The instrument is not there, so what it would prove is blocked.
    #[error("{BLOCKED}no {instrument} instrument; {install}")]
    Missing { instrument: &'static str, install: String },
    /// The browser is there and did not start.
    #[error("{BLOCKED}the browser did not start: {why}")]
    NotStarted { why: String },
    /// The request makes no sense as it is.
    #[error("{0}")]
    BadRequest(String),
    /// The address is not on this machine.
    #[error(
        "`{host}` is not this machine; the app under test is reached at localhost only: give its address there, such as \
         http://localhost:8080/, with the port that `app` with `status` tells"
    )]
    NotLoopback { host: String },
    /// What was waited for did not appear. `screen` is what was there instead.
    #[error("`{awaited}` did not appear within {seconds} s; the screen was:\n{screen}")]
    NotSeen { awaited: String, seconds: u64, screen: String },
    /// The program ended while something was waited for.
    #[error("the program ended ({exit}) before `{awaited}` appeared; the screen was:\n{screen}")]
    Ended { awaited: String, exit: String, screen: String },
    /// There is no key of that name.
    #[error(
        "there is no key `{0}`; keys are written as Enter, Esc, Tab, Up, PageDown, F1, Ctrl+C, Alt+x or one character"
    )]
    UnknownKey(String),
    /// A program could not be run.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Evidence could not be written down.
    #[error("failed to write down the evidence: {0}")]
    Evidence(#[from] serde_json::Error),
}
