//! One file of settings: TOML in, dotted keys with their lines out.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::origin::{Layer, Origin, Setting};
use super::values::is_section;

/// The text of a file, where there is one.
///
/// # Errors
/// [`ConfigError::Unreadable`].
pub(super) fn read(file: &Path) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(ConfigError::Unreadable { file: file.to_owned(), source }),
    }
}

/// Reads the text of a file; tables become dotted keys, in the order of their lines.
///
/// # Errors
/// [`ConfigError::Syntax`] with the line.
pub(super) fn settings(text: &str, file: &Path, layer: Layer) -> Result<Vec<Setting>, ConfigError> {
    let table = DeTable::parse(text).map_err(|fault| ConfigError::Syntax {
        file: file.to_owned(),
        line: fault.span().map_or(1, |span| line_of(text, span.start)),
        message: fault.message().lines().collect::<Vec<_>>().join(" "),
    })?;
    let mut found = Vec::new();
    flatten("", table.get_ref(), &mut found);
    found.sort_by_key(|(at, ..)| *at);
    let setting = |(at, key, value)| {
        let origin = Origin::new(layer, format!("{}:{}", file.display(), line_of(text, at)));
        Setting { key, value, origin }
    };
    Ok(found.into_iter().map(setting).collect())
}

/// Adds what a table holds, each with its place in the text.
fn flatten(prefix: &str, table: &DeTable<'_>, found: &mut Vec<(usize, String, Value)>) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => flatten(&format!("{key}."), inner, found),
            DeValue::Table(_) if is_section(&key) => {}
            value => found.push((name.span().start, key, json(value))),
        }
    }
}

/// The value as JSON. A number that does not fit stays a text, which no number's rule accepts.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(switch) => Value::Bool(*switch),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::from(number.as_str()), Value::from),
        DeValue::Float(number) => {
            let finite = number.as_str().parse().ok().and_then(serde_json::Number::from_f64);
            finite.map_or_else(|| Value::from(number.as_str()), Value::Number)
        }
        DeValue::Datetime(when) => Value::from(when.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(fields) => {
            fields.iter().map(|(name, value)| (name.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Vec<Setting>, ConfigError> {
        settings(text, Path::new("c.toml"), Layer::User)
    }

    #[test]
    fn tables_become_dotted_keys_with_their_lines() {
        let text = "theme = \"dusk\"\n\n[budget]\nmoney = 2.5\ntokens = 1_000\n[providers.ollama]\nbase_url = \"http://x\"\n[limits]\n";
        let found: Vec<_> =
            read(text).unwrap().into_iter().map(|set| (set.origin.to_string(), set.key, set.value)).collect();
        let expected = [
            (1, "theme", json!("dusk")),
            (4, "budget.money", json!(2.5)),
            (5, "budget.tokens", json!(1000)),
            (7, "providers.ollama.base_url", json!("http://x")),
        ];
        assert_eq!(
            found,
            expected.map(|(line, key, value)| (format!("c.toml:{line}"), key.to_owned(), value))
        );
    }

    #[test]
    fn a_file_that_is_not_toml_says_where() {
        let error = read("theme = \"dusk\"\nbudget = [\n").unwrap_err().to_string();
        assert!(error.starts_with("c.toml:"), "{error}");
        let error = read("a = 1\na = 2\n").unwrap_err().to_string();
        assert_eq!(error, "c.toml:2: duplicate key; mend the file and try again");
    }
}
