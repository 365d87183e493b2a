//! Tools of the servers that the person set for a role, and what those servers ask of the person meanwhile.

use std::sync::Arc;

use super::context::EngineContext;
use super::mission_tools::asked;
use crate::agent::mcp::{self, Around, Asked, Names, Person};
use crate::agent::tool::{EvidenceSink, ToolEnv, ToolRow};
use crate::domain::attempt::Role;
use crate::domain::command::Command;
use crate::domain::id::{AttemptId, QuestionId};
use crate::domain::message::QuestionDraft;
use crate::domain::text::{Line, Prose, Title};
use crate::workspace::secrets::mask;

impl EngineContext {
    /// The tools of a role's servers, started for one session; `tell` hears of each that does not work, and is flown
    /// without.
    pub async fn foreign_tools(
        self: &Arc<Self>,
        (attempt, role): (AttemptId, Role),
        names: Names,
        place: &Arc<ToolEnv>,
        images: Option<&Arc<dyn EvidenceSink>>,
        tell: impl Fn(&str),
    ) -> Vec<ToolRow> {
        let person = Arc::new(PersonOf { engine: Arc::clone(self), attempt });
        let around = Around { place: Arc::clone(place), images: images.cloned(), person, names };
        let mut tools = Vec::new();
        for spec in self.mcp.get(&role).into_iter().flatten() {
            match Box::pin(mcp::rows(Arc::clone(spec), around.clone())).await {
                Ok(rows) => tools.extend(rows),
                Err(sentence) => {
                    tell(&sentence);
                    self.feed.warning(sentence);
                }
            }
        }
        tools
    }
}

/// The person, as whoever asks in an attempt reaches them, but for its agent.
pub(super) struct PersonOf {
    pub engine: Arc<EngineContext>,
    pub attempt: AttemptId,
}

#[async_trait::async_trait]
impl Person for PersonOf {
    async fn ask(&self, server: &str, wanted: Asked) -> Result<String, String> {
        let options = wanted.options.iter().map(Line::clipped).collect();
        let draft = QuestionDraft { question: Prose::clipped(mask(&wanted.text)), options };
        let relay = Command::Relay { attempt: self.attempt, server: Title::clipped(server), asked: draft };
        let events = self.engine.dispatcher.record(relay).await.map_err(|refused| refused.to_string())?;
        let question = asked(&events).ok_or("the question was not recorded")?;
        let _open = Open { engine: &self.engine, question };
        let answered = self.engine.cell.until(|mission| {
            let known = mission.questions.iter().find(|known| known.id == question)?;
            let withdrawn = known.withdrawn.as_ref().map(|reason| Err(reason.to_string()));
            known.answer.as_ref().map(|answer| Ok(answer.to_string())).or(withdrawn)
        });
        answered.await
    }
}

/// A question that is taken back when nobody waits for it any more.
struct Open<'a> {
    engine: &'a EngineContext,
    question: QuestionId,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let asked = |known: &crate::domain::message::Question| known.id == self.question && known.is_open();
        if self.engine.cell.with(|mission| mission.questions.iter().any(asked)) {
            let reason = Line::clipped("its server does not wait for it any more");
            self.engine.dispatcher.tell(Command::Withdraw { question: self.question, reason });
        }
    }
}
