//! One command, run and written down.

use std::path::PathBuf;

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Evidence, InstrumentError};
use crate::workspace::{Exit, Finished, Program};

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

    /// The record for a model.
    pub fn text(&self) -> String {
        format!("$ {}\n{}\n[{}, {} ms]", self.command, self.output.trim_end(), self.exit, self.milliseconds)
    }
}
