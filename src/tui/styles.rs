//! A theme resolved: one style for every style role.

use ratatui::style::Style;

use crate::view::style_role::StyleRole;

/// The styles of all roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Styles([Style; StyleRole::ALL.len()]);

impl Styles {
    /// Styles in the order of [`StyleRole::ALL`].
    pub fn new(styles: [Style; StyleRole::ALL.len()]) -> Self {
        Self(styles)
    }

    /// The style of a role.
    pub fn of(&self, style: StyleRole) -> Style {
        self.0.get(style.index()).copied().unwrap_or_default()
    }
}

impl Default for Styles {
    /// What every terminal can show.
    fn default() -> Self {
        Self::monochrome()
    }
}
