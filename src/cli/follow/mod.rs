//! Following a mission on a terminal or a pipe until it ends or needs a person.

mod asking;
mod flight;
mod lines;
mod past;
mod still;
mod teller;

pub use flight::{Talk, fly};
