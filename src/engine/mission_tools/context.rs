//! What a mission tool works with: who calls it, and the way to the dispatcher.

use std::sync::{Arc, Mutex};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::agent::tool::{Answer, Output, StepLog, Then, ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::contract::{AssertionDraft, Instrument};
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::handoff::Handoff;
use crate::domain::id::AttemptId;
use crate::engine::context::EngineContext;
use crate::engine::dispatcher::Refused;
use crate::engine::inbox::for_attempt;
use crate::instrument::Chromium;
use crate::workspace::{Access, Checkout};

/// The context of one attempt.
pub struct ToolContext {
    pub attempt: AttemptId,
    pub engine: Arc<EngineContext>,
    /// The browser that assertions may be checked in.
    pub chromium: Chromium,
    pub handoff_source: HandoffSource,
    /// What a tester does with its instruments; empty for everybody else.
    pub steps: Arc<StepLog>,
    /// What the attempt wrote when it handed in before and was sent back to put its checkout in order.
    pub kept_handoff: Mutex<Option<Box<Handoff>>>,
}

/// Where the attempt works, as far as its tools must know.
#[derive(Debug, Clone)]
pub enum HandoffSource {
    /// The mission's checkout: what is handed in is read from it.
    Checkout(Checkout),
    /// Nowhere that is handed in.
    Elsewhere,
}

/// What a tool answers when the mission has accepted what it asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Accepted {
    /// The session goes on with this sentence.
    GoOn(&'static str),
    /// The session ends with it.
    Close(&'static str),
}

impl From<Accepted> for Output {
    fn from(accepted: Accepted) -> Self {
        match accepted {
            Accepted::GoOn(sentence) => Self::text(sentence),
            Accepted::Close(sentence) => Self { text: sentence.to_owned(), then: Then::Close(Value::Null) },
        }
    }
}

impl ToolContext {
    /// A tool that turns its arguments into one command and does nothing else.
    pub(super) fn asking<A>(
        self: &Arc<Self>,
        name: &str,
        description: &str,
        accepted: Accepted,
        command: fn(A) -> Result<Command, ToolError>,
    ) -> ToolRow
    where
        A: DeserializeOwned + JsonSchema + 'static,
    {
        self.asking_all(name, description, accepted, move |wanted| Ok(vec![command(wanted)?]))
    }

    /// A tool that turns its arguments into commands of which all are accepted or none.
    pub(super) fn asking_all<A>(
        self: &Arc<Self>,
        name: &str,
        description: &str,
        accepted: Accepted,
        commands: impl Fn(A) -> Result<Vec<Command>, ToolError> + Send + Sync + 'static,
    ) -> ToolRow
    where
        A: DeserializeOwned + JsonSchema + 'static,
    {
        ToolRow::new(
            name,
            description,
            Access::Read,
            Ok(Arc::clone(self)),
            move |context, wanted: A, _call| {
                let commands = commands(wanted);
                async move { context.submit(commands?, accepted).await }
            },
        )
    }

    /// Asks the mission for something as this attempt; a refusal is for the model to mend.
    pub(super) async fn ask(&self, commands: Vec<Command>) -> Result<Vec<Stamped>, ToolError> {
        if let Some(why) = self.chromium.missing()
            && commands.iter().any(checks_in_a_browser)
        {
            let words = "no assertion can be checked via browser here";
            return Err(ToolError::Mend(format!(
                "{words}: {why}. Choose another way, or ask the person to install one"
            )));
        }
        let submitted = self.engine.dispatcher.submit(Actor::Attempt(self.attempt), commands).await;
        submitted.map_err(|refused| match refused {
            Refused::Rejected(rejection) => {
                ToolError::Mend(for_attempt(&self.engine, self.attempt, rejection.sentence))
            }
            Refused::Fault(sentence) => ToolError::Fatal(sentence),
        })
    }

    /// Asks, and answers when it is accepted.
    pub(super) async fn submit(&self, commands: Vec<Command>, accepted: Accepted) -> Answer {
        // What was said while the agent made its last call would be lost with the end of the session.
        if matches!(accepted, Accepted::Close(_)) && self.engine.inboxes.has_unread(self.attempt) {
            return Err(ToolError::Mend(
                "something was said to you meanwhile: read it, do what follows from it, and then call this again"
                    .to_owned(),
            ));
        }
        let events = self.ask(commands).await?;
        let mut output: Output = accepted.into();
        output.text += &held_back(&events);
        Ok(output)
    }
}

/// Whether a command words an assertion that is checked in a browser.
fn checks_in_a_browser(command: &Command) -> bool {
    let browser = |draft: &AssertionDraft| draft.wording.check.via == Instrument::Browser;
    match command {
        Command::ProposeContract { assertions } => assertions.iter().any(browser),
        Command::Seal { assertions } => assertions.iter().any(|sealed| browser(&sealed.assertion)),
        Command::AddAssertion { draft, .. } => browser(draft),
        Command::EditAssertion { edit, .. } | Command::AnswerAmendment { edit, .. } => {
            edit.check.as_ref().is_some_and(|check| check.via == Some(Instrument::Browser))
        }
        _ => false,
    }
}

/// What did not take effect because the change is the person's; nothing where all of it did.
pub(super) fn held_back(events: &[Stamped]) -> String {
    let proposals = events.iter().filter_map(|stamped| match &stamped.event {
        Event::ProposalMade { proposal } => Some(format!("{} ({})", proposal.id, proposal.change.subject())),
        _ => None,
    });
    let proposals: Vec<String> = proposals.collect();
    if proposals.is_empty() {
        return String::new();
    }
    format!(
        " Some of this is the person's to change, and stays until they agree: they are asked about {}.",
        proposals.join(", ")
    )
}
