//! Programs whose caller waits on its own thread and wants output and errors apart: git.

use std::io::{self, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::child::Waited;
use super::group::Group;
use super::live::live;
use super::program::Program;
use super::run::{Exit, GRACE};
use crate::workspace::WorkspaceError;
use crate::workspace::sandbox::{Ends, tell};

/// The most of a program's output that is kept in memory, in bytes. What is longer is cut and said to be.
const MOST: u64 = 64 << 20;
/// The most of its errors that is kept.
const MOST_ERRORS: u64 = 16 << 10;

/// What a program said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub exit: Exit,
    pub output: Vec<u8>,
    /// Whether `output` is all of it.
    pub whole: bool,
    pub errors: String,
}

impl Program {
    /// Gives it `input`, waits for its end on this thread, and keeps its output and its errors apart.
    ///
    /// # Errors
    /// Only when it cannot be started or waited for; how it ended is in [`Outcome::exit`].
    pub fn run_blocking(&self, input: &[u8]) -> Result<Outcome, WorkspaceError> {
        let fault = |error: io::Error| self.start_error(&error);
        let (input_end, typed) = io::pipe().map_err(fault)?;
        let (said, output_end) = io::pipe().map_err(fault)?;
        let (complained, errors_end) = io::pipe().map_err(fault)?;
        let (mut child, group) =
            self.start_waited([input_end.into(), output_end.into(), errors_end.into()])?;
        let (output, errors) = (read(said, MOST), read(complained, MOST_ERRORS));
        feed(typed, input.to_owned());
        let ended_in_time = match self.timeout {
            None => output.recv().ok(),
            Some(limit) => output.recv_timeout(limit).ok(),
        };
        let timed_out = ended_in_time.is_none();
        if timed_out {
            group.finish();
        }
        let exit = child.wait().map_err(|source| WorkspaceError::Io {
            doing: format!("wait for `{}`", self.command_line()),
            source,
        })?;
        // A helper that stays in the background may keep the pipes open; the program itself has ended.
        let errors = errors.recv_timeout(GRACE).unwrap_or_default();
        group.finish();
        let mut output = ended_in_time.unwrap_or_default();
        let whole = !timed_out && output.len() as u64 <= MOST;
        output.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        let exit = if timed_out { Exit::TimedOut } else { exit };
        Ok(Outcome { exit, output, whole, errors: String::from_utf8_lossy(&errors).into_owned() })
    }

    fn start_waited(&self, ends: [OwnedFd; 3]) -> Result<(Waited, Group), WorkspaceError> {
        if let Some(keeper) = self.keeper()? {
            let (sender, ended) = channel();
            let (_, group) = self.start_kept(&keeper, Ends::Given(ends), tell(sender))?;
            return Ok((Waited::Kept(ended), group));
        }
        let mut command = self.command();
        let [input, output, errors] = ends;
        command.stdin(input).stdout(output).stderr(errors);
        let mut live = live();
        let child = self.start(move || command.spawn())?;
        let group = self.group_of(Some(child.id()), &mut live)?;
        Ok((Waited::Own(child), group))
    }
}

/// Reads to the end on a thread of its own, and keeps one byte more than `most` when there is more.
fn read(mut from: impl Read + Send + 'static, most: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        // A read error on a pipe means that there will be no more, as its end does.
        let read = from.by_ref().take(most + 1).read_to_end(&mut kept);
        let rest = read.and_then(|_| io::copy(&mut from, &mut io::sink()));
        if let Err(error) = rest {
            tracing::debug!(%error, "a program's output ended early");
        }
        drop(sender.send(kept));
    });
    receiver
}

/// Writes the input on a thread of its own, since a program may print much before it reads.
fn feed(mut into: PipeWriter, input: Vec<u8>) {
    if input.is_empty() {
        return;
    }
    thread::spawn(move || {
        // A program may end without reading everything: that is its own affair.
        if let Err(error) = into.write_all(&input) {
            tracing::debug!(%error, "a program did not read its input");
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn output_and_errors_are_kept_apart_and_the_input_arrives() {
        let outcome = Program::shell("cat; echo no >&2; exit 3").run_blocking(b"yes\n").unwrap();
        let wanted = Outcome {
            exit: Exit::Code(3),
            output: b"yes\n".to_vec(),
            whole: true,
            errors: "no\n".to_owned(),
        };
        assert_eq!(outcome, wanted);
    }

    #[test]
    fn what_is_too_much_is_cut_and_what_takes_too_long_is_ended() {
        let much = Program::shell("head -c 70000000 /dev/zero").run_blocking(b"").unwrap();
        assert_eq!((much.exit, much.whole, much.output.len() as u64), (Exit::Code(0), false, MOST));
        let slow = Program::shell("sleep 600").timeout(Duration::from_millis(50)).run_blocking(b"").unwrap();
        assert_eq!((slow.exit, slow.whole), (Exit::TimedOut, false));
    }

    #[test]
    fn a_program_that_reads_nothing_and_one_that_is_not_there() {
        let deaf = Program::shell("exit 0").run_blocking(&vec![b'x'; 1 << 20]).unwrap();
        assert_eq!(deaf.exit, Exit::Code(0));
        let error = Program::new("no-such-program-here").run_blocking(b"").unwrap_err();
        assert!(error.to_string().contains("not installed"), "{error}");
    }
}
