//! A theme worked out: one style for every ink.

use ratatui::style::Style;

use super::ink::Ink;

/// The styles of all inks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Styles([Style; Ink::ALL.len()]);

impl Styles {
    /// Styles in the order of [`Ink::ALL`].
    pub fn new(styles: [Style; Ink::ALL.len()]) -> Self {
        Self(styles)
    }

    /// The style of an ink.
    pub fn of(&self, ink: Ink) -> Style {
        self.0.get(ink.index()).copied().unwrap_or_default()
    }
}
