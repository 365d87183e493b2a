//! What a verdict rests on.

use serde::{Deserialize, Serialize};

use super::InstrumentError;

/// Bytes that prove something, with what a list shows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which instrument made it, and so how the bytes are read.
    pub kind: EvidenceKind,
    /// What was done, in a line.
    pub title: String,
    /// JSON, or for a screenshot a PNG.
    pub bytes: Vec<u8>,
    /// What came of it, in a line.
    pub summary: String,
}

/// Which instrument made a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A command with its output: JSON of a [`super::CommandRecord`].
    Command,
    /// A request and its answer: JSON of a [`super::Exchange`].
    Http,
    /// A terminal's screen: JSON of a [`super::Screen`].
    Terminal,
    /// A picture of a page.
    Screenshot,
    /// A kind that a newer version knows.
    #[serde(other)]
    Unknown,
}

impl Evidence {
    /// Evidence whose bytes are the JSON of what an instrument saw.
    pub(super) fn of(
        kind: EvidenceKind,
        seen: &impl Serialize,
        title: String,
        summary: String,
    ) -> Result<Self, InstrumentError> {
        Ok(Self { kind, title, bytes: serde_json::to_vec_pretty(seen)?, summary })
    }
}
