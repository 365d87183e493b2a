//! Commands of the person's own that an engine runs: hooks.

use std::io;
use std::os::fd::OwnedFd;
use std::pin::pin;

use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio_util::sync::CancellationToken;

use super::capture::Capture;
use super::program::Program;
use super::run::{Exit, drain_until_over, pump, supervise};
use crate::workspace::WorkspaceError;
use crate::workspace::sweep::for_person;

/// A hook that has ended, with what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub exit: Exit,
    /// Its standard output, bounded.
    pub output: String,
    /// Its standard error, bounded.
    pub errors: String,
}

impl Program {
    /// Runs it to its end as the person: with this process's whole environment, and with what the person may ask of a
    /// mission. It reads `input`.
    ///
    /// The whole process group is dead when this returns, and also when its future is dropped.
    ///
    /// # Errors
    /// Only when it cannot be started or waited for; how it ended is in [`Heard::exit`].
    pub async fn run_for_person(self, input: &str) -> Result<Heard, WorkspaceError> {
        let program = self.envs(std::env::vars_os());
        let (ends, others) = pipes().map_err(|error| program.start_error(&error))?;
        let (mut child, group) = program.start_with(ends)?;
        let _persons = for_person(group.id());
        let [mut stdout, mut stderr] = [others.1, others.2];
        let mut stdin = others.0;
        let (mut output, mut errors) = (Capture::new(program.cap.clone()), Capture::new(program.cap.clone()));
        let feed = async {
            if let Err(error) = stdin.write_all(input.as_bytes()).await {
                tracing::debug!(%error, "a hook does not read what it is told");
            }
            drop(stdin);
        };
        let talk = async {
            let quiet = |_: &str| {};
            let listen = async {
                tokio::join!(pump(&mut stdout, &mut output, &quiet), pump(&mut stderr, &mut errors, &quiet))
            };
            tokio::join!(feed, listen);
        };
        let exit = {
            let never = CancellationToken::new();
            let ending = supervise(&mut child, &group, program.timeout, &never);
            drain_until_over(pin!(talk), ending, &group).await
        };
        let exit = exit.map_err(|source| WorkspaceError::Io {
            doing: format!("wait for `{}`", program.command_line()),
            source,
        })?;
        Ok(Heard { exit, output: output.finish().text, errors: errors.finish().text })
    }
}

/// What a program reads and writes, and this process's side of it.
fn pipes() -> io::Result<([OwnedFd; 3], (Sender, Receiver, Receiver))> {
    let (input, typed) = io::pipe()?;
    let ((said, output), (complained, errors)) = (io::pipe()?, io::pipe()?);
    let read = |reader: io::PipeReader| Receiver::from_owned_fd(reader.into());
    let others = (Sender::from_owned_fd(typed.into())?, read(said)?, read(complained)?);
    Ok(([input.into(), output.into(), errors.into()], others))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn what_it_says_and_what_it_complains_of_are_kept_apart() {
        let program = Program::shell("read line; echo \"got $line\"; echo no >&2; exit 2");
        let heard = program.run_for_person("one\ntwo").await.unwrap();
        let expected = Heard { exit: Exit::Code(2), output: "got one\n".into(), errors: "no\n".into() };
        assert_eq!(heard, expected);
        let deaf = Program::shell("exit 0").run_for_person(&"x".repeat(1 << 20)).await.unwrap();
        assert_eq!(deaf.exit, Exit::Code(0));
    }

    #[tokio::test]
    async fn one_that_takes_too_long_is_killed_with_what_it_started() {
        let place = tempfile::tempdir().unwrap();
        let late = place.path().join("late");
        let line = format!("(sleep 1; touch {}) & exec >&- 2>&-; sleep 600", late.display());
        let program = Program::shell(line).timeout(Duration::from_millis(100));
        assert_eq!(program.run_for_person("").await.unwrap().exit, Exit::TimedOut);
        tokio::time::sleep(Duration::from_millis(1_300)).await;
        assert!(!late.exists());
    }
}
