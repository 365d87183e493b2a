//! The keeper itself: the first process of a sandbox. It keeps itself in, then starts programs as its engine asks, tells how
//! they end, and takes the exit codes of those that lost their parent. When its engine is gone it ends, and with it
//! everything in the sandbox.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::rc::Rc;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    DumpableBehavior, Pid, PidfdFlags, PidfdGetfdFlags, WaitOptions, pidfd_getfd, pidfd_open,
};
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use super::frame::{Frame, parse};
use super::network;
use crate::workspace::process::{Program, close_inherited};
use crate::workspace::sandbox::jail::{Inmate, Rules};
use crate::workspace::sandbox::{landlock, syscalls};

/// Serves the engine at the other end of standard input until it is gone.
///
/// # Errors
/// When there is no engine, or it cannot keep itself in.
pub fn keep() -> io::Result<()> {
    close_inherited();
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    // Neither its memory nor its descriptors are for the programs that it starts, which are the same user's.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let Some(asked) = Frame::receive(&socket)? else { return Ok(()) };
    let socket = Rc::new(socket);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let begun = match doors_of(&asked) {
            Some(doors) => network::open(&doors, &socket).map_err(|error| error.to_string()),
            None => restrict(&asked),
        };
        match begun {
            Ok(()) => Frame::of("ready").word(std::process::id().to_string()).send(&*socket, &[])?,
            Err(why) => return Frame::of("refused").word(why).send(&*socket, &[]),
        }
        let stream = std::os::unix::net::UnixStream::from(socket.try_clone()?);
        stream.set_nonblocking(true)?;
        let stream = UnixStream::from_std(stream)?;
        Keeper { socket, running: BTreeMap::new() }.serve(&stream).await
    })
}

fn restrict(asked: &Frame) -> Result<(), String> {
    let (rules, inmate) = rules_of(asked).ok_or("the rules were not understood")?;
    landlock::restrict(&rules)?;
    syscalls::restrict(&rules, inmate)
}

/// What a keeper is told that keeps a network and no programs.
pub(super) fn doors_frame(doors: &[u16]) -> Frame {
    doors.iter().fold(Frame::of("network"), |frame, port| frame.word(port.to_string()))
}

fn doors_of(frame: &Frame) -> Option<Vec<u16>> {
    let mut words = frame.words();
    words.next().filter(|word| *word == b"network")?;
    words.map(|word| parse(Some(word))).collect()
}

/// The rules as a frame: each path behind the letter of what may be done there.
pub(super) fn rules_frame(rules: &Rules, inmate: Inmate) -> Frame {
    let network = if rules.reaches_network { "network" } else { "none" };
    let nesting = if inmate == Inmate::Nesting { "nesting" } else { "program" };
    let frame = Frame::of("hold").word(nesting).word(network);
    let lists = [(b'r', &rules.reads), (b'w', &rules.writes), (b'g', &rules.git), (b'd', &rules.devices)];
    lists.into_iter().fold(frame, |frame, (letter, paths)| {
        paths
            .iter()
            .fold(frame, |frame, path| frame.word([&[letter], path.as_os_str().as_encoded_bytes()].concat()))
    })
}

fn rules_of(frame: &Frame) -> Option<(Rules, Inmate)> {
    let mut words = frame.words();
    words.next().filter(|word| *word == b"hold")?;
    let inmate = if words.next()? == b"nesting" { Inmate::Nesting } else { Inmate::Program };
    let mut rules = Rules { reaches_network: words.next()? == b"network", ..Rules::default() };
    for word in words {
        let (letter, path) = word.split_first()?;
        let list = match letter {
            b'r' => &mut rules.reads,
            b'w' => &mut rules.writes,
            b'g' => &mut rules.git,
            b'd' => &mut rules.devices,
            _ => return None,
        };
        list.push(PathBuf::from(OsStr::from_bytes(path)));
    }
    Some((rules, inmate))
}

/// A program that it is asked to start.
struct Request<'a> {
    id: u64,
    /// Rows and columns, where it gets a terminal of its own.
    terminal: Option<(u16, u16)>,
    dir: &'a OsStr,
    argv: Vec<&'a OsStr>,
    variables: Vec<(&'a OsStr, &'a OsStr)>,
}

impl<'a> Request<'a> {
    fn of(frame: &'a Frame) -> Option<Self> {
        let mut words = frame.words();
        words.next().filter(|word| *word == b"start")?;
        let id = parse(words.next())?;
        let (rows, cols): (u16, u16) = (parse(words.next())?, parse(words.next())?);
        let dir = OsStr::from_bytes(words.next()?);
        let count: usize = parse(words.next())?;
        let argv: Vec<&OsStr> = words.by_ref().take(count).map(OsStr::from_bytes).collect();
        let pairs = words.filter_map(|word| {
            let at = word.iter().position(|byte| *byte == b'=')?;
            Some((OsStr::from_bytes(&word[..at]), OsStr::from_bytes(&word[at + 1..])))
        });
        let is_whole = argv.len() == count && count > 0;
        let terminal = (rows > 0).then_some((rows, cols));
        is_whole.then(|| Self { id, terminal, dir, argv, variables: pairs.collect() })
    }

    /// Its process id here, and what the engine gets of it.
    fn start(&self, descriptors: Vec<OwnedFd>) -> io::Result<(i32, Vec<OwnedFd>)> {
        let (pid, terminal) = match self.terminal {
            Some((rows, cols)) => self.start_in_terminal(rows, cols)?,
            None => (self.start_piped(descriptors)?, None),
        };
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let pid = raw.ok_or(io::Error::other("it has no process id"))?;
        let process = pidfd_open(pid, PidfdFlags::empty())?;
        Ok((pid.as_raw_nonzero().get(), std::iter::once(process).chain(terminal).collect()))
    }

    fn start_piped(&self, descriptors: Vec<OwnedFd>) -> io::Result<u32> {
        let ends: Result<[OwnedFd; 3], _> = descriptors.try_into();
        let [input, output, errors] = ends.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let name = self.argv.first().copied().unwrap_or_default();
        let program = Program::new(name).dir(self.dir);
        let program = self.argv.iter().skip(1).fold(program, Program::arg);
        let mut command = program.plain_command();
        command.env_clear().envs(self.variables.iter().copied()).process_group(0);
        Ok(command.stdin(input).stdout(output).stderr(errors).spawn()?.id())
    }

    fn start_in_terminal(&self, rows: u16, cols: u16) -> io::Result<(u32, Option<OwnedFd>)> {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(io::Error::other)?;
        let mut command = CommandBuilder::from_argv(self.argv.iter().map(Into::into).collect());
        command.env_clear();
        self.variables.iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(self.dir);
        let child = pair.slave.spawn_command(command).map_err(io::Error::other)?;
        let missing = || io::Error::other("the terminal has no other side");
        let master = pair.master.as_raw_fd().ok_or_else(missing)?;
        // The library gives the number alone; this gives a descriptor that is ours.
        let own = pidfd_open(rustix::process::getpid(), PidfdFlags::empty())?;
        let master = pidfd_getfd(own, master, PidfdGetfdFlags::empty())?;
        Ok((child.process_id().ok_or_else(missing)?, Some(master)))
    }
}

struct Keeper {
    socket: Rc<OwnedFd>,
    /// The requests of the programs that run, by process id.
    running: BTreeMap<i32, u64>,
}

impl Keeper {
    async fn serve(mut self, stream: &UnixStream) -> io::Result<()> {
        let mut ends = signal(SignalKind::child())?;
        loop {
            tokio::select! {
                _ = ends.recv() => self.bury()?,
                ready = stream.readable() => {
                    ready?;
                    match stream.try_io(Interest::READABLE, || next(&self.socket)) {
                        Ok(Some(frame)) => self.answer(frame)?,
                        Ok(None) => return Ok(()),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// What is not understood is not answered: its sender is the engine, which waits for no answer for ever.
    fn answer(&mut self, mut frame: Frame) -> io::Result<()> {
        let descriptors = std::mem::take(&mut frame.descriptors);
        match frame.words().next() {
            Some(b"dial") => return self.dial(&frame),
            Some(b"door") => return self.open_door(&frame),
            Some(_) | None => {}
        }
        let Some(request) = Request::of(&frame) else { return Ok(()) };
        let id = request.id.to_string();
        match request.start(descriptors) {
            Ok((pid, given)) => {
                self.running.insert(pid, request.id);
                let given: Vec<_> = given.iter().map(AsFd::as_fd).collect();
                Frame::of("started").word(id).send(&*self.socket, &given)?;
                // The engine looks its number up, which it has only until its exit code is taken.
                Frame::receive(&*self.socket).map(drop)
            }
            Err(error) => self.failed(id, &error),
        }
    }

    fn dial(&self, frame: &Frame) -> io::Result<()> {
        let mut words = frame.words().skip(1);
        let (Some(id), Some(port), Some(family)) =
            (parse::<u64>(words.next()), parse(words.next()), words.next())
        else {
            return Ok(());
        };
        match network::dial(port, family == b"6") {
            Ok(way) => Frame::of("dialled").word(id.to_string()).send(&*self.socket, &[way.as_fd()]),
            Err(error) => self.failed(id.to_string(), &error),
        }
    }

    fn open_door(&self, frame: &Frame) -> io::Result<()> {
        let mut words = frame.words().skip(1);
        let (Some(id), Some(port)) = (parse::<u64>(words.next()), parse(words.next())) else { return Ok(()) };
        match network::open(&[port], &self.socket) {
            Ok(()) => Frame::of("opened").word(id.to_string()).send(&*self.socket, &[]),
            Err(error) => self.failed(id.to_string(), &error),
        }
    }

    fn failed(&self, id: String, error: &io::Error) -> io::Result<()> {
        let number = error.raw_os_error().unwrap_or_default().to_string();
        Frame::of("failed").word(id).word(number).word(error.to_string()).send(&*self.socket, &[])
    }

    fn bury(&mut self) -> io::Result<()> {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            let how = status.exit_status().map(|code| ("code", code));
            let how = how.or(status.terminating_signal().map(|signal| ("signal", signal)));
            if let Some((how, number)) = how
                && let Some(id) = self.running.remove(&pid.as_raw_nonzero().get())
            {
                let frame = Frame::of("ended").word(id.to_string()).word(how);
                frame.word(number.to_string()).send(&*self.socket, &[])?;
            }
        }
        Ok(())
    }
}

/// The next frame, if it has begun to arrive.
fn next(socket: &OwnedFd) -> io::Result<Option<Frame>> {
    let mut asked = [PollFd::new(socket, PollFlags::IN)];
    loop {
        match poll(&mut asked, Some(&Timespec::default())) {
            Ok(0) => return Err(io::ErrorKind::WouldBlock.into()),
            Ok(_) => return Frame::receive(socket),
            // A program has ended just now.
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
