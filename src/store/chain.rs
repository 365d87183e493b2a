//! The chain of hashes through a log: each event's hash is over the event and the hash before it, so that nobody changes,
//! takes out or puts in an event without that being seen.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::row::Row;

/// A link of the chain: SHA-256.
pub(super) type Link = [u8; 32];

/// What is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fault", content = "seq")]
pub enum ChainFault {
    /// An event is another one than was written.
    Changed(u64),
    /// An event is gone.
    Gone(u64),
    /// An event has no hash: whoever wrote it was no engine, or one of an older flightdeck.
    Unhashed(u64),
    /// The state that was kept at an event is not what the events up to it come to.
    State(u64),
}

/// What a look at the whole chain says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChainCheck {
    /// How many events there are.
    pub events: u64,
    /// The first event with a hash: those before it were written by a flightdeck that kept none. Nothing where no event has
    /// one.
    pub from: Option<u64>,
    /// The newest hash, in hexadecimal: whoever writes every hash anew cannot make it the same.
    pub head: Option<String>,
    pub faults: Vec<ChainFault>,
}

impl ChainCheck {
    /// What is not as it was written, in a sentence; nothing where all is.
    pub fn words(&self) -> Option<String> {
        let (first, more) = (self.faults.first()?.words(), self.faults.len() - 1);
        Some(if more == 0 { first } else { format!("{first}, and {more} more") })
    }
}

impl ChainFault {
    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Changed(seq) => format!("event {seq} is not what was written"),
            Self::Gone(seq) => format!("event {seq} is gone"),
            Self::Unhashed(seq) => format!("event {seq} was not written by an engine of this flightdeck"),
            Self::State(seq) => format!("the state kept at event {seq} is not what the events come to"),
        }
    }
}

/// The hash of an event behind another one.
pub(super) fn link(before: &Link, row: &Row) -> Link {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(row.seq.to_le_bytes());
    hash.update(row.at.to_le_bytes());
    for part in [Some(&row.actor), Some(&row.kind), row.body.as_ref()] {
        // Lengths keep the parts apart; nothing is not the empty text.
        let length = part.map_or(u64::MAX, |text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        hash.update(length.to_le_bytes());
        hash.update(part.map_or(&[][..], |text| text.as_bytes()));
    }
    hash.finalize().into()
}

/// Follows a chain, event by event in order.
#[derive(Debug)]
pub(super) struct Follower {
    before: Link,
    next: u64,
    check: ChainCheck,
}

impl Follower {
    /// A chain that begins with this event.
    pub(super) fn new(from: Option<u64>) -> Self {
        Self { before: Link::default(), next: 1, check: ChainCheck { from, ..ChainCheck::default() } }
    }

    /// The next event, with the hash that was kept of it.
    pub(super) fn event(&mut self, row: &Row, kept: Option<Link>) {
        (self.next..row.seq).for_each(|gone| self.check.faults.push(ChainFault::Gone(gone)));
        self.next = row.seq.saturating_add(1);
        self.check.events += 1;
        if self.check.from.is_none_or(|from| row.seq < from) {
            return;
        }
        match kept {
            None => self.check.faults.push(ChainFault::Unhashed(row.seq)),
            Some(kept) => {
                if kept != link(&self.before, row) {
                    self.check.faults.push(ChainFault::Changed(row.seq));
                }
                self.before = kept;
            }
        }
    }

    /// What came of it, where the last hash is of this event.
    pub(super) fn end(mut self, last: u64) -> ChainCheck {
        (self.next..=last).for_each(|gone| self.check.faults.push(ChainFault::Gone(gone)));
        self.check.head = self.check.from.map(|_| hex::encode(self.before));
        self.check
    }
}
