//! Following a mission on a terminal or a pipe until it ends or needs a person.

mod asking;
mod flight;
mod past;
mod still;

pub use flight::{Talk, fly};
