//! Which missions there are: the directories say it, so there is no index to keep in step.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::bound::sync_directory;
use super::error::StoreError;
use super::lock;
use super::log::Log;
use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::MissionCard;

const DIRECTORY: &str = "missions";

/// The missions under one home.
#[derive(Debug, Clone)]
pub struct Catalogue {
    dir: PathBuf,
}

/// A mission's directory, and what it holds or why it cannot be read.
#[derive(Debug)]
pub struct CatalogueEntry {
    pub id: MissionId,
    pub dir: PathBuf,
    /// The process of its engine, while one runs.
    pub engine: Option<u32>,
    pub mission: Result<MissionCard, StoreError>,
}

impl Catalogue {
    /// The missions of `$FLIGHTDECK_HOME`; the directory need not exist yet.
    pub fn new(home: &Path) -> Self {
        Self { dir: home.join(DIRECTORY) }
    }

    /// Every mission, the one that changed last first. A broken one is listed with its error.
    pub fn list(&self) -> Vec<CatalogueEntry> {
        let names = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let ids = names.filter_map(|entry| entry.file_name().to_str()?.parse::<MissionId>().ok());
        let mut entries: Vec<CatalogueEntry> =
            ids.filter(|id| self.dir_of(id).is_dir()).map(|id| self.entry(id)).collect();
        entries.sort_by_cached_key(|entry| {
            let updated = entry.mission.as_ref().map_or(Timestamp(i64::MIN), |summary| summary.updated);
            (std::cmp::Reverse(updated), entry.id.clone())
        });
        entries
    }

    /// One mission by its id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such directory. What is wrong inside is in the entry.
    pub fn find(&self, id: &MissionId) -> Result<CatalogueEntry, StoreError> {
        let dir = self.dir_of(id);
        if !dir.is_dir() {
            return Err(StoreError::Missing { path: dir });
        }
        Ok(self.entry(id.clone()))
    }

    /// The missions of a repository, the one that changed last first.
    pub fn of_repository(&self, path: &Path) -> Vec<CatalogueEntry> {
        let wanted = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let same = |card: &MissionCard| {
            let own = Path::new(&card.repository);
            own == wanted || own.canonicalize().is_ok_and(|own| own == wanted)
        };
        let mut entries = self.list();
        entries.retain(|entry| entry.mission.as_ref().is_ok_and(same));
        entries
    }

    /// Makes the directory of a new mission, for its owner alone.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the id is taken.
    pub fn create_dir(&self, id: &MissionId) -> Result<PathBuf, StoreError> {
        let failed = |path: &Path, error| StoreError::io(path, error);
        let private = |recursive| {
            let mut builder = DirBuilder::new();
            builder.mode(0o700).recursive(recursive);
            builder
        };
        private(true).create(&self.dir).map_err(|error| failed(&self.dir, error))?;
        let dir = self.dir_of(id);
        private(false).create(&dir).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists { path: dir.clone() },
            _ => failed(&dir, error),
        })?;
        sync_directory(&self.dir)?;
        Ok(dir)
    }

    /// Where a mission is kept, whether it is or not.
    pub fn dir_of(&self, id: &MissionId) -> PathBuf {
        self.dir.join(id.as_str())
    }

    fn entry(&self, id: MissionId) -> CatalogueEntry {
        let dir = self.dir_of(&id);
        let mission = Log::open_read_only(&dir).and_then(|mut log| log.open_mission()).and_then(|mission| {
            let unfounded = || StoreError::Missing { path: dir.clone() };
            MissionCard::of(&mission).ok_or_else(unfounded)
        });
        CatalogueEntry { id, engine: lock::holder(&dir), dir, mission }
    }
}
