//! What a verdict rests on.

use serde::Serialize;

use super::InstrumentError;

/// Bytes that prove something, with what a list shows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The word for what was seen, and so for how the bytes are read: `command` (JSON of a
    /// [`super::CommandRecord`]), `http` (of an [`super::Exchange`]), `terminal` (of a [`super::Screen`]), [`APP`],
    /// [`RECORDING`] [`PAGE`] or `screenshot`.
    pub kind: &'static str,
    /// What was done, in a line.
    pub title: String,
    /// JSON, or for a screenshot a PNG and for a recording an asciicast.
    pub bytes: Vec<u8>,
    /// The result, in a line.
    pub summary: String,
}

/// What was done to the services of the app, or asked of them: JSON with their state and the end of their logs.
pub const APP: &str = "app";
/// What a page in a browser showed, as JSON.
pub const PAGE: &str = "page";
/// A terminal session from its start to its end, as asciicast v3.
pub const RECORDING: &str = "recording";

impl Evidence {
    /// Evidence whose bytes are the JSON of what an instrument saw.
    pub(super) fn of(
        kind: &'static str,
        seen: &impl Serialize,
        title: String,
        summary: String,
    ) -> Result<Self, InstrumentError> {
        Ok(Self { kind, title, bytes: serde_json::to_vec_pretty(seen)?, summary })
    }
}
