//! Running a program to its end.

use std::future::Future;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::unix::pipe::Receiver;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::capture::{CappedOutput, Capture};
use super::child::Child;
use super::group::Group;
use super::program::Program;
use super::text::Cleaner;
use crate::workspace::WorkspaceError;

/// A program that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finished {
    pub exit: Exit,
    /// What it printed, output and errors in the order of printing.
    pub output: CappedOutput,
    pub wall: Duration,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    Code(i32),
    Signal(i32),
    /// It ran longer than it may and was killed.
    TimedOut,
    Cancelled,
    /// The system would not say.
    Unknown,
}

impl Exit {
    /// Whether it exited with code 0.
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "killed by signal {signal}"),
            Self::TimedOut => write!(f, "timed out"),
            Self::Cancelled => write!(f, "stopped"),
            Self::Unknown => write!(f, "ended in an unknown way"),
        }
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

/// How long a group has between being asked to end and being killed.
pub(in crate::workspace) const GRACE: Duration = Duration::from_secs(2);

/// How long output is awaited from a pipe that someone still holds open after the program ended.
pub(super) const DRAIN: Duration = Duration::from_millis(250);

/// How much of one read goes to the live view, which may lose text but must not slow the program.
const LIVE_BYTES: usize = 4 * 1024;

impl Program {
    /// Runs it to its end. `on_output` sees cleaned pieces while it runs, and may miss some when there is much.
    ///
    /// The whole process group is dead when this returns, and also when its future is dropped.
    ///
    /// # Errors
    /// Only when it cannot be started or waited for; how it ended is in [`Finished::exit`].
    pub async fn run(
        &self,
        cancel: CancellationToken,
        on_output: impl Fn(&str) + Send + Sync,
    ) -> Result<Finished, WorkspaceError> {
        let started = Instant::now();
        let (mut child, group, reader) = self.start_piped()?;
        let mut reader =
            Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(|error| self.start_error(&error))?;
        let mut capture = Capture::new(self.cap.clone());
        let exit = {
            let pump = std::pin::pin!(pump(&mut reader, &mut capture, &on_output));
            let ending = supervise(&mut child, &group, self.timeout, &cancel);
            drain_until_over(pump, ending, &group).await
        };
        let exit = exit.map_err(|source| WorkspaceError::Io {
            doing: format!("wait for `{}`", self.command_line()),
            source,
        })?;
        Ok(Finished { exit, output: capture.finish(), wall: started.elapsed() })
    }
}

/// Reads on while the program runs, and a little longer: a program in the background may keep the pipe open for ever.
pub(super) async fn drain_until_over<E>(
    mut pump: std::pin::Pin<&mut impl Future<Output = ()>>,
    ending: impl Future<Output = E>,
    group: &Group,
) -> E {
    let mut ending = std::pin::pin!(ending);
    let mut drained = false;
    let exit = loop {
        tokio::select! {
            exit = &mut ending => break exit,
            () = &mut pump, if !drained => drained = true,
        }
    };
    if !drained {
        drained = timeout(DRAIN, &mut pump).await.is_ok();
    }
    group.finish();
    if !drained && timeout(DRAIN, &mut pump).await.is_err() {
        tracing::debug!(pgid = group.id(), "a process outside the group keeps the output open");
    }
    exit
}

pub(super) async fn supervise(
    child: &mut Child,
    group: &Group,
    limit: Option<Duration>,
    cancel: &CancellationToken,
) -> std::io::Result<Exit> {
    let limit = async {
        match limit {
            Some(limit) => sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    let why = tokio::select! {
        exit = child.wait() => return exit,
        () = limit => Exit::TimedOut,
        () = cancel.cancelled() => Exit::Cancelled,
    };
    group.signal(Signal::SIGTERM);
    if timeout(GRACE, child.wait()).await.is_err() {
        group.signal(Signal::SIGKILL);
        child.wait().await?;
    }
    Ok(why)
}

pub(super) async fn pump(
    reader: &mut (impl AsyncRead + Unpin),
    capture: &mut Capture,
    on_output: &(dyn Fn(&str) + Send + Sync),
) {
    let mut buffer = vec![0; 64 * 1024];
    let mut cleaner = Cleaner::default();
    loop {
        // A read error on a pipe means that there will be no more, as its end does.
        let Ok(count @ 1..) = reader.read(&mut buffer).await else { return };
        let bytes = &buffer[..count];
        capture.push(bytes);
        let text = cleaner.push(&bytes[count.saturating_sub(LIVE_BYTES)..]);
        if !text.is_empty() {
            on_output(&text);
        }
    }
}
