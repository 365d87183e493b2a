//! The pictures that are ready, and the one that is being made.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Canvas, FIRST_NUMBER, NUMBERS, Order, Painted, PictureKey, Window};

/// Pictures that are kept, each at one size.
const KEPT: usize = 8;

/// Pictures by what they are of and how large they are.
#[derive(Debug, Default)]
pub struct Pictures {
    kept: VecDeque<(PictureKey, Result<Arc<Painted>, String>)>,
    /// One is made at a time: while somebody resizes or scrolls, only the last size matters.
    asked: Option<PictureKey>,
    count: u32,
}

impl Pictures {
    /// What is to be made for a screen that wants this picture; nothing where it is here, failed, or another is made.
    pub fn order(&mut self, wanted: PictureKey, png: &str, canvas: Canvas) -> Option<Order> {
        let whole = Window::whole(wanted.size.height);
        let key = if canvas.keeps_whole() { PictureKey { window: whole, ..wanted } } else { wanted };
        if self.asked.is_some() || self.kept.iter().any(|(known, _)| *known == key) {
            return None;
        }
        self.asked = Some(key.clone());
        let number = FIRST_NUMBER + self.count % NUMBERS;
        self.count = self.count.wrapping_add(1);
        Some(Order { key, png: png.to_owned(), canvas, number })
    }

    /// Keeps what was made, or why it could not be.
    pub fn keep(&mut self, key: PictureKey, painted: Result<Painted, String>) {
        self.asked = self.asked.take().filter(|asked| *asked != key);
        self.kept.retain(|(known, _)| *known != key);
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((key, painted.map(Arc::new)));
    }

    /// What there is of a picture at its size, the newest first.
    pub fn of<'a>(&'a self, key: &'a PictureKey) -> impl Iterator<Item = &'a Result<Arc<Painted>, String>> {
        let same = |known: &PictureKey| {
            (&known.reference, known.size, known.strip) == (&key.reference, key.size, key.strip)
        };
        self.kept.iter().rev().filter(move |(known, _)| same(known)).map(|(_, painted)| painted)
    }

    /// What the terminal had is gone.
    pub fn clear(&mut self) {
        self.kept.clear();
    }
}
