//! Why an engine, or a piece of its work, could not go on.

use super::dispatcher::Refused;
use crate::agent::prompt::PromptError;
use crate::domain::rejection::Rejection;
use crate::instrument::InstrumentError;
use crate::link::{LinkError, Refusal};
use crate::store::StoreError;
use crate::workspace::WorkspaceError;

/// What goes wrong in the engine. The sentences are shown to the person.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The mission's directory cannot be read or written.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// git, a program or a file.
    #[error("{0}")]
    Workspace(#[from] WorkspaceError),
    /// An instrument.
    #[error("{0}")]
    Instrument(#[from] InstrumentError),
    /// The socket.
    #[error("{0}")]
    Link(#[from] LinkError),
    /// The domain refused what the engine itself asked.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// A prompt cannot be used, or its template cannot be filled in.
    #[error("{0}")]
    Prompt(#[from] PromptError),
    /// The dispatcher is gone: the engine is shutting down.
    #[error("the engine is shutting down")]
    ShuttingDown,
    /// The mission cannot be flown.
    #[error("{0}")]
    Unfit(String),
}

impl From<Refused> for EngineError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Rejected(rejection) => Self::Rejected(rejection),
            Refused::Fault(sentence) => Self::Unfit(sentence),
        }
    }
}

/// What a client is answered.
impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Rejected(rejection) => Self::Rejected(rejection),
            other => Self::Failed(other.to_string()),
        }
    }
}
