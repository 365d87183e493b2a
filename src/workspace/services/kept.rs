//! What a service started and that left its process group, as a daemon does: it is known by a mark in its environment, is
//! left alone by sweeps while the service shall run, and ended with it.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::workspace::process::GRACE;
use crate::workspace::sweep::{self, Kept, SERVICE, sweep};

/// How often it is looked whether all of it has ended.
const PACE: Duration = Duration::from_millis(50);

/// The processes of a service that run outside its group.
#[derive(Debug)]
pub(super) struct Forked(Kept);

impl Forked {
    /// Those of the service with this mark, which no other has at the same time.
    pub(super) fn of(mark: &str) -> Self {
        Self(sweep::keep(mark))
    }

    /// Its mark.
    pub(super) fn mark(&self) -> &str {
        self.0.mark()
    }

    /// The variable that its programs must get.
    pub(super) fn variable(&self) -> (String, String) {
        (SERVICE.to_owned(), self.0.mark().to_owned())
    }

    /// Their ids.
    pub(super) async fn processes(&self) -> Vec<i32> {
        let mark = self.0.mark().to_owned();
        spawn_blocking(move || sweep::marked((SERVICE, &mark))).await.unwrap_or_default()
    }

    /// Their ids, looked up at once.
    pub(super) fn now(&self) -> Vec<i32> {
        sweep::marked((SERVICE, self.0.mark()))
    }

    /// Kills them at once.
    pub(super) async fn kill(&self) {
        for pid in self.processes().await {
            signal(pid, Signal::SIGKILL);
        }
    }

    /// Ends them: asks, waits two seconds, kills.
    pub(super) async fn stop(self) {
        let left = self.processes().await;
        if left.is_empty() {
            return;
        }
        for pid in left {
            signal(pid, Signal::SIGTERM);
        }
        let ended = async {
            while !self.processes().await.is_empty() {
                sleep(PACE).await;
            }
        };
        let in_time = timeout(GRACE, ended).await.is_ok();
        let mark = self.0.mark().to_owned();
        drop(self);
        if !in_time && let Err(fault) = spawn_blocking(move || sweep((SERVICE, &mark))).await {
            tracing::warn!(%fault, "what forked away from a service may be left running");
        }
    }
}

fn signal(pid: i32, signal: Signal) {
    if let Err(error) = kill(Pid::from_raw(pid), signal) {
        tracing::debug!(pid, %error, "what forked away from a service cannot be signalled");
    }
}
