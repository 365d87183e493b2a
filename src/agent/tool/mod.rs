//! The tool table: what every tool is to a session, and those that come with flightdeck.
//!
//! A tool's error has two audiences: one the model can mend goes back into the conversation, a fatal one ends the session.

mod arguments;
mod delegate;
mod edit;
pub(in crate::agent) mod env;
mod instrument;
mod jobs;
mod list;
mod read;
mod recall;
mod row;
mod search;
mod shell;
mod shown;
mod skill;
mod table;
mod write;

pub use arguments::arguments;
pub use delegate::Spawner;
pub use env::ToolEnv;
pub use instrument::{
    Again, Alike, App, BusyPorts, EvidenceSink, Instruments, Own, Recurring, StepLog, Steps, replay,
};
pub(in crate::agent) use instrument::{EVIDENCE_MARK, with_evidence};
pub use jobs::Jobs;
pub use recall::Archive;
pub(in crate::agent) use recall::row as recall;
pub use row::{Concurrency, Lack, ToolRow};
pub use table::{Extras, Picked, ToolSet, ToolTable, Unavailable};

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::instrument::InstrumentError;
use crate::workspace::WorkspaceError;
use crate::workspace::secrets::has_mask;

/// The circumstances of one call.
#[derive(Clone)]
pub struct Call {
    /// The provider's id of the call.
    pub id: String,
    /// Fires when the session is stopped.
    pub cancel: CancellationToken,
    /// Takes live output of the tool, which may be dropped; it must not block.
    pub progress: Arc<dyn Fn(&str) + Send + Sync>,
}

/// What comes back from a call.
pub type Answer = Result<Output, ToolError>;

/// What a tool answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The text that goes back to the model.
    pub text: String,
    /// Whether the session goes on after it.
    pub then: Then,
}

impl Output {
    /// An answer after which the session goes on.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), then: Then::Continue }
    }

    /// The answer with what was cut of the arguments.
    fn noting(mut self, cut: &[String]) -> Self {
        for sentence in cut {
            self.text += &format!("\n[{sentence}]");
        }
        self
    }
}

/// What a session does after a tool call.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Goes on.
    Continue,
    /// Ends: this was its closing tool, and the value is what it ended with.
    Close(Value),
}

/// Why a tool did not do what it was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ToolError {
    /// The model can mend it: a sentence that says what to do instead.
    #[error("{0}")]
    Mend(String),
    /// The model cannot mend it: it ends the session.
    #[error("{0}")]
    Fatal(String),
}

/// Refuses to write what stands in the place of a secret.
fn refuse_mask(text: &str) -> Result<(), ToolError> {
    if has_mask(text) {
        let words = "your text holds a mask (`[secret: …]`), which stands where the file has what looks like a secret: writing \
                     it would destroy that. Leave the line as it is, and change those around it with `edit`";
        return Err(ToolError::Mend(words.to_owned()));
    }
    Ok(())
}

/// What a workspace refuses or fails at goes to the model, which may find another way.
impl From<WorkspaceError> for ToolError {
    fn from(fault: WorkspaceError) -> Self {
        Self::Mend(fault.to_string())
    }
}

impl From<InstrumentError> for ToolError {
    fn from(fault: InstrumentError) -> Self {
        Self::Mend(fault.to_string())
    }
}
