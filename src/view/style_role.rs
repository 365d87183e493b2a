//! What a piece of text means on the screen. A theme says which colour that is; nothing else does.

/// A role that a theme gives a style to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StyleRole {
    /// Ordinary text.
    #[default]
    Text,
    /// What is there but need not be read.
    Dim,
    /// Rules and fills, the quietest of all.
    Faint,
    /// What is read first.
    Strong,
    /// The one accent: where the person is, what is alive.
    Accent,
    Good,
    Bad,
    /// Waits for the person, or no longer counts.
    Warn,
    /// What a model thinks rather than says.
    Thought,
    Border,
    /// The border of the pane that has the keys.
    Focus,
    /// The row that is selected in the pane that has the keys.
    Selected,
    /// The selected row of another pane.
    Resting,
    /// A key in a hint.
    Key,
    /// The first line of the screen.
    Banner,
    Added,
    Removed,
    /// What a search found.
    Match,
    /// The line that calls for the person.
    Call,
}

impl StyleRole {
    /// Every role, with the name it has in a theme's file.
    pub const ALL: [(Self, &'static str); 19] = [
        (Self::Text, "text"),
        (Self::Dim, "dim"),
        (Self::Faint, "faint"),
        (Self::Strong, "strong"),
        (Self::Accent, "accent"),
        (Self::Good, "good"),
        (Self::Bad, "bad"),
        (Self::Warn, "warn"),
        (Self::Thought, "thought"),
        (Self::Border, "border"),
        (Self::Focus, "focus"),
        (Self::Selected, "selected"),
        (Self::Resting, "resting"),
        (Self::Key, "key"),
        (Self::Banner, "banner"),
        (Self::Added, "added"),
        (Self::Removed, "removed"),
        (Self::Match, "match"),
        (Self::Call, "call"),
    ];

    /// Its place among all roles.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|(style, _)| *style == self).unwrap_or(0)
    }
}
