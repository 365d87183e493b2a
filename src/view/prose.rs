//! Sentences in rows: broken where the room ends, with a label before them where there is one.

use crate::view::style_role::StyleRole;
use crate::view::text::{self, words, wrap};

use super::row::{Piece, Row};

/// Cells of a label.
pub const LABEL: usize = 10;

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

/// Rows in which nothing is cut: what does not fit goes on in rows below, set in by the first piece, which is a label or a
/// sign and its blank.
pub fn folded(rows: Vec<Row>, width: usize) -> Vec<Row> {
    rows.into_iter().flat_map(|row| folded_row(row, width)).collect()
}

fn folded_row(row: Row, width: usize) -> Vec<Row> {
    let cells = |pieces: &[Piece]| pieces.iter().map(|piece| text::width(&piece.text)).sum::<usize>();
    let beside = if row.right.is_empty() { 0 } else { cells(&row.right) + 1 };
    let room = width.saturating_sub(beside);
    let blank = row.left.get(1).filter(|piece| piece.text.trim().is_empty());
    let indent = row.left.first().into_iter().chain(blank).map(|lead| text::width(&lead.text)).sum::<usize>();
    if cells(&row.left) <= room || indent * 2 > room {
        return vec![row];
    }
    let mut rows = vec![Row { left: Vec::new(), right: row.right }];
    let mut used = 0;
    for piece in row.left {
        for word in words(&piece.text) {
            let is_blank = word.trim().is_empty();
            if used + text::width(word) > room && used > indent && !is_blank {
                rows.push(Row::of(StyleRole::Text, " ".repeat(indent)));
                used = indent;
            }
            let begins = rows.len() > 1 && used == indent;
            if let Some(last) = rows.last_mut().filter(|_| !(is_blank && begins)) {
                match last.left.last_mut().filter(|last| last.style == piece.style && used > indent) {
                    Some(last) => last.text.push_str(word),
                    None => last.left.push(Piece::new(piece.style, word)),
                }
                used += text::width(word);
            }
        }
    }
    rows
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::row::plain;

    #[test]
    fn a_row_that_is_folded_keeps_every_word_and_its_styles_under_its_label() {
        let row = labelled_row("models", StyleRole::Text, "claude: worker, reviewer · gpt: ")
            .then(StyleRole::Warn, "critic and the rest");
        let rows = folded(vec![row.clone()], 30);
        insta::assert_snapshot!(plain(&rows), @r"
        models    claude: worker,
                  reviewer · gpt:
                  critic and the rest
        ");
        assert!(rows.iter().all(|row| text::width(&row.plain()) <= 30));
        let last = rows.last().and_then(|row| row.left.last()).map(|piece| piece.style);
        assert_eq!(last, Some(StyleRole::Warn));
        assert_eq!(folded(vec![row.clone()], 200), [row], "what fits stays as it is");
        let named = Row::of(StyleRole::Dim, "by  ")
            .then(StyleRole::Text, "one two three")
            .end(StyleRole::Dim, "right");
        assert_eq!(plain(&folded(vec![named], 18)), "by  one two | right\n    three");
    }
}
