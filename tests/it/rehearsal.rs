//! The rehearsal model: the language of its scripts, and the demo mission played with stand-in tools.

mod demo;
mod flight;
mod language;
mod prompts;
mod stage;
mod world;
