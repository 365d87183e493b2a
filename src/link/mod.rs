//! How a console or a command line talks to an engine: JSON-RPC 2.0 over a Unix socket, one line per message.
//!
//! The same lines travel over `ssh HOST flightdeck bridge`. A client keeps nothing of its own: it attaches, gets the
//! mission as it is, and then every event in order.

pub mod bridge;
pub mod client;
mod connection;
mod error;
pub mod feed;
mod lines;
pub mod protocol;
mod queue;
pub mod server;
pub mod socket;
mod source;
pub mod wire;

pub use bridge::bridge;
pub use client::{Client, Notices};
pub use error::LinkError;
pub use feed::Feed;
pub use server::{Host, Refusal, Server};
pub use socket::{SocketPlace, socket_path};
pub use source::MissionSource;
