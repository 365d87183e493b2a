//! Programs that are talked with over their standard input and output while they run.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::background::{keep_output, newest};
use super::child::Child;
use super::group::Group;
use super::program::Program;
use super::run::{DRAIN, Exit, GRACE};
use crate::workspace::WorkspaceError;

/// How much of what it said beside its answers is told when it fails, in bytes.
const LAST_WORDS: u64 = 600;

/// A program that is talked with. Dropping it kills its process group.
#[derive(Debug)]
pub struct Dialogue {
    group: Group,
    child: Child,
    log: PathBuf,
    /// Copies what it says beside its answers.
    copying: JoinHandle<()>,
}

/// Both ends of a talk: what is written to is read by the program, and the other way round.
pub type Talk = (ChildStdin, ChildStdout);

impl Program {
    /// Starts it to be talked with. What it says beside that, on its error output, goes to a new file at `log`, of which
    /// the newest part is kept. Its timeout does not apply.
    ///
    /// # Errors
    /// When it cannot be started or the log cannot be written.
    pub fn spawn_dialogue(&self, log: &Path) -> Result<(Dialogue, Talk), WorkspaceError> {
        let fault = |error: io::Error| self.start_error(&error);
        let (input, typed) = io::pipe().map_err(fault)?;
        let (said, output) = io::pipe().map_err(fault)?;
        let (reader, errors) = io::pipe().map_err(fault)?;
        let (child, group) = self.start_with([input.into(), output.into(), errors.into()])?;
        let copying = keep_output(self, reader, log)?;
        let typed = ChildStdin::from_std(OwnedFd::from(typed).into()).map_err(fault)?;
        let said = ChildStdout::from_std(OwnedFd::from(said).into()).map_err(fault)?;
        Ok((Dialogue { group, child, log: log.to_owned(), copying }, (typed, said)))
    }
}

impl Dialogue {
    /// The process id, which is the group's id too.
    pub fn pid(&self) -> i32 {
        self.group.id()
    }

    /// How it ended, or [`Exit::Cancelled`] where it still runs a moment after it was done with.
    pub async fn end(&mut self) -> Exit {
        match timeout(GRACE, self.child.wait()).await {
            Ok(exit) => exit.unwrap_or(Exit::Unknown),
            Err(_) => Exit::Cancelled,
        }
    }

    /// Kills the whole group and waits for its leader.
    pub async fn kill(&mut self) {
        self.group.finish();
        if let Err(error) = self.child.wait().await {
            tracing::debug!(%error, "the exit code of a program is not known");
        }
    }

    /// The cleaned end of what it said on its error output, which may be on its way for a moment after its end.
    pub async fn last_words(&mut self) -> String {
        if !self.copying.is_finished() && timeout(DRAIN, &mut self.copying).await.is_err() {
            tracing::debug!("a program may have more to say");
        }
        newest(&self.log, LAST_WORDS).map(|text| text.trim().to_owned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    use super::*;

    #[tokio::test]
    async fn a_program_is_talked_with_and_its_errors_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let program =
            Program::shell("echo trouble >&2; while read -r line; do echo \"got $line\"; done; exit 3");
        let (mut dialogue, (mut input, output)) =
            program.spawn_dialogue(&place.path().join("log/errors")).unwrap();
        input.write_all(b"one\n").await.unwrap();
        let mut lines = BufReader::new(output).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "got one");
        drop(input);
        assert_eq!(dialogue.end().await, Exit::Code(3));
        assert_eq!(dialogue.last_words().await, "trouble");
    }

    #[tokio::test]
    async fn killing_it_kills_its_group() {
        let place = tempfile::tempdir().unwrap();
        let program = Program::shell("sleep 600 & echo $!; wait");
        let (mut dialogue, (_input, output)) = program.spawn_dialogue(&place.path().join("errors")).unwrap();
        let line = BufReader::new(output).lines().next_line().await.unwrap().unwrap();
        dialogue.kill().await;
        let child = nix::unistd::Pid::from_raw(line.trim().parse().unwrap());
        for _ in 0..200 {
            if nix::sys::signal::kill(child, None).is_err() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{child} still runs");
    }
}
