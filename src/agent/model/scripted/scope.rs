//! What a script knows in the middle of a conversation, and what its expressions come to.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::Value as Json;

use super::language::Text;
use super::script::{CallStep, Input};
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
    pub(super) labels: &'a BTreeMap<String, String>,
    /// The script's own names.
    pub(super) names: &'a BTreeMap<String, Text>,
    pub(super) brief: Option<String>,
    pub(super) inbox: Vec<String>,
    pub(super) results: BTreeMap<String, ScriptedResult>,
    pub(super) last: Option<ScriptedResult>,
}

impl Scope<'_> {
    /// Whether a condition holds; no condition always does.
    pub(super) fn holds(&self, condition: &Text) -> Result<bool, String> {
        let value = condition.value(self.context(condition)?)?;
        Ok(value.is_true())
    }

    /// What a template comes to.
    pub(super) fn text(&self, template: &Text) -> Result<String, String> {
        template.render(self.context(template)?)
    }

    /// The arguments of a call.
    pub(super) fn arguments(&self, call: &CallStep) -> Result<Json, String> {
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
            Input::Expression(text) => json(&text.value(self.context(text)?)?)?,
            Input::Json(text) => serde_json::from_str(&self.text(text)?)
                .map_err(|error| format!("the template does not come to JSON: {error}"))?,
            Input::List(parts) => parts.iter().map(|part| self.input(part)).collect::<Result<_, _>>()?,
            Input::Table(parts) => parts
                .iter()
                .map(|(key, part)| Ok((key.clone(), self.input(part)?)))
                .collect::<Result<_, String>>()?,
        })
    }

    /// What `text` can name. The script's own names are worked out only when it uses them, because they may rest on
    /// answers that are not there yet.
    fn context(&self, text: &Text) -> Result<Value, String> {
        let mut context = self.given();
        for (name, expression) in self.names {
            if text.uses(name) {
                let value = expression.value(Value::from_pairs(self.given()))?;
                context.insert(name, value);
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
