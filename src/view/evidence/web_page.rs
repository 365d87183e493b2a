//! A page of the browser: where it is, what went wrong in it, and the tree of what it showed.

use serde_json::Value;

use super::super::prelude::*;
use super::{LINES, field, more};
use crate::domain::evidence::EvidenceDoc;

/// What a page read, below a picture of it: how long before or after that was, and what it showed.
pub fn reading(read: &EvidenceDoc, picture: &EvidenceDoc, width: usize) -> Vec<Row> {
    let Ok(value) = serde_json::from_str(&read.content) else { return Vec::new() };
    let taken = |doc: &EvidenceDoc| doc.facts.as_ref().map(|facts| facts.at);
    let apart = match (taken(read), taken(picture)) {
        (Some(read), Some(picture)) if read < picture => {
            format!("{} before the picture", span(picture.since(read)))
        }
        (Some(read), Some(picture)) if read > picture => {
            format!("{} after the picture", span(read.since(picture)))
        }
        _ => "with the picture".to_owned(),
    };
    let heading = Row::of(StyleRole::Strong, "What the page read").then(StyleRole::Dim, format!(", {apart}"));
    let heading = heading.end(StyleRole::Dim, &read.reference.0);
    [Row::new(), heading].into_iter().chain(rows(&value, width)).collect()
}

/// What went wrong stands above the tree.
pub(super) fn rows(value: &Value, width: usize) -> Vec<Row> {
    let mut rows =
        vec![Row::of(StyleRole::Strong, field(value, "title")), Row::of(StyleRole::Dim, field(value, "url"))];
    let lines = |key: &str| {
        let list = value.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(clean).collect::<Vec<_>>()
    };
    for (key, style) in [("notes", StyleRole::Warn), ("console", StyleRole::Bad), ("network", StyleRole::Bad)]
    {
        rows.extend(lines(key).iter().flat_map(|line| paragraph(style, line, width)));
    }
    rows.push(Row::default());
    let tree = lines("tree");
    rows.extend(tree.iter().take(LINES).flat_map(|line| paragraph(StyleRole::Text, line, width)));
    rows.extend(more(tree.len()));
    rows
}
