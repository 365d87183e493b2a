//! Why a command was refused: a sentence for the one who asked, which says what to mend.

use serde::{Deserialize, Serialize};

/// A refusal. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{sentence}")]
pub struct Rejection {
    /// What kind of refusal, for programs.
    pub reason: Reason,
    /// What to do about it, for people and models.
    pub sentence: String,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// This asker may not ask that.
    NotAllowed,
    /// It names something that does not exist.
    Unknown,
    /// It came too early, too late, or was decided before.
    OutOfTurn,
    /// Its content does not hold together.
    Invalid,
    /// Somebody else changed it in between.
    Conflict,
    /// The mission was written by a newer flightdeck and is read-only.
    ReadOnly,
}

impl Rejection {
    /// A refusal of a kind, with its sentence.
    pub fn new(reason: Reason, sentence: impl Into<String>) -> Self {
        Self { reason, sentence: sentence.into() }
    }

    /// It names something that does not exist.
    pub fn unknown(sentence: impl Into<String>) -> Self {
        Self::new(Reason::Unknown, sentence)
    }

    /// It came at the wrong moment.
    pub fn out_of_turn(sentence: impl Into<String>) -> Self {
        Self::new(Reason::OutOfTurn, sentence)
    }

    /// Its content does not hold together.
    pub fn invalid(sentence: impl Into<String>) -> Self {
        Self::new(Reason::Invalid, sentence)
    }
}
