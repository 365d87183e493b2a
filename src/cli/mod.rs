//! The command line: every decision has a verb, for scripts, for screen readers, and for the console's keys.
//!
//! Verbs that read open the mission's store and need no engine; verbs that change something ask the mission's engine,
//! which is started when none answers.

mod ask;
mod catalogue;
mod console;
mod context;
mod creation;
mod dispatch;
mod editor;
mod engine_start;
mod exit;
mod fault;
mod follow;
mod key;
mod meant;
mod missions;
mod model_registry;
mod offers;
mod overview;
mod person;
mod pick;
mod prelude;
pub mod print;
mod screen;
mod setup;
mod table;
mod trust;
mod verb;

pub use dispatch::main;
pub use verb::Cli;
