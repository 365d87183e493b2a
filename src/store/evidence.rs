//! Evidence: bytes that prove a verdict, in files that name themselves by their hash.
//!
//! A file is one line of JSON (kind and title) and then the bytes. Its name is its reference: `ev_` and the first
//! digits of the SHA-256 of the whole file, so `sha256sum` shows whether it is still what a validator saw.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bound::sync_directory;
use super::error::StoreError;
use crate::domain::verdict::EvidenceRef;

const DIRECTORY: &str = "evidence";
const PREFIX: &str = "ev_";
/// Digits of a reference; more only where two files share them.
const DIGITS: usize = 12;
const ALL_DIGITS: usize = 64;
const UNFINISHED: &str = ".unfinished-";

/// The evidence of one mission.
#[derive(Debug)]
pub struct Evidence {
    dir: PathBuf,
    digits: usize,
    /// Names are given one at a time; only the mission's one writer gives any.
    naming: Mutex<()>,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub kind: Kind,
    pub title: String,
}

/// What kind of proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Command line, exit code and output, as JSON.
    Command,
    /// A request and its answer, as JSON.
    Http,
    /// A terminal screen with its colours, as JSON.
    Terminal,
    /// A PNG.
    Screenshot,
    /// A kind of a newer version.
    #[serde(other)]
    Unknown,
}

/// A piece of evidence as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    pub reference: EvidenceRef,
    pub header: Header,
    pub bytes: Vec<u8>,
}

impl Evidence {
    /// The evidence in a mission's directory.
    pub fn at(mission: &Path) -> Self {
        Self { dir: mission.join(DIRECTORY), digits: DIGITS, naming: Mutex::new(()) }
    }

    /// Keeps bytes, durably, and names them. The same bytes under the same title get the same reference again.
    pub fn keep(&self, kind: Kind, title: &str, bytes: &[u8]) -> Result<EvidenceRef, StoreError> {
        let header = Header { kind, title: title.to_owned() };
        let mut content =
            serde_json::to_vec(&header).map_err(|source| StoreError::Encode { what: "evidence", source })?;
        content.push(b'\n');
        content.extend_from_slice(bytes);
        let hash = hash(&content);
        fs::create_dir_all(&self.dir).map_err(|error| StoreError::io(&self.dir, error))?;
        let _naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        let (reference, path) = match self.place(&hash)? {
            Naming::Kept(reference) => return Ok(reference),
            Naming::Free(reference, path) => (reference, path),
        };
        let unfinished = self.write_unfinished(&content)?;
        fs::rename(&unfinished, &path).map_err(|error| StoreError::io(&path, error))?;
        sync_directory(&self.dir)?;
        Ok(reference)
    }

    /// Evidence by its reference.
    ///
    /// # Errors
    /// [`StoreError::NoEvidence`] for a name that was never given, [`StoreError::Corrupt`] when the file is no longer
    /// what was kept.
    pub fn get(&self, reference: &EvidenceRef) -> Result<EvidenceFile, StoreError> {
        let unknown = || StoreError::NoEvidence(reference.clone());
        let digits = digits(&reference.0).ok_or_else(unknown)?;
        let path = self.dir.join(&reference.0);
        let content = fs::read(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => unknown(),
            _ => StoreError::io(&path, error),
        })?;
        if !hash(&content).starts_with(digits) {
            return Err(StoreError::corrupt(&path, "it does not match its hash"));
        }
        let end = content.iter().position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| StoreError::corrupt(&path, "it has no header"))?;
        let header = serde_json::from_slice(&content[..end])
            .map_err(|error| StoreError::corrupt(&path, error.to_string()))?;
        Ok(EvidenceFile { reference: reference.clone(), header, bytes: content[end + 1..].to_vec() })
    }

    /// Every reference, in order.
    pub fn list(&self) -> Result<Vec<EvidenceRef>, StoreError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StoreError::io(&self.dir, error)),
        };
        let mut references = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| StoreError::io(&self.dir, error))?;
            if let Ok(name) = entry.file_name().into_string()
                && digits(&name).is_some()
            {
                references.push(EvidenceRef(name));
            }
        }
        references.sort();
        Ok(references)
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

    fn write_unfinished(&self, content: &[u8]) -> Result<PathBuf, StoreError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.join(format!("{UNFINISHED}{}-{count}", std::process::id()));
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            file.write_all(content)?;
            file.sync_all()
        };
        if let Err(error) = write() {
            drop(fs::remove_file(&path));
            return Err(StoreError::io(&path, error));
        }
        Ok(path)
    }

    /// Where these bytes are kept already, or the shortest name that is still free.
    fn place(&self, hash: &str) -> Result<Naming, StoreError> {
        for length in self.digits..=ALL_DIGITS {
            let reference = format!("{PREFIX}{}", &hash[..length]);
            let path = self.dir.join(&reference);
            match hash_of_file(&path) {
                Ok(present) if present == hash => return Ok(Naming::Kept(EvidenceRef(reference))),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Ok(Naming::Free(EvidenceRef(reference), path));
                }
                Err(error) => return Err(StoreError::io(&path, error)),
            }
        }
        Err(StoreError::corrupt(&self.dir, "a file stands where new evidence belongs"))
    }
}

enum Naming {
    Kept(EvidenceRef),
    Free(EvidenceRef, PathBuf),
}

/// The digits of a reference, when it is one; anything else could name a file elsewhere.
fn digits(reference: &str) -> Option<&str> {
    let digits = reference.strip_prefix(PREFIX)?;
    let hexadecimal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (hexadecimal && (1..=ALL_DIGITS).contains(&digits.len())).then_some(digits)
}

fn hash(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn hash_of_file(path: &Path) -> std::io::Result<String> {
    fs::read(path).map(|content| hash(&content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colliding_references_grow_until_they_differ_and_both_stay_readable() {
        let dir = tempfile::tempdir().unwrap();
        let evidence = Evidence { digits: 1, ..Evidence::at(dir.path()) };
        let references: Vec<_> =
            (0..40_u8).map(|n| evidence.keep(Kind::Command, "run", &[n]).unwrap()).collect();
        let longest = references.iter().map(|reference| reference.0.len()).max();
        assert!(longest > Some(PREFIX.len() + 1));
        for (n, reference) in (0..40_u8).zip(&references) {
            assert_eq!(evidence.get(reference).unwrap().bytes, [n]);
            assert_eq!(&evidence.keep(Kind::Command, "run", &[n]).unwrap(), reference);
        }
    }
}
