//! How near one looks at a picture: all of it, its width, or a strip of it that is made larger, down to single letters.

use crate::tui::action::Action;
use crate::tui::picture::{Fit, Strip};

/// How near one can look: whole, as wide as the room, and each time half as much of the width.
const NEAREST: u32 = 4;

/// What is seen of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lens {
    near: u32,
    /// The middle of the strip, in thousandths of the width.
    middle: u16,
}

impl Default for Lens {
    fn default() -> Self {
        Self { near: 0, middle: Strip::WHOLE.width / 2 }
    }
}

impl Lens {
    /// How the strip is fitted into the room.
    pub fn fit(self) -> Fit {
        match self.near {
            0 => Fit::Whole,
            1 => Fit::Width,
            _ => Fit::Near,
        }
    }

    /// The strip that is seen.
    pub fn strip(self) -> Strip {
        let width = Strip::WHOLE.width >> self.near.saturating_sub(1).min(NEAREST);
        let left = self.middle.saturating_sub(width / 2).min(Strip::WHOLE.width - width);
        Strip { left, width }
    }

    /// Whether a part of the width is not seen.
    pub fn is_strip(self) -> bool {
        self.strip() != Strip::WHOLE
    }

    /// How near it is, in words; nothing where all of it is seen.
    pub fn words(self) -> &'static str {
        match self.near {
            0 => "",
            1 => "as wide as the room",
            2 => "half of its width",
            3 => "a quarter of its width",
            _ => "an eighth of its width",
        }
    }

    /// Does what is done to it; whether that is anything.
    pub fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Zoom => self.near = u32::from(self.near == 0),
            Action::Faster => self.near = (self.near + 1).min(NEAREST),
            Action::Slower => self.near = self.near.saturating_sub(1),
            Action::Left if self.is_strip() => self.aside(-1),
            Action::Right if self.is_strip() => self.aside(1),
            _ => return false,
        }
        true
    }

    /// Half a strip to the side, as far as there is more.
    fn aside(&mut self, by: i32) {
        let half = i32::from(self.strip().width / 2);
        let most = i32::from(Strip::WHOLE.width) - half;
        let middle = (i32::from(self.middle) + by * half).clamp(half, most);
        self.middle = u16::try_from(middle).unwrap_or(self.middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_looks_nearer_by_halves_and_to_the_sides_as_far_as_there_is_more() {
        let mut lens = Lens::default();
        assert!(!lens.act(Action::Left) && lens.strip() == Strip::WHOLE);
        let mut seen = Vec::new();
        for _ in 0..6 {
            lens.act(Action::Faster);
            seen.push((lens.strip().left, lens.strip().width));
        }
        assert_eq!(seen, [(0, 1000), (250, 500), (375, 250), (438, 125), (438, 125), (438, 125)]);
        for _ in 0..20 {
            lens.act(Action::Left);
        }
        assert_eq!(lens.strip(), Strip { left: 0, width: 125 });
        for _ in 0..40 {
            lens.act(Action::Right);
        }
        assert_eq!(lens.strip(), Strip { left: 875, width: 125 });
        lens.act(Action::Zoom);
        assert_eq!((lens.strip(), lens.fit()), (Strip::WHOLE, Fit::Whole));
    }
}
