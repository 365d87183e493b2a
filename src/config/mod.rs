//! What a person has set: five layers, of which the later wins, and every value knows where it comes from.
//!
//! Defaults, the person's `config.toml`, the project's `.flightdeck/config.toml`, the environment (`FLIGHTDECK_*`), and
//! flags. A key that nobody knows is an error with its file and line, because a setting that is silently ignored is
//! worse than none. What a project's file may not say, because it would spend the person's keys or give their consent,
//! is an error as well.

mod agent;
mod backend;
mod error;
mod file;
mod home;
mod layers;
mod mcp;
mod origin;
mod sandbox;
mod settings;
mod tables;
mod values;
mod variables;

pub use backend::{Backend, BackendError, Reached, Remote};
pub use error::ConfigError;
pub use home::{Home, hooks_of};
pub use layers::{Flag, Sources};
pub use origin::{Layer, Origin, Setting};
pub use settings::{Settings, USUAL_MODELS};
pub use values::fixed_names;
pub use variables::Variables;
