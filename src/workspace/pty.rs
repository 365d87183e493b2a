//! A program in a pseudo-terminal: for programs that draw a screen.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use tokio::sync::watch;
use tokio::time::timeout;

use super::WorkspaceError;
use super::master::Master;
use super::occupation::{self, Occupation};
use super::process::{Exit, GRACE, Group, Program, Waited, live};
#[cfg(target_os = "linux")]
use super::sandbox::{Ends, tell};

/// A program that believes to be in a terminal. Dropping it kills the program.
pub struct Pty {
    master: Mutex<Master>,
    keyboard: Sender<Vec<u8>>,
    group: Arc<Group>,
    ended: watch::Receiver<Option<Exit>>,
}

/// The size of a terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub cols: u16,
    pub rows: u16,
}

impl From<Size> for PtySize {
    fn from(size: Size) -> Self {
        Self { rows: size.rows, cols: size.cols, pixel_width: 0, pixel_height: 0 }
    }
}

impl Pty {
    /// Starts a program. `on_output` gets the bytes as they come, on a thread of its own; what it returns is typed to the
    /// program, which is how a terminal answers what it is asked.
    ///
    /// # Errors
    /// When there is no terminal to be had or the program cannot be started.
    pub fn start(
        program: &Program,
        size: Size,
        on_output: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static,
    ) -> Result<Self, WorkspaceError> {
        let Opened { master, child, group } = open(program, size)?;
        let (reader, writer) = master.ways().map_err(failed("read from"))?;
        let group = Arc::new(group);
        let (sender, ended) = watch::channel(None);
        let (keyboard, typed) = channel();
        let answering = keyboard.clone();
        start_thread("pty-reader", move || read_all(reader, on_output, &answering))?;
        start_thread("pty-keyboard", move || type_all(writer, &typed))?;
        let watched = Arc::clone(&group);
        start_thread("pty-waiter", move || {
            let exit = wait(child);
            watched.finish();
            sender.send_replace(Some(exit));
        })?;
        Ok(Self { master: Mutex::new(master), keyboard, group, ended })
    }

    /// Sends bytes as if they were typed. It does not wait until the program reads them, which it may never do.
    pub fn write(&self, bytes: &[u8]) -> Result<(), WorkspaceError> {
        self.keyboard.send(bytes.to_vec()).map_err(failed("write to"))
    }

    /// Changes the size; the program gets the signal for it.
    pub fn resize(&self, size: Size) -> Result<(), WorkspaceError> {
        self.master().resize(size.into()).map_err(failed("resize"))
    }

    /// The process id.
    pub fn pid(&self) -> i32 {
        self.group.id()
    }

    /// How the program ended, if it has.
    pub fn exit(&self) -> Option<Exit> {
        *self.ended.borrow()
    }

    /// What the terminal's foreground does at this moment.
    pub fn occupation(&self) -> Occupation {
        let foreground = self.master().foreground();
        foreground.map_or(Occupation::Unknown, occupation::of_group)
    }

    /// Whether the program gets each key as it is pressed, instead of whole lines.
    pub fn is_raw(&self) -> bool {
        self.master().is_raw()
    }

    /// Waits for the program's end.
    pub async fn wait(&self) -> Exit {
        let mut ended = self.ended.clone();
        ended.wait_for(Option::is_some).await.ok().and_then(|exit| *exit).unwrap_or(Exit::Unknown)
    }

    /// Ends the program: hangs up, waits two seconds, kills.
    pub async fn stop(&self) -> Exit {
        if let Some(exit) = self.exit() {
            return exit;
        }
        self.group.signal(Signal::SIGHUP);
        self.group.signal(Signal::SIGTERM);
        if let Ok(exit) = timeout(GRACE, self.wait()).await {
            return exit;
        }
        self.kill();
        self.wait().await
    }

    /// A shell in a terminal puts what it runs into groups of their own; the one in the foreground is killed, too.
    fn kill(&self) {
        let foreground = self.master().foreground();
        if let (Some(leader), None) = (foreground, self.exit())
            && let Err(error) = killpg(Pid::from_raw(leader), Signal::SIGKILL)
        {
            tracing::debug!(leader, %error, "could not kill the terminal's foreground");
        }
        self.group.signal(Signal::SIGKILL);
    }

    fn master(&self) -> MutexGuard<'_, Master> {
        self.master.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program that was started in a terminal.
struct Opened {
    master: Master,
    child: Waiting,
    group: Group,
}

/// What is waited for.
enum Waiting {
    Child(Box<dyn Child + Send + Sync>),
    Kept(Waited),
}

fn open(program: &Program, size: Size) -> Result<Opened, WorkspaceError> {
    #[cfg(target_os = "linux")]
    if let Some(keeper) = program.keeper()? {
        let (sender, ended) = channel();
        let ends = Ends::Terminal { rows: size.rows, cols: size.cols };
        let (started, group) = program.clone().envs(TERMINAL).start_kept(&keeper, ends, tell(sender))?;
        let terminal = started.terminal.ok_or_else(|| failed("open")("its sandbox gave none"))?;
        let (master, child) = (Master::of_sandbox(terminal), Waiting::Kept(Waited::Kept(ended)));
        return Ok(Opened { master, child, group });
    }
    let pair = native_pty_system().openpty(size.into()).map_err(failed("open"))?;
    let mut live = live();
    let (slave, command) = (pair.slave, command(program));
    // The end of output is only seen when nobody but the program holds the other side: it is dropped here.
    let child = program.start(move || slave.spawn_command(command).map_err(io::Error::other))?;
    let group = program.group_of(child.process_id(), &mut live)?;
    Ok(Opened { master: Master::Own(pair.master), child: Waiting::Child(child), group })
}

/// The engine's own terminal says nothing of this one.
const TERMINAL: [(&str, &str); 2] = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];

fn command(program: &Program) -> CommandBuilder {
    let mut command = CommandBuilder::from_argv(program.argv());
    command.env_clear();
    for (name, value) in program.clone().envs(TERMINAL).environment() {
        command.env(name, value);
    }
    command.cwd(program.directory());
    command
}

fn read_all(mut reader: impl Read, mut on_output: impl FnMut(&[u8]) -> Vec<u8>, keyboard: &Sender<Vec<u8>>) {
    let mut buffer = vec![0; 16 * 1024];
    // Linux reports the end as an error.
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        let answers = on_output(&buffer[..count]);
        if !answers.is_empty() && keyboard.send(answers).is_err() {
            tracing::debug!("a program asked its terminal a question and could not be answered");
        }
    }
}

/// A program that does not read blocks the writer, so this has a thread of its own.
fn type_all(mut writer: impl Write, typed: &Receiver<Vec<u8>>) {
    for bytes in typed {
        if let Err(error) = writer.write_all(&bytes).and_then(|()| writer.flush()) {
            tracing::debug!(%error, "the program in a terminal takes no more input");
            return;
        }
    }
}

fn wait(waiting: Waiting) -> Exit {
    let mut child = match waiting {
        Waiting::Child(child) => child,
        Waiting::Kept(mut kept) => return kept.wait().unwrap_or(Exit::Unknown),
    };
    let child: &mut dyn Child = &mut *child;
    // The library's own status names a signal only in the system's language.
    if let Some(child) = child.downcast_mut::<std::process::Child>() {
        return child.wait().map_or(Exit::Unknown, Exit::from);
    }
    let status = child.wait().ok().filter(|status| status.signal().is_none());
    status.and_then(|status| i32::try_from(status.exit_code()).ok()).map_or(Exit::Unknown, Exit::Code)
}

fn start_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), WorkspaceError> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(failed("serve"))
}

fn failed<E: std::fmt::Display>(doing: &'static str) -> impl FnOnce(E) -> WorkspaceError {
    move |error| WorkspaceError::Pty { doing, reason: error.to_string() }
}
