//! The driver: a program, the terminal it draws on, and the keyboard.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use regex::Regex;
use tokio::sync::watch;
use tokio::time::timeout;

use super::keys::{CursorKeys, bytes_of};
use super::questions::Questions;
use super::recording::{self, Recording};
use super::screen::Screen;
use crate::instrument::evidence::Settled;
use crate::instrument::{Evidence, InstrumentError};
use crate::workspace::occupation::Occupation;
use crate::workspace::pty::{Pty, Size};
use crate::workspace::{Exit, Program};

/// A program in a terminal. Dropping it kills the program.
pub struct TerminalDriver {
    pty: Pty,
    command: String,
    shown: Arc<Mutex<Shown>>,
    drawn: watch::Receiver<u64>,
}

/// What is waited for on a screen.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// A text on one line.
    Text(String),
    /// An expression that matches somewhere in the lines.
    Regex(Regex),
}

/// What the program has printed.
struct Shown {
    parser: vt100::Parser<Questions>,
    recording: Recording,
    /// The output that was not asked for yet, as it came.
    unread: Vec<u8>,
    /// When something was printed last.
    last: Instant,
    /// Whether something was printed since the last key.
    answered: bool,
}

/// How long a program's last words are waited for where another one still holds its terminal: else their end is seen.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long a screen must be still when its program reads the keyboard, and when it waits for this and that.
const STILL: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_millis(800);
/// How often it is looked whether a program has come to rest.
const PACE: Duration = Duration::from_millis(25);
/// Bytes of output that are kept until they are asked for.
const UNREAD: usize = 64 * 1024;

impl TerminalDriver {
    /// Starts a program in a terminal of that size.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Program, size: Size) -> Result<Self, InstrumentError> {
        let command = program.command_line().to_owned();
        let shown = Arc::new(Mutex::new(Shown {
            parser: vt100::Parser::new_with_callbacks(size.rows, size.cols, 0, Questions::default()),
            recording: Recording::new(&command, size),
            unread: Vec::new(),
            last: Instant::now(),
            answered: false,
        }));
        let (draw, drawn) = watch::channel(0);
        let screen = Arc::clone(&shown);
        let pty = Pty::start(program, size, move |bytes| {
            let answers = lock(&screen).take(bytes);
            draw.send_modify(|count| *count += 1);
            answers
        })?;
        Ok(Self { pty, command, shown, drawn })
    }

    /// Types a text as it is.
    pub fn type_text(&self, text: &str) -> Result<(), InstrumentError> {
        self.write(text.as_bytes())
    }

    /// Presses a key such as `Enter`, `Ctrl+C`, `Up` or `F1`.
    ///
    /// # Errors
    /// [`InstrumentError::UnknownKey`] says how keys are written.
    pub fn press(&self, key: &str) -> Result<(), InstrumentError> {
        let asked = lock(&self.shown).parser.screen().application_cursor();
        let cursor_keys = if asked { CursorKeys::Application } else { CursorKeys::Normal };
        self.write(&bytes_of(key, cursor_keys)?)
    }

    /// Waits until the screen shows something, and gives the screen that does.
    ///
    /// # Errors
    /// [`InstrumentError::NotSeen`] and [`InstrumentError::Ended`] carry the screen that was there instead.
    pub async fn wait_for(&self, pattern: &Pattern, limit: Duration) -> Result<Screen, InstrumentError> {
        let mut drawn = self.drawn.clone();
        let seen = async {
            loop {
                drawn.borrow_and_update();
                let screen = self.screen();
                if pattern.line_in(&screen).is_some() {
                    return Ok(screen);
                }
                tokio::select! {
                    Ok(()) = drawn.changed() => {}
                    exit = self.pty.wait() => return self.last_look(pattern, exit, &mut drawn).await,
                }
            }
        };
        timeout(limit, seen).await.unwrap_or_else(|_| {
            Err(InstrumentError::NotSeen {
                awaited: pattern.to_string(),
                seconds: limit.as_secs(),
                screen: self.screen().text(),
            })
        })
    }

    /// Waits until the program has ended, or waits for its user, or the time is over; and says how it is then.
    pub async fn settle(&self, limit: Duration) -> Settled {
        let begun = Instant::now();
        loop {
            let (still, answered) = {
                let shown = lock(&self.shown);
                (shown.last.elapsed().min(begun.elapsed()), shown.answered)
            };
            // Whoever draws goes once everything is read.
            let is_all_read = self.drawn.has_changed().is_err();
            if self.exit_status().is_some() && (is_all_read || still >= LAST_WORDS) {
                return Settled::Ended;
            }
            let enough = match self.occupation(still) {
                Occupation::Reads => Some(STILL),
                Occupation::Listens => Some(IDLE),
                // It may go on at any moment, unless it is one that takes keys, however it waits for them.
                Occupation::Waits => self.takes_keys().then_some(IDLE),
                // Without a word of the system, a program that has not answered yet may still be about to.
                Occupation::Unknown => answered.then_some(IDLE),
                Occupation::Works => None,
            };
            let is_blank = self.screen().text().is_empty();
            if enough.is_some_and(|enough| still >= enough) {
                return if is_blank { Settled::Nothing } else { Settled::Still };
            }
            if begun.elapsed() >= limit {
                return if is_blank { Settled::Nothing } else { Settled::Moving };
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// Whether what is typed is heard: the program reads its terminal, or takes each key as full-screen programs do.
    pub fn hears_user(&self) -> bool {
        self.takes_keys() || matches!(self.pty.occupation(), Occupation::Reads | Occupation::Listens)
    }

    fn takes_keys(&self) -> bool {
        self.pty.is_raw() || lock(&self.shown).parser.screen().alternate_screen()
    }

    /// What is on the screen now.
    pub fn screen(&self) -> Screen {
        Screen { exit: self.exit_status(), ..Screen::of(lock(&self.shown).parser.screen()) }
    }

    /// What was printed since this was asked last, as it came; of a flood the end.
    pub fn take_output(&self) -> Vec<u8> {
        std::mem::take(&mut lock(&self.shown).unread)
    }

    /// Changes the terminal's size; the program gets a signal.
    pub fn resize(&self, size: Size) -> Result<(), InstrumentError> {
        let mut shown = lock(&self.shown);
        // A terminal that gets lower keeps the line of its cursor; the emulator would keep the first lines.
        let lost = shown.parser.screen().cursor_position().0.saturating_sub(size.rows.saturating_sub(1));
        if lost > 0 && !shown.parser.screen().alternate_screen() {
            shown.parser.process(format!("\x1b[{lost}S").as_bytes());
        }
        shown.parser.screen_mut().set_size(size.rows, size.cols);
        shown.recording.resized(size);
        shown.answered = false;
        drop(shown);
        Ok(self.pty.resize(size)?)
    }

    /// How the program ended, if it has.
    pub fn exit_status(&self) -> Option<Exit> {
        self.pty.exit()
    }

    /// Waits for the program's end.
    pub async fn wait(&self) -> Exit {
        self.pty.wait().await
    }

    /// Ends the program.
    pub async fn stop(&self) -> Exit {
        self.pty.stop().await
    }

    /// The session up to now as a recording. It is given once: what follows is not recorded.
    pub fn recording(&self) -> Evidence {
        let exit = self.exit_status();
        let mut shown = lock(&self.shown);
        let screen = shown.parser.screen().state_formatted();
        let cast = shown.recording.finish(exit, &screen);
        drop(shown);
        recording::evidence(&self.command, cast, exit)
    }

    fn write(&self, bytes: &[u8]) -> Result<(), InstrumentError> {
        let mut shown = lock(&self.shown);
        shown.recording.input(bytes);
        shown.answered = false;
        drop(shown);
        Ok(self.pty.write(bytes)?)
    }

    /// What the program does; not asked while it prints, because then it is known.
    fn occupation(&self, still: Duration) -> Occupation {
        if still < STILL { Occupation::Works } else { self.pty.occupation() }
    }

    /// The last words of a program that has ended may still be on their way to the screen.
    async fn last_look(
        &self,
        pattern: &Pattern,
        exit: Exit,
        drawn: &mut watch::Receiver<u64>,
    ) -> Result<Screen, InstrumentError> {
        while let Ok(Ok(())) = timeout(LAST_WORDS, drawn.changed()).await {}
        let screen = self.screen();
        if pattern.line_in(&screen).is_some() {
            return Ok(screen);
        }
        let (awaited, exit) = (pattern.to_string(), exit.to_string());
        Err(InstrumentError::Ended { awaited, exit, screen: screen.text() })
    }
}

impl Shown {
    /// Takes what was printed, and gives what the terminal answers to it.
    fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.parser.process(bytes);
        self.recording.output(bytes);
        self.unread.extend_from_slice(bytes);
        let surplus = self.unread.len().saturating_sub(UNREAD);
        self.unread.drain(..surplus);
        self.last = Instant::now();
        self.answered = true;
        std::mem::take(&mut self.parser.callbacks_mut().answers)
    }
}

impl Pattern {
    /// The first line of the screen on which it is; of an expression the line where its match begins.
    pub fn line_in(&self, screen: &Screen) -> Option<String> {
        match self {
            Self::Text(text) => screen.lines.iter().find(|line| line.contains(text)).cloned(),
            Self::Regex(regex) => {
                let text = screen.text();
                let start = regex.find(&text)?.start();
                let from = text[..start].rfind('\n').map_or(0, |end| end + 1);
                text[from..].lines().next().map(str::to_owned).or(Some(String::new()))
            }
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Regex(regex) => write!(f, "/{regex}/"),
        }
    }
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}
