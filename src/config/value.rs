//! Whether a value is what its key wants.

use serde_json::Value;

use super::keys::Kind;

impl Kind {
    /// What a value of this kind is, in words that follow "must be".
    pub fn words(self) -> &'static str {
        match self {
            Self::Model => "`provider/model`, such as anthropic/claude-sonnet-5-5",
            Self::Text => "a text",
            Self::Url => "an http:// or https:// address",
            Self::Wire => "anthropic, openai or chat",
            Self::Variable => "the name of a variable of the environment",
            Self::Path => "a path",
            Self::Positive => "a number above 0",
            Self::Count => "a whole number from 1 on",
            Self::Percent => "a whole number from 0 to 90",
            Self::Switch => "true or false",
            Self::Chords => "a key such as \"ctrl-s\", or a list of keys",
        }
    }

    /// Whether the value fits.
    pub fn accepts(self, value: &Value) -> bool {
        let said = |text: &str| !text.trim().is_empty();
        match self {
            Self::Text | Self::Path => value.as_str().is_some_and(said),
            Self::Model => value.as_str().is_some_and(is_model_name),
            Self::Url => value.as_str().is_some_and(|url| {
                ["http://", "https://"].iter().any(|p| url.len() > p.len() && url.starts_with(p))
            }),
            Self::Wire => value.as_str().is_some_and(|word| ["anthropic", "openai", "chat"].contains(&word)),
            Self::Variable => value.as_str().is_some_and(is_variable_name),
            Self::Positive => value.as_f64().is_some_and(|number| number > 0.0 && number.is_finite()),
            Self::Count => value.as_u64().is_some_and(|number| number >= 1),
            Self::Percent => value.as_u64().is_some_and(|number| number <= 90),
            Self::Switch => value.is_boolean(),
            Self::Chords => match value {
                Value::String(chord) => said(chord),
                Value::Array(chords) => chords.iter().all(|chord| chord.as_str().is_some_and(said)),
                _ => false,
            },
        }
    }

    /// Reads a word of the environment or of a flag as a value of this kind; a word that does not fit stays a text.
    pub fn read(self, word: &str) -> Value {
        let text = || Value::from(word);
        match self {
            Self::Positive => word
                .trim()
                .parse::<f64>()
                .ok()
                .and_then(serde_json::Number::from_f64)
                .map_or_else(text, Value::Number),
            Self::Count | Self::Percent => word.trim().parse::<u64>().map_or_else(|_| text(), Value::from),
            Self::Switch => match word.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Value::Bool(true),
                "0" | "false" | "no" | "off" => Value::Bool(false),
                _ => text(),
            },
            _ => text(),
        }
    }
}

/// Whether a word has the form `provider/model`.
pub fn is_model_name(word: &str) -> bool {
    word.len() <= 160
        && !word.contains(char::is_whitespace)
        && word.split_once('/').is_some_and(|(provider, model)| !provider.is_empty() && !model.is_empty())
}

fn is_variable_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_fit_their_kind_or_not() {
        let table = [
            (Kind::Model, json!("anthropic/claude"), json!("claude")),
            (Kind::Model, json!("openrouter/meta/llama"), json!("/x")),
            (Kind::Url, json!("http://localhost:1"), json!("localhost:1")),
            (Kind::Wire, json!("chat"), json!("grpc")),
            (Kind::Variable, json!("MY_KEY"), json!("sk-ant-123")),
            (Kind::Positive, json!(2.5), json!(0)),
            (Kind::Count, json!(1), json!(0)),
            (Kind::Count, json!(3), json!(2.5)),
            (Kind::Percent, json!(90), json!(91)),
            (Kind::Switch, json!(true), json!("true")),
            (Kind::Chords, json!(["q", "ctrl-c"]), json!(["q", 1])),
            (Kind::Text, json!("x"), json!("  ")),
        ];
        for (kind, good, bad) in table {
            assert!(kind.accepts(&good), "{kind:?} {good}");
            assert!(!kind.accepts(&bad), "{kind:?} {bad}");
        }
    }

    #[test]
    fn words_of_the_environment_become_values() {
        assert_eq!(Kind::Switch.read("Yes"), json!(true));
        assert_eq!(Kind::Count.read("7"), json!(7));
        assert_eq!(Kind::Positive.read("2.5"), json!(2.5));
        assert_eq!(Kind::Count.read("many"), json!("many"), "which its kind will not accept");
    }
}
