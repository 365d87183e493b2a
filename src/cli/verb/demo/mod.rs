//! `demo`: a complete mission without a key or a network. Nothing in it is faked but the mind.

mod fly;
mod repository;

pub use fly::{Args, run};
