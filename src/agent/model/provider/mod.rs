//! Every model behind a network, through one library (genai) and one shape.
//!
//! What genai lacks is added here: a stream without its end is a broken stream, a tool call counts only when it is
//! whole, a fault says whether trying again can help and what a person should do. Retries stand outside, in
//! [`super::retry`].

mod client;
mod errors;
mod probe;
mod request;
mod spec;
mod stream;

pub use client::{Provider, http_client};
pub use probe::{Probed, probe};
pub use spec::{Effort, ProviderSpec, Wire};
