//! A mission as a folder that can be handed on: the report in every form, the evidence as it was taken, a statement for
//! each gate, and the hash of every file, so that nobody has to believe it.
//!
//! The hashes stand in a file that `sha256sum --check` reads too.

mod check;
mod statement;
mod sums;
mod write;

pub use check::{Difference, check};
pub use write::{Material, decided, write};

use std::path::PathBuf;

/// Holds the hash of every other file.
pub const SUMS: &str = "SHA256SUMS";
/// Says what the others are and how they are checked. Bundles of older versions have none.
pub(super) const README: &str = "README.md";
/// The file of what the report says, for programs.
pub(super) const FACTS: &str = "report.json";

/// A bundle that was written, or found to be what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    pub folder: PathBuf,
    /// Files, that of the hashes not counted.
    pub files: usize,
    /// The SHA-256 of the file of hashes, in hexadecimal: whoever knows it knows the whole bundle.
    pub digest: String,
}
