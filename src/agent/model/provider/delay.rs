//! How long a provider asks to be left alone: told in the body, in a header, or in words, in this order of trust.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The longest wait that is believed: quotas of every provider reset within a month.
const LONGEST: Duration = Duration::from_hours(31 * 24);
/// How deep in a body a delay is looked for: Google's stands in the details of the error.
const DEPTH: usize = 5;
/// What sentences have before a time.
const BEFORE: [&str; 8] = [
    "try again in ",
    "retry after ",
    "retry in ",
    "retrying in ",
    "reset after ",
    "reset in ",
    "resets in ",
    "wait ",
];

/// The wait that an answer asks for, if it asks for any.
pub(super) fn asked(body: &Value, headers: &HeaderMap, words: &str) -> Option<Duration> {
    let now = text(headers, "date").and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp());
    let asked = in_body(body, now, DEPTH).or_else(|| in_headers(headers, now)).or_else(|| in_words(words));
    asked.map(|asked| asked.min(LONGEST))
}

fn in_body(value: &Value, now: Option<Timestamp>, depth: usize) -> Option<Duration> {
    let deeper = depth.checked_sub(1)?;
    match value {
        Value::Object(map) => map
            .iter()
            .find_map(|(key, value)| member(key, value, now))
            .or_else(|| map.values().find_map(|value| in_body(value, now, deeper))),
        Value::Array(items) => items.iter().find_map(|item| in_body(item, now, deeper)),
        _ => None,
    }
}

/// The members that providers put a delay in.
fn member(key: &str, value: &Value, now: Option<Timestamp>) -> Option<Duration> {
    match key {
        "retryDelay"
        | "retry_delay"
        | "retry_after"
        | "retryAfter"
        | "retry_after_seconds"
        | "resets_in_seconds" => match value {
            Value::String(text) => duration(text),
            value => Duration::try_from_secs_f64(value.as_f64()?).ok(),
        },
        "retry_after_ms" | "retryAfterMs" => value.as_u64().map(Duration::from_millis),
        "resets_at" => until(Timestamp::from_second(value.as_i64()?).ok()?, now?),
        _ => None,
    }
}

/// A date counts from the answer's own `Date`, so no clock is read.
fn in_headers(headers: &HeaderMap, now: Option<Timestamp>) -> Option<Duration> {
    if let Some(milliseconds) = text(headers, "retry-after-ms").and_then(|value| value.parse().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    if let Some(after) = text(headers, "retry-after") {
        return duration(after).or_else(|| until(rfc2822::parse(after).ok()?.timestamp(), now?));
    }
    // Each limit has a reset of its own; only the one that is used up matters.
    let used_up = |limit: &&str| {
        ["x-ratelimit-remaining-", "anthropic-ratelimit-"].iter().any(|family| {
            let name = if family.starts_with('x') {
                format!("{family}{limit}")
            } else {
                format!("{family}{limit}-remaining")
            };
            text(headers, &name) == Some("0")
        })
    };
    let limits = ["requests", "tokens", "input-tokens", "output-tokens"];
    let resets = limits.iter().filter(|limit| used_up(limit)).filter_map(|limit| {
        let spelled = [format!("x-ratelimit-reset-{limit}"), format!("anthropic-ratelimit-{limit}-reset")];
        let told = spelled.iter().find_map(|name| text(headers, name))?;
        duration(told).or_else(|| until(told.parse().ok()?, now?))
    });
    resets.max()
}

/// The time in `Please try again in 6m0s.`
fn in_words(words: &str) -> Option<Duration> {
    let lower = words.to_lowercase();
    let rest = BEFORE.iter().find_map(|before| lower.split_once(before)).map(|(_, rest)| rest)?;
    let parts: Vec<&str> = rest.split_whitespace().take(4).collect();
    // The longest beginning that is a time.
    (1..=parts.len())
        .rev()
        .find_map(|count| duration(parts[..count].join(" ").trim_end_matches(['.', ',', ';', ')', '!'])))
}

/// `7`, `2.5s`, `6m0s`, `26 seconds`.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    Duration::try_from(text.trim().parse::<SignedDuration>().ok()?).ok()
}

fn until(then: Timestamp, now: Timestamp) -> Option<Duration> {
    Duration::try_from(then.duration_since(now)).ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        pairs.iter().map(header).collect()
    }

    #[test]
    fn a_header_tells_seconds_or_a_date() {
        let told = |pairs: &[(&'static str, &'static str)]| asked(&Value::Null, &headers(pairs), "");
        assert_eq!(told(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(told(&[("retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        let date = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
        let later = ("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT");
        assert_eq!(told(&[later, date]), Some(Duration::from_secs(30)));
        assert_eq!(told(&[later]), None, "no clock is read here");
        assert_eq!(told(&[("retry-after", "-3")]), None);
        let used_up = ("x-ratelimit-remaining-tokens", "0");
        assert_eq!(told(&[used_up, ("x-ratelimit-reset-tokens", "6m0s")]), Some(Duration::from_mins(6)));
        assert_eq!(told(&[("x-ratelimit-reset-tokens", "6m0s")]), None, "that limit is not used up");
        let used_up = ("anthropic-ratelimit-input-tokens-remaining", "0");
        let reset = ("anthropic-ratelimit-input-tokens-reset", "2026-10-21T07:28:12Z");
        assert_eq!(told(&[used_up, reset, date]), Some(Duration::from_secs(12)));
    }

    #[test]
    fn a_body_wins_over_headers_and_headers_over_words() {
        let google = json!({ "error": { "message": "retry in 9s", "details": [{ "@type": "x", "retryDelay": "2.5s" }] } });
        let after = headers(&[("retry-after", "60")]);
        assert_eq!(asked(&google, &after, "retry in 9s"), Some(Duration::from_millis(2_500)));
        assert_eq!(asked(&Value::Null, &after, "retry in 9s"), Some(Duration::from_mins(1)));
        assert_eq!(
            asked(&json!({ "error": { "resets_in_seconds": 7_200 } }), &HeaderMap::new(), ""),
            Some(Duration::from_hours(2))
        );
    }

    #[test]
    fn words_tell_a_time_in_the_ways_of_every_provider() {
        for (words, seconds) in [
            ("Rate limit reached. Please try again in 6m0s.", 360),
            ("Please retry after 26 seconds.", 26),
            ("Please try again in 1h2m3s. Visit https://example.org", 3_723),
            ("quota exceeded, retry in 34s", 34),
            ("Your limit resets in 2 hours (see plans)", 7_200),
            ("wait 3", 3),
        ] {
            assert_eq!(in_words(words), Some(Duration::from_secs(seconds)), "{words}");
        }
        assert_eq!(in_words("please wait until tomorrow"), None);
    }
}
