//! Laying pictures over a frame. The cells of a picture are marked while the frame is drawn; what is drawn over them
//! wipes the marks, and a picture that is covered in part is left out until it is free again.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::{Painted, Window};

/// Marks a cell of a picture where no theme and no link puts anything: as the colour of its underline.
const MARK: Color = Color::Indexed(0);

/// A picture on a frame.
#[derive(Debug, Clone)]
pub struct Placement {
    area: Rect,
    window: Window,
    picture: Arc<Painted>,
}

/// The same picture at the same place; one that was painted anew is another.
impl PartialEq for Placement {
    fn eq(&self, other: &Self) -> bool {
        (self.area, self.window) == (other.area, other.window) && Arc::ptr_eq(&self.picture, &other.picture)
    }
}

impl Placement {
    /// Puts a picture on a frame that is being drawn: at once where it is made of characters, else its place is marked
    /// and it is to be laid over the frame in the end.
    pub fn begin(picture: &Arc<Painted>, area: Rect, window: Window, frame: &mut Buffer) -> Option<Self> {
        let area = area.intersection(frame.area);
        if !picture.shows(window) || area.height != window.rows {
            return None;
        }
        if picture.is_text() {
            picture.put(area, window.skipped, frame);
            return None;
        }
        for cell in area.positions() {
            if let Some(cell) = frame.cell_mut(cell) {
                cell.reset();
                cell.underline_color = MARK;
            }
        }
        Some(Self { area, window, picture: Arc::clone(picture) })
    }
}

/// Lays pictures over a frame on which everything else has been drawn.
pub fn place(placements: &[Placement], frame: &mut Buffer) {
    for Placement { area, window, picture } in placements {
        let is_free =
            area.positions().all(|at| frame.cell(at).is_some_and(|cell| cell.underline_color == MARK));
        for at in area.positions() {
            if let Some(cell) = frame.cell_mut(at).filter(|cell| cell.underline_color == MARK) {
                cell.underline_color = Color::Reset;
            }
        }
        if is_free {
            picture.put(*area, window.skipped, frame);
        }
    }
}
