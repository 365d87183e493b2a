//! An HTTP exchange: what was asked, what was answered; headers folded, JSON set out, bytes in columns.

use serde_json::Value;

use super::super::prelude::*;
use super::{Form, Headers, Reading, bytes, field, json, text, took};

/// Lays an exchange out, or several that were made together.
pub(super) fn rows(value: &Value, how: Reading, width: usize) -> Vec<Row> {
    let several = value.as_array().or_else(|| value.get("exchanges").and_then(Value::as_array));
    let Some(several) = several else { return exchange(value, how, width) };
    let mut rows = Vec::new();
    for (number, one) in (1..).zip(several) {
        let heading = format!("{number} of {}", several.len());
        rows.extend((number > 1).then(Row::new));
        rows.push(Row::of(StyleRole::Accent, heading));
        rows.extend(exchange(one, how, width));
    }
    rows
}

fn exchange(value: &Value, how: Reading, width: usize) -> Vec<Row> {
    let mut rows = vec![
        Row::of(StyleRole::Key, field(value, "method"))
            .then(StyleRole::Strong, format!(" {}", field(value, "url"))),
    ];
    rows.extend(headers(value.get("request_headers"), how, width));
    rows.extend(content(&field(value, "request_body"), how, width));
    rows.push(Row::new());
    rows.extend(answer(value, how, width));
    rows
}

fn answer(value: &Value, how: Reading, width: usize) -> Vec<Row> {
    let Some(answer) = value.get("answer").filter(|answer| answer.is_object()) else {
        let why = ["error", "no_answer", "failure"].iter().map(|key| field(value, key));
        let why = why.into_iter().find(|why| !why.is_empty()).unwrap_or_else(|| "no answer".to_owned());
        return paragraph(StyleRole::Bad, &clean(&why), width);
    };
    let status = answer.get("status").and_then(Value::as_u64).unwrap_or(0);
    let style = match status {
        200..400 => StyleRole::Good,
        400..500 => StyleRole::Warn,
        _ => StyleRole::Bad,
    };
    let mut rows = vec![Row::of(style, status.to_string()).end(StyleRole::Dim, took(answer))];
    let from = field(answer, "url");
    if !from.is_empty() && from != field(value, "url") {
        rows.push(Row::of(StyleRole::Dim, format!("answered by {from}")));
    }
    rows.extend(headers(answer.get("headers"), how, width));
    rows.extend(body(answer.get("body").unwrap_or(&Value::Null), how, width));
    rows
}

fn body(body: &Value, how: Reading, width: usize) -> Vec<Row> {
    let kind = body.get("is").and_then(Value::as_str).unwrap_or_default();
    let mut rows = match kind {
        "text" | "cut_text" => content(&field(body, "text"), how, width),
        "binary" | "cut_binary" => {
            let length = body.get("bytes").and_then(Value::as_u64).unwrap_or(0);
            let heading = Row::of(StyleRole::Dim, format!("{} that are no text", bytes_words(length)));
            let shown = bytes::rows(&field(body, "base64"), width);
            [Row::new(), heading].into_iter().chain(shown).collect()
        }
        "empty" => vec![Row::of(StyleRole::Dim, "no body")],
        _ => Vec::new(),
    };
    if kind.starts_with("cut_") {
        rows.push(Row::of(StyleRole::Warn, "… the body went on: only its beginning was kept"));
    }
    rows
}

fn bytes_words(length: u64) -> String {
    plural(usize::try_from(length).unwrap_or(usize::MAX), "byte")
}

/// Headers in full, or in one line that says how many there are and of which type the content is.
fn headers(value: Option<&Value>, how: Reading, width: usize) -> Vec<Row> {
    let pairs: Vec<(&str, &str)> = value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|pair| {
            let pair = pair.as_array()?;
            Some((pair.first()?.as_str()?, pair.get(1)?.as_str()?))
        })
        .collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    match how.headers {
        Headers::Open => pairs
            .into_iter()
            .flat_map(|(name, content)| {
                let lead = format!("{}: ", visible(name));
                hanging((StyleRole::Key, &lead), StyleRole::Dim, &visible(content), width)
            })
            .collect(),
        Headers::Folded => {
            let named = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            let named = named.map(|(_, content)| format!(" · {content}")).unwrap_or_default();
            let words = format!("{}{named}", plural(pairs.len(), "header"));
            vec![Row::new().sign(StyleRole::Dim, Glyph::Folded).then(StyleRole::Dim, words)]
        }
    }
}

/// A body as text; JSON is set out over lines, unless it is wanted as it came.
fn content(body: &str, how: Reading, width: usize) -> Vec<Row> {
    if body.is_empty() {
        return Vec::new();
    }
    let set_out = || {
        let value = serde_json::from_str::<Value>(body).ok();
        value.filter(|value| value.is_object() || value.is_array())
    };
    let rows = match how.form {
        Form::Raw => text(body, how, width),
        Form::SetOut => set_out().map_or_else(|| text(body, how, width), |value| json::rows(&value, width)),
    };
    std::iter::once(Row::new()).chain(rows).collect()
}
