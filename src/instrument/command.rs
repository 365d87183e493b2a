//! `run`: one command, run to its end and written down. What the engine runs itself is written down the same way.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::bytes::{hidden, marked};
use super::{Evidence, Facts, Instrument, InstrumentError, Place, Rendering, Seen};
use crate::workspace::{Access, Exit, Finished, Program};

/// Seconds that a command has unless the tester gives others, and the most of them.
const LIMIT: (u64, u64) = (60, 600);

/// A command line.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    /// For `sh -c`, without input.
    pub command: String,
    /// In the checkout.
    pub directory: Option<String>,
    /// Seconds until it is ended; 60 when left out.
    #[schemars(range(min = 1, max = LIMIT.1), extend("x-nearest" = true))]
    pub seconds: Option<u64>,
    /// Shows each byte, with escapes for what cannot be seen.
    pub bytes: Option<bool>,
}

/// Commands of a tester, one after the other.
pub struct Run(Place);

#[async_trait::async_trait]
impl Instrument for Run {
    type Wanted = Wanted;

    const NAME: &'static str = "run";
    const DESCRIPTION: &'static str = "Runs a command line to its end in the checkout under test and shows its output and exit code. A \
                                       program that asks or draws is worked with `terminal`.";
    const ACCESS: Access = Access::Proof;

    fn new(place: &Place) -> Result<Self, InstrumentError> {
        Ok(Self(place.clone()))
    }

    async fn act(&self, wanted: Wanted) -> Result<Seen, InstrumentError> {
        let program = self.0.program(&wanted.command, wanted.directory.as_deref().unwrap_or("."))?;
        let seconds = wanted.seconds.unwrap_or(LIMIT.0);
        let program = program.timeout(Duration::from_secs(seconds));
        let record = run_command(&program, CancellationToken::new(), |_| {}).await?;
        let printed = record.shown(Rendering::of(wanted.bytes));
        let mut text = format!("{printed}\n[{}]", record.exit).trim_start().to_owned();
        if record.exit == Exit::TimedOut {
            text += &format!("\nIt was ended after {seconds} s, with everything it had started.");
        }
        let facts = Facts { exit: Some(record.exit), text: record.output.clone(), ..Facts::default() };
        Ok(Seen::new(text, [record.evidence()?], facts))
    }
}

/// A command that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandRecord {
    /// The command line.
    pub command: String,
    /// Where it ran.
    pub directory: PathBuf,
    /// How it ended.
    pub exit: Exit,
    /// What it printed: beginning and end, if it was long.
    pub output: String,
    /// The same in base64, each byte as it was printed, where `output` does not show all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// How much it printed.
    pub output_bytes: u64,
    /// How long it ran, in milliseconds.
    pub milliseconds: u64,
}

/// Runs a command to its end. `on_output` sees it live.
///
/// # Errors
/// Only when it cannot be started: how it ended is part of the record.
pub async fn run_command(
    program: &Program,
    cancel: CancellationToken,
    on_output: impl Fn(&str) + Send + Sync,
) -> Result<CommandRecord, InstrumentError> {
    Ok(CommandRecord::new(program, program.run(cancel, on_output).await?))
}

impl CommandRecord {
    /// The record of a program that has ended.
    pub fn new(program: &Program, finished: Finished) -> Self {
        Self {
            command: program.command_line().to_owned(),
            directory: program.directory().to_owned(),
            exit: finished.exit,
            raw: (finished.output.raw != finished.output.text.as_bytes())
                .then(|| BASE64_STANDARD.encode(&finished.output.raw)),
            output: finished.output.text,
            output_bytes: finished.output.total_bytes,
            milliseconds: u64::try_from(finished.wall.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The record as evidence.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn evidence(&self) -> Result<Evidence, InstrumentError> {
        let summary = format!("{} after {} ms", self.exit, self.milliseconds);
        Evidence::of("command", self, format!("$ {}", self.command), summary)
    }

    /// What was printed, for a tester: each byte, or the text with a word on what cannot be seen of it.
    fn shown(&self, rendering: Rendering) -> String {
        let raw = self.raw.as_ref().and_then(|raw| BASE64_STANDARD.decode(raw).ok());
        let raw = raw.unwrap_or_else(|| self.output.clone().into_bytes());
        let text = self.output.trim_end();
        match (rendering, hidden(&raw)) {
            (Rendering::Bytes, _) => marked(&raw),
            (Rendering::Text, None) => text.to_owned(),
            (Rendering::Text, Some(unseen)) => {
                format!("{text}\n[not to be seen in this output: {unseen}; `bytes` shows them]")
            }
        }
    }

    /// The record for a model.
    pub fn text(&self) -> String {
        format!("$ {}\n{}\n[{}, {} ms]", self.command, self.output.trim_end(), self.exit, self.milliseconds)
    }
}
