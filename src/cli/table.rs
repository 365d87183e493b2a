//! Rows with aligned columns.

use unicode_width::UnicodeWidthStr;

use crate::cli::print::{Printable, Style};
use crate::view::style_role::StyleRole;
use crate::view::text::padded;

/// Rows under a heading; the last column takes what is left of the line.
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]], style: Style) -> Printable {
    let mut widths = heading.map(UnicodeWidthStr::width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let line = |cells: &[String], tone: StyleRole| {
        let mut used = 0;
        let mut text = String::new();
        for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if at + 1 == cells.len() {
                text.push_str(&style.fitted(cell, used));
            } else {
                text.push_str(&padded(cell, width + 2));
                used += width + 2;
            }
        }
        style.paint(tone, text.trim_end())
    };
    let head = line(&heading.map(str::to_uppercase), StyleRole::Dim);
    Printable::lines([head].into_iter().chain(rows.iter().map(|row| line(row, StyleRole::Text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "running", "x y"], ["long-name", "ok", ""]].map(|row| row.map(str::to_owned));
        insta::assert_snapshot!(table(["id", "status", "title"], &rows, Style::PLAIN), @r"
        ID         STATUS   TITLE
        a          running  x y
        long-name  ok
        ");
    }
}
