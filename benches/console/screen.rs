//! The console in a terminal: what is typed to it, what stands on its screen, and when that came.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use flightdeck::workspace::Program;
use flightdeck::workspace::pty::{Pty, Size};

use crate::Result;
use crate::ground::{Ground, MISSION};
use crate::usage::Usage;

/// How large the terminal is.
const SIZE: Size = Size { cols: 120, rows: 40 };
/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// What stands at the end of each frame: the end of a synchronized update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// A console that runs.
pub struct Console {
    pty: Pty,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// When it was started.
    pub started: Instant,
}

/// What came so far.
pub struct Seen {
    parser: vt100::Parser,
    /// Bytes since the start.
    pub bytes: u64,
    /// Frames since the start.
    pub frames: u64,
    /// The end of what came last, in which a frame's end may have begun.
    tail: Vec<u8>,
    /// Words that are looked for, and when each came onto the screen.
    marks: Vec<(String, Option<Instant>)>,
}

impl Console {
    /// Attaches a console to the mission, as a person in its repository would, with an engine that runs already and is
    /// not the console's own child.
    pub fn attach_to_running(ground: &Ground, mark: &str) -> Result<Self> {
        let first = Self::attach(ground, &[mark])?;
        first.sees(mark)?;
        first.leaves()?;
        let console = Self::attach(ground, &[mark])?;
        console.sees(mark)?;
        Ok(console)
    }

    /// Attaches a console to the mission, as a person in its repository would.
    pub fn attach(ground: &Ground, marks: &[&str]) -> Result<Self> {
        let seen = Arc::new((Mutex::new(Seen::new(marks)), Condvar::new()));
        let taken = Arc::clone(&seen);
        let program = Program::new(env!("CARGO_BIN_EXE_flightdeck"))
            .arg("attach")
            .arg(MISSION)
            .dir(ground.repository());
        let names = ["HOME", "FLIGHTDECK_HOME", "XDG_CONFIG_HOME", "FLIGHTDECK_LOG"];
        let program = names
            .into_iter()
            .fold(program, |program, name| program.env(name, std::env::var_os(name).unwrap_or_default()));
        let started = Instant::now();
        let pty = Pty::start(&program.env("LC_ALL", "C.UTF-8"), SIZE, move |bytes| {
            let (seen, changed) = &*taken;
            seen.lock().unwrap_or_else(PoisonError::into_inner).take(bytes);
            changed.notify_all();
            Vec::new()
        })?;
        Ok(Self { pty, seen, started })
    }

    /// Types.
    pub fn types(&self, keys: &str) -> Result<()> {
        Ok(self.pty.write(keys.as_bytes())?)
    }

    /// What came so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something holds of the screen; says whether it does.
    pub fn waits(&self, longest: Duration, mut holds: impl FnMut(&Seen) -> bool) -> bool {
        let end = Instant::now() + longest;
        let mut seen = self.seen();
        loop {
            if holds(&seen) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until a word that is looked for came onto the screen; says when.
    pub fn sees(&self, mark: &str) -> Result<Instant> {
        let mut at = None;
        self.waits(PATIENCE, |seen| {
            at = seen.when(mark);
            at.is_some()
        });
        at.ok_or_else(|| format!("{mark:?} does not come onto the screen:\n{}", self.text()).into())
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.seen().text()
    }

    /// Looks for other words from now on.
    pub fn looks_for(&self, marks: &[&str]) {
        let mut seen = self.seen();
        seen.marks = marks.iter().map(|mark| ((*mark).to_owned(), None)).collect();
        seen.look();
    }

    /// What the process used.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(&self.pid().to_string())
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pty.pid().unsigned_abs()
    }

    /// Leaves it by its key.
    pub fn leaves(self) -> Result<()> {
        self.types("q")?;
        let end = Instant::now() + PATIENCE;
        while self.pty.exit().is_none() {
            if Instant::now() > end {
                return Err(format!("the console does not end:\n{}", self.text()).into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Seen {
    fn new(marks: &[&str]) -> Self {
        Self {
            parser: vt100::Parser::new(SIZE.rows, SIZE.cols, 0),
            bytes: 0,
            frames: 0,
            tail: Vec::new(),
            marks: marks.iter().map(|mark| ((*mark).to_owned(), None)).collect(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.bytes += bytes.len() as u64;
        self.tail.extend_from_slice(bytes);
        let ends = self.tail.windows(FRAME_END.len()).filter(|window| *window == FRAME_END).count();
        self.frames += ends as u64;
        let kept = if self.tail.ends_with(FRAME_END) { 0 } else { FRAME_END.len() - 1 };
        self.tail.drain(..self.tail.len().saturating_sub(kept));
        self.look();
    }

    fn look(&mut self) {
        let Self { parser, marks, .. } = self;
        let mut missing = marks.iter_mut().filter(|(_, at)| at.is_none()).peekable();
        if missing.peek().is_some() {
            let text = parser.screen().contents();
            for (_, at) in missing.filter(|(mark, _)| text.contains(mark.as_str())) {
                *at = Some(Instant::now());
            }
        }
    }

    /// When a word that is looked for came.
    pub fn when(&self, mark: &str) -> Option<Instant> {
        self.marks.iter().find(|(known, _)| known == mark).and_then(|(_, at)| *at)
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Whether what came last is the end of a frame.
    pub fn at_rest(&self) -> bool {
        self.tail.is_empty()
    }

    /// The first number after a word on the screen.
    pub fn number_after(&self, word: &str) -> Option<u64> {
        let text = self.text();
        let (_, rest) = text.split_once(word)?;
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }
}
