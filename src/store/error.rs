//! What can go wrong with what is kept of a mission, each with what to do about it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::verdict::EvidenceRef;

/// Why a mission could not be read or written. Whatever was acknowledged before is still there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{} holds no mission; `flightdeck list` shows those there are", .path.display())]
    Missing { path: PathBuf },
    #[error("{} exists already; choose another mission id", .path.display())]
    Exists { path: PathBuf },
    #[error("{} is being flown by {}; attach to it instead of starting another engine", .path.display(), process(*.pid))]
    Locked { path: PathBuf, pid: Option<u32> },
    #[error(
        "{} was written by a newer flightdeck (format {found}, this one writes {}); it can be read, and flown after an update",
        .path.display(), super::FORMAT
    )]
    Newer { path: PathBuf, found: u32 },
    #[error(
        "the mission holds events of a newer flightdeck, so it is read-only; update flightdeck to fly it on"
    )]
    ReadOnly,
    #[error(
        "{} is damaged ({detail}); nothing was deleted: copy the mission's directory, then restore the file from a backup or run `sqlite3 {} .recover`",
        .path.display(), .path.display()
    )]
    Corrupt { path: PathBuf, detail: String },
    #[error(
        "this flightdeck cannot take in an event of the log ({0}); nothing is lost: install another version, or report it with engine.log"
    )]
    Unfoldable(String),
    /// The log is shorter than it was.
    #[error(
        "{} ends at event {found}, but it had {known}: its write-ahead log ({}-wal) is gone, or an older copy was put in its place. \
         Nothing was changed, and it can be read. Put the newest files back; or delete {} to fly on from event {found} without the rest",
        .path.display(), .path.display(), .mark.display()
    )]
    Shortened { path: PathBuf, found: u64, known: u64, mark: PathBuf },
    #[error(
        "{} was removed or replaced while the mission was flown, so that what is written would be lost; the engine ends. \
         Put the right file back if another stands there now, and start again",
        .path.display()
    )]
    Replaced { path: PathBuf },
    /// Somebody else appended in between, or the caller's state is not that of the log.
    #[error("the log ends at event {actual}, not at {expected} as the writer believed; read it again")]
    WrongSeq { expected: u64, actual: u64 },
    #[error(
        "the disk with {} is full; nothing that was acknowledged is lost: free some space, then `flightdeck resume`",
        .path.display()
    )]
    DiskFull { path: PathBuf },
    #[error("there is no evidence {}", .0.0)]
    NoEvidence(EvidenceRef),
    #[error(
        "the evidence {} was changed after it was taken ({detail}), so it proves nothing; what rests on it is checked again, \
         or put the file back from a copy of {}",
        .reference.0, .path.display()
    )]
    DamagedEvidence { reference: EvidenceRef, path: PathBuf, detail: String },
    #[error("failed to use {}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("failed to use {}: {source}", .path.display())]
    Database { path: PathBuf, source: Box<dyn Error + Send + Sync> },
    #[error("failed to encode {what}: {source}")]
    Encode { what: &'static str, source: serde_json::Error },
}

impl StoreError {
    /// Sorts a failure of the file system.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, source },
        }
    }

    /// The bytes at a path are not what flightdeck wrote.
    pub(super) fn corrupt(path: &Path, detail: impl Into<String>) -> Self {
        Self::Corrupt { path: path.to_owned(), detail: detail.into() }
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another engine".to_owned(), |pid| format!("process {pid}"))
}
