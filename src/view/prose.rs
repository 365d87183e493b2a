//! Sentences in rows: broken where the room ends, with a label before them where there is one.

use crate::view::style_role::StyleRole;
use crate::view::text::wrap;

use super::row::Row;

/// Cells of a label.
const LABEL: usize = 10;

/// A text over as many rows as it needs.
pub fn paragraph(style: StyleRole, text: &str, width: usize) -> Vec<Row> {
    wrap(text, width).into_iter().map(|line| Row::of(style, line)).collect()
}

/// A text behind its label.
pub fn labelled(label: &str, text: &str, width: usize) -> Vec<Row> {
    let lead = |index: usize| if index == 0 { format!("{label:<LABEL$}") } else { " ".repeat(LABEL) };
    wrap(text, width.saturating_sub(LABEL))
        .into_iter()
        .enumerate()
        .map(|(index, line)| Row::of(StyleRole::Dim, lead(index)).then(StyleRole::Text, line))
        .collect()
}

/// A short text behind its label, in one row.
pub fn labelled_row(label: &str, style: StyleRole, text: &str) -> Row {
    Row::of(StyleRole::Dim, format!("{label:<LABEL$}")).then(style, text)
}

/// A point of a list.
pub fn point(style: StyleRole, text: &str, width: usize) -> Vec<Row> {
    let lines = wrap(text, width.saturating_sub(2)).into_iter().enumerate();
    lines
        .map(|(index, line)| Row::of(StyleRole::Dim, if index == 0 { "· " } else { "  " }).then(style, line))
        .collect()
}

/// Points of a list, one after the other.
pub fn points<'a>(texts: impl IntoIterator<Item = &'a str>, width: usize) -> Vec<Row> {
    texts.into_iter().flat_map(|text| point(StyleRole::Text, text, width)).collect()
}

/// Rows under a heading, with an empty one before it; nothing where there are none.
pub fn section(heading: &str, rows: Vec<Row>) -> Vec<Row> {
    if rows.is_empty() {
        return rows;
    }
    [Row::new(), Row::of(StyleRole::Strong, heading)].into_iter().chain(rows).collect()
}

/// Rows set in by so many cells.
pub fn indented(rows: Vec<Row>, cells: usize) -> impl Iterator<Item = Row> {
    rows.into_iter().map(move |row| row.indented(cells))
}
