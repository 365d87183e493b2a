//! The panes of the main screen, one of which has the keys.

/// A pane of the main screen; its tab has its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
pub enum Pane {
    #[default]
    Plan,
    Worker,
    Contract,
    Timeline,
}

impl Pane {
    /// All panes, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Worker, Self::Contract, Self::Timeline];

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The pane `steps` further on, around the end.
    #[must_use]
    pub fn after(self, steps: usize) -> Self {
        Self::ALL.get((self.index() + steps) % Self::ALL.len()).copied().unwrap_or_default()
    }
}
