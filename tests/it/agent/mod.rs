//! The agent room from outside: real HTTP, real programs.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

mod provider;
mod session;
mod trial;
mod wire;
