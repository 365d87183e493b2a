//! What a verdict rests on.

use serde::Serialize;

use super::InstrumentError;

/// Bytes that prove something, with what a list shows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The word for what was seen, and so for how the bytes are read: `command` (JSON of a
    /// [`super::CommandRecord`]), `http` (of an [`super::Exchange`]), `terminal` (of a [`super::Screen`]), [`APP`],
    /// [`RECORDING`], [`PAGE`] or `screenshot`.
    pub kind: &'static str,
    /// What was done, in a line.
    pub title: String,
    /// JSON, or for a screenshot a PNG and for a recording an asciicast.
    pub bytes: Vec<u8>,
    /// The result, in a line.
    pub summary: String,
    /// Whether what was seen had come to rest.
    pub settled: Settled,
    /// Who answered, where that was no service of the app.
    pub stranger: Option<String>,
}

/// Whether what was seen had come to rest. A verdict rests on what had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was over: the program had ended, the answer was whole.
    Ended,
    /// It goes on and stood still: a screen that waits for its user, a page that is idle.
    Still,
    /// It still changed: a program that draws, a page that loads.
    Moving,
    /// Nothing was there to see.
    Nothing,
    /// What was to be done was not done, or nothing answered.
    NotDone,
}

impl Settled {
    /// The word that it is kept under.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Still => "still",
            Self::Moving => "moving",
            Self::Nothing => "nothing",
            Self::NotDone => "not_done",
        }
    }
}

/// What was done to the services of the app, or asked of them: JSON with their state and the end of their logs.
pub const APP: &str = "app";
/// What a page in a browser showed, as JSON.
pub const PAGE: &str = "page";
/// A terminal session from its start to its end, as asciicast v3.
pub const RECORDING: &str = "recording";

impl Evidence {
    /// Evidence whose bytes are the JSON of what an instrument saw, when that was over.
    pub(super) fn of(
        kind: &'static str,
        seen: &impl Serialize,
        title: String,
        summary: String,
    ) -> Result<Self, InstrumentError> {
        Ok(Self {
            kind,
            title,
            bytes: serde_json::to_vec_pretty(seen)?,
            summary,
            settled: Settled::Ended,
            stranger: None,
        })
    }
}
