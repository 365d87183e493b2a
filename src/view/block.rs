//! The blocks of a transcript: a text, or a tool call together with its answer.

use std::collections::VecDeque;

use crate::domain::id::Timestamp;
use crate::domain::message::Party;
use crate::domain::transcript::{Entry, EntryBody, ToolOutcome};

use super::prelude::*;

/// One thing in a transcript: a text, or a tool call together with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The number of its first entry; 0 while it is live.
    pub number: u64,
    pub at: Timestamp,
    pub body: BlockBody,
}

/// What a block is. All text is clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockBody {
    Brief(String),
    Message { from: Party, text: String },
    Said(String),
    Thought(String),
    Note(String),
    Call(ToolCall),
}

/// A tool call as far as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub tool: String,
    /// JSON as text.
    pub arguments: String,
    pub output: String,
    pub answer: Option<Answered>,
}

/// How a tool call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    pub status: ToolOutcome,
    /// Milliseconds it took.
    pub took: u64,
}

impl Block {
    /// The block before what came after a time.
    #[must_use]
    pub fn at_the_time(mut self, then: Timestamp) -> Self {
        if let BlockBody::Call(call) = &mut self.body
            && call.answer.is_some_and(|answer| then.since(self.at) < answer.took)
        {
            call.answer = None;
            call.output.clear();
        }
        self
    }
}

/// Appends an entry as a block; an answer joins its call. Answers whether a block was added.
pub fn append(blocks: &mut VecDeque<Block>, entry: &Entry) -> bool {
    let body = match &entry.body {
        EntryBody::Brief { text } => BlockBody::Brief(clean(text)),
        EntryBody::Message { from, text } => BlockBody::Message { from: *from, text: clean(text) },
        EntryBody::Said { text } => BlockBody::Said(clean(text)),
        EntryBody::Thought { text } => BlockBody::Thought(clean(text)),
        EntryBody::Noted { text } => BlockBody::Note(clean(text)),
        EntryBody::Unknown => BlockBody::Note("an item of a newer flightdeck".to_owned()),
        EntryBody::Called { call_id, tool, arguments } => BlockBody::Call(ToolCall {
            id: call_id.clone(),
            tool: clean(tool),
            arguments: arguments.clone(),
            ..ToolCall::default()
        }),
        EntryBody::Answered { call_id, tool, status, output } => {
            let open = blocks.iter_mut().rev().take(64).find_map(|block| {
                let BlockBody::Call(call) = &mut block.body else { return None };
                (call.id == *call_id).then_some((block.at, call))
            });
            if let Some((at, call)) = open {
                call.output = clean(output);
                call.answer = Some(Answered { status: *status, took: entry.at.since(at) });
                return false;
            }
            let answer = Some(Answered { status: *status, took: 0 });
            BlockBody::Call(ToolCall {
                id: call_id.clone(),
                tool: clean(tool),
                output: clean(output),
                answer,
                ..ToolCall::default()
            })
        }
    };
    blocks.push_back(Block { number: entry.number, at: entry.at, body });
    true
}
