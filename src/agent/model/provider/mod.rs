//! Every model behind a network, in one shape.
//!
//! A stream without its end is a broken stream, a tool call counts only when it is whole, a fault says whether trying
//! again can help and what a person should do, and whatever a server sends is read within bounds. Retries stand
//! outside, in [`super::retry`].

mod answer;
mod client;
mod connections;
mod delay;
mod draft;
mod errors;
mod options;
mod probe;
mod spec;
mod sse;
mod wire;

pub use client::Provider;
pub use connections::Connections;
pub use errors::spent;
pub use probe::{Offer, Offered, Probed, Shown, offers, probe, shown};
pub use spec::{Effort, ProviderSpec, Wire};
