//! The engine's side of the sandbox of one place of work: a program of ours is its first process, the keeper, which starts
//! programs in it on request. To start one costs a message instead of a sandbox.

mod frame;
mod network;
mod serve;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, PipeWriter, Read};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::jail::{Inmate, Rules};
use super::order::{Ends, OnEnd, Order, Started, tell};
use crate::workspace::process::{Exit, Program, Waited, keepers, live, nothing};
use frame::{Frame, parse};
pub use serve::keep;

/// How long a keeper has to answer: a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long everything in a sandbox has to be gone once its keeper is told to end.
const DEPARTURE: Duration = Duration::from_secs(2);
/// What is told of the reason when there is no sandbox, in bytes.
const LAST_WORDS: u64 = 300;

/// The way to a sandbox. Dropping it ends everything in it.
#[derive(Debug)]
pub(in crate::workspace) struct Keeper {
    way: Arc<Way>,
    /// Its answers, for whoever asks it at this moment.
    answers: Mutex<Receiver<Frame>>,
    /// Closed when everything in it is gone.
    gone: Mutex<Receiver<String>>,
    /// The number of `bwrap` here.
    pid: i32,
    inner_pid: i32,
    next: AtomicU64,
}

/// How a sandbox is started.
#[derive(Debug)]
pub(super) struct Bwrap {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// The network that it is made in; none for that of this machine, or what its arguments say.
    pub network: Option<Arc<Keeper>>,
}

/// What is called with a door of a network and the connection of whoever came to it.
pub(super) type OnComing = Box<dyn Fn(u16, OwnedFd) + Send>;

/// What both sides of this process use: those who ask, and the thread that listens.
struct Way {
    socket: UnixStream,
    is_open: AtomicBool,
    waiting: Mutex<HashMap<u64, OnEnd>>,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Way").field("is_open", &self.is_open).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Starts a sandbox, and has its keeper keep itself in.
    ///
    /// # Errors
    /// When it does not come up, with the reason that it gave.
    pub(super) fn open(bwrap: Bwrap, rules: &Rules, inmate: Inmate) -> io::Result<Self> {
        Self::begin(bwrap, &serve::rules_frame(rules, inmate), None)
    }

    /// Starts a network with doors, and has whoever comes to one of them told.
    ///
    /// # Errors
    /// When it does not come up, with the reason that it gave.
    pub(super) fn open_network(bwrap: Bwrap, doors: &[u16], on_coming: OnComing) -> io::Result<Self> {
        Self::begin(bwrap, &serve::doors_frame(doors), Some(on_coming))
    }

    fn begin(bwrap: Bwrap, first: &Frame, on_coming: Option<OnComing>) -> io::Result<Self> {
        let (own, other) = UnixStream::pair()?;
        let way = Arc::new(Way { socket: own, is_open: AtomicBool::new(true), waiting: Mutex::default() });
        let (answer, answers) = channel();
        let (tell_pid, pid) = channel();
        let (tell_gone, gone) = channel();
        let listening = Arc::clone(&way);
        // The system ends the sandbox when the thread that started it ends: this one stays as long as it.
        thread::Builder::new().name("keeper".to_owned()).spawn(move || {
            let why = hold(&bwrap, other, &tell_pid, |socket_is_open| {
                if socket_is_open {
                    listening.listen(&answer, on_coming.as_ref());
                }
            });
            listening.is_open.store(false, Ordering::Release);
            listening.waiting().clear();
            drop(tell_gone.send(why));
        })?;
        let pid = pid.recv().map_err(|_| io::Error::other("it did not start")).flatten()?;
        let (answers, gone) = (Mutex::new(answers), Mutex::new(gone));
        let mut keeper = Self { way, answers, gone, pid, inner_pid: 0, next: AtomicU64::new(0) };
        keeper.inner_pid = keeper.has_begun(first)?;
        Ok(keeper)
    }

    /// Has it begin, and gives its number as it knows it.
    fn has_begun(&self, first: &Frame) -> io::Result<i32> {
        let fault = |why: &str| io::Error::other(format!("its sandbox does not come up: {why}"));
        let answer =
            first.send(&self.way.socket, &[]).map(|()| lock(&self.answers).recv_timeout(PATIENCE).ok());
        let Ok(Some(answer)) = answer else {
            let why = lock(&self.gone).recv_timeout(DEPARTURE).unwrap_or_else(|_| "it is silent".to_owned());
            return Err(fault(&why));
        };
        let mut words = answer.words();
        match words.next() {
            Some(b"ready") => Ok(parse(words.next()).unwrap_or_default()),
            Some(b"refused") => Err(fault(&String::from_utf8_lossy(words.next().unwrap_or_default()))),
            _ => Err(fault("it is of another version of flightdeck")),
        }
    }

    /// Whether it still starts programs.
    pub(super) fn is_open(&self) -> bool {
        self.way.is_open.load(Ordering::Acquire)
    }

    /// Starts a program. `on_end` is called with how it ended, and dropped when the sandbox ends before it.
    ///
    /// # Errors
    /// Why it could not be started, as the system says it; or that the sandbox has ended.
    pub(in crate::workspace) fn start(&self, order: &Order, on_end: OnEnd) -> io::Result<Started> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let answers = lock(&self.answers);
        self.way.waiting().insert(id, on_end);
        let started = self.ask_to_start(id, order, &answers);
        if started.is_err() {
            self.way.waiting().remove(&id);
        }
        started
    }

    /// Begins to connect to a port of the loopback of its network; whether that succeeds shows once it can be written to.
    ///
    /// # Errors
    /// When it is refused at once, or the network has ended.
    pub(super) fn dial(&self, port: u16, is_v6: bool) -> io::Result<OwnedFd> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let answers = lock(&self.answers);
        let family = if is_v6 { "6" } else { "4" };
        let frame = Frame::of("dial").word(id.to_string()).word(port.to_string()).word(family);
        let answer = self.ask(id, b"dialled", &frame, &[], &answers)?;
        answer.descriptors.into_iter().next().ok_or_else(ended)
    }

    /// Has a network open one more door.
    ///
    /// # Errors
    /// When one of its programs listens there.
    pub(super) fn open_door(&self, port: u16) -> io::Result<()> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let answers = lock(&self.answers);
        let frame = Frame::of("door").word(id.to_string()).word(port.to_string());
        self.ask(id, b"opened", &frame, &[], &answers).map(drop)
    }

    /// The number of its first process in it, which is that here where it has no processes of its own.
    pub(super) fn inner_pid(&self) -> i32 {
        self.inner_pid
    }

    fn ask_to_start(&self, id: u64, order: &Order, answers: &Receiver<Frame>) -> io::Result<Started> {
        let (terminal, given) = match &order.ends {
            Ends::Given(ends) => ((0, 0), ends.iter().map(AsFd::as_fd).collect()),
            Ends::Terminal { rows, cols } => (((*rows).max(1), *cols), Vec::new()),
        };
        let frame = Frame::of("start").word(id.to_string()).word(terminal.0.to_string());
        let dir = order.dir.as_os_str().as_encoded_bytes();
        let frame = frame.word(terminal.1.to_string()).word(dir).word(order.argv.len().to_string());
        let frame = order.argv.iter().fold(frame, |frame, word| frame.word(word.as_encoded_bytes()));
        let frame = order.variables.iter().fold(frame, |frame, (name, value)| {
            frame.word([name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
        });
        self.started(self.ask(id, b"started", &frame, &given, answers)?)
    }

    /// Asks, and gives the answer that says `what`.
    fn ask(
        &self,
        id: u64,
        what: &[u8],
        frame: &Frame,
        given: &[BorrowedFd<'_>],
        answers: &Receiver<Frame>,
    ) -> io::Result<Frame> {
        frame.send(&self.way.socket, given).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => ended(),
            _ => error,
        })?;
        let Ok(answer) = answers.recv_timeout(PATIENCE) else {
            // An answer that came later would be taken for that of another question.
            self.end();
            return Err(ended());
        };
        let says = |what: &[u8]| {
            let mut words = answer.words();
            words.next() == Some(what) && parse(words.next()) == Some(id)
        };
        if says(what) {
            return Ok(answer);
        }
        if says(b"failed") {
            return Err(reason(&answer));
        }
        self.end();
        Err(ended())
    }

    fn started(&self, answer: Frame) -> io::Result<Started> {
        let mut given = answer.descriptors.into_iter();
        let process = given.next().ok_or_else(ended)?;
        let pid = number_of(&process);
        // Until it hears this the keeper leaves the number with its program, even if that has ended.
        Frame::of("seen").send(&self.way.socket, &[])?;
        Ok(Started { pid: pid?, terminal: given.next() })
    }

    fn end(&self) {
        if let Err(error) = self.way.socket.shutdown(Shutdown::Both) {
            tracing::debug!(%error, "the way to a sandbox is closed already");
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
        // Nothing of it runs any more when this returns: its directories may be removed next.
        if lock(&self.gone).recv_timeout(DEPARTURE).is_err()
            && self.is_open()
            && let Err(error) = kill(Pid::from_raw(self.pid), Signal::SIGKILL)
        {
            tracing::warn!(%error, "a sandbox could not be ended");
        }
    }
}

impl Way {
    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, OnEnd>> {
        lock(&self.waiting)
    }

    /// Hears the keeper until it is gone.
    fn listen(&self, answer: &Sender<Frame>, on_coming: Option<&OnComing>) {
        while let Ok(Some(mut frame)) = Frame::receive(&self.socket) {
            if frame.words().next() == Some(b"came") {
                let port = parse(frame.words().nth(1));
                if let (Some(on_coming), Some(port), Some(way)) = (on_coming, port, frame.descriptors.pop()) {
                    on_coming(port, way);
                }
                continue;
            }
            if frame.words().next() != Some(b"ended") {
                drop(answer.send(frame));
                continue;
            }
            let mut words = frame.words().skip(1);
            let waiting = parse(words.next()).and_then(|id: u64| self.waiting().remove(&id));
            let exit = match (words.next(), parse(words.next())) {
                (Some(b"code"), Some(code)) => Exit::Code(code),
                (Some(b"signal"), Some(signal)) => Exit::Signal(signal),
                _ => Exit::Unknown,
            };
            if let Some(on_end) = waiting {
                on_end(exit);
            }
        }
    }
}

/// Runs a sandbox to its end, and gives what it said last.
fn hold(
    bwrap: &Bwrap,
    socket: UnixStream,
    tell_pid: &Sender<io::Result<i32>>,
    listen: impl FnOnce(bool),
) -> String {
    let (mut errors, writer) = match io::pipe() {
        Ok(pipe) => pipe,
        Err(error) => return error.to_string(),
    };
    let spawned = {
        // No sweep sees it before it is known.
        let _none_starts = live();
        let spawned = bwrap.start(socket, writer);
        keepers().extend(spawned.iter().map(|(pid, _)| *pid));
        spawned
    };
    let (pid, mut child) = match spawned {
        Ok(child) => child,
        Err(error) => {
            drop(tell_pid.send(Err(error)));
            return String::new();
        }
    };
    listen(tell_pid.send(Ok(pid)).is_ok());
    let mut said = Vec::new();
    let read = errors.by_ref().take(LAST_WORDS).read_to_end(&mut said);
    let ended = read.and_then(|_| child.wait());
    keepers().remove(&pid);
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    match ended {
        Err(error) => error.to_string(),
        Ok(exit) if said.is_empty() => exit.to_string(),
        Ok(_) => said,
    }
}

impl Bwrap {
    /// Starts it, and gives its number here.
    fn start(&self, socket: UnixStream, errors: PipeWriter) -> io::Result<(i32, Waited)> {
        let socket = OwnedFd::from(socket);
        let Some(network) = &self.network else {
            let mut command = Program::new(&self.program).command();
            command.args(&self.arguments).stdin(socket).stdout(Stdio::null()).stderr(errors);
            let child = command.spawn()?;
            return Ok((i32::try_from(child.id()).unwrap_or_default(), Waited::Own(child)));
        };
        let program = self.arguments.iter().fold(Program::new(&self.program), Program::arg);
        let (argv, variables) = (program.argv(), program.environment());
        let ends = Ends::Given([socket, nothing()?, errors.into()]);
        let (sender, ended) = channel();
        let order = Order { argv, dir: "/".into(), variables, ends };
        Ok((network.start(&order, tell(sender))?.pid, Waited::Kept(ended)))
    }
}

/// Why a program could not be started.
fn reason(answer: &Frame) -> io::Error {
    let mut words = answer.words().skip(2);
    match parse(words.next()) {
        Some(number @ 1..) => io::Error::from_raw_os_error(number),
        _ => io::Error::other(String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned()),
    }
}

/// The number of a process here: inside of its sandbox it has another.
fn number_of(process: &OwnedFd) -> io::Result<i32> {
    let told = fs::read_to_string(format!("/proc/self/fdinfo/{}", process.as_raw_fd()))?;
    let number = told.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse().ok());
    number.filter(|number| *number > 0).ok_or(io::Error::other("it has no process id"))
}

fn ended() -> io::Error {
    io::Error::other("the sandbox that it was to run in has ended; the next program gets a new one")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
