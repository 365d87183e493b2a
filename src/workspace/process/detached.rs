//! Programs that outlive the one that starts them: a mission's engine.

use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Stdio};

use super::background::open_log;
use super::program::Program;
use crate::workspace::WorkspaceError;

/// A program that goes on when this one ends. Dropping it lets it go.
#[derive(Debug)]
pub struct Detached {
    child: Child,
}

impl Program {
    /// Starts it with the whole environment of this process, keys included: it is flightdeck itself. It gets no input;
    /// what it prints is added to the file at `log`. To leave the terminal for good it must call `setsid` itself,
    /// for which it is not made the leader of a process group.
    ///
    /// # Errors
    /// When it cannot be started or the log cannot be written.
    pub fn spawn_detached(&self, log: &Path) -> Result<Detached, WorkspaceError> {
        let (file, copy) = open_log(log, OpenOptions::new().create(true).append(true))?;
        let child = self.plain_command().stdin(Stdio::null()).stdout(copy).stderr(file).spawn();
        Ok(Detached { child: child.map_err(|error| self.start_error(&error))? })
    }
}

impl Detached {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its exit code, or 128 and the signal that ended it; `None` while it runs.
    pub fn exit(&mut self) -> Option<i32> {
        let status = self.child.try_wait().ok().flatten()?;
        status.code().or_else(|| status.signal().map(|signal| 128 + signal))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn its_output_is_added_to_the_log_and_its_end_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("logs/engine.log");
        for (line, code) in [("echo one; exit 3", 3), ("echo two >&2; kill -9 $$", 137)] {
            let mut child = Program::shell(line).spawn_detached(&log).unwrap();
            while child.exit().is_none() {
                std::thread::yield_now();
            }
            assert_eq!(child.exit(), Some(code));
        }
        assert_eq!(fs::read_to_string(&log).unwrap(), "one\ntwo\n");
    }
}
