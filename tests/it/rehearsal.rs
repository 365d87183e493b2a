//! The rehearsal model: the language of its scripts, and the demo mission played with stand-in tools.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod demo;
mod flight;
mod language;
mod prompts;
mod stage;
mod world;
