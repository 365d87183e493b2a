//! `feature show|edit`: one feature whole, and new words for one that nobody has built.

mod edit;
mod show;
mod verb;

pub use verb::{Verb, run};
