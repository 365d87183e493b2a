//! How a console or a command line talks to an engine: JSON-RPC 2.0 over a Unix socket, one line per message.
//!
//! The same lines travel over `ssh HOST flightdeck bridge`. A client keeps nothing of its own: it attaches, gets the
//! mission as it is, and then every event in order.

pub mod protocol;
