//! A person at a terminal: what they type, what they see, and every byte that reached their screen.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use flightdeck::workspace::Program;
use flightdeck::workspace::pty::{Pty, Size};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cli::stage::Stage;

pub const ENTER: &str = "\r";
pub const ESC: &str = "\x1b";
pub const CTRL_S: &str = "\x13";
/// The size that most tests use.
pub const USUAL: Size = Size { cols: 120, rows: 40 };
/// How long anything may take on a machine that has other things to do. No test passes or fails by being faster.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often the screen is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A terminal with a shell line running in it.
pub struct Terminal {
    pty: Pty,
    seen: Arc<Mutex<Seen>>,
}

/// A link that can be stopped and let go on.
#[derive(Default)]
pub struct Link {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Link {
    pub fn stop(&self) {
        *self.stopped.lock().unwrap() = true;
    }

    pub fn go_on(&self) {
        *self.stopped.lock().unwrap() = false;
        self.changed.notify_all();
    }

    fn wait(&self) {
        drop(self.changed.wait_while(self.stopped.lock().unwrap(), |stopped| *stopped).unwrap());
    }
}

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

impl Terminal {
    /// Runs a line for a shell that finds the program as `$FD`, in the stage's repository.
    pub fn run(stage: &Stage, line: &str, size: Size) -> Self {
        Self::run_behind(stage, line, size, Arc::default())
    }

    /// The same behind a link that can be stopped: nothing is read from the program while it is.
    pub fn run_behind(stage: &Stage, typed: &str, size: Size, link: Arc<Link>) -> Self {
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(size.rows, size.cols, 0),
            bytes: Vec::new(),
        }));
        let screen = Arc::clone(&seen);
        let program = Program::shell(typed)
            .dir(stage.repository())
            .envs(stage.variables())
            .env("FD", env!("CARGO_BIN_EXE_flightdeck"))
            .env("LC_ALL", "C.UTF-8");
        let pty = Pty::start(&program, size, move |bytes| {
            link.wait();
            let mut seen = screen.lock().unwrap();
            seen.parser.process(bytes);
            seen.bytes.extend_from_slice(bytes);
            Vec::new()
        });
        Self { pty: pty.unwrap(), seen }
    }

    pub fn types(&self, text: &str) {
        self.pty.write(text.as_bytes()).unwrap();
    }

    /// Waits until a text stands on the screen.
    pub fn sees(&self, text: &str) {
        self.waits_until(text, |terminal| terminal.shows(text));
    }

    /// Waits until a text no longer stands on the screen.
    pub fn sees_no_more(&self, text: &str) {
        self.waits_until(&format!("no {text}"), |terminal| !terminal.shows(text));
    }

    pub fn waits_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let since = Instant::now();
        while !holds(self) {
            assert!(since.elapsed() < PATIENCE, "waited for {what} and saw\n{}", self.screen());
            std::thread::sleep(LOOK);
        }
    }

    pub fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    pub fn screen(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// Everything the terminal was sent, as text.
    pub fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.seen().bytes).into_owned()
    }

    pub fn resize(&self, size: Size) {
        // The emulator (vt100 0.16) breaks on a screen of a few cells; the program is told of every size.
        if size.cols >= 20 && size.rows >= 5 {
            self.seen().parser.screen_mut().set_size(size.rows, size.cols);
        }
        self.pty.resize(size).unwrap();
    }

    /// Waits for the end of the shell's line.
    pub fn ends(&self) {
        self.waits_until("the end", |terminal| terminal.pty.exit().is_some());
    }

    /// Whether the terminal is as a shell expects it: the main screen, a cursor, no mouse, no marked pastes.
    pub fn is_given_back(&self) -> bool {
        let seen = self.seen();
        let screen = seen.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

/// Sends a signal to the program whose process id a file holds.
pub fn signal(stage: &Stage, pid_file: &str, signal: Signal) {
    let pid = std::fs::read_to_string(stage.path(pid_file)).unwrap();
    kill(Pid::from_raw(pid.trim().parse().unwrap()), signal).unwrap();
}
