//! What a provider's fault means to a session and to the person.

use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::spec::ProviderSpec;
use super::wire::Fault;
use crate::agent::context::clipped;
use crate::agent::model::ModelError;

/// How long a spent quota is taken to last when the provider does not say.
const UNKNOWN_RESET: Duration = Duration::from_hours(1);
/// The longest wait that is believed: quotas of every provider reset within a month.
const LONGEST_RESET: Duration = Duration::from_hours(31 * 24);
/// Longest piece of a provider's own words that is passed on, in bytes.
const WORDS_LIMIT: usize = 400;

/// What it means that an answer cannot be read on.
pub(super) fn by_fault(fault: Fault, spec: &ProviderSpec) -> ModelError {
    match fault {
        Fault::TooMuch(what) => broken(spec, &format!("it sent more {what} than any model's reply has")),
        Fault::NoJson => broken(spec, "one of its events was not JSON"),
        Fault::NoEnd => broken(spec, "it closed before its end"),
        Fault::Told(body) => by_event(&body, spec),
    }
}

/// A server that answered well, but not with a stream: a proxy's page, or a server that does not stream.
pub(super) fn not_a_stream(page: &str, headers: &HeaderMap, spec: &ProviderSpec) -> ModelError {
    let parsed: Value = serde_json::from_str(page).unwrap_or(Value::Null);
    if parsed.get("error").is_some_and(|error| !error.is_null()) {
        return by_status(500, page, headers, spec);
    }
    broken(spec, &format!("it answered with a page instead of a stream: {page}"))
}

/// A stream that was cut or garbled: worth another try.
pub(super) fn broken(spec: &ProviderSpec, how: &str) -> ModelError {
    passing(format!("the stream of {}/{} broke: {}", spec.name, spec.model, bounded(how)))
}

/// A key was never given.
pub(super) fn no_key(spec: &ProviderSpec) -> ModelError {
    ModelError::Key(format!("{} has no key: {}", spec.name, key_advice(spec)))
}

pub(super) fn by_status(status: u16, body: &str, headers: &HeaderMap, spec: &ProviderSpec) -> ModelError {
    let parsed: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let (code, words) = said(&parsed);
    let words = if words.is_empty() { bounded(body) } else { bounded(&words) };
    if let Some(known) = by_words(&code, &words, spec) {
        return known;
    }
    let name = &spec.name;
    match status {
        401 | 403 => {
            ModelError::Key(format!("{name} refused the key ({status}: {words}): {}", key_advice(spec)))
        }
        404 => ModelError::Refused(format!(
            "unknown model `{name}/{}` at {}: see `flightdeck models` ({words})",
            spec.model,
            spec.endpoint()
        )),
        413 => ModelError::TooLong(format!("{name}: {words}")),
        408 | 409 | 425 | 429 | 500.. => ModelError::Passing {
            message: format!("{name} answered {status}: {words}"),
            retry_after: retry_after(headers),
        },
        _ => ModelError::Refused(format!("{name} refused the request ({status}): {words}")),
    }
}

/// An error event inside a stream that had begun well.
fn by_event(body: &Value, spec: &ProviderSpec) -> ModelError {
    let (code, words) = said(body);
    if let Some(known) = by_words(&code, &words, spec) {
        return known;
    }
    match code.as_str() {
        "authentication_error" | "permission_error" | "invalid_api_key" => {
            ModelError::Key(format!("{} refused the key ({words}): {}", spec.name, key_advice(spec)))
        }
        "invalid_request_error" | "not_found_error" | "invalid_prompt" => {
            ModelError::Refused(format!("{} refused the request: {}", spec.name, bounded(&words)))
        }
        _ => passing(format!("{} broke off ({code}): {}", spec.name, bounded(&words))),
    }
}

/// Faults that every provider words differently and that no status tells apart.
fn by_words(code: &str, words: &str, spec: &ProviderSpec) -> Option<ModelError> {
    let lower = words.to_lowercase();
    let too_long = code == "context_length_exceeded"
        || [
            "prompt is too long",
            "context length",
            "context window",
            "maximum context",
            "exceeds the available context",
        ]
        .iter()
        .any(|sign| lower.contains(sign));
    if too_long {
        return Some(ModelError::TooLong(format!("{}: {}", spec.name, bounded(words))));
    }
    let spent = ["insufficient_quota", "billing_hard_limit_reached"].contains(&code)
        || ["insufficient_quota", "credit balance is too low", "exceeded your current quota"]
            .iter()
            .any(|sign| lower.contains(sign));
    spent.then(|| ModelError::Quota {
        message: format!("{}: {}", spec.name, bounded(words)),
        resets_after: UNKNOWN_RESET,
    })
}

/// The code and the words of an error body: `{"error":{"type","code","message"}}` or the same without the wrapping.
fn said(body: &Value) -> (String, String) {
    let inner = body.get("error").filter(|inner| inner.is_object()).unwrap_or(body);
    let text = |key: &str| inner.get(key).and_then(Value::as_str).map(str::to_owned);
    let kind = text("type").filter(|kind| kind != "error");
    let words = text("message").or_else(|| body.get("error").and_then(Value::as_str).map(str::to_owned));
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
        return passing(format!("{} cannot be reached at {}: {reason}", spec.name, spec.endpoint()));
    }
    broken(spec, &reason.to_string())
}

fn key_advice(spec: &ProviderSpec) -> String {
    match &spec.key_variable {
        Some(variable) => format!("set {variable} to a valid key"),
        None => {
            format!("name its key with `api_key_env` under [providers.{}] in the configuration", spec.name)
        }
    }
}

/// `Retry-After` in seconds or as a date; a date counts from the answer's own `Date`, so no clock is read.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|value| value.parse().ok()) {
        return Some(Duration::from_millis(milliseconds).min(LONGEST_RESET));
    }
    let after = text("retry-after")?;
    if let Ok(seconds) = after.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok().map(|asked| asked.min(LONGEST_RESET));
    }
    let until = rfc2822::parse(after).ok()?.timestamp();
    let now = rfc2822::parse(text("date")?).ok()?.timestamp();
    Duration::try_from(until.duration_since(now)).ok().map(|asked| asked.min(LONGEST_RESET))
}

fn passing(message: String) -> ModelError {
    ModelError::Passing { message, retry_after: None }
}

fn bounded(words: &str) -> String {
    clipped(words.trim(), WORDS_LIMIT)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

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
    fn words_tell_apart_what_a_status_does_not() {
        let long = r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 250000 tokens"}}"#;
        assert!(matches!(mapped(400, long), ModelError::TooLong(_)));
        let code = r#"{"error":{"code":"context_length_exceeded","message":"too many"}}"#;
        assert!(matches!(mapped(400, code), ModelError::TooLong(_)));
        let spent =
            r#"{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"no money"}}"#;
        assert!(matches!(mapped(429, spent), ModelError::Quota { .. }));
        let limited = r#"{"error":{"type":"rate_limit_error","message":"slow down"}}"#;
        assert!(matches!(mapped(429, limited), ModelError::Passing { .. }));
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs
                .iter()
                .map(|&(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect()
        };
        assert_eq!(retry_after(&headers(&[("retry-after", "7")])), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&headers(&[("retry-after-ms", "250")])), Some(Duration::from_millis(250)));
        let dated =
            [("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"), ("date", "Wed, 21 Oct 2026 07:28:00 GMT")];
        assert_eq!(retry_after(&headers(&dated)), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&headers(&dated[..1])), None, "no clock is read here");
        assert_eq!(retry_after(&headers(&[("retry-after", "-3")])), None);
    }
}
