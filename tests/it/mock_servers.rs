//! Missions over real HTTP against servers that others wrote, on the three wires.
//!
//! The servers are no part of this repository, so these tests run where the environment names them:
//! `sh tests/servers.sh DIR` installs them and prints the variables to set. Without them each test says so and
//! passes.
#![cfg(test)]

mod aimock;
mod everything;
mod llmock;
mod server;
