//! The conversation of an attempt, item by item. Transcripts stand beside the log, never in it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::id::Timestamp;
use super::message::Party;

/// One item of an attempt's transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 1 for the first item of an attempt, without gaps.
    pub number: u64,
    pub at: Timestamp,
    pub body: EntryBody,
}

/// What was said or done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum EntryBody {
    /// The message that the attempt started with.
    Brief { text: String },
    /// What reached it while it ran.
    Message { from: Party, text: String },
    /// What the model said aloud.
    Said { text: String },
    /// What it thought, where the provider shows it.
    Thought { text: String },
    /// A tool call; `arguments` is JSON as text.
    Called { call_id: String, tool: String, arguments: String },
    /// What the tool answered; bounded, with the full text kept as a file where it was longer.
    Answered { call_id: String, tool: String, status: ToolOutcome, output: String },
    /// Something the engine noted about the session: a retry, a cut, its end.
    Noted { text: String },
    /// An item of a newer version.
    #[serde(other)]
    Unknown,
}

/// Where a page of a transcript ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// At the newest item.
    End,
    /// Before this item number.
    Item(u64),
}

impl Before {
    /// The numbers of a page of at most `limit` items out of `last`.
    pub fn range(self, last: u64, limit: u32) -> Range<u64> {
        let end = match self {
            Self::End => last + 1,
            Self::Item(number) => number.clamp(1, last + 1),
        };
        end.saturating_sub(u64::from(limit)).max(1)..end
    }
}

/// Whether a tool did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolOutcome {
    Done,
    Failed,
}
