//! Drivers for the app under test: what a validator sees it with.
//!
//! Each driver does one thing to the app as a user would and gives [`Evidence`] of what came of it. An instrument that is
//! missing says so and what would mend it, because a verdict without an instrument is blocked and never guessed.

pub mod browser;
pub mod command;
pub mod error;
pub mod evidence;
pub mod http;
pub mod terminal;

pub use browser::BrowserDriver;
pub use command::{CommandRecord, run_command};
pub use error::InstrumentError;
pub use evidence::Evidence;
pub use http::{Exchange, HttpDriver};
pub use terminal::{Screen, TerminalDriver};
