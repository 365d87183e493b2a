//! The agent room from outside: real HTTP, real programs.

mod bounds;
mod external;
mod prefix;
mod provider;
mod quirks;
mod session;
mod trial;
mod wire;
