//! The rehearsal model: it plays a script instead of thinking, so that flightdeck flies without a key or a network.
//!
//! A rehearsal is a folder of TOML files. Each script says which sessions it is for, and what it does step by step;
//! steps branch on what the tools really answered, so that a verdict in a rehearsal is about the real app.
//! The model keeps nothing between turns: its place in a script follows from the conversation alone, and a session
//! that was cut short goes on where it stopped.

mod builtin;
mod check;
mod language;
mod model;
mod raw;
mod rehearsal;
mod replay;
mod scope;
mod script;
mod speed;

pub use builtin::{BuiltinFile, demo_repository_files};
pub use model::ScriptedModel;
pub use rehearsal::{About, Rehearsal, ScriptError};
pub use speed::PlaybackSpeed;
