//! Where a mission is kept: one directory with a log, transcripts and evidence.
//!
//! ```text
//! $FLIGHTDECK_HOME/missions/<id>/
//!   mission.db       events and snapshots: the truth, one writer, durable before it is told
//!   transcripts.db   what agents said, in batches; apart from the log, so that talk never delays a fact
//!   evidence/        bytes that prove verdicts, named by their hash
//!   engine.lock      held by the engine that writes the mission
//! ```
//!
//! Everything above the log can be rebuilt from it. Nothing in this room ever deletes what it cannot read.

mod bound;
mod catalogue;
mod error;
mod evidence;
mod facade;
mod lock;
mod log;
mod row;
mod schema;
mod snapshot;
mod transcript;
mod transcript_page;

pub use catalogue::{Catalogue, CatalogueEntry};
pub use error::StoreError;
pub use evidence::{Evidence, EvidenceFile, Header, Kind};
pub use facade::Store;
pub use lock::{Lock, holder};
pub use log::{Loaded, Log};
pub use schema::FORMAT;
pub use snapshot::{KEPT, SNAPSHOT_EVERY};
pub use transcript::Transcripts;
pub use transcript_page::{PageEnd, TranscriptReader};
