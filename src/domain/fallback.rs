//! The model that plays a role in place of the chosen one, once that is given up on.

use serde::{Deserialize, Serialize};

use super::id::Timestamp;
use super::text::{Line, Title};

/// Why a role is played by another model than the one that was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallenBack {
    /// The model that was chosen.
    pub from: Title,
    /// Why it was given up on.
    pub reason: Line,
    pub at: Timestamp,
}
