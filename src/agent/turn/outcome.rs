//! A tool's answer as it goes into the conversation.

use serde_json::Value;

use crate::agent::model::ResultStatus;
use crate::agent::tool::{Output, Then, ToolError};

/// A result as it goes into the conversation.
pub(super) struct Outcome {
    pub text: String,
    pub status: ResultStatus,
    pub then: Next,
}

/// What a session does after it.
pub(super) enum Next {
    GoOn,
    Close(Value),
    GiveUp(String),
}

impl Outcome {
    pub fn refused(text: String) -> Self {
        Self { text, status: ResultStatus::Failed, then: Next::GoOn }
    }

    pub fn of(result: Result<Output, ToolError>) -> Self {
        match result {
            Ok(output) => {
                let then = match output.then {
                    Then::Continue => Next::GoOn,
                    Then::Close(value) => Next::Close(value),
                };
                Self { text: output.text, status: ResultStatus::Done, then }
            }
            Err(ToolError::Mend(text)) => Self::refused(text),
            Err(ToolError::Fatal(reason)) => {
                Self { text: reason.clone(), status: ResultStatus::Failed, then: Next::GiveUp(reason) }
            }
        }
    }
}
