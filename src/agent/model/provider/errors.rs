//! What a provider's fault means to a session and to the person.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::connections::EXTRA_AUTHORITIES;
use super::delay;
use super::spec::ProviderSpec;
use super::wire::Fault;
use crate::agent::context::clipped;
use crate::agent::model::ModelError;

/// How long a spent quota is taken to last when the provider does not say.
const UNKNOWN_RESET: Duration = Duration::from_hours(1);
/// Longest piece of a provider's own words that is passed on, in bytes.
const WORDS_LIMIT: usize = 400;

/// What it means that an answer cannot be read on.
pub(super) fn by_fault(fault: Fault, spec: &ProviderSpec) -> ModelError {
    match fault {
        Fault::TooMuch(what) => broken(spec, &format!("it sent more {what} than any model's reply has")),
        Fault::NoJson(words) => broken(spec, &format!("one of its events was not JSON: {words}")),
        Fault::NoEnd => broken(spec, "it closed before its end"),
        Fault::Told(body) => by_event(&body, spec),
    }
}

/// A page that says nothing a reply could be made of, though the server called it a success.
pub(super) fn not_a_reply(page: &str, headers: &HeaderMap, spec: &ProviderSpec) -> ModelError {
    if serde_json::from_str(page).is_ok_and(|body| !said(&body).1.is_empty()) {
        return by_status(500, page, headers, spec);
    }
    let (words, address) = (bounded(&words_of(page)), spec.endpoint());
    passing(format!(
        "{} answered with a page that is no reply: \"{words}\"; is base_url {address} right?",
        spec.name
    ))
}

/// What a reader of a page sees: its text without its markup.
fn words_of(page: &str) -> String {
    static MARKUP: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->|<[^>]*>").ok());
    let text = MARKUP.as_ref().map_or(page.into(), |markup| markup.replace_all(page, " "));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A stream that was cut or garbled: worth another try.
pub(super) fn broken(spec: &ProviderSpec, how: &str) -> ModelError {
    passing(format!("the stream of {}/{} broke: {}", spec.name, spec.model, bounded(how)))
}

/// A server that says nothing at all.
pub(super) fn silent(spec: &ProviderSpec) -> ModelError {
    broken(spec, &format!("nothing came within {} s", spec.idle_timeout.as_secs()))
}

/// A key was never given.
pub(super) fn no_key(spec: &ProviderSpec) -> ModelError {
    ModelError::Key(format!("{} has no key: {}", spec.name, key_advice(spec)))
}

pub(super) fn by_status(status: u16, body: &str, headers: &HeaderMap, spec: &ProviderSpec) -> ModelError {
    let parsed: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let (code, words) = said(&parsed);
    let words = bounded(if words.is_empty() { words_of(body) } else { words }.as_str());
    let retry_after = delay::asked(&parsed, headers, &words);
    if let Some(known) = by_words(&code, &words, retry_after, spec) {
        return known;
    }
    let name = &spec.name;
    match status {
        401 | 403 => {
            ModelError::Key(format!("{name} refused the key ({status}: {words}): {}", key_advice(spec)))
        }
        402 => quota(format!("{name} wants to be paid ({status}): {words}"), retry_after),
        404 | 405 if code.contains("model") || words.to_lowercase().contains("model") => {
            ModelError::Refused(format!(
                "unknown model `{name}/{}` at {}: see `flightdeck models` ({words})",
                spec.model,
                spec.endpoint()
            ))
        }
        404 | 405 => ModelError::Refused(format!(
            "{name} has no such page or no model `{}` at {}: {}see `flightdeck models` ({status}: {words})",
            spec.model,
            spec.endpoint(),
            address_advice(spec),
        )),
        413 => ModelError::TooLong(format!("{name}: {words}")),
        408 | 409 | 425 | 429 | 500.. => {
            ModelError::Passing { message: format!("{name} answered {status}: {words}"), retry_after }
        }
        _ => ModelError::Refused(format!("{name} refused the request ({status}): {words}")),
    }
}

/// What a refusal says, for finding out which part of the request it is about; nothing where it is no such refusal.
pub(super) fn refusal(status: u16, body: &str) -> Option<String> {
    if ![400, 404, 405, 415, 422, 501].contains(&status) {
        return None;
    }
    let parsed: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let (code, words) = said(&parsed);
    (!WORDS.is_too_long(&code, &words)).then(|| body.to_owned())
}

/// Where requests usually go, when they go elsewhere.
fn address_advice(spec: &ProviderSpec) -> String {
    let Ok(mut usual) = spec.base() else { return String::new() };
    usual.set_path("/v1");
    let same = spec.endpoint().trim_end_matches('/') == usual.as_str();
    if same { String::new() } else { format!("base_url is usually {usual}; ") }
}

/// An error event inside a stream that had begun well.
fn by_event(body: &Value, spec: &ProviderSpec) -> ModelError {
    let (code, words) = said(body);
    let retry_after = delay::asked(body, &HeaderMap::new(), &words);
    if let Some(known) = by_words(&code, &words, retry_after, spec) {
        return known;
    }
    match code.as_str() {
        "authentication_error" | "permission_error" | "invalid_api_key" | "401" | "403" => {
            ModelError::Key(format!("{} refused the key ({words}): {}", spec.name, key_advice(spec)))
        }
        "invalid_request_error" | "not_found_error" | "invalid_prompt" | "400" => {
            ModelError::Refused(format!("{} refused the request: {}", spec.name, bounded(&words)))
        }
        "402" => quota(format!("{} wants to be paid: {}", spec.name, bounded(&words)), retry_after),
        _ => {
            let message = format!("{} broke off ({code}): {}", spec.name, bounded(&words));
            ModelError::Passing { message, retry_after }
        }
    }
}

/// What providers say where neither a status nor a code tells what it means.
static WORDS: LazyLock<Words> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../assets/provider_words.toml")).unwrap_or_default()
});

/// Codes, and what their sentences have in them, in small letters.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    too_long: Signs,
    spent: Signs,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signs {
    codes: Vec<String>,
    sentences: Vec<String>,
}

impl Words {
    fn is_too_long(&self, code: &str, words: &str) -> bool {
        self.too_long.has(code, words)
    }
}

impl Signs {
    fn has(&self, code: &str, words: &str) -> bool {
        let lower = words.to_lowercase();
        self.codes.iter().any(|known| known == code) || self.sentences.iter().any(|sign| lower.contains(sign))
    }
}

/// Faults that every provider words differently and that no status tells apart.
fn by_words(
    code: &str,
    words: &str,
    retry_after: Option<Duration>,
    spec: &ProviderSpec,
) -> Option<ModelError> {
    let message = || format!("{}: {}", spec.name, bounded(words));
    if WORDS.is_too_long(code, words) {
        return Some(ModelError::TooLong(message()));
    }
    WORDS.spent.has(code, words).then(|| quota(message(), retry_after))
}

/// A spent quota that somebody else tells of who asked a provider, in words and what else came with them.
pub fn spent(message: &str, told: &Value) -> Option<ModelError> {
    let retry_after = delay::asked(told, &HeaderMap::new(), message);
    WORDS.spent.has("", message).then(|| quota(bounded(message), retry_after))
}

/// A quota is spent. One that the provider itself says is back soon is a passing fault; whoever retries decides on soon.
fn quota(message: String, retry_after: Option<Duration>) -> ModelError {
    match retry_after {
        Some(_) => ModelError::Passing { message, retry_after },
        None => ModelError::Quota { message, resets_after: UNKNOWN_RESET },
    }
}

/// The code and the words of an error body: `{"error":{"type","code","message"}}`, the same without the wrapping or
/// in a list, an error that is a text, or a `detail`.
fn said(body: &Value) -> (String, String) {
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
    let inner = body.get("error").filter(|inner| inner.is_object()).unwrap_or(body);
    let text = |key: &str| match inner.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let kind = text("type").filter(|kind| kind != "error");
    let plain = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let words = text("message").or_else(|| plain("error")).or_else(|| plain("detail"));
    (text("code").or(kind).unwrap_or_default(), words.unwrap_or_default())
}

/// A provider that did not answer a question within its time.
pub(super) fn unreachable(fault: &reqwest::Error, limit: Duration, spec: &ProviderSpec) -> ModelError {
    if fault.is_timeout() {
        let seconds = limit.as_secs();
        return passing(format!("{} did not answer within {seconds} s at {}", spec.name, spec.endpoint()));
    }
    transport(fault, spec)
}

/// A fault of the connection.
pub(super) fn transport(fault: &reqwest::Error, spec: &ProviderSpec) -> ModelError {
    // reqwest's own words stop at "error sending request"; the reason is at the chain's end.
    let mut reason: &dyn std::error::Error = fault;
    while let Some(deeper) = reason.source() {
        reason = deeper;
    }
    if fault.is_builder() {
        return ModelError::Refused(format!("the request to {} could not be made: {reason}", spec.name));
    }
    if fault.is_connect() || fault.is_request() {
        let proxy = spec.proxy_variable.as_ref();
        let through = proxy.map_or_else(String::new, |proxy| format!(" through the proxy of {proxy}"));
        let advice = certificate_advice(&reason.to_string());
        return passing(format!(
            "{} cannot be reached at {}{through}: {reason}{advice}",
            spec.name,
            spec.endpoint()
        ));
    }
    broken(spec, &reason.to_string())
}

/// What to do about a certificate of an authority that this machine does not know, in words of `rustls`.
fn certificate_advice(reason: &str) -> String {
    let is_unknown = reason.contains("UnknownIssuer") || reason.contains("CaUsedAsEndEntity");
    let advice = format!(
        "; the authority that signed its certificate is not known here: install it, or name a file with it in {EXTRA_AUTHORITIES}"
    );
    if is_unknown { advice } else { String::new() }
}

fn key_advice(spec: &ProviderSpec) -> String {
    match &spec.key_variable {
        Some(variable) => format!("set {variable} to a valid key"),
        None => {
            format!("name its key with `api_key_env` under [providers.{}] in the configuration", spec.name)
        }
    }
}

fn passing(message: String) -> ModelError {
    ModelError::Passing { message, retry_after: None }
}

fn bounded(words: &str) -> String {
    clipped(words.trim(), WORDS_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::model::provider::Wire;

    fn mapped(status: u16, body: &str) -> ModelError {
        let spec = ProviderSpec::new("anthropic", Wire::AnthropicMessages, "claude-x");
        by_status(status, body, &HeaderMap::new(), &spec)
    }

    #[test]
    fn a_status_says_whether_to_try_again() {
        for status in [408, 409, 425, 429, 500, 502, 503, 529] {
            assert!(matches!(mapped(status, "{}"), ModelError::Passing { .. }), "{status}");
        }
        for status in [400, 404, 422] {
            assert!(matches!(mapped(status, "{}"), ModelError::Refused(_)), "{status}");
        }
        for status in [401, 403] {
            assert!(mapped(status, "{}").to_string().contains("set ANTHROPIC_API_KEY"), "{status}");
        }
        assert!(mapped(404, "").to_string().contains("flightdeck models"));
    }

    #[test]
    fn a_page_is_told_by_its_words_and_a_wrong_address_by_the_right_one() {
        let page = "<html><head><style>p{}</style><title>Sign in</title></head><body>Please <b>sign in</b>";
        let mut spec = ProviderSpec::new("it", Wire::OpenAiChat, "m");
        spec.base_url = Some("http://localhost:11434/api".into());
        let told = not_a_reply(page, &HeaderMap::new(), &spec).to_string();
        assert!(told.contains("\"Sign in Please sign in\""), "{told}");
        let nowhere = by_status(404, "404 page not found", &HeaderMap::new(), &spec).to_string();
        assert!(nowhere.contains("base_url is usually http://localhost:11434/v1;"), "{nowhere}");
        let unknown =
            by_status(404, r#"{"error":{"message":"model 'm' not found"}}"#, &HeaderMap::new(), &spec)
                .to_string();
        assert!(unknown.starts_with("unknown model `it/m`"), "{unknown}");
    }

    #[test]
    fn the_context_is_full_in_the_words_of_every_provider() {
        for words in [
            "input length and `max_tokens` exceed context limit: 196758 + 8192 > 200000",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
            "Input is too long for requested model.",
            "Invalid request: Your request exceeded model token limit: 262144",
            "Range of input length should be [1, 129024]",
            "the request exceeds the available context size. try increasing the context size",
            "Please reduce the length of the messages or completion.",
            "prompt token count of 70000 exceeds the limit of 64000",
        ] {
            let body = serde_json::json!({ "error": { "message": words } }).to_string();
            assert!(matches!(mapped(400, &body), ModelError::TooLong(_)), "{words}");
        }
        assert!(matches!(
            mapped(400, r#"{"error":{"message":"max_tokens is too large"}}"#),
            ModelError::Refused(_)
        ));
    }

    #[test]
    fn words_tell_apart_what_a_status_does_not() {
        let long = r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 250000 tokens"}}"#;
        assert!(matches!(mapped(400, long), ModelError::TooLong(_)));
        let code = r#"{"error":{"code":"context_length_exceeded","message":"too many"}}"#;
        assert!(matches!(mapped(400, code), ModelError::TooLong(_)));
        let spent =
            r#"{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"no money"}}"#;
        assert!(matches!(mapped(429, spent), ModelError::Quota { .. }));
        assert!(matches!(
            mapped(402, r#"{"error":{"message":"Insufficient Balance"}}"#),
            ModelError::Quota { .. }
        ));
        let soon = r#"{"error":{"code":429,"message":"You exceeded your current quota","details":[{"retryDelay":"2s"}]}}"#;
        let ModelError::Passing { retry_after, .. } = mapped(429, soon) else { panic!() };
        assert_eq!(retry_after, Some(Duration::from_secs(2)));
        let limited = r#"{"error":{"type":"rate_limit_error","message":"slow down"}}"#;
        assert!(matches!(mapped(429, limited), ModelError::Passing { .. }));
    }
}
