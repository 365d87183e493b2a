//! A page of the browser: where it is, what went wrong in it, and the tree of what it showed.

use serde_json::Value;

use super::super::prelude::*;
use super::{LINES, field, more};

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
