//! Telling hooks of something that happens.

use std::path::PathBuf;

use futures::future::join_all;
use serde_json::{Map, Value};

use super::rules::{Hook, HookEvent, HookRules};
use crate::agent::context::clipped;
use crate::workspace::Reaper;
use crate::workspace::process::{Exit, OutputCap, Program, Spill};

/// The most of what a hook says that is kept, in bytes of its beginning and of its end.
const CAP: OutputCap = OutputCap { head: 4 * 1024, tail: 12 * 1024, spill: Spill::Nowhere };
/// The most of it that a warning quotes, in bytes.
const QUOTED: usize = 300;

/// The person's hooks.
pub struct Hooks {
    rules: HookRules,
    /// Where they start: a place that no agent writes.
    dir: PathBuf,
    reaper: Reaper,
    warn: Box<dyn Fn(String) + Send + Sync>,
}

/// What hooks said to something.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fired {
    /// Why it is refused, where it is.
    pub refusal: Option<String>,
    /// What those printed that had nothing against it.
    pub said: String,
}

impl Hooks {
    /// Hooks that start in a directory and whose faults are told to somebody.
    pub fn new(
        rules: HookRules,
        dir: PathBuf,
        reaper: &Reaper,
        warn: impl Fn(String) + Send + Sync + 'static,
    ) -> Self {
        Self { rules, dir, reaper: reaper.clone(), warn: Box::new(warn) }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.count() == 0
    }

    /// Whether anybody hears of an event.
    pub fn heed(&self, event: HookEvent) -> bool {
        self.rules.heed(event)
    }

    /// Tells of an event, and waits until every hook that hears of it has ended. They run beside each other.
    pub async fn fire(&self, event: HookEvent, subject: &str, mut input: Map<String, Value>) -> Fired {
        input.insert("hook_event_name".to_owned(), event.word().into());
        let input = Value::Object(input).to_string();
        let hooks = self.rules.of(event, subject);
        let said = join_all(hooks.map(|hook| self.run(event, hook, &input))).await;
        let mut fired = Fired::default();
        for said in said {
            match said {
                Ok(said) => fired.said += &said,
                Err(refusal) => {
                    fired.refusal = Some(fired.refusal.map_or(refusal.clone(), |one| one + "\n" + &refusal));
                }
            }
        }
        fired
    }

    /// What a hook prints, or why it refuses.
    async fn run(&self, event: HookEvent, hook: &Hook, input: &str) -> Result<String, String> {
        let program = Program::shell(&hook.command).dir(&self.dir).timeout(hook.limit()).cap(CAP);
        let fault = match program.reaper(&self.reaper).run_for_person(input).await {
            Ok(heard) if heard.exit.is_success() => return Ok(heard.output),
            Ok(heard) => {
                let words = heard.errors.trim();
                if heard.exit == Exit::Code(2) && event.can_be_refused() {
                    let none = "it says no, and not why";
                    return Err(if words.is_empty() { none } else { words }.to_owned());
                }
                format!("{}: {}", heard.exit, clipped(words, QUOTED))
            }
            Err(error) => error.to_string(),
        };
        let fault = fault.trim_end_matches([':', ' ']);
        (self.warn)(format!("the hook `{}` of {}: {fault}", clipped(&hook.command, QUOTED), event.word()));
        Ok(String::new())
    }
}
