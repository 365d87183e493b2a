//! What an answer to a call is to its conversation, whoever holds that.

use super::shape::{Fault, Outcome};
use super::words;
use crate::agent::context;
use crate::agent::model::{ResultStatus, ToolCall};
use crate::agent::repetition::{Repetition, RepetitionGuard};
use crate::agent::tool::{EVIDENCE_MARK, Output, Then, ToolError};

/// An answer as the agent hears it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// Bounded, with what is to be said of a call that repeats itself.
    pub output: String,
    pub status: ResultStatus,
    /// How the session ends with it, if it does.
    pub ending: Option<Outcome>,
}

impl Answered {
    /// Reads what came of a call, of which at most so many bytes go back.
    pub fn of(
        call: &ToolCall,
        result: Result<Output, ToolError>,
        most_bytes: usize,
        guard: &mut RepetitionGuard,
    ) -> Self {
        let (text, status, mut ending) = match result {
            Ok(Output { text, then: Then::Continue }) => (text, ResultStatus::Done, None),
            Ok(Output { text, then: Then::Close(value) }) => {
                (text, ResultStatus::Done, Some(Outcome::Closed { tool: call.tool.clone(), value }))
            }
            Err(ToolError::Mend(text)) => (text, ResultStatus::Failed, None),
            Err(ToolError::Fatal(reason)) => {
                let ending = Outcome::Failed { reason: reason.clone(), fault: Fault::Tool };
                (reason, ResultStatus::Failed, Some(ending))
            }
        };
        let mut output = context::bounded(text, most_bytes);
        // Each call leaves evidence under a new name, which makes no call a new one.
        let compared = output.rsplit_once(EVIDENCE_MARK).map_or(output.as_str(), |(seen, _)| seen);
        match guard.note(&call.tool, &call.arguments_text(), compared) {
            Repetition::Loop(count) if ending.is_none() => {
                // What was answered is what a person needs to know.
                let said: String = compared.lines().next().unwrap_or_default().chars().take(200).collect();
                let said = if status == ResultStatus::Failed { format!(": {said}") } else { String::new() };
                let reason = format!("it loops: `{}` gave the same result {count} times{said}", call.tool);
                ending = Some(Outcome::Failed { reason, fault: Fault::Agent });
            }
            Repetition::Warn(count) if ending.is_none() => output.push_str(&words::repeats(count)),
            Repetition::Loop(_) | Repetition::Warn(_) | Repetition::Fine => {}
        }
        Self { output, status, ending }
    }
}
