//! Following a mission on a terminal or a pipe until it ends or needs a person.

mod asking;
mod flight;
mod idle;
mod lines;
mod narrator;

pub use flight::{Talk, fly};
pub use narrator::{events, summary};
