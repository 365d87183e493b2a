//! What is kept of a mission: its log, transcripts and evidence, and the catalogue of all missions.
//!
//! Everybody outside works with a [`Store`], which a [`Catalogue`] hands out. Below it are three ports ([`MissionLog`],
//! [`Transcripts`], [`Blobs`]) and whatever keeps the bytes: [`sqlite`] in a directory for each mission, or [`memory`].
//! What every kind of store must do alike (refuse a stale writer's state, use snapshots, name evidence by its hash)
//! is written once, above the ports. Another kind is a folder of its own here, and the line that creates it.
//!
//! The ports block. Their callers wait in threads of their own: the dispatcher's, or `spawn_blocking`.
//!
//! Everything above the log can be rebuilt from it. Nothing in this room ever deletes what it cannot read.

mod beside;
mod bound;
mod catalogue;
mod chain;
mod error;
mod evidence;
mod facade;
pub mod memory;
mod port;
mod row;
pub mod sqlite;

pub use catalogue::{Catalogue, CatalogueEntry};
pub use chain::{ChainCheck, ChainFault};
pub use error::StoreError;
pub use evidence::{Evidence, EvidenceFile, Header};
pub use facade::{Access, Loaded, SNAPSHOT_EVERY, Store};
pub use port::{Blobs, MissionLog, Transcripts};

/// The version of what is kept. A flightdeck reads newer ones as far as it can and writes only its own.
pub const FORMAT: u32 = 1;
/// How many snapshots are kept, so that a broken one costs reading some more events and not all.
pub const KEPT: u32 = 2;
