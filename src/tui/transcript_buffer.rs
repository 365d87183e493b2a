//! What the console remembers of an attempt's transcript: blocks, newest last, and what is being said right now.
//! The past beyond it is paged from the engine.

use std::collections::VecDeque;

use crate::domain::id::Timestamp;
use crate::domain::transcript::{Entry, EntryBody};
use crate::link::protocol::OutputPiece;

use crate::view::block::{Block, BlockBody, ToolCall, append};
use crate::view::text::clean;

/// How many blocks of one attempt are kept when they stream in; paging back brings older ones.
const KEPT: usize = 4_000;
/// How many characters of text that is still being said are kept.
const LIVE_KEPT: usize = 20_000;

/// An attempt's transcript as far as it is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TranscriptBuffer {
    blocks: VecDeque<Block>,
    live: Vec<Block>,
    /// Entries before the first block that the engine has.
    pub older: u64,
    /// Whether the newest page was asked for.
    pub asked: bool,
    last_number: u64,
    /// The lasting name of the first block; pages in front count down, dropped blocks count up.
    base: i64,
    /// Counts every block ever ended; what is new since a moment is the difference.
    pub grown: u64,
}

impl TranscriptBuffer {
    /// Blocks and live ones.
    pub fn len(&self) -> usize {
        self.blocks.len() + self.live.len()
    }

    /// Whether nothing is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A block by its place.
    pub fn get(&self, index: usize) -> Option<&Block> {
        self.blocks.get(index).or_else(|| self.live.get(index.checked_sub(self.blocks.len())?))
    }

    /// The lasting name of the block at a place.
    pub fn name_of(&self, index: usize) -> i64 {
        self.base.saturating_add(i64::try_from(index).unwrap_or(i64::MAX))
    }

    /// The place of a block by its lasting name; the nearest one when it is gone.
    pub fn place_of(&self, name: i64) -> usize {
        let place = usize::try_from(name.saturating_sub(self.base)).unwrap_or(0);
        place.min(self.len().saturating_sub(1))
    }

    /// The last `most` blocks as they were at a time: a call that was answered later is still open.
    #[must_use]
    pub fn until(&self, then: Timestamp, most: usize) -> Self {
        let end = self.blocks.partition_point(|block| block.at <= then);
        let from = end.saturating_sub(most);
        let blocks = self.blocks.range(from..end).cloned().map(|block| block.at_the_time(then)).collect();
        Self { blocks, ..Self::default() }
    }

    /// The number of the oldest entry here.
    pub fn first_number(&self) -> Option<u64> {
        self.blocks.front().map(|block| block.number)
    }

    /// Takes a finished entry in. What was streamed of it is replaced.
    pub fn take_entry(&mut self, entry: &Entry) {
        if entry.number <= self.last_number {
            return;
        }
        self.last_number = entry.number;
        self.settle_live(&entry.body);
        if append(&mut self.blocks, entry) {
            self.grown += 1;
        }
        while self.blocks.len() > KEPT {
            self.blocks.pop_front();
            self.base += 1;
            self.older = self.blocks.front().map_or(self.older, |block| block.number.saturating_sub(1));
        }
    }

    /// Takes a page of older (or the newest) entries in. Answers how many blocks it put in front.
    pub fn take_page(&mut self, items: &[Entry], older: u64) -> usize {
        let first = self.first_number().unwrap_or(u64::MAX);
        let mut page = VecDeque::new();
        for entry in items.iter().filter(|entry| entry.number < first) {
            append(&mut page, entry);
        }
        let newest = self.last_number;
        if self.blocks.is_empty() {
            self.last_number = items.last().map_or(newest, |entry| entry.number);
        }
        self.older = older;
        let added = page.len();
        self.base = self.base.saturating_sub(i64::try_from(added).unwrap_or(0));
        page.append(&mut self.blocks);
        self.blocks = page;
        for entry in items.iter().filter(|entry| entry.number > newest) {
            self.take_entry(entry);
        }
        added
    }

    /// Takes a piece of live output in.
    pub fn take_piece(&mut self, piece: &OutputPiece, at: Timestamp) {
        match piece {
            OutputPiece::Text { text } => self.live_text(at, text, BlockBody::Said),
            OutputPiece::Thinking { text } => self.live_text(at, text, BlockBody::Thought),
            OutputPiece::CallStarted { call_id, tool } => {
                let call = ToolCall { id: call_id.clone(), tool: clean(tool), ..ToolCall::default() };
                self.live.push(Block { number: 0, at, body: BlockBody::Call(call) });
            }
            OutputPiece::CallArguments { call_id, json } => {
                if let Some(call) = self.call_mut(call_id) {
                    push_bounded(&mut call.arguments, json);
                }
            }
            OutputPiece::ToolOutput { call_id, text } => {
                if let Some(call) = self.call_mut(call_id) {
                    push_bounded(&mut call.output, &clean(text));
                }
            }
            OutputPiece::Restarted { reason } => {
                self.live.clear();
                let note = format!("begins this turn again: {}", clean(reason));
                self.live.push(Block { number: 0, at, body: BlockBody::Note(note) });
            }
            OutputPiece::Skipped { .. } => {}
        }
    }

    fn live_text(&mut self, at: Timestamp, text: &str, make: fn(String) -> BlockBody) {
        let text = clean(text);
        let wanted = std::mem::discriminant(&make(String::new()));
        if let Some(Block { body, .. }) = self.live.last_mut()
            && std::mem::discriminant(body) == wanted
            && let BlockBody::Said(said) | BlockBody::Thought(said) = body
        {
            push_bounded(said, &text);
        } else {
            self.live.push(Block { number: 0, at, body: make(text) });
        }
    }

    fn call_mut(&mut self, id: &str) -> Option<&mut ToolCall> {
        let recent = self.blocks.iter_mut().rev().take(64);
        self.live.iter_mut().rev().chain(recent).find_map(|block| match &mut block.body {
            BlockBody::Call(call) if call.id == id && call.answer.is_none() => Some(call),
            _ => None,
        })
    }

    /// A finished entry ends what was streamed of it.
    fn settle_live(&mut self, body: &EntryBody) {
        match body {
            EntryBody::Said { .. } => {
                self.live.retain(|block| !matches!(block.body, BlockBody::Said(_) | BlockBody::Note(_)));
            }
            EntryBody::Thought { .. } => {
                self.live.retain(|block| !matches!(block.body, BlockBody::Thought(_)));
            }
            EntryBody::Called { call_id, .. } => {
                self.live
                    .retain(|block| !matches!(&block.body, BlockBody::Call(call) if call.id == *call_id));
            }
            EntryBody::Brief { .. }
            | EntryBody::Message { .. }
            | EntryBody::Answered { .. }
            | EntryBody::Noted { .. }
            | EntryBody::Unknown => {}
        }
    }
}

fn push_bounded(text: &mut String, more: &str) {
    text.push_str(more);
    if text.len() > LIVE_KEPT {
        let cut = (text.len() - LIVE_KEPT / 2..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.drain(..cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::transcript::ToolOutcome;

    fn entry(number: u64, body: EntryBody) -> Entry {
        Entry { number, at: Timestamp(i64::try_from(number).unwrap() * 1000), body }
    }

    #[test]
    fn an_answer_joins_its_call_and_what_was_streamed_is_replaced() {
        let mut transcript = TranscriptBuffer::default();
        transcript.take_piece(&OutputPiece::Text { text: "I wi".into() }, Timestamp(0));
        transcript.take_piece(&OutputPiece::Text { text: "ll\u{1b}[31m run".into() }, Timestamp(0));
        assert_eq!(transcript.get(0).unwrap().body, BlockBody::Said("I will run".into()));
        transcript.take_entry(&entry(1, EntryBody::Said { text: "I will run it.".into() }));
        transcript.take_entry(&entry(
            2,
            EntryBody::Called { call_id: "a".into(), tool: "shell".into(), arguments: "{}".into() },
        ));
        transcript
            .take_piece(&OutputPiece::ToolOutput { call_id: "a".into(), text: "half".into() }, Timestamp(0));
        transcript.take_entry(&entry(
            3,
            EntryBody::Answered {
                call_id: "a".into(),
                tool: "shell".into(),
                status: ToolOutcome::Done,
                output: "whole".into(),
            },
        ));
        assert_eq!(transcript.len(), 2);
        let BlockBody::Call(call) = &transcript.get(1).unwrap().body else { panic!("a call") };
        assert_eq!((call.output.as_str(), call.answer.unwrap().took), ("whole", 1000));
    }

    #[test]
    fn pages_go_in_front_and_nothing_is_taken_twice() {
        let mut transcript = TranscriptBuffer::default();
        let said = |n| entry(n, EntryBody::Said { text: n.to_string() });
        transcript.take_entry(&said(5));
        transcript.take_entry(&said(5));
        assert_eq!(transcript.take_page(&[said(3), said(4), said(5)], 2), 2);
        assert_eq!((transcript.len(), transcript.older, transcript.first_number()), (3, 2, Some(3)));
    }

    #[test]
    fn the_past_knows_nothing_of_what_was_said_later() {
        let mut transcript = TranscriptBuffer::default();
        transcript.take_entry(&entry(1, EntryBody::Said { text: "first".into() }));
        let call =
            |id: &str| EntryBody::Called { call_id: id.into(), tool: "shell".into(), arguments: "{}".into() };
        let answer = EntryBody::Answered {
            call_id: "a".into(),
            tool: "shell".into(),
            status: ToolOutcome::Done,
            output: "later".into(),
        };
        transcript.take_entry(&entry(2, call("a")));
        transcript.take_entry(&entry(4, answer));
        assert!(transcript.until(Timestamp(0), 9).is_empty());
        let half = transcript.until(Timestamp(3_999), 9);
        let BlockBody::Call(open) = &half.get(1).unwrap().body else { panic!("a call") };
        assert_eq!((half.len(), open.output.as_str(), open.answer), (2, "", None));
        let whole = transcript.until(Timestamp(4_000), 1);
        let BlockBody::Call(done) = &whole.get(0).unwrap().body else { panic!("a call") };
        assert_eq!((whole.len(), done.output.as_str()), (1, "later"));
    }

    #[test]
    fn live_text_is_bounded() {
        let mut transcript = TranscriptBuffer::default();
        for _ in 0..100 {
            transcript.take_piece(&OutputPiece::Text { text: "ä".repeat(1000) }, Timestamp(0));
        }
        let BlockBody::Said(text) = &transcript.get(0).unwrap().body else { panic!("text") };
        assert!(text.len() <= LIVE_KEPT);
    }
}
