//! Where a value comes from.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

/// The place a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// flightdeck's own choice.
    Default,
    /// Chosen because of something found, such as a key in the environment.
    Chosen { because: String },
    /// The person's file.
    User { file: PathBuf, line: usize },
    /// The project's file.
    Project { file: PathBuf, line: usize },
    /// A variable of the environment.
    Environment { variable: String },
    /// A flag of the command.
    Flag { flag: String },
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
    /// The word for the layer.
    pub fn layer(&self) -> &'static str {
        match self {
            Self::Default | Self::Chosen { .. } => "default",
            Self::User { .. } => "user",
            Self::Project { .. } => "project",
            Self::Environment { .. } => "environment",
            Self::Flag { .. } => "flag",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::Chosen { because } => write!(f, "default, because {because}"),
            Self::User { file, line } | Self::Project { file, line } => {
                write!(f, "{}:{line}", file.display())
            }
            Self::Environment { variable } => write!(f, "{variable}"),
            Self::Flag { flag } => write!(f, "{flag}"),
        }
    }
}
