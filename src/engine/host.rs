//! What the engine answers to its clients.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::context::{EngineContext, blocking};
use super::dispatcher::Refused;
use super::error::EngineError;
use super::{diff, landing};
use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::consequence::{ContractChange, consequences};
use crate::domain::diff::DiffScope;
use crate::domain::event::Actor;
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::{AttemptId, MissionId};
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::verdict::EvidenceRef;
use crate::link::feed::Feed;
use crate::link::protocol::{Before, Reply};
use crate::link::server::{Host, Refusal};
use crate::store::{Kind, PageEnd};

/// Events of one answer, at most.
const EVENTS: u32 = 5_000;
/// Transcript items of one answer, at most.
const ITEMS: u32 = 500;

/// Answers for one mission.
pub struct EngineHost {
    engine: Arc<EngineContext>,
    /// One landing at a time.
    landing: tokio::sync::Mutex<()>,
}

impl EngineHost {
    /// A host over what the engine's tasks share.
    pub fn new(engine: Arc<EngineContext>) -> Self {
        Self { engine, landing: tokio::sync::Mutex::new(()) }
    }
}

#[async_trait]
impl Host for EngineHost {
    fn mission(&self) -> MissionId {
        self.engine.mission.clone()
    }

    fn feed(&self) -> &Feed {
        &self.engine.feed
    }

    fn state(&self) -> (Mission, Vec<Activity>) {
        (self.engine.cell.with(Mission::clone), self.engine.activities.list())
    }

    async fn command(&self, command: Command) -> Result<Reply, Refusal> {
        let events = self.engine.dispatcher.submit(Actor::Person, vec![command]).await;
        let events = events.map_err(|refused| match refused {
            Refused::Rejected(rejection) => Refusal::Rejected(rejection),
            Refused::Fault(sentence) => Refusal::Failed(sentence),
        })?;
        let seq = events.last().map_or_else(|| self.engine.cell.with(|mission| mission.seq), |last| last.seq);
        Ok(Reply::Accepted { seq })
    }

    async fn events(&self, after: u64, limit: u32) -> Result<Reply, Refusal> {
        let store = Arc::clone(&self.engine.store);
        let events = blocking(move || Ok(store.read(after, limit.min(EVENTS))?)).await.map_err(failed)?;
        Ok(Reply::Events { events })
    }

    async fn transcript(&self, attempt: AttemptId, before: Before, limit: u32) -> Result<Reply, Refusal> {
        if self.engine.cell.with(|mission| !mission.attempts.contains_key(&attempt)) {
            return Err(Rejection::unknown(format!("there is no attempt {attempt}")).into());
        }
        let end = match before {
            Before::End => PageEnd::Newest,
            Before::Item(number) => PageEnd::Before(number),
        };
        let store = Arc::clone(&self.engine.store);
        let page = blocking(move || Ok(store.transcripts().page(attempt, end, limit.min(ITEMS))?)).await;
        let (items, older) = page.map_err(failed)?;
        Ok(Reply::Transcript { items, older })
    }

    async fn evidence(&self, reference: EvidenceRef) -> Result<Reply, Refusal> {
        let store = Arc::clone(&self.engine.store);
        let file = blocking(move || Ok(store.evidence().get(&reference)?)).await.map_err(failed)?;
        let text = || String::from_utf8_lossy(&file.bytes).into_owned();
        let (kind, content) = match file.header.kind {
            Kind::Command => (EvidenceKind::Command, text()),
            Kind::Http => (EvidenceKind::Http, text()),
            Kind::Terminal => (EvidenceKind::Terminal, text()),
            Kind::Screenshot => (EvidenceKind::Screenshot, STANDARD.encode(&file.bytes)),
            Kind::Unknown => {
                return Err(Refusal::Failed(
                    "a newer flightdeck kept this evidence; update to see it".to_owned(),
                ));
            }
        };
        let evidence = EvidenceDoc { reference: file.reference, kind, title: file.header.title, content };
        Ok(Reply::Evidence { evidence })
    }

    async fn diff(&self, scope: DiffScope) -> Result<Reply, Refusal> {
        let (from, to) = self.engine.cell.with(|mission| diff::ends(mission, &scope))?;
        let engine = Arc::clone(&self.engine);
        let diff = blocking(move || diff::between(&engine.repo, &from, &to)).await.map_err(failed)?;
        Ok(Reply::Diff { diff })
    }

    async fn consequences(&self, change: ContractChange) -> Result<Reply, Refusal> {
        let consequences = self.engine.cell.with(|mission| consequences(mission, &change));
        Ok(Reply::Consequences { consequences })
    }

    async fn land(&self) -> Result<Reply, Refusal> {
        let Ok(_one) = self.landing.try_lock() else {
            return Err(Refusal::Failed("the mission is landing already".to_owned()));
        };
        let landed = landing::land(&self.engine).await.map_err(failed)?;
        Ok(Reply::Landed { branch: landed.branch.to_string(), commit: landed.commit })
    }
}

fn failed(error: EngineError) -> Refusal {
    match error {
        EngineError::Rejected(rejection) => Refusal::Rejected(rejection),
        other => Refusal::Failed(other.to_string()),
    }
}
