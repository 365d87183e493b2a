//! Researchers: read-only questions that an attempt delegates. Their tokens count as its own.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::agent::hook::Whose;
use crate::agent::model::TokenUsage;
use crate::agent::model::catalogue::ModelFacts;
use crate::agent::session::{Observer, Session};
use crate::agent::tool::{Extras, Spawner, ToolTable};
use crate::agent::turn::Outcome;
use crate::domain::attempt::Role;
use crate::domain::command::Command;
use crate::domain::id::AttemptId;
use crate::domain::usage::Usage;
use crate::engine::briefing::limits;
use crate::engine::budget_guard::BudgetGuard;
use crate::engine::context::{EngineContext, Mind};
use crate::engine::session_recorder::{priced, unpriced};
use crate::workspace::Access;

/// Starts the researchers of one attempt.
pub struct Researchers {
    pub engine: Arc<EngineContext>,
    pub attempt: AttemptId,
    /// The attempt's own model, used when no model is chosen for researchers.
    pub mind: Mind,
    pub dir: PathBuf,
    /// The permit of the attempt: a researcher spends and waits as it does.
    pub permit: BudgetGuard,
    pub cancel: CancellationToken,
}

impl Researchers {
    fn mind(&self) -> Result<Mind, String> {
        let chosen = self.engine.cell.with(|mission| mission.models.get(&Role::Researcher).cloned());
        chosen.map_or_else(|| Ok(self.mind.clone()), |name| self.engine.mind(name.as_str()))
    }

    fn permit(&self) -> BudgetGuard {
        let chosen = self.engine.cell.with(|mission| mission.models.get(&Role::Researcher).cloned());
        match chosen {
            Some(model) => BudgetGuard { model, model_role: Role::Researcher, ..self.permit.clone() },
            None => self.permit.clone(),
        }
    }

    async fn session(&self, question: String) -> Result<Session, String> {
        let mind = self.mind()?;
        let prompt = self.engine.prompt(super::RESEARCHER).map_err(|error| error.to_string())?;
        let place = self.engine.tool_env(&self.dir, Access::Read, &[]).map_err(|error| error.to_string())?;
        let picked = ToolTable::new(&place, Extras::default()).pick(prompt.tools.iter().map(String::as_str));
        let mut tools = mind.offered(picked.tools, place.access);
        let tell = |sentence: &str| tracing::warn!("a researcher: {sentence}");
        let whose = (self.attempt, Role::Researcher);
        tools.extend(self.engine.foreign_tools(whose, mind.names(), &place, None, tell).await);
        let Mind { player, facts } = mind;
        let permit = self.permit();
        let labels = [("role".to_owned(), Role::Researcher.word().to_owned())];
        let observer = Counting { engine: Arc::clone(&self.engine), attempt: self.attempt, facts };
        Ok(Session {
            player,
            place,
            system: self
                .engine
                .system_prompt(Role::Researcher, &prompt, &self.dir, &tools)
                .map_err(|error| error.to_string())?,
            earlier: None,
            taken_up: None,
            archive: None,
            brief: question,
            tools,
            closing: prompt.closes.clone(),
            limits: limits(&prompt, &facts),
            labels: labels.into_iter().collect(),
            permit: Arc::new(permit),
            observer: Arc::new(observer),
            inbox: mpsc::channel(1).1,
            cancel: self.cancel.clone(),
            hooks: self.engine.session_hooks(self.attempt, Role::Researcher, &self.dir, Whose::Subagent),
        })
    }
}

#[async_trait::async_trait]
impl Spawner for Researchers {
    async fn research(&self, question: String) -> Result<String, String> {
        match self.session(question).await?.run().await.outcome {
            Outcome::Said(answer) => Ok(answer),
            Outcome::Closed { value, .. } => Ok(value.to_string()),
            Outcome::Stopped { reason } | Outcome::Failed { reason, .. } | Outcome::Denied { reason } => {
                Err(reason)
            }
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
    fn usage(&self, usage: TokenUsage) {
        self.count(priced(usage, &self.facts));
    }

    fn tokens(&self, usage: TokenUsage) {
        self.count(unpriced(usage));
    }

    fn cost(&self, micro_dollars: u64) {
        self.count(Usage { micro_dollars, ..Usage::default() });
    }
}

impl Counting {
    fn count(&self, usage: Usage) {
        self.engine.dispatcher.tell(Command::CountUsage { attempt: self.attempt, usage });
    }
}
