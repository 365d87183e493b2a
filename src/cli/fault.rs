//! What a person is told when a command cannot be carried out.

use std::io;

use anyhow::Error;

use super::exit::Exit;
use crate::config::{BackendError, ConfigError, Settings};
use crate::domain::rejection::Rejection;
use crate::link::{LinkError, Refusal};
use crate::report::ReportError;
use crate::workspace::WorkspaceError;

/// A mistake in what was asked, as opposed to something that went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// A refusal because of what was typed; the command ends with code 2.
pub fn misuse(sentence: impl Into<String>) -> Error {
    Misuse(sentence.into()).into()
}

/// What is said where a role has no model, and what to do about it.
pub fn no_model(settings: &Settings) -> String {
    format!(
        "no model is set: `flightdeck setup` looks what there is and keeps one; or set ANTHROPIC_API_KEY or OPENAI_API_KEY, \
         name one with --model provider/model, or put it under [models] in {}; `flightdeck demo` flies a rehearsal without any",
        settings.user_file.display()
    )
}

/// The code that a fault ends the command with.
pub fn exit_of(fault: &Error) -> Exit {
    if is_closed_pipe(fault) {
        return Exit::Done;
    }
    if fault.chain().any(is_refusal) { Exit::Usage } else { Exit::Failed }
}

/// Whether what was asked for is wrong, whoever found out: nothing has changed, and asking again would not help.
fn is_refusal(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<Misuse>()
        || cause.is::<ConfigError>()
        || cause.is::<BackendError>()
        || cause.is::<Rejection>()
        || matches!(cause.downcast_ref(), Some(LinkError::Rejected(_)))
        || cause.downcast_ref().is_some_and(WorkspaceError::is_refusal)
        || matches!(cause.downcast_ref(), Some(Refusal::Rejected(_)))
        || matches!(cause.downcast_ref(), Some(ReportError::FolderExists(_) | ReportError::NoBundle { .. }))
}

/// Whether whoever read the output has gone away, as `head` does: no reason to complain.
pub fn is_closed_pipe(fault: &Error) -> bool {
    let closed = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    fault.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(closed))
}

/// The fault in one line, its causes after colons.
pub fn sentence(fault: &Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in fault.chain() {
        let words = cause.to_string();
        // Many errors repeat their cause's words in their own.
        if parts.last().is_none_or(|said| !said.contains(&words)) {
            parts.push(words);
        }
    }
    parts.join(": ").lines().map(str::trim_end).collect::<Vec<_>>().join("\n  ")
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn causes_are_told_once() {
        let fault = Err::<(), _>(misuse("no such thing")).context("failed to do it").unwrap_err();
        assert_eq!(sentence(&fault), "failed to do it: no such thing");
        assert_eq!(exit_of(&fault), Exit::Usage);
        let repeated = Err::<(), _>(misuse("why")).context("failed: why").unwrap_err();
        assert_eq!(sentence(&repeated), "failed: why");
    }

    #[test]
    fn a_closed_pipe_is_no_fault() {
        let fault = Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("failed to print");
        assert_eq!(exit_of(&fault), Exit::Done);
    }
}
