//! A bar of progress: a thick line over a thin one, so that it reads without colours too.

use crate::view::row::Piece;
use crate::view::style_role::StyleRole;

/// A bar of `cells` cells, `done` of `total` filled.
pub fn bar(done: u64, total: u64, cells: usize) -> Vec<Piece> {
    let cells_u64 = cells as u64;
    let filled = (done.min(total) * cells_u64).checked_div(total).unwrap_or(0);
    let filled = usize::try_from(filled).unwrap_or(0).min(cells);
    vec![
        Piece::new(StyleRole::Accent, "━".repeat(filled)),
        Piece::new(StyleRole::Faint, "─".repeat(cells - filled)),
    ]
}
