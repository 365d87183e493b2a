//! What a piece of text means on the screen. A theme says which colour that is; nothing else does.

/// A role that a theme gives a style to, by its name in lower case.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray
)]
#[strum(serialize_all = "lowercase")]
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
    /// Every role.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its place among all roles.
    pub fn index(self) -> usize {
        self as usize
    }
}
