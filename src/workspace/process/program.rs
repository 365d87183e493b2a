//! A program as it is to be started.

use std::ffi::{OsStr, OsString};
use std::io::{self, PipeReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::capture::OutputCap;
use super::environment::cleaned;
use super::group::Group;
use super::live::{Live, live};
use crate::workspace::WorkspaceError;
use crate::workspace::reaper::Reaper;

/// A program, its arguments, and the circumstances in which it runs.
#[derive(Debug, Clone)]
pub struct Program {
    command: OsString,
    arguments: Vec<OsString>,
    directory: PathBuf,
    variables: Vec<(OsString, OsString)>,
    pub(super) timeout: Option<Duration>,
    pub(super) cap: OutputCap,
    reaper: Reaper,
    line: String,
}

impl Program {
    /// A program that is looked up in `PATH`. It runs in the engine's own directory until [`Self::dir`] is called.
    pub fn new(command: impl AsRef<OsStr>) -> Self {
        let command = command.as_ref().to_owned();
        Self {
            line: command.to_string_lossy().into_owned(),
            command,
            arguments: Vec::new(),
            directory: PathBuf::from("."),
            variables: Vec::new(),
            timeout: None,
            cap: OutputCap::default(),
            reaper: Reaper::None,
        }
    }

    /// A program with its arguments, as words.
    pub fn of_words(words: &[String]) -> Self {
        let (command, arguments) =
            words.split_first().map_or(("", words), |(first, rest)| (first.as_str(), rest));
        arguments.iter().fold(Self::new(command), Self::arg)
    }

    /// A line for `sh -c`.
    pub fn shell(line: impl Into<String>) -> Self {
        let line = line.into();
        let mut program = Self::new("sh").arg("-c").arg(&line);
        program.line = line;
        program
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        let argument = argument.as_ref();
        self.line = format!("{} {}", self.line, argument.to_string_lossy());
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets the directory it runs in.
    #[must_use]
    pub fn dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// Adds a variable to the cleaned environment, whatever its name.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Adds variables to the cleaned environment.
    #[must_use]
    pub fn envs<N: Into<OsString>, V: Into<OsString>>(
        self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        variables.into_iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    /// Ends [`Self::run`] after this time. Without it a program may run for ever.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sets how much of the output is kept where.
    #[must_use]
    pub fn cap(mut self, cap: OutputCap) -> Self {
        self.cap = cap;
        self
    }

    /// Has the program killed when the engine dies.
    #[must_use]
    pub fn reaper(mut self, reaper: &Reaper) -> Self {
        self.reaper = reaper.clone();
        self
    }

    /// The command line as a person would type it.
    pub fn command_line(&self) -> &str {
        &self.line
    }

    /// The directory it runs in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Program and arguments.
    pub(in crate::workspace) fn argv(&self) -> Vec<OsString> {
        std::iter::once(&self.command).chain(&self.arguments).cloned().collect()
    }

    /// The environment it gets: the cleaned one, then what was added.
    pub(in crate::workspace) fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut all = cleaned(std::env::vars_os());
        all.extend(self.variables.iter().cloned());
        all
    }

    /// The group that its child leads. A child that was not waited for has an id, and its group has the same one.
    pub(in crate::workspace) fn group_of(
        &self,
        child: Option<u32>,
        live: &mut Live,
    ) -> Result<Group, WorkspaceError> {
        let pgid = child.and_then(|id| i32::try_from(id).ok()).ok_or_else(|| WorkspaceError::Start {
            program: self.line.clone(),
            reason: "it has no process id".to_owned(),
        })?;
        Ok(Group::of(pgid, &self.reaper, live))
    }

    /// Why it could not be started, in words that help.
    pub(in crate::workspace) fn start_error(&self, error: &io::Error) -> WorkspaceError {
        let reason = if error.kind() != io::ErrorKind::NotFound {
            error.to_string()
        } else if self.directory.is_dir() {
            "it is not installed or not on PATH".to_owned()
        } else {
            format!("its directory {} does not exist", self.directory.display())
        };
        WorkspaceError::Start { program: self.line.clone(), reason }
    }

    /// The command for the standard library, with this process's environment and group.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts programs")]
    pub(super) fn plain_command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.command);
        command.args(&self.arguments).current_dir(&self.directory);
        command
    }

    /// The command with a cleaned environment, no input and a group of its own.
    pub(in crate::workspace) fn command(&self) -> std::process::Command {
        let mut command = self.plain_command();
        command.env_clear().envs(self.environment()).stdin(Stdio::null()).process_group(0);
        command
    }

    /// Starts it with output and errors on one pipe, so that their order is kept.
    pub(super) fn start_piped(&self) -> Result<(tokio::process::Child, Group, PipeReader), WorkspaceError> {
        let (reader, writer) = io::pipe().map_err(|error| self.start_error(&error))?;
        let copy = writer.try_clone().map_err(|error| self.start_error(&error))?;
        let (child, group) = self.start_into(copy.into(), writer.into())?;
        Ok((child, group, reader))
    }

    /// Starts it with the given output and errors.
    pub(super) fn start_into(
        &self,
        output: Stdio,
        errors: Stdio,
    ) -> Result<(tokio::process::Child, Group), WorkspaceError> {
        self.start_with(Stdio::null(), output, errors)
    }

    /// Starts it with the given input, output and errors.
    pub(super) fn start_with(
        &self,
        input: Stdio,
        output: Stdio,
        errors: Stdio,
    ) -> Result<(tokio::process::Child, Group), WorkspaceError> {
        let mut command = self.command();
        command.stdin(input).stdout(output).stderr(errors);
        let mut live = live();
        let child = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.start_error(&error))?;
        let group = self.group_of(child.id(), &mut live)?;
        Ok((child, group))
    }
}
