//! Requests to the app under test, each kept as a full exchange.

mod driver;
mod exchange;
mod request;
mod tool;

pub(super) use driver::permitted;
pub use driver::{HttpDriver, install_crypto};
pub use exchange::{Body, Exchange, HttpResponse};
pub use request::{HttpRequest, Payload, Redirects};
pub use tool::Http;
