//! `gate [ID] [plan|M2|final] [go|no-go|waive]`: what a gate rests on, and the person's decision.

mod show;
mod verb;

pub use verb::{Args, run};
