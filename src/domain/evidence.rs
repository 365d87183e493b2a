//! Evidence as a person reads it.

use serde::{Deserialize, Serialize};

use super::verdict::EvidenceRef;

/// Evidence as it is kept: bytes with a kind. Text kinds are UTF-8; a screenshot is base64 of a PNG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceDoc {
    pub reference: EvidenceRef,
    pub kind: EvidenceKind,
    pub title: String,
    pub content: String,
}

/// What kind of proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Command line, exit code and output, as JSON.
    Command,
    /// A request and its answer, as JSON.
    Http,
    /// A terminal screen with its colours, as JSON.
    Terminal,
    Screenshot,
}
