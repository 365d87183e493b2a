//! A script: which sessions it is for, and its steps, as TOML has them.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use super::input::Input;
use super::language::{Expression, Names, Template};
use super::scripts::ScriptError;

/// One script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    #[serde(skip)]
    file: String,
    pub(super) name: String,
    /// What the labels of a session must be.
    #[serde(rename = "match")]
    labels: BTreeMap<String, Pattern>,
    /// Expressions that several steps name.
    #[serde(rename = "let", default)]
    pub(super) names: BTreeMap<String, Expression>,
    #[serde(rename = "step")]
    pub(super) steps: Vec<Spanned<Step>>,
}

/// What a label must be: a text, or a regex between slashes.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
enum Pattern {
    Exactly(String),
    Like(Regex),
}

/// One step: at most one reply of the model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    #[serde(skip)]
    line: usize,
    #[serde(rename = "if")]
    pub(super) condition: Option<Expression>,
    pub(super) say: Option<Template>,
    #[serde(default)]
    pub(super) calls: Vec<Call>,
    /// Whether the script is over after this step.
    #[serde(default)]
    pub(super) end: bool,
}

/// A tool call to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) tool: String,
    /// The name under which its answer is kept in `results`.
    #[serde(rename = "as")]
    pub(super) name: Option<String>,
    #[serde(rename = "if")]
    pub(super) condition: Option<Expression>,
    pub(super) input: Input,
}

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, regex::Error> {
        match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(source) => Regex::new(source).map(Self::Like),
            None => Ok(Self::Exactly(text)),
        }
    }
}

impl Script {
    /// Whether the script is for a session with these labels.
    pub(super) fn is_for(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels.iter().all(|(label, pattern)| {
            labels.get(label).is_some_and(|value| match pattern {
                Pattern::Exactly(text) => text == value,
                Pattern::Like(regex) => regex.is_match(value),
            })
        })
    }

    /// Makes a script that was read from a file ready to be played: it knows its lines, the files that inputs name are in
    /// their place, and a name that nothing gives is an error now and not only when its step is played.
    ///
    /// # Errors
    /// [`ScriptError::Step`].
    pub(super) fn ready(
        mut self,
        file: &str,
        text: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<Self, ScriptError> {
        file.clone_into(&mut self.file);
        for step in &mut self.steps {
            let before = text.bytes().take(step.span().start);
            step.as_mut().line = 1 + before.filter(|byte| *byte == b'\n').count();
        }
        let calls = self.steps.iter().flat_map(|step| &step.get_ref().calls);
        let results = calls.filter_map(|call| call.name.clone()).collect();
        let own = self.names.keys().cloned().collect();
        // A `let` may not name another: they are evaluated one by one, in no order.
        let mut lets = self.names.values();
        lets.try_for_each(|named| unknown(named.names(), &results, &BTreeSet::new()))
            .map_err(|message| self.fault(0, message))?;
        for index in 0..self.steps.len() {
            let known = |used: &Names| unknown(used, &results, &own);
            let checked = self.steps[index].as_mut().check(files, &known);
            checked.map_err(|message| self.fault(index, message))?;
        }
        Ok(self)
    }

    /// A step by its index.
    pub(super) fn step(&self, index: usize) -> Option<&Step> {
        self.steps.get(index).map(Spanned::get_ref)
    }

    /// What is wrong with a step.
    pub(super) fn fault(&self, index: usize, message: String) -> ScriptError {
        ScriptError::Step {
            file: self.file.clone(),
            line: self.step(index).map_or(1, |step| step.line),
            script: self.name.clone(),
            step: index + 1,
            message,
        }
    }
}

impl Step {
    /// Whether the step only decides on the end and says nothing.
    pub(super) fn is_silent(&self) -> bool {
        self.say.is_none() && self.calls.is_empty()
    }

    fn check(
        &mut self,
        files: &BTreeMap<String, String>,
        known: &dyn Fn(&Names) -> Result<(), String>,
    ) -> Result<(), String> {
        let conditions = self.calls.iter().map(|call| &call.condition).chain([&self.condition]);
        conditions.flatten().try_for_each(|condition| known(condition.names()))?;
        self.say.iter().try_for_each(|say| known(say.names()))?;
        self.calls.iter_mut().try_for_each(|call| call.input.check(files, known))
    }
}

/// Complains of a name that neither the session nor the script gives.
fn unknown(used: &Names, results: &BTreeSet<String>, own: &BTreeSet<String>) -> Result<(), String> {
    const GIVEN: [&str; 7] = ["results", "last", "labels", "brief", "inbox", "range", "namespace"];
    for name in used {
        let mut parts = name.split('.');
        let root = parts.next().unwrap_or_default();
        let answered = root != "results" || parts.next().is_none_or(|result| results.contains(result));
        if !(answered && (GIVEN.contains(&root) || own.contains(root))) {
            return Err(format!("nothing is called `{name}`"));
        }
    }
    Ok(())
}
