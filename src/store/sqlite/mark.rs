//! How far a mission's log was, beside the log: a database that lost its write-ahead log, or that an old copy was put
//! in the place of, is sound by itself and only shorter.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};

use super::lock::is_at;
use crate::store::StoreError;

const FILE: &str = "mission.mark";

/// The mark of a log that is open for writing, and the files that the log is in.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    log: PathBuf,
    /// The database and its write-ahead log as they were when the log was opened, the latter once there is one.
    database: File,
    ahead: Option<File>,
}

impl Mark {
    /// Looks whether the log of this database is as long as it was, and follows it from now on.
    ///
    /// # Errors
    /// [`StoreError::Shortened`] when it is shorter.
    pub(super) fn follow(log: &Path, last_seq: u64) -> Result<Self, StoreError> {
        let path = log.with_file_name(FILE);
        let failed = |error| StoreError::io(&path, error);
        let known = known(&path).map_err(failed)?;
        if known > last_seq {
            return Err(StoreError::Shortened { path: log.to_owned(), found: last_seq, known, mark: path });
        }
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let database = File::open(log).map_err(|error| StoreError::io(log, error))?;
        let mut mark = Self { file, log: log.to_owned(), database, ahead: None };
        mark.set(last_seq);
        Ok(mark)
    }

    /// The log ends here now, durably. The mark itself is not forced to the disk: after a power cut it may say less than
    /// there is, and never more.
    pub(super) fn set(&mut self, seq: u64) {
        if self.ahead.is_none() {
            self.ahead = File::open(self.ahead_path()).ok();
        }
        // As wide as any number, so that a shorter one leaves nothing of a longer.
        let written = self.file.rewind().and_then(|()| write!(self.file, "{seq:>20}"));
        if let Err(error) = written {
            tracing::warn!(%error, "how far the log is was not noted beside it");
        }
    }

    /// Whether the log's files are still those that were opened. Events written to others would be lost.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] with the file that is not.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let ahead = self.ahead_path();
        let gone = match &self.ahead {
            _ if !is_at(&self.database, &self.log) => &self.log,
            Some(file) if !is_at(file, &ahead) => &ahead,
            Some(_) | None => return Ok(()),
        };
        Err(StoreError::Replaced { path: gone.clone() })
    }

    fn ahead_path(&self) -> PathBuf {
        let mut name = self.log.clone().into_os_string();
        name.push("-wal");
        name.into()
    }
}

/// A database without any table is no stranger's when there is a mark: it is what is left of a mission.
pub(super) fn explained(error: StoreError, log: &Path) -> StoreError {
    let mark = log.with_file_name(FILE);
    match (&error, known(&mark)) {
        (StoreError::Missing { .. }, Ok(known @ 1..)) if log.exists() => {
            StoreError::Shortened { path: log.to_owned(), found: 0, known, mark }
        }
        _ => error,
    }
}

fn known(path: &Path) -> std::io::Result<u64> {
    match fs::read_to_string(path) {
        // A mark that was cut short says nothing.
        Ok(text) => Ok(text.trim().parse().unwrap_or(0)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}
