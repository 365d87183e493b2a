//! A record of any fields: short ones behind their names, long ones below them. A page of the browser and the app's own
//! state are read so, and whatever a newer version keeps as JSON.

use serde_json::Value;

use super::super::prelude::*;
use super::{Form, Reading, json, text};

/// What is read first, where a record has it.
const FIRST: [&str; 5] = ["title", "url", "service", "app", "state"];
/// Cells of a text that stands behind its name.
const SHORT: usize = 200;

/// Lays a record out.
pub(super) fn rows(value: &Value, how: Reading, width: usize) -> Vec<Row> {
    let Some(fields) = value.as_object().filter(|_| how.form == Form::SetOut) else {
        return json::rows(value, width);
    };
    let first = FIRST.iter().filter_map(|name| fields.get_key_value(*name));
    let rest = fields.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
    let (short, long): (Vec<_>, Vec<_>) = first.chain(rest).partition(|(_, value)| is_short(value));
    let mut rows = Vec::new();
    for (name, value) in short {
        let said = match value {
            Value::String(text) => clean(text),
            Value::Null => continue,
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        };
        rows.extend(labelled(&format!("{} ", name.replace('_', " ")), &said, width));
    }
    for (name, value) in long {
        let below = match value {
            Value::String(content) => text(content.trim_end_matches('\n'), how, width),
            Value::Array(lines) if lines.iter().all(Value::is_string) => {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                text(&lines.join("\n"), how, width)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                json::rows(value, width)
            }
        };
        rows.extend(section(&name.replace('_', " "), below));
    }
    rows
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= SHORT && !text.contains('\n'),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}
