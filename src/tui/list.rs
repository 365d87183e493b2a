//! A list's selection and scroll position. Both change in `update` only, so drawing can be skipped.

/// What is selected, and the first row that is seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct List {
    pub selected: usize,
    pub top: usize,
}

/// How a list is moved through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionStep {
    By(isize),
    PageUp,
    PageDown,
    First,
    Last,
}

impl SelectionStep {
    /// How many rows it goes on, or back, with so many rows on a page; a page has one at least.
    pub fn rows(self, page: usize) -> isize {
        let page = isize::try_from(page.max(1)).unwrap_or(1);
        match self {
            Self::By(rows) => rows,
            Self::PageUp => -page,
            Self::PageDown => page,
            Self::First => isize::MIN,
            Self::Last => isize::MAX,
        }
    }

    /// The step that an action asks for, if it asks for one.
    pub fn of(action: super::action::Action) -> Option<Self> {
        use super::action::Action;
        Some(match action {
            Action::Up => Self::By(-1),
            Action::Down => Self::By(1),
            Action::PageUp => Self::PageUp,
            Action::PageDown => Self::PageDown,
            Action::Top => Self::First,
            Action::Bottom => Self::Last,
            _ => return None,
        })
    }
}

impl List {
    /// Moves the selection among `len` rows of which `height` are seen.
    pub fn step(&mut self, step: SelectionStep, len: usize, height: usize) {
        self.select(self.selected.saturating_add_signed(step.rows(height.saturating_sub(1))), len, height);
    }

    /// Selects a row and brings it into sight.
    pub fn select(&mut self, index: usize, len: usize, height: usize) {
        self.selected = index.min(len.saturating_sub(1));
        let height = height.max(1);
        if self.selected < self.top {
            self.top = self.selected;
        }
        if self.selected >= self.top + height {
            self.top = self.selected + 1 - height;
        }
        self.top = self.top.min(len.saturating_sub(height));
    }

    /// Where a text of `lines` begins after a step, when `height` of them are seen.
    pub fn scrolled(top: usize, step: SelectionStep, lines: usize, height: usize) -> usize {
        let moved = top.saturating_add_signed(step.rows(height.saturating_sub(1)));
        moved.min(lines.saturating_sub(height))
    }

    /// Scrolls without moving the selection out of the list.
    pub fn scroll(&mut self, rows: isize, len: usize, height: usize) {
        self.top = self.top.saturating_add_signed(rows).min(len.saturating_sub(height.max(1)));
        self.selected = self
            .selected
            .clamp(self.top, (self.top + height.max(1) - 1).max(self.top))
            .min(len.saturating_sub(1));
    }

    /// The rows that are seen.
    pub fn window(&self, len: usize, height: usize) -> std::ops::Range<usize> {
        let top = self.top.min(len.saturating_sub(height));
        top..len.min(top + height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_always_in_sight() {
        let mut list = List::default();
        for step in [
            SelectionStep::Last,
            SelectionStep::By(-3),
            SelectionStep::PageUp,
            SelectionStep::By(-100),
            SelectionStep::PageDown,
            SelectionStep::By(2),
        ] {
            list.step(step, 50, 10);
            assert!(list.window(50, 10).contains(&list.selected), "{step:?} {list:?}");
        }
        list.select(40, 50, 10);
        list.select(40, 3, 10);
        assert_eq!(list.window(3, 10), 0..3);
        list.step(SelectionStep::By(1), 0, 0);
        assert_eq!(list.selected, 0);
    }
}
