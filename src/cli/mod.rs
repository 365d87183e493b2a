//! The command line: every decision has a verb, for scripts, for screen readers, and for the console's keys.
//!
//! Verbs that read open the mission's store and need no engine; verbs that change something ask the mission's engine,
//! which is started when none answers.

pub mod progress;
