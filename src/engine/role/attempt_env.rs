//! The place of one attempt.

use std::path::{Path, PathBuf};

use super::own_place::OwnPlace;
use super::validator::HeldProof;
use crate::agent::tool::Instruments;
use crate::engine::mission_tools::HandoffSource;
use crate::workspace::{Access, ProofCheckout};

/// Everything around a session.
pub struct AttemptEnv {
    /// The root of its file tools and programs.
    pub dir: PathBuf,
    pub access: Access,
    /// What only the engine knows and its brief must say, in Markdown; empty when that is nothing.
    pub note: String,
    /// What its handoff is read from.
    pub handoff_source: HandoffSource,
    /// What a tester works the app with.
    pub instruments: Option<Instruments>,
    /// What is its own beside others that try things at the same time.
    pub own: Option<OwnPlace>,
    /// What must be put back when it ends.
    pub cleanup: Cleanup,
}

/// What is put back when an attempt ends.
pub enum Cleanup {
    Nothing,
    /// The validators' checkout is reset; changes to tracked files are reported.
    Reset(HeldProof),
    /// A checkout of this attempt alone goes with it; what was changed there, and refs that were made, are reported.
    ResetAndRemove(ProofCheckout),
    /// The same for a planner, who tries things before there is anything to change.
    Remove(ProofCheckout),
}

impl AttemptEnv {
    /// A directory in which nothing is handed in, and nothing put back.
    pub fn new(dir: &Path, access: Access) -> Self {
        Self {
            dir: dir.to_owned(),
            access,
            note: String::new(),
            handoff_source: HandoffSource::Elsewhere,
            instruments: None,
            own: None,
            cleanup: Cleanup::Nothing,
        }
    }
}
