//! A mission read from its store and its repository: what an engine answers its clients from, and what a verb or a
//! replay reads while no engine need run.

use std::path::PathBuf;
use std::sync::Arc;

use super::diff;
use super::error::EngineError;
use super::mission_cell::MissionCell;
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::event::Stamped;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::transcript::{Before, Entry};
use crate::domain::verdict::EvidenceRef;
use crate::link::{MissionSource, Refusal};
use crate::store::Store;
use crate::workspace::mission_repo::repository_of;

/// A mission, read where it is kept.
#[derive(Debug, Clone)]
pub struct StoredMission {
    store: Arc<Store>,
    /// The mission's directory.
    dir: PathBuf,
    /// The state, where this process flies the mission; otherwise it is folded from the log.
    cell: Option<Arc<MissionCell>>,
}

impl StoredMission {
    /// A mission that another process may be flying.
    pub fn of_log(store: Store, dir: PathBuf) -> Self {
        Self { store: Arc::new(store), dir, cell: None }
    }

    /// The mission that this process flies.
    pub(super) fn of_engine(store: Arc<Store>, dir: PathBuf, cell: Arc<MissionCell>) -> Self {
        Self { store, dir, cell: Some(cell) }
    }

    /// What it is read from.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn look<T>(&self, look: impl FnOnce(&Mission) -> T) -> Result<T, Refusal> {
        match &self.cell {
            Some(cell) => Ok(cell.with(look)),
            None => Ok(look(&self.store.mission().map_err(EngineError::from)?)),
        }
    }
}

impl MissionSource for StoredMission {
    fn mission(&self) -> Result<Mission, Refusal> {
        self.look(Mission::clone)
    }

    fn events(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, Refusal> {
        Ok(self.store.read(after, limit).map_err(EngineError::from)?)
    }

    fn transcript(
        &self,
        attempt: AttemptId,
        before: Before,
        limit: u32,
    ) -> Result<(Vec<Entry>, u64), Refusal> {
        let (items, older) =
            self.store.transcripts().page(attempt, before, limit).map_err(EngineError::from)?;
        // An attempt without an item is rare, and only then need the mission be asked whether there is such a one.
        if items.is_empty() && self.look(|mission| !mission.attempts.contains_key(&attempt))? {
            return Err(Rejection::unknown(format!("there is no attempt {attempt}")).into());
        }
        Ok((items, older))
    }

    fn evidence(&self, reference: &EvidenceRef) -> Result<EvidenceDoc, Refusal> {
        Ok(self.store.evidence().doc(reference).map_err(EngineError::from)?)
    }

    fn diff(&self, scope: &DiffScope) -> Result<DiffDoc, Refusal> {
        let (repository, range) = self.look(|mission| {
            let founding = mission.founding.as_ref();
            let repository = founding.map(|founding| founding.repository.clone()).unwrap_or_default();
            (repository, mission.diff_range(scope))
        })?;
        let (from, to) = range?;
        let repository = repository_of(&self.dir, repository.as_ref()).map_err(EngineError::from)?;
        Ok(diff::between(&repository, &from, &to)?)
    }
}
