//! Which missions there are, and how one is opened.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::facade::Store;
use crate::domain::event::{Actor, Event};
use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::MissionCard;

/// All missions that a person has.
pub trait Catalogue: Debug + Send + Sync {
    /// Every mission's id, in no order.
    fn ids(&self) -> Vec<MissionId>;

    /// Starts a mission with its first events, or leaves nothing behind.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the id is taken.
    fn create(
        &self,
        id: &MissionId,
        at: Timestamp,
        actor: Actor,
        first: &[Event],
    ) -> Result<Store, StoreError>;

    /// Opens a mission to fly it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another engine flies it, [`StoreError::Newer`] when it is of a newer format.
    fn open(&self, id: &MissionId) -> Result<Store, StoreError>;

    /// Opens a mission for reading, next to the engine that writes it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none.
    fn read(&self, id: &MissionId) -> Result<Store, StoreError>;

    /// The process of a mission's engine, while one runs; 0 when it has not said its id yet.
    fn engine(&self, id: &MissionId) -> Option<u32>;

    /// The directory of this machine for what belongs to a mission and is not in the store: checkouts, documents,
    /// the engine's log and socket.
    fn dir(&self, id: &MissionId) -> PathBuf;

    /// One mission in a few words, or why it cannot be read.
    fn entry(&self, id: MissionId) -> CatalogueEntry {
        let dir = self.dir(&id);
        let mission = self.read(&id).and_then(|store| store.mission()).and_then(|mission| {
            MissionCard::of(&mission).ok_or_else(|| StoreError::Missing { path: dir.clone() })
        });
        CatalogueEntry { engine: self.engine(&id), id, dir, mission }
    }

    /// Every mission, the one that changed last first. A broken one is listed with its error.
    fn list(&self) -> Vec<CatalogueEntry> {
        let mut entries: Vec<CatalogueEntry> = self.ids().into_iter().map(|id| self.entry(id)).collect();
        entries.sort_by_cached_key(|entry| {
            let updated = entry.mission.as_ref().map_or(Timestamp(i64::MIN), |card| card.updated);
            (std::cmp::Reverse(updated), entry.id.clone())
        });
        entries
    }

    /// The missions of a repository, the one that changed last first.
    fn of_repository(&self, path: &Path) -> Vec<CatalogueEntry> {
        let wanted = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let same = |card: &MissionCard| {
            let own = Path::new(&card.repository);
            own == wanted || own.canonicalize().is_ok_and(|own| own == wanted)
        };
        let mut entries = self.list();
        entries.retain(|entry| entry.mission.as_ref().is_ok_and(same));
        entries
    }
}

/// A mission, and what it is or why it cannot be read.
#[derive(Debug)]
pub struct CatalogueEntry {
    pub id: MissionId,
    pub dir: PathBuf,
    /// The process of its engine, while one runs.
    pub engine: Option<u32>,
    pub mission: Result<MissionCard, StoreError>,
}
