//! Evidence as files, each renamed into place once it is on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::catalogue::sync_directory;
use crate::store::{Blobs, StoreError};

const DIRECTORY: &str = "evidence";
const UNFINISHED: &str = ".unfinished-";

/// The evidence in a mission's directory.
#[derive(Debug)]
pub(super) struct EvidenceFiles {
    dir: PathBuf,
}

impl EvidenceFiles {
    pub(super) fn at(mission: &Path) -> Self {
        Self { dir: mission.join(DIRECTORY) }
    }

    /// Removes what a crash left half written. Only the mission's writer may ask for it.
    pub(super) fn tidy(&self) {
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
                && let Err(error) = fs::remove_file(entry.path())
            {
                tracing::warn!(path = %entry.path().display(), %error, "half-written evidence stays");
            }
        }
    }
}

impl Blobs for EvidenceFiles {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.dir.join(format!("{UNFINISHED}{}-{count}", std::process::id()));
        let write = || {
            fs::create_dir_all(&self.dir)?;
            let mut file = OpenOptions::new().write(true).create_new(true).open(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, self.dir.join(name))
        };
        if let Err(error) = write() {
            drop(fs::remove_file(&unfinished));
            return Err(StoreError::io(&self.dir.join(name), error));
        }
        sync_directory(&self.dir)
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.dir.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(&path, error)),
        }
    }

    fn beginning(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.dir.join(name);
        let mut bytes = Vec::new();
        let limit = u64::try_from(most).unwrap_or(u64::MAX);
        match File::open(&path).and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(&path, error)),
        }
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.and_then(Iterator::collect::<Result<Vec<_>, _>>),
        };
        let entries = entries.map_err(|error| StoreError::io(&self.dir, error))?;
        Ok(entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    }

    fn place(&self) -> &Path {
        &self.dir
    }
}
