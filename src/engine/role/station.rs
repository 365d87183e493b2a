//! The place of one attempt.

use std::path::PathBuf;

use crate::agent::tool::Instruments;
use crate::engine::mission_tools::Place;
use crate::workspace::{Access, ProofCheckout};

/// Everything around a session.
pub struct Station {
    /// The root of its file tools and programs.
    pub dir: PathBuf,
    pub access: Access,
    /// What only the engine can tell it, in Markdown; empty when that is nothing.
    pub note: String,
    /// What its handoff is read from.
    pub place: Place,
    /// What a tester works the app with.
    pub instruments: Option<Instruments>,
    /// What must be put back when it ends.
    pub after: After,
}

/// What is put back when an attempt ends.
pub enum After {
    Nothing,
    /// The validators' checkout is reset; changes to tracked files are reported.
    Reset(ProofCheckout),
    /// A checkout of this attempt alone goes with it.
    Remove(ProofCheckout),
}

impl Station {
    /// A place to read in.
    pub fn reading(dir: PathBuf) -> Self {
        Self {
            dir,
            access: Access::Read,
            note: String::new(),
            place: Place::Elsewhere,
            instruments: None,
            after: After::Nothing,
        }
    }
}
