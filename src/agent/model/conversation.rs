//! A conversation, with what a wire has written of it: a turn costs what is new in it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::Item;
use crate::agent::context::bytes_of;

/// Items, oldest first. They are added to; whoever changes earlier ones has all of it written anew.
#[derive(Default)]
pub struct Conversation {
    items: Vec<Item>,
    bytes: usize,
    written: Mutex<Written>,
}

/// The items of a conversation as one wire writes them.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// What the wire was asked to leave out, beside which wire it is.
    way: (u8, BTreeSet<&'static str>),
    /// How many items are written.
    items: usize,
    /// Whole messages, with a comma between two of them.
    json: Vec<u8>,
    /// In each message that a cache mark may stand in, the place where its last block ends.
    marks: Vec<usize>,
    /// Whether the last message takes more results of tools.
    takes_results: bool,
}

impl Conversation {
    /// Adds an item.
    pub fn push(&mut self, item: Item) {
        self.bytes += bytes_of(std::slice::from_ref(&item));
        self.items.push(item);
    }

    /// Changes what is there already.
    pub fn edit<T>(&mut self, change: impl FnOnce(&mut Vec<Item>) -> T) -> T {
        let changed = change(&mut self.items);
        *self = Self::from(std::mem::take(&mut self.items));
        changed
    }

    /// The size of all items, in bytes of what they say.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What is written of it in a way, for one who writes the rest.
    pub(super) fn written(&self, wire: u8, left_out: &BTreeSet<&'static str>) -> MutexGuard<'_, Written> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.way.0 != wire || written.way.1 != *left_out {
            *written = Written { way: (wire, left_out.clone()), ..Written::default() };
        }
        written
    }
}

impl Written {
    /// Writes the items that are not written yet.
    pub(super) fn take_up(&mut self, items: &[Item], write: impl Fn(&Item, &mut Self)) {
        for item in items.get(self.items..).unwrap_or_default() {
            write(item, self);
            self.items += 1;
        }
    }

    /// Adds a message.
    pub(super) fn message(&mut self, message: &Value) {
        if !self.json.is_empty() {
            self.json.push(b',');
        }
        // Writing to memory cannot fail, and a value has no keys but texts.
        drop(serde_json::to_writer(&mut self.json, message));
        self.takes_results = false;
    }

    /// Adds a message whose last block a cache mark may stand in.
    pub(super) fn message_of_ours(&mut self, block: &Value) {
        self.message(&serde_json::json!({ "role": "user", "content": [block] }));
        self.marks.push(self.json.len() - BLOCK_END.len());
    }

    /// Adds the result of a tool, to the last message where that has results: the models learn from that to call in
    /// parallel.
    pub(super) fn result(&mut self, block: &Value) {
        if self.takes_results {
            self.json.truncate(self.json.len() - MESSAGE_END.len());
            self.json.push(b',');
            drop(serde_json::to_writer(&mut self.json, block));
            self.json.extend_from_slice(MESSAGE_END);
            if let Some(mark) = self.marks.last_mut() {
                *mark = self.json.len() - BLOCK_END.len();
            }
        } else {
            self.message_of_ours(block);
        }
        self.takes_results = true;
    }

    /// All messages, with a mark in the newest of ours.
    pub(super) fn copy(&self, body: &mut Vec<u8>, mark: &[u8], marked: usize) {
        let mut from = 0;
        for place in &self.marks[self.marks.len().saturating_sub(marked)..] {
            body.extend_from_slice(&self.json[from..*place]);
            body.extend_from_slice(mark);
            from = *place;
        }
        body.extend_from_slice(&self.json[from..]);
    }
}

/// How a message with blocks ends, and within it the last block.
const MESSAGE_END: &[u8] = b"]}";
const BLOCK_END: &[u8] = b"}]}";

impl From<Vec<Item>> for Conversation {
    fn from(items: Vec<Item>) -> Self {
        Self { bytes: bytes_of(&items), items, written: Mutex::default() }
    }
}

impl Deref for Conversation {
    type Target = [Item];

    fn deref(&self) -> &[Item] {
        &self.items
    }
}

impl<'a> IntoIterator for &'a Conversation {
    type Item = &'a Item;
    type IntoIter = std::slice::Iter<'a, Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl Clone for Conversation {
    fn clone(&self) -> Self {
        self.items.clone().into()
    }
}

impl PartialEq for Conversation {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}
