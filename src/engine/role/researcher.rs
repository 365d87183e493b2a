//! Researchers: read-only questions that an attempt delegates. Their tokens count as its own.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::agent::model::catalogue::ModelFacts;
use crate::agent::model::{Item, Model, StreamPiece, TokenUsage};
use crate::agent::session::{Observer, Outcome, Session};
use crate::agent::tool::{Extras, Spawner, ToolTable};
use crate::agent::turn::Limits;
use crate::domain::attempt::Role;
use crate::domain::command::Command;
use crate::domain::id::AttemptId;
use crate::engine::budget_guard::BudgetGuard;
use crate::engine::context::EngineContext;
use crate::engine::session_recorder::priced;
use crate::workspace::Access;

/// Starts the researchers of one attempt.
pub struct Researchers {
    pub engine: Arc<EngineContext>,
    pub attempt: AttemptId,
    /// The attempt's own model, used when no model is chosen for researchers.
    pub model: Arc<dyn Model>,
    pub facts: ModelFacts,
    pub dir: PathBuf,
    pub permit_role: Role,
    pub cancel: CancellationToken,
}

impl Researchers {
    fn mind(&self) -> Result<(Arc<dyn Model>, ModelFacts), String> {
        let chosen = self.engine.cell.with(|mission| mission.models.get(&Role::Researcher).cloned());
        match chosen {
            Some(name) => {
                Ok((self.engine.backends.model(name.as_str())?, self.engine.backends.facts(name.as_str())))
            }
            None => Ok((Arc::clone(&self.model), self.facts)),
        }
    }

    fn session(&self, question: String) -> Result<Session, String> {
        let (model, facts) = self.mind()?;
        let prompt = self.engine.prompt(super::RESEARCHER).map_err(|error| error.to_string())?;
        let place = self.engine.tool_env(&self.dir, Access::Read).map_err(|error| error.to_string())?;
        let picked = ToolTable::new(&place, Extras::default()).pick(prompt.tools.iter().map(String::as_str));
        let permit = BudgetGuard {
            role: self.permit_role,
            cell: Arc::clone(&self.engine.cell),
            dispatcher: self.engine.dispatcher.clone(),
        };
        let labels = [("role".to_owned(), Role::Researcher.word().to_owned())];
        let observer = Counting { engine: Arc::clone(&self.engine), attempt: self.attempt, facts };
        Ok(Session {
            model,
            system: self.engine.system_prompt(&prompt, &self.dir).map_err(|error| error.to_string())?,
            brief: question,
            tools: picked.tools,
            closing: prompt.closes.clone(),
            limits: Limits {
                max_turns: prompt.max_turns,
                max_time: prompt.max_time,
                window_tokens: facts.window,
                max_output_tokens: facts.max_output,
                ..Limits::default()
            },
            labels: labels.into_iter().collect(),
            permit: Arc::new(permit),
            observer: Arc::new(observer),
            inbox: mpsc::channel(1).1,
            cancel: self.cancel.clone(),
        })
    }
}

#[async_trait::async_trait]
impl Spawner for Researchers {
    async fn research(&self, question: String) -> Result<String, String> {
        match self.session(question)?.run().await.outcome {
            Outcome::Said(answer) => Ok(answer),
            Outcome::Closed { value, .. } => Ok(value.to_string()),
            Outcome::Stopped { reason }
            | Outcome::Failed { reason, .. }
            | Outcome::Quota { reason, .. }
            | Outcome::Denied { reason } => Err(reason),
        }
    }
}

/// Counts what a researcher uses; what it says is the answer of the tool.
struct Counting {
    engine: Arc<EngineContext>,
    attempt: AttemptId,
    facts: ModelFacts,
}

impl Observer for Counting {
    fn item(&self, _item: &Item) {}

    fn stream(&self, _piece: StreamPiece<'_>) {}

    fn tool_output(&self, _call_id: &str, _text: &str) {}

    fn usage(&self, usage: TokenUsage) {
        let usage = priced(usage, &self.facts);
        self.engine.dispatcher.tell(Command::CountUsage { attempt: self.attempt, usage });
    }
}
