//! How far the operating system holds a program back.
//!
//! This is a seam: what stands behind it decorates a program before it starts. The present implementation confines nothing and
//! says so, so that nobody takes the path checks of the file tools for more than they are.

use serde::{Deserialize, Serialize};

use super::process::Program;

/// What a role may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Reads the checkout and runs nothing that writes.
    Read,
    /// Writes the mission's checkout, temporary files and caches.
    Write,
    /// Works in a checkout of its own that is reset afterwards.
    Proof,
}

impl Access {
    /// Whether it is enough for what needs `needed`: `Proof` to change the checkout one works in, `Write` to change the
    /// mission's.
    pub fn covers(self, needed: Self) -> bool {
        match needed {
            Self::Read => true,
            Self::Proof => self != Self::Read,
            Self::Write => self == Self::Write,
        }
    }

    /// This access, or `wanted` where that is less.
    #[must_use]
    pub fn lowered_to(self, wanted: Self) -> Self {
        if self.covers(wanted) { wanted } else { self }
    }
}

/// Decorates programs so that the operating system holds them to an access.
pub trait Sandbox: Send + Sync {
    /// The program as it is to be started instead.
    fn confine(&self, program: Program, access: Access) -> Program;

    /// How far the confinement reaches, for the header and for `doctor`.
    fn describe(&self) -> &'static str;
}

/// No confinement by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unconfined;

impl Sandbox for Unconfined {
    fn confine(&self, program: Program, _access: Access) -> Program {
        program
    }

    fn describe(&self) -> &'static str {
        "not confined by the operating system"
    }
}
