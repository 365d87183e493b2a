//! JSON set out over lines, names apart from values.

use serde_json::Value;

use super::super::prelude::*;
use super::{LINES, more};
use crate::view::text::{cut, width as cells};

/// A value in rows of at most `width` cells.
pub(super) fn rows(value: &Value, width: usize) -> Vec<Row> {
    let mut lines = Lines::default();
    lines.value(value, 0, Row::new(), "");
    let total = lines.0.len();
    let shown = lines.0.into_iter().take(LINES);
    shown.flat_map(|row| folded(row, width)).chain(more(total)).collect()
}

#[derive(Default)]
struct Lines(Vec<Row>);

impl Lines {
    /// A value behind what stands before it on its line.
    fn value(&mut self, value: &Value, depth: usize, before: Row, after: &str) {
        let (row, leaf) = match value {
            Value::Object(fields) if !fields.is_empty() => {
                self.0.push(before.then(StyleRole::Dim, "{"));
                for (index, (name, value)) in fields.iter().enumerate() {
                    let name = format!("\"{name}\"");
                    let lead =
                        lead(depth + 1).then(StyleRole::Key, visible(&name)).then(StyleRole::Dim, ": ");
                    self.value(value, depth + 1, lead, if index + 1 < fields.len() { "," } else { "" });
                }
                (lead(depth), (StyleRole::Dim, "}".to_owned()))
            }
            Value::Array(items) if !items.is_empty() => {
                self.0.push(before.then(StyleRole::Dim, "["));
                for (index, item) in items.iter().enumerate() {
                    self.value(
                        item,
                        depth + 1,
                        lead(depth + 1),
                        if index + 1 < items.len() { "," } else { "" },
                    );
                }
                (lead(depth), (StyleRole::Dim, "]".to_owned()))
            }
            Value::Object(_) | Value::Array(_) => (before, (StyleRole::Dim, value.to_string())),
            Value::String(_) => (before, (StyleRole::Text, value.to_string())),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                (before, (StyleRole::Accent, value.to_string()))
            }
        };
        self.0.push(row.then(leaf.0, visible(&leaf.1)).then(StyleRole::Dim, after));
    }
}

fn lead(depth: usize) -> Row {
    Row::of(StyleRole::Text, "  ".repeat(depth.min(20)))
}

/// A row over as many as it needs, each piece in its style; what follows is set in a little further.
fn folded(row: Row, width: usize) -> Vec<Row> {
    let indent = row.left.first().map_or(0, |lead| cells(&lead.text)).min(width / 3) + 2;
    let mut rows = vec![Row::new()];
    let mut used = 0;
    for piece in row.left {
        let mut left = piece.text.as_str();
        while !left.is_empty() {
            let fits = cut(left, width.saturating_sub(used));
            if fits.is_empty() {
                if used <= indent && rows.len() > 1 {
                    break;
                }
                rows.push(Row::of(StyleRole::Text, " ".repeat(indent)));
                used = indent;
                continue;
            }
            used += cells(fits);
            if let Some(row) = rows.last_mut() {
                row.left.push(Piece::new(piece.style, fits));
            }
            left = left.get(fits.len()..).unwrap_or_default();
        }
    }
    rows
}
