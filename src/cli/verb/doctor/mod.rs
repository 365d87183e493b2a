//! `doctor`: what works here, what does not, and what to do about it.

mod agents;
mod checks;
mod models;
mod report;

pub use agents::answers;
pub use report::{Args, run};
