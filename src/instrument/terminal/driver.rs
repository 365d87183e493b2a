//! The driver: a program, the terminal it draws on, and the keyboard.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use regex::Regex;
use tokio::sync::watch;
use tokio::time::timeout;

use super::keys::{CursorKeys, bytes_of};
use super::screen::Screen;
use crate::instrument::InstrumentError;
use crate::workspace::pty::{Pty, Size};
use crate::workspace::{Exit, Program};

/// A program in a terminal. Dropping it kills the program.
pub struct TerminalDriver {
    pty: Pty,
    parser: Arc<Mutex<Parser>>,
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

type Parser = vt100::Parser<Questions>;

/// How long the screen must be still before a program's last words are taken to be drawn.
const SETTLE: Duration = Duration::from_millis(50);

impl TerminalDriver {
    /// Starts a program in a terminal of that size.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Program, size: Size) -> Result<Self, InstrumentError> {
        let parser =
            Arc::new(Mutex::new(Parser::new_with_callbacks(size.rows, size.cols, 0, Questions::default())));
        let (draw, drawn) = watch::channel(0);
        let screen = Arc::clone(&parser);
        let pty = Pty::start(program, size, move |bytes| {
            let answers = {
                let mut parser = lock(&screen);
                parser.process(bytes);
                std::mem::take(&mut parser.callbacks_mut().answers)
            };
            draw.send_modify(|count| *count += 1);
            answers
        })?;
        Ok(Self { pty, parser, drawn })
    }

    /// Types a text as it is.
    pub fn type_text(&self, text: &str) -> Result<(), InstrumentError> {
        Ok(self.pty.write(text.as_bytes())?)
    }

    /// Presses a key such as `Enter`, `Ctrl+C`, `Up` or `F1`.
    ///
    /// # Errors
    /// [`InstrumentError::UnknownKey`] says how keys are written.
    pub fn press(&self, key: &str) -> Result<(), InstrumentError> {
        let asked = lock(&self.parser).screen().application_cursor();
        let cursor_keys = if asked { CursorKeys::Application } else { CursorKeys::Normal };
        Ok(self.pty.write(&bytes_of(key, cursor_keys)?)?)
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
                if pattern.is_in(&screen) {
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

    /// What is on the screen now.
    pub fn screen(&self) -> Screen {
        Screen::of(lock(&self.parser).screen())
    }

    /// What is on the screen after a while.
    pub async fn screen_after(&self, while_: Duration) -> Screen {
        tokio::time::sleep(while_).await;
        self.screen()
    }

    /// Changes the terminal's size; the program gets a signal.
    pub fn resize(&self, size: Size) -> Result<(), InstrumentError> {
        lock(&self.parser).screen_mut().set_size(size.rows, size.cols);
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

    /// The last words of a program that has ended may still be on their way to the screen.
    async fn last_look(
        &self,
        pattern: &Pattern,
        exit: Exit,
        drawn: &mut watch::Receiver<u64>,
    ) -> Result<Screen, InstrumentError> {
        while let Ok(Ok(())) = timeout(SETTLE, drawn.changed()).await {}
        let screen = self.screen();
        if pattern.is_in(&screen) {
            return Ok(screen);
        }
        let (awaited, exit) = (pattern.to_string(), exit.to_string());
        Err(InstrumentError::Ended { awaited, exit, screen: screen.text() })
    }
}

impl Pattern {
    fn is_in(&self, screen: &Screen) -> bool {
        match self {
            Self::Text(text) => screen.lines.iter().any(|line| line.contains(text)),
            Self::Regex(regex) => regex.is_match(&screen.text()),
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

/// Answers to what programs ask their terminal. Many wait for them before they draw anything.
#[derive(Debug, Default)]
struct Questions {
    answers: Vec<u8>,
}

impl vt100::Callbacks for Questions {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        i1: Option<u8>,
        _i2: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        let first = params.first().and_then(|group| group.first()).copied().unwrap_or(0);
        match (i1, c, first) {
            // Where is the cursor?
            (None, 'n', 6) => {
                let (row, col) = screen.cursor_position();
                self.answers.extend(format!("\x1b[{};{}R", row + 1, col + 1).bytes());
            }
            // Are you well?
            (None, 'n', 5) => self.answers.extend(b"\x1b[0n"),
            // What are you? A VT100 with advanced video.
            (None, 'c', 0) => self.answers.extend(b"\x1b[?1;2c"),
            _ => {}
        }
    }
}

fn lock(parser: &Mutex<Parser>) -> MutexGuard<'_, Parser> {
    parser.lock().unwrap_or_else(PoisonError::into_inner)
}
