//! One file of settings: TOML in, dotted keys with their lines out.

use std::path::Path;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;

/// A value as it stands in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub value: Value,
    /// From 1.
    pub line: usize,
}

/// Reads the text of a file; tables become dotted keys.
///
/// # Errors
/// [`ConfigError::Syntax`] with the line.
pub fn entries(text: &str, file: &Path) -> Result<Vec<Entry>, ConfigError> {
    let table = DeTable::parse(text).map_err(|fault| ConfigError::Syntax {
        file: file.to_owned(),
        line: fault.span().map_or(1, |span| line_of(text, span.start)),
        message: fault.message().lines().collect::<Vec<_>>().join(" "),
    })?;
    let mut found = Vec::new();
    flatten(text, "", table.get_ref(), &mut found);
    Ok(found)
}

fn flatten(text: &str, prefix: &str, table: &DeTable<'_>, found: &mut Vec<Entry>) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => flatten(text, &key, inner, found),
            _ => found.push(Entry { key, value: json(value), line: line_of(text, name.span().start) }),
        }
    }
    found.sort_by_key(|entry| entry.line);
}

/// The value as JSON. A number that does not fit stays a text, which no kind of number accepts.
fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(switch) => Value::Bool(*switch),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::from(number.as_str()), Value::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| Value::from(number.as_str()), Value::Number),
        DeValue::Datetime(moment) => Value::from(moment.to_string()),
        DeValue::Array(items) => items.iter().map(json).collect(),
        DeValue::Table(_) => Value::Object(serde_json::Map::new()),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tables_become_dotted_keys_with_their_lines() {
        let text = "theme = \"dusk\"\n\n[budget]\nmoney = 2.5\ntokens = 1_000\n[providers.ollama]\nbase_url = \"http://x\"\n";
        let found: Vec<_> = entries(text, Path::new("c.toml"))
            .unwrap()
            .into_iter()
            .map(|e| (e.line, e.key, e.value))
            .collect();
        let expected = [
            (1, "theme", json!("dusk")),
            (4, "budget.money", json!(2.5)),
            (5, "budget.tokens", json!(1000)),
            (7, "providers.ollama.base_url", json!("http://x")),
        ];
        assert_eq!(found, expected.map(|(line, key, value)| (line, key.to_owned(), value)));
    }

    #[test]
    fn a_file_that_is_not_toml_says_where() {
        let error = entries("theme = \"dusk\"\nbudget = [\n", Path::new("c.toml")).unwrap_err().to_string();
        assert!(error.starts_with("c.toml:"), "{error}");
        let error = entries("a = 1\na = 2\n", Path::new("c.toml")).unwrap_err().to_string();
        assert_eq!(error, "c.toml:2: duplicate key; mend the file and try again");
    }
}
