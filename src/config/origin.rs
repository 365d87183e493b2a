//! Where a value comes from.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The layers, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    Default,
    User,
    Project,
    Environment,
    Flag,
}

/// The place a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub layer: Layer,
    /// A file with its line, a variable, a flag, or why flightdeck chose the value itself.
    pub place: String,
}

/// One value with its key and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Dotted, such as `budget.money`.
    pub key: String,
    pub value: Value,
    pub origin: Origin,
}

impl Origin {
    pub(super) fn new(layer: Layer, place: impl Into<String>) -> Self {
        Self { layer, place: place.into() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}
