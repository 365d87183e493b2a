//! What tests share.
#![cfg(test)]

pub mod flight;
pub mod mission;
pub mod wire;
pub mod words;
