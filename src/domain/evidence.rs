//! Evidence as a person reads it.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use super::verdict::EvidenceRef;

/// Evidence as it is read: text as it is, a screenshot as base64 of a PNG.
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
    /// A PNG.
    Screenshot,
    /// What a page in a browser showed, as JSON: address, title, the tree of its elements, console, failed requests.
    Page,
    /// What was done to the app's services or asked of them, with their state and logs, as JSON.
    App,
    /// A terminal session from its start to its end, as asciicast v3.
    Recording,
    /// A kind of a newer version.
    #[serde(other)]
    Unknown,
}

impl EvidenceKind {
    /// The kind that is stored under a word.
    pub fn of_word(word: &str) -> Self {
        let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
        Self::deserialize(word).unwrap_or(Self::Unknown)
    }
}
