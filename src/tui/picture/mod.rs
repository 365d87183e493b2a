//! Pictures in the terminal. A screen says which picture it wants and how large; it is decoded and encoded beside the
//! loop, kept, and laid over the frame after every text on it has been cleaned: no other way leads an escape sequence
//! to the terminal.

mod canvas;
mod paint;
mod place;
mod shelf;
mod still;

pub use canvas::{Canvas, Cell, Fit, Graphics, Wish};
pub use paint::{Order, Painted};
pub use place::{Placement, place};
pub use shelf::Pictures;
pub use still::printed;

use ratatui::layout::Size;

use crate::domain::verdict::EvidenceRef;

/// A picture as it is wanted on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureKey {
    pub reference: EvidenceRef,
    /// Cells of all of it.
    pub size: Size,
    pub window: Window,
    /// Which part of its width it is of.
    pub strip: Strip,
}

/// A part of a picture's width, in thousandths of it; all of its height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip {
    pub left: u16,
    pub width: u16,
}

impl Strip {
    /// All of it.
    pub const WHOLE: Self = Self { left: 0, width: 1_000 };

    /// The part in so many pixels: from which column on, and how many.
    pub fn of(self, across: u32) -> (u32, u32) {
        let part = |thousandths: u16| u64::from(across) * u64::from(thousandths) / 1_000;
        let pixels = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        (pixels(part(self.left)), pixels(part(self.width)).max(1))
    }
}

/// Which rows of a picture are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Rows above that are not.
    pub skipped: u16,
    pub rows: u16,
}

impl Window {
    /// All of a picture of so many rows.
    pub fn whole(rows: u16) -> Self {
        Self { skipped: 0, rows }
    }
}

/// Identifiers that pictures have in a terminal which keeps them by number; they are used again in turn.
const FIRST_NUMBER: u32 = 0x00f1_1600;
/// More than are kept at a time, so that none that is shown is overwritten.
const NUMBERS: u32 = 16;

/// Takes the pictures away that a kitty terminal keeps of this console.
pub fn forget_all() -> String {
    let numbers = FIRST_NUMBER..FIRST_NUMBER + NUMBERS;
    numbers.map(|number| format!("\x1b_Ga=d,d=I,i={number},q=2\x1b\\")).collect::<Vec<_>>().concat()
}
