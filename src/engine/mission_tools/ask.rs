//! `ask_user` and `ask_orchestrator`. The first ends the orchestrator's turn, which starts afresh with the answer;
//! the second waits for it.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{text, texts};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::QuestionId;
use crate::domain::message::Party;

/// How long a worker waits for the orchestrator, which may itself be waiting for its model.
const PATIENCE: Duration = Duration::from_mins(15);

pub(super) struct AskUser(pub(super) Arc<ToolContext>);
pub(super) struct AskOrchestrator(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserArguments {
    /// One question, with what you know and what you would do without an answer.
    question: String,
    /// Answers to choose from, where there are some.
    #[serde(default)]
    options: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OrchestratorArguments {
    question: String,
}

#[async_trait::async_trait]
impl Tool for AskUser {
    fn spec(&self) -> ToolSpec {
        spec::<UserArguments>(
            "ask_user",
            "Asks the person. Ends your turn: you are woken with the answer. Ask only what changes what is built.",
        )
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let wanted: UserArguments = arguments(value)?;
        let options = texts("options", &wanted.options)?;
        let command = Command::Ask { to: Party::Person, text: text("question", &wanted.question)?, options };
        self.0.close(vec![command], "The question waits for the person.").await
    }
}

#[async_trait::async_trait]
impl Tool for AskOrchestrator {
    fn spec(&self) -> ToolSpec {
        spec::<OrchestratorArguments>(
            "ask_orchestrator",
            "Asks the orchestrator and waits for its answer. For what the brief leaves open and you cannot decide.",
        )
    }

    async fn call(&self, value: Value, call: &Call) -> Result<Output, ToolError> {
        let wanted: OrchestratorArguments = arguments(value)?;
        let question = text("question", &wanted.question)?;
        let command = Command::Ask { to: Party::Orchestrator, text: question, options: Vec::new() };
        let events = self.0.ask(vec![command]).await?;
        let Some(id) = asked(&events) else {
            return Err(ToolError::Fatal("the question was not recorded".to_owned()));
        };
        let answer = self.0.cell.until(|mission| {
            mission
                .questions
                .iter()
                .find(|question| question.id == id)
                .and_then(|question| question.answer.clone())
        });
        tokio::select! {
            answer = answer => Ok(Output::text(format!("The orchestrator answers: {answer}"))),
            () = call.cancel.cancelled() => Err(ToolError::Mend("you were interrupted before the answer came".to_owned())),
            () = tokio::time::sleep(PATIENCE) => Err(ToolError::Mend(
                "no answer came: decide for yourself, and say in your handoff what you assumed".to_owned(),
            )),
        }
    }
}

fn asked(events: &[Stamped]) -> Option<QuestionId> {
    events.iter().find_map(|stamped| match &stamped.event {
        Event::QuestionAsked { question } => Some(question.id),
        _ => None,
    })
}
