//! Options of a request that not every server takes. What a server refuses is left out of the next request.

use std::collections::BTreeSet;

use serde_json::Value;

use super::spec::Wire;

/// How a request is written without an option.
enum Without {
    /// These members are left out, wherever they stand.
    Members(&'static [&'static str]),
    /// The member is written under the other name that servers know it by.
    Renamed(&'static str, &'static str),
    /// The member is lowered to what every model takes.
    Lowered(&'static str),
}

/// The word that a refusal names an option by, and the request without it. Where a refusal has several, the first counts.
const OPTIONS: [(&str, Without); 16] = [
    ("tool_choice", Without::Members(&["tool_choice"])),
    ("stream_options", Without::Members(&["stream_options"])),
    ("return_progress", Without::Members(&["return_progress"])),
    ("include_usage", Without::Members(&["stream_options"])),
    ("parallel_tool_calls", Without::Members(&["parallel_tool_calls"])),
    ("max_completion_tokens", Without::Renamed("max_completion_tokens", "max_tokens")),
    ("max_output_tokens", Without::Members(&["max_output_tokens"])),
    ("max_tokens", Without::Renamed("max_tokens", "max_completion_tokens")),
    ("reasoning_effort", Without::Members(&["reasoning_effort"])),
    ("reasoning_content", Without::Members(&["reasoning_content"])),
    ("encrypted_content", Without::Members(&["include"])),
    ("reasoning", Without::Members(&["reasoning", "include", "reasoning_effort"])),
    ("thinking", Without::Members(&["thinking", "output_config"])),
    ("output_config", Without::Members(&["output_config"])),
    ("cache_control", Without::Members(&["cache_control"])),
    ("strict", Without::Members(&["strict"])),
];
/// The most tokens of a reply that every model takes.
const FEW_TOKENS: u64 = 4_096;
/// The protocol of Messages has to name the most tokens: they are lowered, never left out.
const FEWER_TOKENS: Without = Without::Lowered("max_tokens");

/// The option of a request that a refusal is about, if it is about one.
pub(super) fn named_in(refusal: &str, body: &Value, wire: Wire) -> Option<&'static str> {
    let mut known = OPTIONS.iter().map(|(word, without)| (*word, without));
    let (word, _) = known.find(|(word, without)| {
        let without = of(word, wire).unwrap_or(without);
        is_named(refusal, word) && without.members().iter().any(|member| holds(body, member))
    })?;
    Some(word)
}

/// The request without the options.
pub(super) fn leave_out(body: &mut Value, options: &BTreeSet<&'static str>, wire: Wire) {
    for option in options {
        match of(option, wire) {
            Some(Without::Members(members)) => members.iter().for_each(|member| remove(body, member)),
            Some(Without::Renamed(from, to)) => rename(body, from, to),
            Some(Without::Lowered(member)) => body[*member] = FEW_TOKENS.into(),
            None => {}
        }
    }
}

fn of(option: &str, wire: Wire) -> Option<&'static Without> {
    if option == "max_tokens" && wire == Wire::AnthropicMessages {
        return Some(&FEWER_TOKENS);
    }
    OPTIONS.iter().find(|(word, _)| *word == option).map(|(_, without)| without)
}

impl Without {
    fn members(&self) -> Vec<&'static str> {
        match self {
            Self::Members(members) => members.to_vec(),
            Self::Renamed(member, _) | Self::Lowered(member) => vec![*member],
        }
    }
}

/// Whether a sentence names the option as a word of its own: `max_tokens` is not in `max_tokens_to_sample`.
fn is_named(sentence: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sentence.match_indices(word).any(|(at, _)| {
        !sentence[..at].ends_with(part_of_word) && !sentence[at + word.len()..].starts_with(part_of_word)
    })
}

fn holds(value: &Value, member: &str) -> bool {
    match value {
        Value::Object(map) => {
            map.iter().any(|(key, value)| key == member || (!is_content(key, value) && holds(value, member)))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, member)),
        _ => false,
    }
}

fn remove(value: &mut Value, member: &str) {
    match value {
        Value::Object(map) => {
            map.remove(member);
            map.iter_mut()
                .filter(|(key, value)| !is_content(key, value))
                .for_each(|(_, value)| remove(value, member));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, member)),
        _ => {}
    }
}

/// What tools and models wrote: a member there is no option of ours.
fn is_content(key: &str, value: &Value) -> bool {
    ["parameters", "input_schema", "arguments"].contains(&key) || (key == "input" && value.is_object())
}

fn rename(body: &mut Value, from: &str, to: &str) {
    if let Some(map) = body.as_object_mut()
        && let Some(value) = map.remove(from)
    {
        map.insert(to.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_option_is_left_out_where_it_stands_and_nowhere_else() {
        let tool =
            json!({ "function": { "strict": false, "parameters": { "properties": { "strict": {} } } } });
        let mut body = json!({ "tools": [tool], "max_tokens": 9, "stream_options": {} });
        let cases = [
            ("Unrecognized request argument supplied: stream_options", "stream_options"),
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "max_tokens",
            ),
            ("tools.0.function.strict: Extra inputs are not permitted", "strict"),
        ];
        for (refusal, option) in cases {
            assert_eq!(named_in(refusal, &body, Wire::OpenAiChat), Some(option), "{refusal}");
        }
        assert_eq!(named_in("max_tokens_to_sample: no such field", &body, Wire::OpenAiChat), None);
        assert_eq!(named_in("reasoning_effort is unknown", &body, Wire::OpenAiChat), None, "it was not sent");
        leave_out(&mut body, &["stream_options", "max_tokens", "strict"].into(), Wire::OpenAiChat);
        let tool = json!({ "function": { "parameters": { "properties": { "strict": {} } } } });
        assert_eq!(body, json!({ "tools": [tool], "max_completion_tokens": 9 }));
        let mut body = json!({ "max_tokens": 64_000, "system": [{ "cache_control": {} }] });
        leave_out(&mut body, &["max_tokens", "cache_control"].into(), Wire::AnthropicMessages);
        assert_eq!(body, json!({ "max_tokens": FEW_TOKENS, "system": [{}] }));
    }
}
