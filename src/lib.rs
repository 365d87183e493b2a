//! flightdeck: mission control in a terminal for software missions that agents fly.
//!
//! The modules in the order in which a newcomer reads them: what a mission is, where it is kept, how it is
//! worked on, who works on it, and how a person sees it.

pub mod agent;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod instrument;
pub mod link;
pub mod report;
pub mod store;
pub mod tui;
pub mod view;
pub mod workspace;
