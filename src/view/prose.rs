//! Sentences in rows: broken where the room ends, with a label before them where there is one.

use crate::view::style_role::StyleRole;
use crate::view::text::{self, wrap};

use super::row::Row;

/// Cells of a label.
const LABEL: usize = 10;

/// A text over as many rows as it needs.
pub fn paragraph(style: StyleRole, text: &str, width: usize) -> Vec<Row> {
    wrap(text, width).into_iter().map(|line| Row::of(style, line)).collect()
}

/// A text behind a lead, which stands in its first row only.
pub fn hanging(lead: (StyleRole, &str), style: StyleRole, text: &str, width: usize) -> Vec<Row> {
    let blank = " ".repeat(text::width(lead.1));
    let lines = wrap(text, width.saturating_sub(blank.len())).into_iter().enumerate();
    let lead = |index| Row::of(lead.0, if index == 0 { lead.1 } else { &blank });
    lines.map(|(index, line)| lead(index).then(style, line)).collect()
}

/// A text behind its label.
pub fn labelled(label: &str, text: &str, width: usize) -> Vec<Row> {
    hanging((StyleRole::Dim, &format!("{label:<LABEL$}")), StyleRole::Text, text, width)
}

/// A short text behind its label, in one row.
pub fn labelled_row(label: &str, style: StyleRole, text: &str) -> Row {
    Row::of(StyleRole::Dim, format!("{label:<LABEL$}")).then(style, text)
}

/// A point of a list.
pub fn point(style: StyleRole, text: &str, width: usize) -> Vec<Row> {
    hanging((StyleRole::Dim, "· "), style, text, width)
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
