//! `terminal`: a program worked at a terminal, as a person would.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Pattern, Screen, Size, TerminalDriver};
use crate::instrument::{Evidence, Facts, Instrument, InstrumentError, Place, Seen, Settled};
use crate::workspace::Access;

/// How long a program has to draw after a key, before its screen is shown.
const SETTLE: Duration = Duration::from_millis(200);
/// How long a screen must stand unchanged to count as one that waits for its user.
const STILL: Duration = Duration::from_millis(100);
/// Seconds that are waited unless the model gives others, and the most of them.
const WAIT: (u64, u64) = (10, 120);

/// What is done at the terminal.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    /// What to do. Every action but `stop` shows the screen afterwards.
    action: Action,
    /// `start`: the command line.
    command: Option<String>,
    /// `start`: the directory it runs in, relative to the checkout.
    directory: Option<String>,
    /// `type`: the text to type. `wait`: a text that must appear on one line.
    text: Option<String>,
    /// `press`: the keys, such as `Enter`, `Ctrl+C`, `Down`, `q`, one after the other.
    #[serde(default)]
    keys: Vec<String>,
    /// `wait`: a regular expression instead of a text.
    regex: Option<String>,
    /// `wait`: seconds; 10 when left out.
    seconds: Option<u64>,
    /// `start`, `resize`: the width; 80 when left out.
    cols: Option<u16>,
    /// `start`, `resize`: the height; 24 when left out.
    rows: Option<u16>,
}

/// The ways to work a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub enum Action {
    Start,
    Type,
    Press,
    Wait,
    Screen,
    Resize,
    Stop,
}

/// One program at a time.
pub struct Terminal {
    place: Place,
    running: Mutex<Option<Running>>,
}

struct Running {
    driver: TerminalDriver,
    command: String,
}

#[async_trait::async_trait]
impl Instrument for Terminal {
    type Wanted = Wanted;

    const NAME: &'static str = "terminal";
    const DESCRIPTION: &'static str = "Works a program at a terminal: start it, type, press keys, wait for what it shows, read the \
                                       screen. One program at a time.";
    const ACCESS: Access = Access::Proof;

    fn new(place: &Place) -> Result<Self, InstrumentError> {
        Ok(Self { place: place.clone(), running: Mutex::new(None) })
    }

    async fn act(&self, wanted: Wanted) -> Result<Seen, InstrumentError> {
        let mut running = self.running.lock().await;
        if wanted.action == Action::Start {
            if let Some(old) = running.take() {
                old.driver.stop().await;
            }
            *running = Some(self.start(&wanted)?);
        }
        if wanted.action == Action::Stop {
            let Some(old) = running.take() else { return Err(not_started()) };
            let text = format!("`{}` was stopped ({})", old.command, old.driver.stop().await);
            return Ok(Seen::told(text));
        }
        let running = running.as_ref().ok_or_else(not_started)?;
        let screen = act_on(&running.driver, &wanted).await?;
        let exit = running.driver.exit_status();
        let settled = match exit {
            Some(_) => Settled::Ended,
            None if screen.text().is_empty() => Settled::Nothing,
            None if screen == running.driver.screen_after(STILL).await => Settled::Still,
            None => Settled::Moving,
        };
        let ended = exit.map(|exit| format!("\n[the program ended: {exit}]"));
        let text = format!("{}{}", screen.text(), ended.unwrap_or_default());
        let facts = Facts { exit, text: screen.text(), ..Facts::default() };
        Ok(Seen::new(text, [Evidence { settled, ..screen.evidence(&running.command)? }], facts))
    }
}

impl Terminal {
    fn start(&self, wanted: &Wanted) -> Result<Running, InstrumentError> {
        let command = wanted.command.clone().ok_or_else(|| wants("start", "command"))?;
        let program = self.place.program(&command, wanted.directory.as_deref().unwrap_or("."))?;
        Ok(Running { driver: TerminalDriver::start(&program, size(wanted))?, command })
    }
}

async fn act_on(driver: &TerminalDriver, wanted: &Wanted) -> Result<Screen, InstrumentError> {
    match wanted.action {
        Action::Type => {
            let text = wanted.text.as_deref().ok_or_else(|| wants("type", "text"))?;
            driver.type_text(text)?;
        }
        Action::Press if wanted.keys.is_empty() => return Err(wants("press", "keys")),
        Action::Press => {
            wanted.keys.iter().try_for_each(|key| driver.press(key))?;
        }
        Action::Wait => {
            let seconds = wanted.seconds.unwrap_or(WAIT.0).clamp(1, WAIT.1);
            let seen = driver.wait_for(&pattern(wanted)?, Duration::from_secs(seconds)).await;
            return seen;
        }
        Action::Resize => driver.resize(size(wanted))?,
        Action::Screen => return Ok(driver.screen()),
        Action::Start | Action::Stop => {}
    }
    tokio::time::sleep(SETTLE).await;
    Ok(driver.screen())
}

fn pattern(wanted: &Wanted) -> Result<Pattern, InstrumentError> {
    match (&wanted.text, &wanted.regex) {
        (Some(text), None) => Ok(Pattern::Text(text.clone())),
        // `^` and `$` are about the lines of the screen.
        (None, Some(expression)) => regex::RegexBuilder::new(expression)
            .multi_line(true)
            .build()
            .map(Pattern::Regex)
            .map_err(|fault| InstrumentError::BadRequest(format!("`regex` is wrong: {fault}"))),
        _ => Err(InstrumentError::BadRequest("`wait` wants either `text` or `regex`".to_owned())),
    }
}

fn size(wanted: &Wanted) -> Size {
    Size { cols: wanted.cols.unwrap_or(80).clamp(10, 400), rows: wanted.rows.unwrap_or(24).clamp(3, 200) }
}

fn wants(action: &str, field: &str) -> InstrumentError {
    InstrumentError::BadRequest(format!("`{action}` wants `{field}`"))
}

fn not_started() -> InstrumentError {
    InstrumentError::BadRequest("no program is at the terminal; use `start` first".to_owned())
}
