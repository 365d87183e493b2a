//! Programs that run beside the work: an agent's jobs, the environment's services.

use std::fs::{self, File, OpenOptions};
use std::io::{self, PipeReader, Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::bounded_log::{BoundedLog, older};
use super::group::Group;
use super::program::Program;
use super::run::{DRAIN, Exit, GRACE};
use super::text::clean_text;
use crate::workspace::WorkspaceError;

/// How long what a leader started has to leave its group once the leader ended well.
const DEPARTURE: Duration = Duration::from_millis(400);

/// A program in the background. Dropping it kills its process group.
#[derive(Debug)]
pub struct Background {
    group: Arc<Group>,
    ended: watch::Receiver<Option<Exit>>,
    log: PathBuf,
}

impl Program {
    /// Starts it in the background, with output and errors in a new file at `log`, of which the newest part is kept. Its timeout does not apply.
    ///
    /// # Errors
    /// When it cannot be started or the log cannot be written.
    pub fn spawn_background(&self, log: &Path) -> Result<Background, WorkspaceError> {
        let (mut child, group, reader) = self.start_piped()?;
        let mut copying = keep_output(self, reader, log)?;
        let group = Arc::new(group);
        let (sender, ended) = watch::channel(None);
        let watched = Arc::clone(&group);
        tokio::spawn(async move {
            let exit = child.wait().await.unwrap_or(Exit::Unknown);
            // A daemon ends at once, and leaves its group a moment later.
            let begun = Instant::now();
            while exit == Exit::Code(0) && watched.has_members() && begun.elapsed() < DEPARTURE {
                sleep(DEPARTURE / 20).await;
            }
            // A leader that ends leaves nothing behind: what it started is not reachable any more.
            watched.finish();
            // Its last words are in the log by the time that its end is known; what forked away may hold the pipe for ever.
            if timeout(DRAIN, &mut copying).await.is_err() {
                tracing::debug!("a process outside the group keeps the output open");
            }
            sender.send_replace(Some(exit));
        });
        Ok(Background { group, ended, log: log.to_owned() })
    }
}

impl Background {
    /// The process id, which is the group's id too.
    pub fn pid(&self) -> i32 {
        self.group.id()
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.exit().is_none()
    }

    /// How it ended, if it has.
    pub fn exit(&self) -> Option<Exit> {
        *self.ended.borrow()
    }

    /// Waits for its end.
    pub async fn wait(&self) -> Exit {
        let mut ended = self.ended.clone();
        ended.wait_for(Option::is_some).await.ok().and_then(|exit| *exit).unwrap_or(Exit::Unknown)
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The cleaned end of its output, of at most so many bytes.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn tail(&self, bytes: u64) -> Result<String, WorkspaceError> {
        newest(&self.log, bytes).map_err(WorkspaceError::io("read", &self.log))
    }

    /// Kills the whole group without asking.
    pub async fn kill(&self) -> Exit {
        if self.is_running() {
            self.group.signal(Signal::SIGKILL);
        }
        self.wait().await
    }

    /// Ends the whole group: asks, waits two seconds, kills.
    pub async fn stop(&self) -> Exit {
        if let Some(exit) = self.exit() {
            return exit;
        }
        self.group.signal(Signal::SIGTERM);
        if let Ok(exit) = timeout(GRACE, self.wait()).await {
            return exit;
        }
        self.kill().await
    }
}

/// Copies what a program prints into a new file, of which the newest part is kept, for as long as it prints.
pub(super) fn keep_output(
    program: &Program,
    reader: PipeReader,
    log: &Path,
) -> Result<JoinHandle<()>, WorkspaceError> {
    let mut kept = BoundedLog::create(log).map_err(WorkspaceError::io("write", log))?;
    let reader = Receiver::from_owned_fd(OwnedFd::from(reader));
    let mut reader = reader.map_err(|error| program.start_error(&error))?;
    Ok(tokio::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            // A full disk is no reason to hold the program up.
            if let Err(error) = kept.write(&buffer[..count]) {
                tracing::debug!(%error, "output of a program in the background is lost");
            }
        }
    }))
}

/// The cleaned end of a kept log, of at most so many bytes.
pub(super) fn newest(log: &Path, bytes: u64) -> io::Result<String> {
    let newest = match end_of(log, bytes) {
        // It has just taken the place of the one before, and the next is not there yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound && older(log).exists() => Vec::new(),
        read => read?,
    };
    let missing = bytes.saturating_sub(u64::try_from(newest.len()).unwrap_or(bytes));
    let before = end_of(&older(log), missing).unwrap_or_default();
    Ok(clean_text(&[before, newest].concat()))
}

/// At most so many bytes of a file's end.
fn end_of(path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
    let mut end = Vec::new();
    file.take(bytes).read_to_end(&mut end)?;
    Ok(end)
}

/// A log file, with the directories above it, once for the output and once for the errors.
pub(super) fn open_log(log: &Path, options: &OpenOptions) -> Result<(File, File), WorkspaceError> {
    let open = || {
        fs::create_dir_all(log.parent().unwrap_or(log))?;
        let file = options.open(log)?;
        Ok((file.try_clone()?, file))
    };
    open().map_err(WorkspaceError::io("write", log))
}

impl Drop for Background {
    fn drop(&mut self) {
        self.group.finish();
    }
}
