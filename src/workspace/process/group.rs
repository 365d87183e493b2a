//! A process group: the unit that is signalled and killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::live::{Live, live};
use crate::workspace::reaper::{Reaper, Registration};
use crate::workspace::sandbox::Keeper;

/// A program's process group. Dropping it kills whatever of the group still runs.
#[derive(Debug)]
pub struct Group {
    pgid: i32,
    over: AtomicBool,
    _registration: Registration,
    /// Its sandbox, which would end with the last who holds it.
    _keeper: Option<Arc<Keeper>>,
}

impl Group {
    /// Takes charge of the group that a child leads; the caller started it with the list of the living in hand.
    pub fn of(pgid: i32, reaper: &Reaper, live: &mut Live, keeper: Option<Arc<Keeper>>) -> Self {
        live.insert(pgid);
        let over = AtomicBool::new(false);
        Self { pgid, over, _registration: reaper.register(pgid), _keeper: keeper }
    }

    /// The id of the group and of its leader.
    pub fn id(&self) -> i32 {
        self.pgid
    }

    /// Signals every process of the group. That there is none left is not a fault.
    pub fn signal(&self, signal: Signal) {
        if self.over.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = killpg(Pid::from_raw(self.pgid), signal)
            && error != nix::errno::Errno::ESRCH
        {
            tracing::warn!(pgid = self.pgid, %signal, %error, "could not signal a process group");
        }
    }

    /// Whether any process is in it. Its id is not given to another as long as one is.
    pub fn has_members(&self) -> bool {
        !self.over.load(Ordering::Acquire) && killpg(Pid::from_raw(self.pgid), None).is_ok()
    }

    /// Kills what is left of the group. Afterwards it is never signalled again, since the kernel may reuse its id.
    pub fn finish(&self) {
        self.signal(Signal::SIGKILL);
        if !self.over.swap(true, Ordering::AcqRel) {
            live().remove(&self.pgid);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.finish();
    }
}
