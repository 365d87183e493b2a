//! Evidence: bytes that prove a verdict, named by their hash.
//!
//! A piece is one line of JSON (kind, title, who took it and when) and then the bytes. Its name is its reference: `ev_` and the first
//! digits of the SHA-256 of the whole, so `sha256sum` shows whether it is still what a validator saw.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::beside::beside;
use super::error::StoreError;
use super::port::Blobs;
use crate::domain::evidence::{EvidenceDoc, EvidenceFacts, EvidenceKind};
use crate::domain::verdict::EvidenceRef;

const PREFIX: &str = "ev_";
/// Digits of a reference; more only where two pieces share them.
const DIGITS: usize = 12;
const ALL_DIGITS: usize = 64;
/// Bytes of a header that are read at most when only it is wanted.
const LONGEST_HEADER: usize = 64 << 10;

/// The evidence of one mission.
#[derive(Debug)]
pub struct Evidence {
    blobs: Box<dyn Blobs>,
    digits: usize,
    /// The looks so far. Names are given one at a time; only the mission's one writer gives any.
    looks: Mutex<u64>,
    /// The headers that were read, by name: they never change.
    headers: Mutex<BTreeMap<EvidenceRef, Header>>,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub kind: EvidenceKind,
    pub title: String,
    /// Who took it, when and of what; pieces of older versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<EvidenceFacts>,
}

impl Header {
    /// The header of a piece that does not say who took it.
    pub fn new(kind: EvidenceKind, title: &str) -> Self {
        Self { kind, title: title.to_owned(), facts: None }
    }

    /// With who took it, when and of what.
    #[must_use]
    pub fn taken(self, facts: EvidenceFacts) -> Self {
        Self { facts: Some(facts), ..self }
    }
}

/// A piece of evidence as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    pub reference: EvidenceRef,
    pub header: Header,
    pub bytes: Vec<u8>,
}

impl Evidence {
    pub(super) fn new(blobs: Box<dyn Blobs>) -> Self {
        Self { blobs, digits: DIGITS, looks: Mutex::new(0), headers: Mutex::default() }
    }

    /// Keeps bytes, durably, and names them. Each look gets a reference of its own; only bytes that do not say who took
    /// them get the same again under the same title.
    pub fn keep(&self, mut header: Header, bytes: &[u8]) -> Result<EvidenceRef, StoreError> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        *looks += 1;
        if let Some(facts) = &mut header.facts {
            facts.look = *looks;
        }
        let mut content =
            serde_json::to_vec(&header).map_err(|source| StoreError::Encode { what: "evidence", source })?;
        content.push(b'\n');
        content.extend_from_slice(bytes);
        let hash = hash(&content);
        for length in self.digits..=ALL_DIGITS {
            let name = format!("{PREFIX}{}", &hash[..length]);
            match self.blobs.get(&name)? {
                None => self.blobs.put(&name, &content)?,
                Some(present) if present == content => {}
                Some(_) => continue,
            }
            return Ok(EvidenceRef(name));
        }
        Err(StoreError::corrupt(self.blobs.place(), "something else stands where new evidence belongs"))
    }

    /// Evidence by its reference.
    ///
    /// # Errors
    /// [`StoreError::NoEvidence`] for a name that was never given, [`StoreError::DamagedEvidence`] when the bytes are no
    /// longer what was kept.
    pub fn get(&self, reference: &EvidenceRef) -> Result<EvidenceFile, StoreError> {
        let unknown = || StoreError::NoEvidence(reference.clone());
        let digits = digits(&reference.0).ok_or_else(unknown)?;
        let content = self.blobs.get(&reference.0)?.ok_or_else(unknown)?;
        let damaged = |detail: String| {
            let path = self.blobs.place().join(&reference.0);
            StoreError::DamagedEvidence { reference: reference.clone(), path, detail }
        };
        if !hash(&content).starts_with(digits) {
            return Err(damaged("it does not match its hash".to_owned()));
        }
        let end = content.iter().position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| damaged("it has no header".to_owned()))?;
        let header = serde_json::from_slice(&content[..end]).map_err(|error| damaged(error.to_string()))?;
        Ok(EvidenceFile { reference: reference.clone(), header, bytes: content[end + 1..].to_vec() })
    }

    /// Evidence as a reader gets it, with what stands beside it.
    ///
    /// # Errors
    /// As [`Self::get`]; and when the names cannot be listed.
    pub fn doc(&self, reference: &EvidenceRef) -> Result<EvidenceDoc, StoreError> {
        let file = self.get(reference)?;
        let beside = match file.header.kind {
            EvidenceKind::Terminal | EvidenceKind::Screenshot => self.beside(&file.header)?,
            EvidenceKind::Command
            | EvidenceKind::Http
            | EvidenceKind::Page
            | EvidenceKind::App
            | EvidenceKind::Recording
            | EvidenceKind::Steps
            | EvidenceKind::Unknown => None,
        };
        Ok(EvidenceDoc { beside, ..file.doc() })
    }

    fn beside(&self, header: &Header) -> Result<Option<EvidenceRef>, StoreError> {
        let mut known = self.headers.lock().unwrap_or_else(PoisonError::into_inner);
        for reference in self.list()? {
            if known.contains_key(&reference) {
                continue;
            }
            // What cannot be read stands beside nothing; who asks for it by name is told what is wrong with it.
            let Some(beginning) = self.blobs.beginning(&reference.0, LONGEST_HEADER)? else { continue };
            let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if let Ok(header) = serde_json::from_slice(line) {
                known.insert(reference, header);
            }
        }
        Ok(beside(header, &*known))
    }

    /// Those of the references whose bytes are gone, or no longer what was kept. What cannot be read just now, as on a
    /// disk that is away, is not counted as that.
    pub fn lost<'r>(&self, references: impl IntoIterator<Item = &'r EvidenceRef>) -> Vec<EvidenceRef> {
        let is_lost = |reference: &&EvidenceRef| {
            matches!(self.get(reference), Err(StoreError::NoEvidence(_) | StoreError::DamagedEvidence { .. }))
        };
        references.into_iter().filter(is_lost).cloned().collect()
    }

    /// Every reference, in order.
    pub fn list(&self) -> Result<Vec<EvidenceRef>, StoreError> {
        let mut names = self.blobs.names()?;
        names.retain(|name| digits(name).is_some());
        names.sort();
        Ok(names.into_iter().map(EvidenceRef).collect())
    }
}

impl EvidenceFile {
    /// The evidence as a reader gets it: text as it is, a picture as base64.
    pub fn doc(self) -> EvidenceDoc {
        let Header { kind, title, facts } = self.header;
        let content = if kind.is_picture() {
            STANDARD.encode(&self.bytes)
        } else {
            String::from_utf8_lossy(&self.bytes).into_owned()
        };
        EvidenceDoc { reference: self.reference, kind, title, content, facts, beside: None }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;

    #[test]
    fn colliding_references_grow_until_they_differ_and_both_stay_readable() {
        let evidence = Evidence { digits: 1, ..Evidence::new(Box::new(MemoryStore::default())) };
        let references: Vec<_> = (0..40_u8)
            .map(|n| evidence.keep(Header::new(EvidenceKind::Command, "run"), &[n]).unwrap())
            .collect();
        let longest = references.iter().map(|reference| reference.0.len()).max();
        assert!(longest > Some(PREFIX.len() + 1));
        for (n, reference) in (0..40_u8).zip(&references) {
            assert_eq!(evidence.get(reference).unwrap().bytes, [n]);
            assert_eq!(&evidence.keep(Header::new(EvidenceKind::Command, "run"), &[n]).unwrap(), reference);
        }
    }
}
