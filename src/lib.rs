//! flightdeck: mission control in a terminal for software missions that agents fly.
//!
//! The modules in the order in which a newcomer reads them: what a mission is, where it is kept, how it is
//! worked on, who works on it, and how a person sees it.

pub mod domain;
pub mod store;
pub mod link;
pub mod workspace;
pub mod instrument;
pub mod agent;
pub mod engine;
pub mod tui;
pub mod config;
pub mod cli;
