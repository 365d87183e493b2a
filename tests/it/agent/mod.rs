//! The agent room from outside: real HTTP, real programs.

mod bounds;
mod external;
pub mod mcp;
mod prefix;
mod provider;
mod quirks;
mod session;
mod trial;
mod wire;
