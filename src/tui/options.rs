//! How a console is started, and how it ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::attempt::Role;
use crate::domain::budget::Budget;
use crate::domain::id::MissionId;

use super::appearance::{Appearance, AppearanceSource};
use super::drafts::Drafts;
use super::host::Host;
use super::picture::Canvas;
use super::theme::Depth;
use crate::domain::mission::MissionCard;
use crate::view::glyph::Charset;

/// What the command line and the configuration say about the console.
pub struct ConsoleOptions {
    pub appearance: Appearance,
    /// Where the appearance is looked for again.
    pub appearance_source: Arc<dyn AppearanceSource>,
    pub depth: Depth,
    pub charset: Charset,
    pub canvas: Canvas,
    pub host: Arc<dyn Host>,
    pub session: SessionKind,
    /// What the person began earlier and has not sent.
    pub drafts: Drafts,
}

/// Whether what is shown goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SessionKind {
    #[default]
    Live,
    /// A record: its clock stands where it ends.
    Recorded,
}

/// How a console ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleExit {
    /// The person left; the mission flies on.
    Left,
    /// The person chose another mission.
    Attach(MissionId),
    /// The person wants to begin another mission here.
    New,
    /// The person wrote a goal in the launcher.
    Launch(Box<Launch>),
    /// The person keeps a model to fly with, and this is what holds now.
    Kept(String),
    /// The person wants to see the demo.
    Demo,
    /// A signal asked the console to end.
    Signalled,
}

/// What the launcher starts with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launcher {
    pub repository: String,
    pub branch: String,
    /// Each role with its model, and why it is that one.
    pub models: Vec<(Role, String, String)>,
    pub budget: Budget,
    /// The missions that are not over in this repository, the one that changed last first.
    pub alive: Vec<MissionCard>,
    /// Those that are complete and whose work is not in the branch that is checked out, the newest first.
    pub unlanded: Vec<MissionCard>,
    /// Why a mission cannot start here, when it cannot.
    pub obstacle: Option<String>,
    /// Why no model that is set can be used: then what there is to fly with is shown first.
    pub no_mind: Option<String>,
    /// What a person should know of models without a price, under the budget that is set.
    pub unpriced: Option<String>,
}

/// A mission that a person wants to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    pub goal: String,
    pub models: BTreeMap<Role, String>,
    pub budget: Budget,
}

/// Why a console could not run.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    #[error("failed to use the terminal: {0}; `flightdeck status` and `flightdeck log` work without one")]
    Terminal(#[from] std::io::Error),
    #[error("failed to attach: {0}")]
    Attach(#[from] super::source::SourceError),
    #[error("failed to read the theme: {0}")]
    Theme(#[from] super::theme::ThemeError),
}
