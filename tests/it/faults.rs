//! Bad input from the side of the models, as a mission meets it: what the person reads, and that nothing is lost.
#![cfg(test)]

mod conduct;
mod fallback;
mod habits;
mod output;
mod provider;
pub mod scripted;
mod waiting;
