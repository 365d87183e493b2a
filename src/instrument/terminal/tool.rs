//! `terminal`: a program worked at a terminal, as a person would.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Pattern, Screen, Size, TerminalDriver};
use crate::instrument::bytes::marked;
use crate::instrument::{Evidence, Facts, Instrument, InstrumentError, Place, Rendering, Seen, Settled};
use crate::workspace::{Access, Exit};

/// How long a program has to come to rest before its screen is shown as it is.
const SETTLE: Duration = Duration::from_secs(3);
/// The same when what was waited for is there already.
const FOUND: Duration = Duration::from_millis(300);
/// Seconds that are waited unless the model gives others, and the most of them.
const WAIT: (u64, u64) = (10, 120);
/// Characters of what was typed, of a line or of the command line in the title of a look.
const TITLE: usize = 60;

/// What is done at the terminal.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Wanted {
    /// Each shows the screen once the program has ended or waits for you; one that you have seen is not repeated.
    action: Action,
    /// `start`.
    command: Option<String>,
    /// `start`: in the checkout.
    directory: Option<String>,
    /// `type`: this. `wait`: for this on one line.
    text: Option<String>,
    /// `press`: such as `Enter`, `Ctrl+C`, `Down`, `q`.
    #[serde(default)]
    keys: Vec<String>,
    /// `wait`: a regular expression instead of a text; `^` and `$` are the ends of a line.
    regex: Option<String>,
    /// `wait`: for the program's end instead of a text.
    #[serde(default)]
    exit: bool,
    /// `wait`: seconds; 10 when left out.
    #[schemars(range(min = 1, max = WAIT.1), extend("x-nearest" = true))]
    seconds: Option<u64>,
    /// `start`, `resize`: the width; 80 when left out.
    #[schemars(range(min = 10, max = 400), extend("x-nearest" = true))]
    cols: Option<u16>,
    /// `start`, `resize`: the height; 24 when left out.
    #[schemars(range(min = 3, max = 200), extend("x-nearest" = true))]
    rows: Option<u16>,
    /// Shows and keeps each byte since the last look, with escapes for what cannot be seen.
    bytes: Option<bool>,
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
    /// What the tester has seen of it.
    seen: Option<Screen>,
    record: Record,
}

/// Whether the session's recording was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Record {
    Going,
    Given,
}

/// What an action came to, before the screen is looked at.
struct Did {
    /// What was done, for the title of the look.
    step: String,
    /// What is to be said of it.
    note: String,
    /// The line of the screen that was waited for, where it came.
    found: Option<String>,
}

#[async_trait::async_trait]
impl Instrument for Terminal {
    type Wanted = Wanted;

    const NAME: &'static str = "terminal";
    const DESCRIPTION: &'static str = "Works a program at a terminal: start it, type, press keys, wait for what it shows or for its end, \
                                       read the screen and the exit code. One program at a time.";
    const ACCESS: Access = Access::Proof;

    fn new(place: &Place) -> Result<Self, InstrumentError> {
        Ok(Self { place: place.clone(), running: Mutex::new(None) })
    }

    async fn act(&self, wanted: Wanted) -> Result<Seen, InstrumentError> {
        let mut running = self.running.lock().await;
        let mut earlier = None;
        if wanted.action == Action::Start {
            if let Some(mut old) = running.take() {
                old.driver.stop().await;
                earlier = old.recording();
            }
            *running = Some(self.start(&wanted)?);
        }
        let current = running.as_mut().ok_or_else(not_started)?;
        let did = act_on(&current.driver, &wanted).await?;
        // What was waited for is what a user of the program sees, whatever moves beside it. One that hears no user works on.
        let is_there = did.found.is_some() && current.driver.hears_user();
        let settled = match current.driver.settle(if is_there { FOUND } else { SETTLE }).await {
            Settled::Moving if is_there => Settled::Still,
            settled => settled,
        };
        let mut seen = current.look(&did, settled, Rendering::of(wanted.bytes))?;
        seen.evidence.extend(earlier);
        if current.driver.exit_status().is_some() {
            seen.evidence.extend(current.recording());
        }
        if wanted.action == Action::Stop {
            running.take();
        }
        Ok(seen)
    }

    fn leave(&self) -> Vec<Evidence> {
        let Ok(mut running) = self.running.try_lock() else { return Vec::new() };
        running.take().and_then(|mut current| current.recording()).into_iter().collect()
    }
}

impl Terminal {
    fn start(&self, wanted: &Wanted) -> Result<Running, InstrumentError> {
        let example = "the command line, such as `./app --help`";
        let command = wanted.command.clone().ok_or_else(|| wants("start", "command", example))?;
        let program = self.place.program(&command, wanted.directory.as_deref().unwrap_or("."))?;
        let driver = TerminalDriver::start(&program, size(wanted))?;
        Ok(Running { driver, command, seen: None, record: Record::Going })
    }
}

impl Running {
    /// Looks at the screen and says what is new of it.
    fn look(&mut self, did: &Did, settled: Settled, rendering: Rendering) -> Result<Seen, InstrumentError> {
        let mut screen = self.driver.screen();
        let title = title(did, &screen, self.seen.as_ref(), &self.command);
        let (exit, text) = (screen.exit, screen.text());
        let mut lines: Vec<String> = Vec::new();
        match &self.seen {
            Some(seen) if seen.lines == screen.lines && seen.cursor == screen.cursor => {
                lines.push("[the screen is unchanged]".to_owned());
            }
            _ if text.is_empty() => lines.push("[the screen is empty]".to_owned()),
            _ => lines.push(text.clone()),
        }
        self.seen = Some(screen.clone());
        if rendering == Rendering::Bytes {
            let output = self.driver.take_output();
            lines.push(format!("[printed since the last look:]\n{}", marked(&output)));
            screen.output = Some(BASE64_STANDARD.encode(&output));
        }
        lines.extend((!did.note.is_empty()).then(|| format!("[{}]", did.note)));
        lines.extend(state(exit, settled));
        // A program that ended without a word is shown by its exit code, which `run` keeps.
        let settled = if text.is_empty() { Settled::Nothing } else { settled };
        let evidence = Evidence { settled, ..screen.evidence(title)? };
        Ok(Seen::new(lines.join("\n"), [evidence], Facts { exit, text, ..Facts::default() }))
    }

    /// The session's recording, the first time.
    fn recording(&mut self) -> Option<Evidence> {
        let is_due = self.record == Record::Going;
        self.record = Record::Given;
        is_due.then(|| self.driver.recording())
    }
}

/// What tells a look apart from the others of its program: what was done, the first line that is new on the screen, and
/// only then the command line, which all of them share.
fn title(did: &Did, screen: &Screen, before: Option<&Screen>, command: &str) -> String {
    let is_new =
        |line: &&String| !line.trim().is_empty() && before.is_none_or(|before| !before.lines.contains(line));
    let said = |line: &&String| !line.trim().is_empty();
    let lines = || screen.lines.iter();
    let telling = did.found.as_ref().or_else(|| lines().find(is_new)).or_else(|| lines().find(said));
    let telling = telling.map_or_else(|| "an empty screen".to_owned(), |line| short(line));
    format!("{}: {telling} · {}", did.step, short(command))
}

/// A text in one line, cut where it is long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TITLE) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

/// How the program is, in words.
fn state(exit: Option<Exit>, settled: Settled) -> Option<String> {
    match (exit, settled) {
        (Some(exit), _) => Some(format!("[the program ended: {exit}]")),
        (None, Settled::Moving) => {
            let words = "[the program still works or draws, so this screen shows no result yet: wait for its end, or `stop` it where it never ends]";
            Some(words.to_owned())
        }
        (None, Settled::Nothing) => Some("[the program runs and has shown nothing yet]".to_owned()),
        (None, Settled::Still | Settled::Ended | Settled::NotDone) => None,
    }
}

async fn act_on(driver: &TerminalDriver, wanted: &Wanted) -> Result<Did, InstrumentError> {
    let mut note = String::new();
    let step = match wanted.action {
        Action::Type => {
            let text = wanted.text.as_deref().ok_or_else(|| wants("type", "text", "what is typed"))?;
            driver.type_text(text)?;
            format!("typed `{}`", short(text))
        }
        Action::Press if wanted.keys.is_empty() => {
            return Err(wants("press", "keys", "such as [\"Enter\"] or [\"Ctrl+C\"]"));
        }
        Action::Press => {
            wanted.keys.iter().try_for_each(|key| driver.press(key))?;
            format!("pressed {}", short(&wanted.keys.join(", ")))
        }
        Action::Wait => return wait(driver, wanted).await,
        Action::Resize => {
            let size = size(wanted);
            driver.resize(size)?;
            note = format!("the terminal is {}x{} now", size.cols, size.rows);
            format!("resized to {}x{}", size.cols, size.rows)
        }
        Action::Stop => {
            note = match driver.exit_status() {
                Some(_) => "it had ended already".to_owned(),
                None => format!("it was stopped ({})", driver.stop().await),
            };
            "stopped".to_owned()
        }
        Action::Screen => "looked".to_owned(),
        Action::Start => "started".to_owned(),
    };
    Ok(Did { step, note, found: None })
}

/// Waits for what is wanted. That it does not come is something a tester sees, and no mistake.
async fn wait(driver: &TerminalDriver, wanted: &Wanted) -> Result<Did, InstrumentError> {
    let seconds = wanted.seconds.unwrap_or(WAIT.0);
    let limit = Duration::from_secs(seconds);
    if wanted.exit {
        let ended = tokio::time::timeout(limit, driver.wait()).await.is_ok();
        let note = if ended { String::new() } else { format!("it did not end within {seconds} s") };
        return Ok(Did { step: "waited for its end".to_owned(), note, found: None });
    }
    let pattern = pattern(wanted)?;
    let awaited = short(&pattern.to_string());
    let missed =
        |note: String| Ok(Did { step: format!("waited in vain for `{awaited}`"), note, found: None });
    match driver.wait_for(&pattern, limit).await {
        Ok(screen) => {
            let line = pattern.line_in(&screen).unwrap_or_default().trim().to_owned();
            let step = format!("waited for `{awaited}`");
            Ok(Did { step, note: format!("found: {line}"), found: Some(line) })
        }
        Err(InstrumentError::NotSeen { awaited, seconds, .. }) => {
            missed(format!("`{awaited}` did not appear within {seconds} s"))
        }
        Err(InstrumentError::Ended { awaited, .. }) => {
            missed(format!("it ended before `{awaited}` appeared"))
        }
        Err(fault) => Err(fault),
    }
}

fn pattern(wanted: &Wanted) -> Result<Pattern, InstrumentError> {
    match (&wanted.text, &wanted.regex) {
        (Some(text), None) if !text.trim().is_empty() => Ok(Pattern::Text(text.clone())),
        // `^` and `$` are about the lines of the screen.
        (None, Some(expression)) => {
            regex::RegexBuilder::new(expression).multi_line(true).build().map(Pattern::Regex).map_err(
                |fault| {
                    let instead = "; `text` waits for a text as it is";
                    InstrumentError::BadRequest(format!("`regex` is wrong: {fault}{instead}"))
                },
            )
        }
        _ => Err(InstrumentError::BadRequest(
            "`wait` wants either `text` or `regex`, or `exit`: true for the program's end".to_owned(),
        )),
    }
}

fn size(wanted: &Wanted) -> Size {
    Size { cols: wanted.cols.unwrap_or(80), rows: wanted.rows.unwrap_or(24) }
}

fn wants(action: &str, field: &str, what: &str) -> InstrumentError {
    InstrumentError::BadRequest(format!("`{action}` wants `{field}`: {what}"))
}

fn not_started() -> InstrumentError {
    let words = "no program is at the terminal; use `start` first, with the `command` to run";
    InstrumentError::BadRequest(words.to_owned())
}
