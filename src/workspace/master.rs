//! The side of a pseudo-terminal that is looked at and typed into.

#[cfg(target_os = "linux")]
use std::fs::File;
use std::io::{self, Read, Write};
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;

use nix::sys::termios::LocalFlags;
#[cfg(target_os = "linux")]
use nix::sys::termios::tcgetattr;
use portable_pty::{MasterPty, PtySize};

/// Of a terminal of this process's own, or of one in a sandbox.
pub(super) enum Master {
    Own(Box<dyn MasterPty + Send>),
    #[cfg(target_os = "linux")]
    Kept(File),
}

/// What reads a terminal, and what writes to it.
pub(super) type Ways = (Box<dyn Read + Send>, Box<dyn Write + Send>);

impl Master {
    /// The one of a terminal in a sandbox.
    #[cfg(target_os = "linux")]
    pub(super) fn of_sandbox(terminal: OwnedFd) -> Self {
        Self::Kept(File::from(terminal))
    }

    /// What reads it and what writes to it. To be asked for once.
    pub(super) fn ways(&self) -> io::Result<Ways> {
        Ok(match self {
            Self::Own(master) => (
                master.try_clone_reader().map_err(io::Error::other)?,
                master.take_writer().map_err(io::Error::other)?,
            ),
            #[cfg(target_os = "linux")]
            Self::Kept(master) => (Box::new(master.try_clone()?), Box::new(master.try_clone()?)),
        })
    }

    /// Changes its size.
    pub(super) fn resize(&self, size: PtySize) -> io::Result<()> {
        match self {
            Self::Own(master) => master.resize(size).map_err(io::Error::other),
            #[cfg(target_os = "linux")]
            Self::Kept(master) => {
                let (ws_row, ws_col) = (size.rows, size.cols);
                let size = rustix::termios::Winsize { ws_row, ws_col, ws_xpixel: 0, ws_ypixel: 0 };
                Ok(rustix::termios::tcsetwinsize(master, size)?)
            }
        }
    }

    /// The process group in its foreground.
    pub(super) fn foreground(&self) -> Option<i32> {
        match self {
            Self::Own(master) => master.process_group_leader(),
            #[cfg(target_os = "linux")]
            Self::Kept(master) => nix::unistd::tcgetpgrp(master).ok().map(nix::unistd::Pid::as_raw),
        }
    }

    /// Whether a program gets each key as it is pressed.
    pub(super) fn is_raw(&self) -> bool {
        let flags = match self {
            Self::Own(master) => master.get_termios().map(|state| state.local_flags.bits()),
            #[cfg(target_os = "linux")]
            Self::Kept(master) => tcgetattr(master).ok().map(|state| state.local_flags.bits()),
        };
        flags.is_some_and(|flags| flags & LocalFlags::ICANON.bits() == 0)
    }
}
