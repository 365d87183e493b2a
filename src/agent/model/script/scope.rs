//! What a script knows in the middle of a conversation, and the values of its expressions.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::Value as Json;

use super::input::Input;
use super::language::{Expression, Names, Template};
use super::step::Call;
use crate::agent::model::ResultStatus;

/// A tool's answer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ScriptedResult {
    pub(super) text: String,
    pub(super) status: ResultStatus,
}

/// Everything that an expression may name.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    labels: &'a BTreeMap<String, String>,
    /// The script's own names.
    names: &'a BTreeMap<String, Expression>,
    brief: Option<String>,
    inbox: Vec<String>,
    pub(super) results: BTreeMap<String, ScriptedResult>,
    pub(super) last: Option<ScriptedResult>,
}

impl<'a> Scope<'a> {
    /// At the start of a session.
    pub(super) fn new(labels: &'a BTreeMap<String, String>, names: &'a BTreeMap<String, Expression>) -> Self {
        Self { labels, names, brief: None, inbox: Vec::new(), results: BTreeMap::new(), last: None }
    }

    /// Takes in what was said to the model: first the brief, then messages.
    pub(super) fn hear(&mut self, text: &str) {
        if self.brief.is_none() {
            self.brief = Some(text.to_owned());
        } else {
            self.inbox.push(text.to_owned());
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, condition: &Expression) -> Result<bool, String> {
        self.value(condition).map(|value| value.is_true())
    }

    /// A template with its values.
    pub(super) fn text(&self, template: &Template) -> Result<String, String> {
        template.render(self.context(template.names())?)
    }

    fn value(&self, expression: &Expression) -> Result<Value, String> {
        expression.value(self.context(expression.names())?)
    }

    /// The arguments of a call.
    pub(super) fn arguments(&self, call: &Call) -> Result<Json, String> {
        let named = |message| format!("{}: {message}", call.tool);
        let arguments = self.input(&call.input).map_err(named)?;
        if arguments.is_object() {
            Ok(arguments)
        } else {
            Err(named("the input is no JSON object".to_owned()))
        }
    }

    fn input(&self, input: &Input) -> Result<Json, String> {
        Ok(match input {
            Input::Literal(value) => value.clone(),
            Input::Template(text) => Json::String(self.text(text)?),
            Input::Expression(expression) => json(&self.value(expression)?)?,
            Input::File(path) => return Err(format!("the text of `{path}` is not there")),
            Input::Json(text) => serde_json::from_str(&self.text(text)?)
                .map_err(|error| format!("the template yields no JSON: {error}"))?,
            Input::List(parts) => Json::Array(self.items(parts)?),
            Input::Where(_, part) => self.input(part)?,
            Input::Table(parts) => parts
                .iter()
                .map(|(key, part)| Ok((key.clone(), self.input(part)?)))
                .collect::<Result<_, String>>()?,
        })
    }

    fn items(&self, parts: &[Input]) -> Result<Vec<Json>, String> {
        let mut items = Vec::new();
        for part in parts {
            let stands = if let Input::Where(condition, _) = part { self.holds(condition)? } else { true };
            if stands {
                items.push(self.input(part)?);
            }
        }
        Ok(items)
    }

    /// The values of names. The script's own are evaluated only when they are used, because they may rest on answers that
    /// are not there yet.
    fn context(&self, used: &Names) -> Result<Value, String> {
        let mut context = self.given();
        for (name, expression) in self.names {
            if used.iter().any(|used| used.split('.').next() == Some(name)) {
                context.insert(name, expression.value(Value::from_pairs(self.given()))?);
            }
        }
        Ok(Value::from_pairs(context))
    }

    fn given(&self) -> BTreeMap<&str, Value> {
        let mut given = BTreeMap::from([
            ("labels", Value::from(Serde(self.labels))),
            ("brief", Value::from(self.brief.clone().unwrap_or_default())),
            ("inbox", Value::from(Serde(&self.inbox))),
            ("results", Value::from(Serde(&self.results))),
        ]);
        if let Some(last) = &self.last {
            given.insert("last", Value::from(Serde(last)));
        }
        given
    }
}

fn json(value: &Value) -> Result<Json, String> {
    if value.is_undefined() {
        return Err("an expression has no value".to_owned());
    }
    serde_json::to_value(value).map_err(|error| error.to_string())
}
