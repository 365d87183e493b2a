//! The directories say which missions there are, so that no index must be kept in step.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::evidence_files::EvidenceFiles;
use super::lock::{self, Lock};
use super::log::SqliteLog;
use super::transcripts::SqliteTranscripts;
use crate::domain::event::{Actor, Event};
use crate::domain::id::{MissionId, Timestamp};
use crate::store::{Access, Catalogue, Store, StoreError};

const DIRECTORY: &str = "missions";

/// The missions under one directory.
#[derive(Debug, Clone)]
pub struct SqliteCatalogue {
    dir: PathBuf,
}

impl SqliteCatalogue {
    /// The missions of `$FLIGHTDECK_HOME`; the directory need not exist yet.
    pub fn new(home: &Path) -> Self {
        Self::at(home.join(DIRECTORY))
    }

    /// The missions whose directories are in this one.
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }
}

impl Catalogue for SqliteCatalogue {
    fn ids(&self) -> Vec<MissionId> {
        let names = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let ids = names.filter_map(|entry| entry.file_name().to_str()?.parse::<MissionId>().ok());
        ids.filter(|id| self.dir(id).is_dir()).collect()
    }

    /// Makes the mission's directory, for its owner alone.
    fn create(
        &self,
        id: &MissionId,
        at: Timestamp,
        actor: Actor,
        first: &[Event],
    ) -> Result<Store, StoreError> {
        let private = |recursive| {
            let mut builder = DirBuilder::new();
            builder.mode(0o700).recursive(recursive);
            builder
        };
        private(true).create(&self.dir).map_err(|error| StoreError::io(&self.dir, error))?;
        let dir = self.dir(id);
        private(false).create(&dir).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists { path: dir.clone() },
            _ => StoreError::io(&dir, error),
        })?;
        let begun = begin(&dir).and_then(|store| {
            sync_directory(&self.dir)?;
            store.append(0, at, actor, first)?;
            Ok(store)
        });
        if begun.is_err() {
            // A directory in which nothing happened would only be listed as unreadable.
            drop(fs::remove_dir_all(&dir));
        }
        begun
    }

    fn open(&self, id: &MissionId) -> Result<Store, StoreError> {
        let dir = self.dir(id);
        if !SqliteLog::path_in(&dir).exists() {
            return Err(StoreError::Missing { path: dir });
        }
        let lock = Lock::take(&dir)?;
        writing(&dir, SqliteLog::open(&dir, lock)?)
    }

    fn read(&self, id: &MissionId) -> Result<Store, StoreError> {
        let dir = self.dir(id);
        let log = SqliteLog::open_read_only(&dir)?;
        Ok(Store::new(Access::Read, log, SqliteTranscripts::reading(&dir), EvidenceFiles::at(&dir)))
    }

    fn engine(&self, id: &MissionId) -> Option<u32> {
        lock::holder(&self.dir(id))
    }

    fn dir(&self, id: &MissionId) -> PathBuf {
        self.dir.join(id.as_str())
    }
}

fn begin(dir: &Path) -> Result<Store, StoreError> {
    let lock = Lock::take(dir)?;
    let store = writing(dir, SqliteLog::create(dir, lock)?)?;
    sync_directory(dir)?;
    Ok(store)
}

fn writing(dir: &Path, log: SqliteLog) -> Result<Store, StoreError> {
    let blobs = EvidenceFiles::at(dir);
    blobs.tidy();
    Ok(Store::new(Access::Write, log, SqliteTranscripts::writing(dir)?, blobs))
}

/// Puts the names in a directory on the disk: a new file survives a power cut only after that.
pub(super) fn sync_directory(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| StoreError::io(dir, error))
}
