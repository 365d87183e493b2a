//! What the engine answers to its clients.

use std::sync::Arc;

use async_trait::async_trait;

use super::context::EngineContext;
use super::error::EngineError;
use super::stored_mission::StoredMission;
use super::{evidence, landing};
use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::event::Actor;
use crate::domain::id::MissionId;
use crate::domain::mission::Mission;
use crate::domain::text::Line;
use crate::link::feed::Feed;
use crate::link::protocol::Reply;
use crate::link::{Host, MissionSource, Refusal};
use crate::workspace::peer::way_of;
use crate::workspace::sweep;

/// Answers for one mission.
pub struct EngineHost {
    engine: Arc<EngineContext>,
    source: StoredMission,
    /// One landing at a time.
    landing: tokio::sync::Mutex<()>,
}

impl EngineHost {
    /// A host over what the engine's tasks share.
    pub fn new(engine: Arc<EngineContext>) -> Self {
        let source =
            StoredMission::of_engine(Arc::clone(&engine.store), engine.dir.clone(), Arc::clone(&engine.cell));
        Self { engine, source, landing: tokio::sync::Mutex::new(()) }
    }
}

impl EngineHost {
    /// Has the log say from where the person speaks, whenever that is elsewhere.
    async fn note_way(&self, from: Option<i32>) -> Result<(), Refusal> {
        let way = from.map_or_else(|| "a client that the system does not name".to_owned(), way_of);
        let way = Line::clipped(way);
        if self.engine.cell.with(|mission| mission.persons_way.as_ref() != Some(&way)) {
            self.engine.dispatcher.record_if_due(Command::NoteWay { way }).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Host for EngineHost {
    fn mission(&self) -> MissionId {
        self.engine.mission.clone()
    }

    fn source(&self) -> &dyn MissionSource {
        &self.source
    }

    fn feed(&self) -> &Feed {
        &self.engine.feed
    }

    fn state(&self) -> (Mission, Vec<Activity>) {
        (self.engine.cell.with(Mission::clone), self.engine.activities.list())
    }

    fn admits(&self, peer: i32) -> Result<(), String> {
        if sweep::speaks_for_agent(peer, &self.engine.dir) {
            tracing::warn!(
                peer,
                "a program that an agent started asked the mission for something and was refused"
            );
            return Err(sweep::ONLY_THE_PERSON.to_owned());
        }
        Ok(())
    }

    async fn command(&self, command: Command, from: Option<i32>) -> Result<Reply, Refusal> {
        if matches!(command, Command::DecideGate { .. }) {
            // Nobody says GO to a proof that is not there any more.
            evidence::check(&self.engine).await?;
        }
        if command.is_consent() {
            self.note_way(from).await?;
        }
        let submitted = self.engine.dispatcher.submit(Actor::Person, vec![command]).await;
        let events = submitted.map_err(EngineError::from)?;
        let seq = events.last().map_or_else(|| self.engine.cell.with(|mission| mission.seq), |last| last.seq);
        Ok(Reply::Accepted { seq })
    }

    async fn land(&self) -> Result<Reply, Refusal> {
        let Ok(_one) = self.landing.try_lock() else {
            return Err(Refusal::Failed("the mission is landing already".to_owned()));
        };
        let landed = landing::land(&self.engine).await?;
        Ok(Reply::Landed { branch: landed.branch.to_string(), commit: landed.commit, notes: landed.notes })
    }
}
