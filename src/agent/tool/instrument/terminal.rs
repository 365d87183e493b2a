//! `terminal`: a program worked at a terminal, as a person would.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{EvidenceSink, Instruments, mend, with_evidence};
use crate::agent::tool::{Answer, Call, Output, ToolEnv, ToolError, ToolRow};
use crate::instrument::terminal::{Pattern, Size};
use crate::instrument::{Screen, TerminalDriver};
use crate::workspace::Access;

/// How long a program has to draw after a key, before its screen is shown.
const SETTLE: Duration = Duration::from_millis(200);
/// Seconds that are waited unless the model gives others, and the most of them.
const WAIT: (u64, u64) = (10, 120);

#[derive(Deserialize, JsonSchema)]
struct Arguments {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    Start,
    Type,
    Press,
    Wait,
    Screen,
    Resize,
    Stop,
}

struct Terminal {
    env: Arc<ToolEnv>,
    evidence: Arc<dyn EvidenceSink>,
    running: Mutex<Option<Running>>,
}

struct Running {
    driver: TerminalDriver,
    command: String,
}

pub(super) fn row(env: &Arc<ToolEnv>, instruments: Result<Arc<Instruments>, String>) -> ToolRow {
    let description = "Works a program at a terminal: start it, type, press keys, wait for what it shows, read the \
                       screen. One program at a time.";
    let terminal = instruments.map(|all| {
        let evidence = Arc::clone(&all.evidence);
        Arc::new(Terminal { env: Arc::clone(env), evidence, running: Mutex::new(None) })
    });
    ToolRow::needing("terminal", description, Access::Proof, terminal, work)
}

impl Terminal {
    fn start(&self, wanted: &Arguments) -> Result<Running, ToolError> {
        let command = wanted.command.clone().ok_or_else(|| wants("start", "command"))?;
        let directory = self.env.readable(wanted.directory.as_deref().unwrap_or("."))?;
        let program = self.env.shell(&command, &directory);
        let driver = TerminalDriver::start(&program, size(wanted)).map_err(|fault| mend(&fault))?;
        Ok(Running { driver, command })
    }
}

async fn work(terminal: Arc<Terminal>, wanted: Arguments, call: Call) -> Answer {
    let mut running = terminal.running.lock().await;
    if wanted.action == Action::Start {
        if let Some(old) = running.take() {
            old.driver.stop().await;
        }
        *running = Some(terminal.start(&wanted)?);
    }
    if wanted.action == Action::Stop {
        let Some(old) = running.take() else { return Err(not_started()) };
        return Ok(Output::text(format!("`{}` was stopped ({})", old.command, old.driver.stop().await)));
    }
    let running = running.as_ref().ok_or_else(not_started)?;
    let screen = tokio::select! {
        screen = act(&running.driver, &wanted) => screen?,
        () = call.cancel.cancelled() => return Err(ToolError::Mend("the terminal was interrupted".to_owned())),
    };
    let ended = running.driver.exit_status().map(|exit| format!("\n[the program ended: {exit}]"));
    let text = format!("{}{}", screen.text(), ended.unwrap_or_default());
    with_evidence(terminal.evidence.as_ref(), &text, screen.evidence(&running.command))
}

async fn act(driver: &TerminalDriver, wanted: &Arguments) -> Result<Screen, ToolError> {
    match wanted.action {
        Action::Type => {
            let text = wanted.text.as_deref().ok_or_else(|| wants("type", "text"))?;
            driver.type_text(text).map_err(|fault| mend(&fault))?;
        }
        Action::Press if wanted.keys.is_empty() => return Err(wants("press", "keys")),
        Action::Press => {
            wanted.keys.iter().try_for_each(|key| driver.press(key)).map_err(|fault| mend(&fault))?;
        }
        Action::Wait => {
            let seconds = wanted.seconds.unwrap_or(WAIT.0).clamp(1, WAIT.1);
            let seen = driver.wait_for(&pattern(wanted)?, Duration::from_secs(seconds)).await;
            return seen.map_err(|fault| mend(&fault));
        }
        Action::Resize => driver.resize(size(wanted)).map_err(|fault| mend(&fault))?,
        Action::Screen => return Ok(driver.screen()),
        Action::Start | Action::Stop => {}
    }
    tokio::time::sleep(SETTLE).await;
    Ok(driver.screen())
}

fn pattern(wanted: &Arguments) -> Result<Pattern, ToolError> {
    match (&wanted.text, &wanted.regex) {
        (Some(text), None) => Ok(Pattern::Text(text.clone())),
        (None, Some(expression)) => regex::Regex::new(expression)
            .map(Pattern::Regex)
            .map_err(|fault| ToolError::Mend(format!("`regex` is wrong: {fault}"))),
        _ => Err(ToolError::Mend("`wait` wants either `text` or `regex`".to_owned())),
    }
}

fn size(wanted: &Arguments) -> Size {
    Size { cols: wanted.cols.unwrap_or(80).clamp(10, 400), rows: wanted.rows.unwrap_or(24).clamp(3, 200) }
}

fn wants(action: &str, field: &str) -> ToolError {
    ToolError::Mend(format!("`{action}` wants `{field}`"))
}

fn not_started() -> ToolError {
    ToolError::Mend("no program is at the terminal; use `start` first".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{Kept, instruments};
    use super::*;
    use crate::agent::tool::env::tests::{Place, call};

    #[tokio::test]
    async fn a_program_is_worked_and_its_screens_are_kept() {
        let place = Place::new();
        let kept = Arc::new(Kept::default());
        let terminal = row(&place.env, Ok(instruments(&kept)));
        assert!(call(&terminal, json!({ "action": "screen" })).await.unwrap_err().contains("use `start`"));
        let greet = "printf 'name? '; read name; echo hello $name; read end";
        call(&terminal, json!({ "action": "start", "command": greet })).await.unwrap();
        call(&terminal, json!({ "action": "wait", "text": "name?" })).await.unwrap();
        call(&terminal, json!({ "action": "type", "text": "Ada" })).await.unwrap();
        call(&terminal, json!({ "action": "press", "keys": ["Enter"] })).await.unwrap();
        let seen = call(&terminal, json!({ "action": "wait", "regex": "hello A.a" })).await.unwrap();
        assert!(seen.contains("hello Ada\n\nevidence: ev_5"), "{seen}");
        let missing =
            call(&terminal, json!({ "action": "wait", "text": "bye", "seconds": 1 })).await.unwrap_err();
        assert!(missing.contains("did not appear within 1 s") && missing.contains("hello Ada"), "{missing}");
        let stopped = call(&terminal, json!({ "action": "stop" })).await.unwrap();
        assert!(stopped.contains("was stopped"), "{stopped}");
        assert_eq!(kept.0.lock().unwrap().len(), 5);
    }

    #[tokio::test]
    async fn what_an_action_lacks_is_said() {
        let place = Place::new();
        let terminal = row(&place.env, Ok(instruments(&Arc::default())));
        assert_eq!(
            call(&terminal, json!({ "action": "start" })).await.unwrap_err(),
            "`start` wants `command`"
        );
        call(&terminal, json!({ "action": "start", "command": "cat" })).await.unwrap();
        for (wanted, words) in [
            (json!({ "action": "type" }), "`type` wants `text`"),
            (json!({ "action": "press" }), "`press` wants `keys`"),
            (json!({ "action": "press", "keys": ["Hyper"] }), "no key `Hyper`"),
            (json!({ "action": "wait" }), "either `text` or `regex`"),
            (json!({ "action": "wait", "regex": "(" }), "`regex` is wrong"),
        ] {
            assert!(call(&terminal, wanted).await.unwrap_err().contains(words), "{words}");
        }
    }
}
