//! Decisions.
pub mod contract;
