//! The command line: every decision has a verb, for scripts, for screen readers, and for the console's keys.
//!
//! Verbs that read open the mission's store and need no engine; verbs that change something ask the mission's engine,
//! which is started when none answers.

mod abandon;
mod answer;
mod args;
mod ask;
mod assertion;
mod autopilot;
mod bridge;
mod completions;
mod config_show;
mod console;
mod context;
mod creation;
mod demo;
mod diff;
mod dispatch;
mod doctor;
mod editor;
mod engine;
mod engine_start;
mod evidence;
mod exit;
mod fault;
mod feature;
mod findings;
mod follow;
mod gate;
mod key;
mod land;
mod list;
mod log;
mod missions;
mod model_registry;
mod models;
mod new;
mod overview;
mod pause;
mod person;
mod pick;
mod plan;
mod prelude;
pub mod print;
mod replay;
mod resume;
mod run;
mod say;
mod screen;
mod stats;
mod status;
mod stop;
mod table;
mod talk;
mod transcript;
mod when;

pub use args::Cli;
pub use dispatch::main;
