//! Signals that a console must answer: go, stand still, go on.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Give the terminal back and end.
    End,
    /// The same, unless another program has the terminal: then it was meant for that one.
    Interrupt,
    /// Give the terminal back and stand still, as `kill -TSTP` asks; the key for it is the person's own.
    StandStill,
    /// The console stood still, and may have been stopped by any program: the terminal is no longer as it was left.
    GoOn,
}

/// The signals that a terminal, a shell or a supervisor sends.
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    stop: Signal,
    go_on: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(nix::libc::SIGTSTP))?,
            go_on: signal(SignalKind::from_raw(nix::libc::SIGCONT))?,
        })
    }

    /// Waits for any of them.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.hang_up.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.stop.recv() => Asked::StandStill,
            _ = self.go_on.recv() => Asked::GoOn,
        }
    }

    /// Waits for something that has the terminal meanwhile. The keys that interrupt or stop it reach this process too:
    /// it stands still together with it, and goes on with it.
    pub async fn beside<T>(&mut self, other: impl Future<Output = T>) -> (T, Option<Asked>) {
        let mut other = std::pin::pin!(other);
        let mut end = None;
        loop {
            tokio::select! {
                biased;
                done = &mut other => return (done, end),
                asked = self.next() => match asked {
                    Asked::End => end = Some(asked),
                    Asked::StandStill => drop(stand_still()),
                    Asked::Interrupt | Asked::GoOn => {}
                },
            }
        }
    }
}

/// Stops this process until it is continued. The terminal must have been given back before.
///
/// # Errors
/// When the system does not allow it.
pub fn stand_still() -> io::Result<()> {
    // What stops a process cannot be caught, so this does not come back as the signal that asked for it.
    Ok(nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP)?)
}
