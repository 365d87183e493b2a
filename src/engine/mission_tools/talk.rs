//! Messages, directives and questions. Questions to the person end the orchestrator's turn, which goes on with the
//! answers; one to the orchestrator waits for it.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext};
use crate::agent::tool::{Answer, Call, Output, ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::{AttemptId, IdError, QuestionId};
use crate::domain::message::{Delivery, Party, QuestionDraft};
use crate::domain::text::Prose;
use crate::workspace::Access;

/// How long a worker waits for the orchestrator, which may itself be waiting for its model.
const PATIENCE: Duration = Duration::from_mins(15);

#[derive(Deserialize, JsonSchema)]
struct Directive {
    text: Prose,
}

#[derive(Deserialize, JsonSchema)]
struct Message {
    /// `person`, `orchestrator`, or an attempt such as #18.
    to: String,
    text: Prose,
}

#[derive(Deserialize, JsonSchema)]
struct QuestionsToPerson {
    questions: Vec<QuestionDraft>,
}

#[derive(Deserialize, JsonSchema)]
struct QuestionToOrchestrator {
    question: Prose,
}

pub(super) fn rows(context: &Arc<ToolContext>) -> [ToolRow; 4] {
    [
        context.asking(
            "broadcast",
            "Issues a directive that every agent follows from now on.",
            Accepted::GoOn("The directive is issued."),
            |Directive { text }| Ok(Command::Broadcast { text }),
        ),
        context.asking(
            "message",
            "Sends a message; an attempt reads it at its next turn.",
            Accepted::GoOn("The message is sent."),
            |Message { to, text }| Ok(Command::Say { to: party(&to)?, text, delivery: Delivery::Queue }),
        ),
        context.asking(
            "ask_user",
            "Asks the person, all at once; you go on with the answers.",
            Accepted::Close("It is asked. You go on when all is answered."),
            |QuestionsToPerson { questions }| Ok(Command::Ask { to: Party::Person, questions }),
        ),
        ToolRow::new(
            "ask_orchestrator",
            "Asks the orchestrator what the brief leaves open, and waits for its answer.",
            Access::Read,
            Ok(Arc::clone(context)),
            ask_orchestrator,
        ),
    ]
}

fn party(word: &str) -> Result<Party, ToolError> {
    Ok(match word.trim() {
        "person" => Party::Person,
        "orchestrator" => Party::Orchestrator,
        attempt => {
            let id: Result<AttemptId, IdError> = attempt.parse();
            Party::Attempt(id.map_err(|fault| ToolError::Mend(fault.to_string()))?)
        }
    })
}

async fn ask_orchestrator(context: Arc<ToolContext>, wanted: QuestionToOrchestrator, call: Call) -> Answer {
    let command = Command::ask(Party::Orchestrator, wanted.question, Vec::new());
    let events = context.ask(vec![command]).await?;
    let Some(id) = asked(&events) else {
        return Err(ToolError::Fatal("the question was not recorded".to_owned()));
    };
    let answer = context.engine.cell.until(|mission| {
        let question = mission.questions.iter().find(|question| question.id == id);
        question.and_then(|question| question.answer.clone())
    });
    tokio::select! {
        answer = answer => Ok(Output::text(format!("The orchestrator answers: {answer}"))),
        () = call.cancel.cancelled() => Err(ToolError::Mend("you were interrupted before the answer came".to_owned())),
        () = tokio::time::sleep(PATIENCE) => Err(ToolError::Mend(
            "no answer came: decide for yourself, and say in your handoff what you assumed".to_owned(),
        )),
    }
}

/// The question that was asked with these events.
pub fn asked(events: &[Stamped]) -> Option<QuestionId> {
    events.iter().find_map(|stamped| match &stamped.event {
        Event::QuestionAsked { question } => Some(question.id),
        _ => None,
    })
}
