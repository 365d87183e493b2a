//! Requests to the app under test, each kept as a full exchange. What a request says goes over the wire as it is written,
//! and what comes back is kept as it came: a client that mends either would hide what a tester looks for.

mod burst;
mod driver;
mod exchange;
mod incoming;
mod request;
mod tool;
mod wire;

pub use driver::{HttpDriver, Order, install_crypto};
pub use exchange::{Body, Exchange, HttpResponse};
pub(crate) use request::is_loopback;
#[cfg(feature = "browser")]
pub(super) use request::permitted;
pub use request::{HttpRequest, Payload, Redirects};
pub use tool::Http;
