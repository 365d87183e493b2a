//! The workspace against a real git, real programs and real ports.

// Clippy takes helpers for tests only where it is said that they are compiled for nothing else.
#![cfg(test)]

mod checkout;
pub mod git;
pub mod land;
mod misbehaving;
mod mission_repo;
pub mod process;
mod relocate;
mod services;
