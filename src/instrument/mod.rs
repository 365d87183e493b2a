//! What a validator works the app under test with, and sees it by.
//!
//! Each instrument does one thing to the app as a user would and gives [`Evidence`] of what happened. One that is missing
//! says so and what would mend it, because a verdict without an instrument is blocked and never guessed.

pub mod browser;
pub mod bytes;
pub mod command;
pub mod error;
pub mod evidence;
pub mod http;
pub mod terminal;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::workspace::{Access, Exit, Program, WorkspaceError};

pub use browser::{BrowserProbe, Chromium};
pub use command::CommandRecord;
pub use error::InstrumentError;
pub use evidence::{Evidence, Settled};
pub use http::{Exchange, HttpDriver};
pub use terminal::{Screen, TerminalDriver};

/// An instrument in a tester's hands: the tool that it becomes, and what that does.
#[async_trait::async_trait]
pub trait Instrument: Send + Sync + Sized + 'static {
    /// What a tester can ask of it. The comments of its fields address the tester.
    type Wanted: DeserializeOwned + JsonSchema + Send + 'static;

    /// The tool's name.
    const NAME: &'static str;
    /// What the tester reads of it.
    const DESCRIPTION: &'static str;
    /// What a tester must be allowed to touch.
    const ACCESS: Access;
    /// What there must be to reach, or the tool is not offered.
    const REACHES: Reach = Reach::Programs;

    /// Makes it ready for one session.
    ///
    /// # Errors
    /// When the machine lacks what it needs.
    fn new(place: &Place) -> Result<Self, InstrumentError>;

    /// Does one thing to the app. Dropping the future breaks it off.
    ///
    /// # Errors
    /// See [`InstrumentError`]; the tester reads it.
    async fn act(&self, wanted: Self::Wanted) -> Result<Seen, InstrumentError>;

    /// What is still to be kept when the session ends without another call, such as the recording of a program that runs.
    fn leave(&self) -> Vec<Evidence> {
        Vec::new()
    }
}

/// What an instrument reaches of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Programs that it starts itself.
    Programs,
    /// Services that listen on a port.
    Ports,
}

/// Calls the visitor with every instrument.
pub fn each(visitor: &mut impl Visitor) {
    visitor.visit::<http::Http>();
    visitor.visit::<command::Run>();
    visitor.visit::<terminal::Terminal>();
    visitor.visit::<browser::Browser>();
}

/// Takes every instrument.
pub trait Visitor {
    /// Takes one.
    fn visit<I: Instrument>(&mut self);
}

/// What an instrument showed.
#[derive(Debug, Default)]
pub struct Seen {
    /// What the tester reads.
    pub text: String,
    /// What is kept as proof, the newest last; nothing where nothing was seen of the app.
    pub evidence: Vec<Evidence>,
    /// What of it can be compared with another look.
    pub facts: Facts,
    /// The ports of this machine that answered.
    pub reached: Vec<u16>,
}

/// What a machine can compare of two looks: it has no times, no references and nothing else that differs although the
/// app did the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The statuses of the answers, in the order of the requests; 0 where there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// How the program ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
    /// What there was to read: bodies, the screen, a log.
    pub text: String,
}

/// How what was seen is written down for a tester.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rendering {
    /// As text.
    #[default]
    Text,
    /// Each byte, with escapes for what cannot be seen.
    Bytes,
}

impl Rendering {
    /// What a tester asked for.
    fn of(bytes: Option<bool>) -> Self {
        if bytes == Some(true) { Self::Bytes } else { Self::Text }
    }
}

impl Seen {
    /// Something to read that was seen of the app, with what is kept of it.
    pub fn new(text: impl Into<String>, evidence: impl IntoIterator<Item = Evidence>, facts: Facts) -> Self {
        Self { text: text.into(), evidence: evidence.into_iter().collect(), facts, reached: Vec::new() }
    }

    /// Something that is only said: nothing was seen of the app.
    pub fn told(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Where an instrument's programs run.
#[derive(Clone)]
pub struct Place {
    shell: Arc<Shell>,
    scratch: PathBuf,
    chromium: Chromium,
}

type Shell = dyn Fn(&str, &str) -> Result<Program, WorkspaceError> + Send + Sync;

impl Place {
    /// A place whose programs are made by `shell` from a command line and a directory within the place.
    pub fn new(
        shell: impl Fn(&str, &str) -> Result<Program, WorkspaceError> + Send + Sync + 'static,
    ) -> Self {
        let none = "nobody looked for one";
        Self { shell: Arc::new(shell), scratch: std::env::temp_dir(), chromium: Chromium::none(none) }
    }

    /// The same with a browser, whose profiles are made in `scratch`.
    #[must_use]
    pub fn with_browser(self, chromium: Chromium, scratch: impl Into<PathBuf>) -> Self {
        Self { chromium, scratch: scratch.into(), ..self }
    }

    /// The browser of this machine.
    pub fn chromium(&self) -> &Chromium {
        &self.chromium
    }

    /// Where what an instrument needs while it works may be kept.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A program, held to what the place allows.
    ///
    /// # Errors
    /// When the directory is outside.
    pub fn program(&self, line: &str, directory: &str) -> Result<Program, WorkspaceError> {
        (self.shell)(line, directory)
    }
}
