//! What the keeper of a sandbox is asked, and what it gives.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::mpsc::Sender;

use crate::workspace::process::Exit;

/// What a keeper is asked to start.
#[derive(Debug)]
pub(in crate::workspace) struct Order {
    pub argv: Vec<OsString>,
    pub dir: PathBuf,
    /// The whole environment; the last of a name counts.
    pub variables: Vec<(OsString, OsString)>,
    pub ends: Ends,
}

/// What a program reads from and writes to.
#[derive(Debug)]
pub(in crate::workspace) enum Ends {
    /// Its input, output and errors.
    Given([OwnedFd; 3]),
    /// A terminal of its own, of this size.
    Terminal { rows: u16, cols: u16 },
}

/// What is called when a program has ended.
pub(in crate::workspace) type OnEnd = Box<dyn FnOnce(Exit) + Send>;

/// Tells a thread that waits how a program has ended.
pub(in crate::workspace) fn tell(waits: Sender<Exit>) -> OnEnd {
    Box::new(move |exit| {
        if waits.send(exit).is_err() {
            tracing::trace!(%exit, "nobody waits for a program that has ended");
        }
    })
}

/// A program that was started in a sandbox.
#[derive(Debug)]
pub(in crate::workspace) struct Started {
    /// Its number outside, which is that of its group too.
    pub pid: i32,
    /// The other side of its terminal.
    pub terminal: Option<OwnedFd>,
}
