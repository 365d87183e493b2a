//! What a tester does, kept step by step: from it a verdict's steps are cut, which can be done again elsewhere.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::replay::Again;
use crate::instrument::Facts;

/// One call of an instrument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub wanted: Value,
}

/// What a tester did up to a verdict, from the first step on: the later ones build on the earlier. Ports and folders of
/// the tester's own stand in it by their names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    pub steps: Vec<Done>,
}

/// A step, and what it showed where the verdict rests on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub step: Step,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Facts>,
}

/// What is a tester's own, by name: a port, a folder. The next one has others under the same names.
#[derive(Debug, Clone, Default)]
pub struct Own(Vec<(String, String)>);

impl Own {
    /// From names and what they stand for.
    pub fn new(names: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut names: Vec<(String, String)> =
            names.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        // A folder in another one is looked for first.
        names.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        Self(names)
    }

    /// A text with names in place of what they stand for.
    pub fn named(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            let mark = mark(name);
            match value.parse::<u16>() {
                Ok(port) => renumbered(&text, port, &mark),
                Err(_) => text.replace(value.as_str(), &mark),
            }
        })
    }

    fn meant(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&mark(name), value))
    }
}

/// References that a refusal names.
const NAMED: usize = 5;

/// How a name stands in a text: in brackets that no address and no command has.
fn mark(name: &str) -> String {
    format!("\u{27e8}{name}\u{27e9}")
}

/// A text in which a port is named, where it stands as a number of its own: a small one only behind a colon, since other
/// things have small numbers too.
fn renumbered(text: &str, port: u16, mark: &str) -> String {
    let digits = port.to_string();
    let mut named = String::new();
    for piece in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let number = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
        if number == digits && (port >= 10_000 || named.ends_with(':')) {
            named += mark;
            named += &piece[number.len()..];
        } else {
            named += piece;
        }
    }
    named
}

/// Changes each text of a value.
fn each_text(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| each_text(item, change)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, item)| (name.clone(), each_text(item, change))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

impl Steps {
    /// The steps as they are done by somebody to whom those things belong.
    pub fn at(&self, own: &Own) -> Vec<Step> {
        let meant = |done: &Done| Step {
            tool: done.step.tool.clone(),
            wanted: each_text(&done.step.wanted, &|text| own.meant(text)),
        };
        self.steps.iter().map(meant).collect()
    }

    /// What the tester saw in the steps that the verdict rests on.
    pub fn shown(&self) -> Vec<Facts> {
        self.steps.iter().filter_map(|done| done.shown.clone()).collect()
    }

    /// What those steps show now; fewer where it did not come to them.
    pub fn seen<'a>(&self, again: &'a [Again], own: &Own) -> Vec<(&'a Again, Facts)> {
        let telling = self.steps.iter().zip(again).filter(|(done, _)| done.shown.is_some());
        telling.map(|(_, now)| (now, named(&now.facts(), own))).collect()
    }
}

fn named(facts: &Facts, own: &Own) -> Facts {
    Facts { text: own.named(&facts.text), ..facts.clone() }
}

/// Writes down what one tester does.
#[derive(Debug, Default)]
pub struct StepLog {
    own: Own,
    steps: Mutex<Vec<Logged>>,
}

#[derive(Debug)]
struct Logged {
    call: String,
    step: Step,
    shown: Option<Facts>,
    evidence: Vec<String>,
}

impl StepLog {
    /// The log of somebody to whom those things belong.
    pub fn new(own: Own) -> Self {
        Self { own, steps: Mutex::default() }
    }

    /// A call begins.
    pub(super) fn begun(&self, call: &str, tool: &str, wanted: &Value) {
        let step = Step { tool: tool.to_owned(), wanted: each_text(wanted, &|text| self.own.named(text)) };
        self.steps().push(Logged { call: call.to_owned(), step, shown: None, evidence: Vec::new() });
    }

    /// It showed something, which is kept under those names.
    pub(super) fn showed(&self, call: &str, facts: &Facts, evidence: Vec<String>) {
        let facts = named(facts, &self.own);
        if let Some(found) = self.steps().iter_mut().rfind(|known| known.call == call) {
            found.shown = Some(facts);
            found.evidence = evidence;
        }
    }

    /// The newest references that were left, as the end of a sentence; empty where there are none.
    pub fn newest(&self) -> String {
        let steps = self.steps();
        let names: Vec<&str> =
            steps.iter().rev().flat_map(|step| &step.evidence).map(String::as_str).take(NAMED).collect();
        if names.is_empty() {
            String::new()
        } else {
            format!("; the newest of yours are {}", names.join(", "))
        }
    }

    /// All steps up to the last one that left evidence of those names; nothing where none did.
    pub fn up_to(&self, evidence: &[&str]) -> Option<Steps> {
        let steps = self.steps();
        let tells = |logged: &Logged| logged.evidence.iter().any(|name| evidence.contains(&name.as_str()));
        let last = steps.iter().rposition(tells)?;
        let done = steps.iter().take(last + 1).map(|logged| Done {
            step: logged.step.clone(),
            shown: logged.shown.clone().filter(|_| tells(logged)),
        });
        Some(Steps { steps: done.collect() })
    }

    fn steps(&self) -> MutexGuard<'_, Vec<Logged>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn own(port: &str, data: &str) -> Own {
        let names = [("PORT", port), ("PORT_WEB", port), ("DATA_DIR", data), ("CHECKOUT", "/m/proof")];
        Own::new(names.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    #[test]
    fn steps_move_to_another_place_and_what_only_looks_like_it_stays() {
        let log = StepLog::new(own("80", "/m/own/data"));
        let wanted = json!({ "requests": [{ "url": "http://localhost:80/:80?a=:8080&n=80" }], "n": 80 });
        log.begun("c1", "http", &wanted);
        log.showed(
            "c1",
            &Facts { text: "see http://localhost:80/1".to_owned(), ..Facts::default() },
            vec!["ev_1".to_owned()],
        );
        log.begun("c2", "run", &json!({ "command": "ls /m/own/data /m/own/database /m/proof/80" }));
        log.showed("c2", &Facts::default(), vec!["ev_2".to_owned()]);
        log.begun("c3", "run", &json!({ "command": "true" }));
        assert_eq!(log.up_to(&["ev_9"]), None);
        assert_eq!(log.newest(), "; the newest of yours are ev_2, ev_1");
        assert_eq!(StepLog::default().newest(), "");
        let steps = log.up_to(&["ev_2"]).unwrap();
        assert_eq!((steps.steps.len(), steps.shown().len()), (2, 1), "all before it, and what it rests on");
        let there = steps.at(&own("34567", "/n"));
        let moved = json!({ "requests": [{ "url": "http://localhost:34567/:34567?a=:8080&n=80" }], "n": 80 });
        assert_eq!(there[0].wanted, moved);
        assert_eq!(there[1].wanted, json!({ "command": "ls /n /nbase /m/proof/80" }));
        let first = log.up_to(&["ev_1"]).unwrap();
        assert_eq!(first.shown()[0].text, "see http://localhost:\u{27e8}PORT\u{27e9}/1");
        let large = own("34567", "/n").named("PORT=34567 node, 345678");
        assert_eq!(large, "PORT=\u{27e8}PORT\u{27e9} node, 345678");
        let kept = serde_json::to_string(&steps).unwrap();
        assert_eq!(serde_json::from_str::<Steps>(&kept).unwrap(), steps);
    }
}
