//! Missions in `SQLite`, one directory each:
//!
//! ```text
//! $FLIGHTDECK_HOME/missions/<id>/
//!   mission.db       events and snapshots: the truth, one writer, durable before an append returns
//!   transcripts.db   what agents said, in batches; apart from the log, so that talk never delays a fact
//!   evidence/        bytes that prove verdicts, named by their hash
//!   mission.mark     how far the log is: one that lost its write-ahead log is noticed by it
//!   engine.lock      held by the engine that writes the mission, as the directory is
//! ```

mod catalogue;
mod evidence_files;
mod lock;
mod log;
mod mark;
mod schema;
mod transcript_writer;
mod transcripts;

pub use catalogue::SqliteCatalogue;
