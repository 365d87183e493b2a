//! A conversation whose items keep their numbers, whatever is left out between them.

use crate::agent::model::Item;

/// Items, each with its place among all that ever were: 1 is the brief.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub items: Vec<Item>,
    pub numbers: Vec<u64>,
    /// The number of the newest item that ever was.
    pub last: u64,
    /// Whether anything was left out.
    pub shortened: bool,
}

impl History {
    /// A conversation of which nothing was left out.
    pub fn new(items: Vec<Item>) -> Self {
        let numbers: Vec<u64> = (1..).zip(&items).map(|(number, _)| number).collect();
        Self { last: numbers.last().copied().unwrap_or_default(), items, numbers, shortened: false }
    }

    /// Adds an item.
    pub fn push(&mut self, item: Item) {
        self.last += 1;
        self.numbers.push(self.last);
        self.items.push(item);
    }
}
