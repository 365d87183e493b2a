//! The model that plays a script instead of thinking, so that flightdeck flies without a key or a network: the user
//! knows it as `rehearsal/NAME`.
//!
//! A rehearsal is a folder of TOML files. Each script says which sessions it is for, and what it does step by step;
//! steps depend on what the tools really answered, so that a verdict in a rehearsal is about the real app.
//! The model keeps nothing between turns: its place in a script follows from the conversation alone, and a session
//! that was cut short goes on where it stopped.

mod builtin;
mod input;
mod language;
mod model;
mod play;
mod scope;
mod scripts;
mod speed;
mod step;

pub use builtin::demo_repository_files;
pub use model::ScriptedModel;
pub use scripts::{About, ScriptError, Scripts};
pub use speed::PlaybackSpeed;
