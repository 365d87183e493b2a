//! The arguments of a call, as a script writes them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::language::{Expression, Names, Template};

/// The arguments of a call, or a part of them.
#[derive(Debug, Deserialize)]
#[serde(try_from = "toml::Value")]
pub(super) enum Input {
    Literal(Json),
    Template(Template),
    /// `{ expr = "…" }`: the value of an expression.
    Expression(Expression),
    /// `{ file = "…" }`: the text of a file of the rehearsal.
    File(String),
    /// The whole input as a template that yields JSON: for lists whose length depends on the brief.
    Json(Template),
    List(Vec<Self>),
    /// A table in a list with an `if` of its own: it stands there only when that holds.
    Where(Expression, Box<Self>),
    Table(BTreeMap<String, Self>),
}

impl TryFrom<toml::Value> for Input {
    type Error = String;

    fn try_from(input: toml::Value) -> Result<Self, String> {
        match input {
            toml::Value::String(source) => Template::try_from(source).map(Self::Json),
            table @ toml::Value::Table(_) => Self::part(table),
            _ => Err("the input is a table, or a template of JSON".to_owned()),
        }
    }
}

impl Input {
    fn part(value: toml::Value) -> Result<Self, String> {
        Ok(match value {
            toml::Value::String(text) if text.contains("{{") || text.contains("{%") => {
                Self::Template(text.try_into()?)
            }
            toml::Value::Array(parts) => {
                Self::List(parts.into_iter().map(Self::item).collect::<Result<_, _>>()?)
            }
            toml::Value::Table(table) => Self::table(table)?,
            other => Self::Literal(other.try_into().map_err(|error: toml::de::Error| error.to_string())?),
        })
    }

    fn item(mut value: toml::Value) -> Result<Self, String> {
        match value.as_table_mut().and_then(|table| table.remove("if")) {
            None => Self::part(value),
            Some(toml::Value::String(source)) => {
                Ok(Self::Where(source.try_into()?, Box::new(Self::part(value)?)))
            }
            Some(_) => Err("the `if` of an item is an expression".to_owned()),
        }
    }

    fn table(mut table: toml::Table) -> Result<Self, String> {
        for (key, special) in [
            ("file", (|path| Ok(Self::File(path))) as fn(String) -> Result<Self, String>),
            ("expr", |source| source.try_into().map(Self::Expression)),
        ] {
            if table.len() == 1
                && let Some(toml::Value::String(text)) = table.get_mut(key)
            {
                return special(std::mem::take(text));
            }
        }
        let parts = table.into_iter().map(|(key, part)| Ok((key, Self::part(part)?)));
        Ok(Self::Table(parts.collect::<Result<_, String>>()?))
    }

    /// Puts the text of files in their place, and asks whether the names of every expression are known.
    pub(super) fn check(
        &mut self,
        files: &BTreeMap<String, String>,
        known: &dyn Fn(&Names) -> Result<(), String>,
    ) -> Result<(), String> {
        match self {
            Self::Literal(_) => Ok(()),
            Self::Template(text) | Self::Json(text) => known(text.names()),
            Self::Expression(expression) => known(expression.names()),
            Self::File(path) => {
                let text = files.get(path.as_str());
                let text = text.ok_or_else(|| format!("file `{path}`: the rehearsal has no such file"))?;
                *self = Self::Literal(Json::String(text.clone()));
                Ok(())
            }
            Self::List(parts) => parts.iter_mut().try_for_each(|part| part.check(files, known)),
            Self::Where(condition, part) => {
                known(condition.names())?;
                part.check(files, known)
            }
            Self::Table(parts) => parts.values_mut().try_for_each(|part| part.check(files, known)),
        }
    }
}
