//! A program as it is to be started.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::capture::OutputCap;
use super::child::Child;
use super::environment::cleaned;
use super::group::Group;
use super::live::{Live, live};
use super::run::Finished;
use crate::workspace::WorkspaceError;
use crate::workspace::reaper::Reaper;
use crate::workspace::sandbox::refusal::{sentence, unreached};
use crate::workspace::sandbox::{Ends, Inmate, Jail, Keeper, Loopback, OnEnd, Order, Started};

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
    jail: Jail,
    inmate: Inmate,
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
            jail: Jail::default(),
            inmate: Inmate::default(),
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

    /// Has it kept in a jail, with what it starts.
    #[must_use]
    pub fn jailed(mut self, jail: &Jail) -> Self {
        self.jail = jail.clone();
        self
    }

    /// Lets it make a sandbox of its own inside its jail, as a browser does for its pages.
    #[must_use]
    pub fn nesting(mut self) -> Self {
        self.inmate = Inmate::Nesting;
        self
    }

    /// The folder for temporary files that its sandbox has for it.
    pub fn temporary(&self) -> Option<&str> {
        self.jail.temporary()
    }

    /// Where it listens, and what it starts.
    pub fn loopback(&self) -> Loopback {
        self.jail.loopback()
    }

    /// A sentence for whoever ran it, where what failed seems to be what its sandbox refused.
    pub fn refusal(&self, finished: &Finished) -> Option<String> {
        let begun = Instant::now().checked_sub(finished.wall);
        let unreached = begun.and_then(|begun| unreached(&self.jail, begun));
        let refused = || (!finished.exit.is_success()).then(|| sentence(&self.jail, &finished.output.text));
        let told = unreached.or_else(|| refused().flatten())?;
        self.jail.count_refusal();
        Some(told)
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

    /// The environment it gets: the cleaned one, what its sandbox needs, then what was added.
    pub(in crate::workspace) fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut all = cleaned(std::env::vars_os());
        all.extend(self.jail.variables().iter().map(|(name, value)| (name.into(), value.into())));
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
        Ok(Group::of(pgid, &self.reaper, live, None))
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
    pub(in crate::workspace) fn plain_command(&self) -> std::process::Command {
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
    pub(super) fn start_piped(&self) -> Result<(Child, Group, PipeReader), WorkspaceError> {
        let ends = || {
            let (reader, writer) = io::pipe()?;
            Ok((reader, [nothing()?, writer.try_clone()?.into(), writer.into()]))
        };
        let (reader, ends) = ends().map_err(|error: io::Error| self.start_error(&error))?;
        let (child, group) = self.start_with(ends)?;
        Ok((child, group, reader))
    }

    /// Starts it with the given input, output and errors.
    pub(super) fn start_with(&self, ends: [OwnedFd; 3]) -> Result<(Child, Group), WorkspaceError> {
        if let Some(keeper) = self.keeper()? {
            let (sender, ended) = watch::channel(None);
            let on_end = Box::new(move |exit| {
                sender.send_replace(Some(exit));
            });
            let (_, group) = self.start_kept(&keeper, Ends::Given(ends), on_end)?;
            return Ok((Child::Kept(ended), group));
        }
        let mut command = self.command();
        let [input, output, errors] = ends;
        command.stdin(input).stdout(output).stderr(errors);
        let mut command = tokio::process::Command::from(command);
        let runtime = tokio::runtime::Handle::current();
        let mut live = live();
        let child = self.start(move || {
            let _inside = runtime.enter();
            command.kill_on_drop(true).spawn()
        })?;
        let group = self.group_of(child.id(), &mut live)?;
        Ok((Child::Own(child), group))
    }

    /// Does what starts it, in its jail if it has one.
    pub(in crate::workspace) fn start<T: Send + 'static>(
        &self,
        start: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, WorkspaceError> {
        self.jail.start(self.inmate, start).flatten().map_err(|error| self.start_error(&error))
    }

    /// The keeper of its sandbox, if its jail has one.
    pub(in crate::workspace) fn keeper(&self) -> Result<Option<Arc<Keeper>>, WorkspaceError> {
        self.jail.keeper(self.inmate).map_err(|error| self.start_error(&error))
    }

    /// Has a keeper start it.
    pub(in crate::workspace) fn start_kept(
        &self,
        keeper: &Arc<Keeper>,
        ends: Ends,
        on_end: OnEnd,
    ) -> Result<(Started, Group), WorkspaceError> {
        let dir = std::path::absolute(&self.directory).map_err(|error| self.start_error(&error))?;
        let order = Order { argv: self.argv(), dir, variables: self.environment(), ends };
        let mut live = live();
        let started = keeper.start(&order, on_end).map_err(|error| self.start_error(&error))?;
        let group = Group::of(started.pid, &self.reaper, &mut live, Some(Arc::clone(keeper)));
        Ok((started, group))
    }
}

/// What a program reads that gets no input.
pub(in crate::workspace) fn nothing() -> io::Result<OwnedFd> {
    File::open("/dev/null").map(OwnedFd::from)
}
