//! The language of a rehearsal: a script is for sessions with certain labels, and is a list of steps.
//!
//! Everything that can be known before a script is played is checked here: keys, expressions, regexes, files, jumps
//! and names. A fault names the file, the line, the script and the step.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value as Json;

use super::language::Text;

/// One script.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, Pattern>,
    pub(super) names: BTreeMap<String, Text>,
    pub(super) steps: Vec<ScriptStep>,
}

impl Script {
    /// Whether the script is for a session with these labels.
    pub(super) fn is_for(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels
            .iter()
            .all(|(label, pattern)| labels.get(label).is_some_and(|value| pattern.accepts(value)))
    }
}

/// What a label must be.
#[derive(Debug)]
pub(super) enum Pattern {
    Exactly(String),
    Like(Regex),
}

impl Pattern {
    fn accepts(&self, value: &str) -> bool {
        match self {
            Self::Exactly(text) => text == value,
            Self::Like(regex) => regex.is_match(value),
        }
    }
}

/// One step: at most one reply of the model.
#[derive(Debug)]
pub(super) struct ScriptStep {
    /// Its id, or its number in the script.
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) condition: Option<Text>,
    pub(super) say: Option<Text>,
    pub(super) calls: Vec<CallStep>,
    pub(super) repeat_until: Option<Text>,
    /// How often it may run in one session; after that it is skipped.
    pub(super) at_most: u32,
    pub(super) next: Next,
}

impl ScriptStep {
    /// Whether the step only steers and says nothing.
    pub(super) fn is_silent(&self) -> bool {
        self.say.is_none() && self.calls.is_empty()
    }
}

/// Where a script goes after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Following,
    To(usize),
    End,
}

/// A tool call to be made.
#[derive(Debug)]
pub(super) struct CallStep {
    pub(super) tool: String,
    /// The name under which its answer is kept in `results`.
    pub(super) name: Option<String>,
    pub(super) condition: Option<Text>,
    pub(super) input: Input,
}

/// The arguments of a call, or a part of them.
#[derive(Debug)]
pub(super) enum Input {
    Literal(Json),
    Template(Text),
    /// `{ expr = "…" }`: the value of an expression.
    Expression(Text),
    /// The whole input as a template that comes to JSON: for lists whose length follows from the brief.
    Json(Text),
    List(Vec<Input>),
    Table(BTreeMap<String, Input>),
}

impl Input {
    /// Calls `each` with every text inside.
    pub(super) fn texts(&self, each: &mut dyn FnMut(&Text)) {
        match self {
            Self::Literal(_) => {}
            Self::Template(text) | Self::Expression(text) | Self::Json(text) => each(text),
            Self::List(parts) => parts.iter().for_each(|part| part.texts(each)),
            Self::Table(parts) => parts.values().for_each(|part| part.texts(each)),
        }
    }
}
