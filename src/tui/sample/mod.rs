//! A mission that shows everything: several rounds, failed, blocked, stale, flaky and waived assertions, a running worker,
//! questions, a failed attempt, and open gates. `flightdeck replay --sample`, the tests and the README's pictures use it.

mod build;
mod evidence;
mod flight;
mod log;
mod plan;
mod transcript;

pub use build::{Moment, sample};
