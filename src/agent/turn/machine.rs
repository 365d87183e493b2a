//! The machine itself.

use std::collections::HashSet;

use super::shape::{Closing, Ending, Fault, Input, Limits, SessionInput, ToolReply, TurnStep};
use super::words;
use crate::agent::context::{self, Estimate, Fit};
use crate::agent::model::{Item, Reach, Reply, Request, ResultStatus, ToolCall};
use crate::agent::repetition::{Repetition, RepetitionGuard};
use crate::agent::tool::{EVIDENCE_MARK, Output, Then, ToolError};

/// Replies without a call that are forgiven in a whole session; in a row it is one.
const FORGIVEN: u32 = 3;
/// How many turns before the cap the model is told of it.
const TURNS_NOTICE: u32 = 3;

/// One conversation and the rules it follows.
#[derive(Debug)]
pub struct Machine {
    request: Request,
    estimate: Estimate,
    closing: Closing,
    limits: Limits,
    guard: RepetitionGuard,
    turns: u32,
    tool_calls: u32,
    silent_in_a_row: u32,
    silent: u32,
    cut_off_in_a_row: u32,
    squeezed: u32,
    pending: Vec<Pending>,
    held: Vec<String>,
    ids: HashSet<String>,
    fresh: Vec<Item>,
}

/// A call that has no result in the conversation yet.
#[derive(Debug)]
struct Pending {
    call: ToolCall,
    refusal: Option<String>,
}

impl Machine {
    /// A conversation that has not begun.
    pub fn new(opening: SessionInput, closing: Closing, limits: Limits) -> Self {
        let SessionInput { system, brief, tools, labels } = opening;
        let items = vec![Item::User { text: brief }];
        let request = Request { system, items, tools, max_output_tokens: limits.max_output_tokens, labels };
        Self {
            estimate: Estimate::of(&request),
            fresh: request.items.clone(),
            request,
            closing,
            limits,
            guard: RepetitionGuard::default(),
            turns: 0,
            tool_calls: 0,
            silent_in_a_row: 0,
            silent: 0,
            cut_off_in_a_row: 0,
            squeezed: 0,
            pending: Vec::new(),
            held: Vec::new(),
            ids: HashSet::new(),
        }
    }

    /// Takes what has happened and says what to do next.
    pub fn step(&mut self, input: Input) -> TurnStep {
        match input {
            Input::Begin | Input::Interrupted => self.ask(),
            Input::Reply(reply) => self.replied(reply),
            Input::Answered(answers) => self.answered(answers),
            Input::TooLong(words) => self.squeeze(&words),
        }
    }

    /// Adds a message of a person or another agent. While calls are out it waits for their results.
    pub fn say(&mut self, text: impl Into<String>) {
        if self.pending.is_empty() {
            self.push(Item::User { text: text.into() });
        } else {
            self.held.push(text.into());
        }
    }

    /// What to ask the model with.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The size of the request in tokens, as well as it is known.
    pub fn estimate_tokens(&self) -> usize {
        self.estimate.tokens()
    }

    /// Items that were added since the last call, for the transcript.
    pub fn take_fresh(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.fresh)
    }

    /// Replies so far.
    pub fn turns(&self) -> u32 {
        self.turns
    }

    /// Calls so far, refused ones included.
    pub fn tool_calls(&self) -> u32 {
        self.tool_calls
    }

    fn push(&mut self, item: Item) {
        self.estimate.add(&item);
        self.fresh.push(item.clone());
        self.request.items.push(item);
    }

    fn ask(&mut self) -> TurnStep {
        let left = self.limits.max_turns.saturating_sub(self.turns);
        if left == 0 {
            let reason = format!("it did not end within {} turns", self.limits.max_turns);
            return failed(reason, Fault::Limit);
        }
        if left == TURNS_NOTICE && self.turns > TURNS_NOTICE {
            self.push(Item::User { text: words::turns_left(left, &self.closing) });
        }
        let high = self.budget();
        if self.estimate.tokens() > high {
            self.fit(high * 6 / 10);
        }
        TurnStep::AskModel
    }

    /// The tokens the request may have: the window without the reply and a margin for miscounting.
    fn budget(&self) -> usize {
        let window = usize::try_from(self.limits.window_tokens).unwrap_or(usize::MAX);
        let reply = self.limits.max_output_tokens.and_then(|most| usize::try_from(most).ok());
        let reply = reply.unwrap_or(window / 8).min(window / 4);
        window - reply - window / 20
    }

    /// Makes the conversation about as long as `target` tokens.
    fn fit(&mut self, target: usize) -> Fit {
        let counted = self.estimate.tokens().max(1);
        let guessed = Estimate::of(&self.request).tokens();
        let empty = Request { items: Vec::new(), ..self.request.clone() };
        // Where the provider counts more tokens to a byte than we do, the target shrinks with it.
        let scaled = target.min(target.saturating_mul(guessed) / counted);
        let room = scaled.saturating_sub(Estimate::of(&empty).tokens());
        let fit = context::fit(&mut self.request.items, room);
        if fit != Fit::Whole {
            self.estimate = Estimate::of(&self.request);
        }
        if fit == Fit::Compacted
            && let Some(summary) = self.request.items.get(1)
        {
            self.fresh.push(summary.clone());
        }
        fit
    }

    fn squeeze(&mut self, words: &str) -> TurnStep {
        self.squeezed += 1;
        let target = self.estimate.tokens() / 2;
        if self.squeezed > 2 || self.fit(target) == Fit::TooLong {
            if self.turns == 0 {
                // What does not fit before the first reply never will, however often it is tried.
                let reason =
                    "the task alone does not fit the model's window; choose a model with a larger one";
                return failed(format!("{reason} ({words})"), Fault::Configuration);
            }
            return failed(
                format!("the conversation no longer fits the model's window ({words})"),
                Fault::Limit,
            );
        }
        TurnStep::AskModel
    }

    fn replied(&mut self, mut reply: Reply) -> TurnStep {
        self.turns += 1;
        self.squeezed = 0;
        for (index, call) in reply.calls.iter_mut().enumerate() {
            // Some servers number the calls of each reply from nought again.
            if call.id.is_empty() || !self.ids.insert(call.id.clone()) {
                call.id =
                    format!("{}_{}_{index}", if call.id.is_empty() { "call" } else { &call.id }, self.turns);
                self.ids.insert(call.id.clone());
            }
        }
        let (usage, reach) = (reply.usage, reply.reach);
        let (text, calls) = (reply.text.trim().to_owned(), reply.calls.clone());
        self.push(Item::Assistant(reply));
        self.estimate.count(usage);
        if reach == Reach::CutOff && calls.is_empty() {
            return self.cut_off();
        }
        self.cut_off_in_a_row = 0;
        if calls.is_empty() {
            return self.silent(text);
        }
        self.silent_in_a_row = 0;
        self.tool_calls += u32::try_from(calls.len()).unwrap_or(u32::MAX);
        self.pending = calls.into_iter().map(|call| Pending { refusal: self.refusal(&call), call }).collect();
        let allowed = self.pending.iter().filter(|pending| pending.refusal.is_none());
        let calls: Vec<_> = allowed.map(|pending| pending.call.clone()).collect();
        if calls.is_empty() { self.answered(Vec::new()) } else { TurnStep::CallTools(calls) }
    }

    /// A text that ran out of tokens is no answer, and no sign of an agent that will not work.
    fn cut_off(&mut self) -> TurnStep {
        self.cut_off_in_a_row += 1;
        let most = self.request.max_output_tokens;
        if self.cut_off_in_a_row > FORGIVEN {
            let reason = match most {
                Some(most) => format!("its replies reach the limit of {most} tokens again and again"),
                None => "its replies reach the provider's limit again and again".to_owned(),
            };
            return failed(format!("{reason}; choose a model that writes longer replies"), Fault::Limit);
        }
        self.push(Item::User { text: words::cut_off(most, &self.closing) });
        self.ask()
    }

    fn silent(&mut self, text: String) -> TurnStep {
        if self.closing == Closing::Text && !text.is_empty() {
            return TurnStep::Finish(Ending::Said(text));
        }
        self.silent_in_a_row += 1;
        self.silent += 1;
        if self.silent_in_a_row > 1 || self.silent > FORGIVEN {
            let reason = match &self.closing {
                _ if text.is_empty() => "it replied with nothing, although it was told".to_owned(),
                Closing::Tools(names) => {
                    format!("it stopped without calling `{}`, although it was told", names.join("` or `"))
                }
                Closing::Text => "it ended without an answer".to_owned(),
            };
            return failed(reason, Fault::Agent);
        }
        let notice = if text.is_empty() {
            words::said_nothing(&self.closing)
        } else {
            words::not_closed(&self.closing)
        };
        self.push(Item::User { text: notice });
        self.ask()
    }

    fn refusal(&self, call: &ToolCall) -> Option<String> {
        if !self.request.tools.iter().any(|tool| tool.name == call.tool) {
            return Some(words::unknown_tool(&call.tool, &self.request.tools));
        }
        call.arguments.is_none().then(|| words::broken_arguments(call))
    }

    fn answered(&mut self, mut answers: Vec<ToolReply>) -> TurnStep {
        let closed = answers
            .iter()
            .any(|answer| matches!(&answer.result, Ok(output) if matches!(output.then, Then::Close(_))));
        let missing = if closed { words::NOT_RUN_CLOSED } else { words::NOT_RUN_INTERRUPTED };
        let mut ending = None;
        for pending in std::mem::take(&mut self.pending) {
            let found = answers.iter().position(|answer| answer.call_id == pending.call.id);
            let result = match (pending.refusal, found) {
                (Some(refusal), _) => Err(ToolError::Mend(refusal)),
                (None, Some(index)) => answers.swap_remove(index).result,
                (None, None) => Err(ToolError::Mend(missing.to_owned())),
            };
            let end = self.record(&pending.call, result);
            ending = ending.or(end);
        }
        for text in std::mem::take(&mut self.held) {
            self.push(Item::User { text });
        }
        match ending {
            Some(ending) => TurnStep::Finish(ending),
            None => self.ask(),
        }
    }

    /// Puts a result into the conversation and says whether it ends the session.
    fn record(&mut self, call: &ToolCall, result: Result<Output, ToolError>) -> Option<Ending> {
        let (text, status, mut ending) = match result {
            Ok(Output { text, then: Then::Continue }) => (text, ResultStatus::Done, None),
            Ok(Output { text, then: Then::Close(value) }) => {
                (text, ResultStatus::Done, Some(Ending::Closed { tool: call.tool.clone(), value }))
            }
            Err(ToolError::Mend(text)) => (text, ResultStatus::Failed, None),
            Err(ToolError::Fatal(reason)) => {
                let ending = Ending::Failed { reason: reason.clone(), fault: Fault::Tool };
                (reason, ResultStatus::Failed, Some(ending))
            }
        };
        let mut output = context::bounded(text, self.limits.tool_output_bytes);
        // Each call leaves evidence under a new name, which makes no call a new one.
        let compared = output.rsplit_once(EVIDENCE_MARK).map_or(output.as_str(), |(seen, _)| seen);
        match self.guard.note(&call.tool, &call.arguments_text(), compared) {
            Repetition::Loop(count) if ending.is_none() => {
                let reason = format!("it loops: `{}` gave the same result {count} times", call.tool);
                ending = Some(Ending::Failed { reason, fault: Fault::Agent });
            }
            Repetition::Warn(count) if ending.is_none() => output.push_str(&words::repeats(count)),
            Repetition::Loop(_) | Repetition::Warn(_) | Repetition::Fine => {}
        }
        let (call_id, tool) = (call.id.clone(), call.tool.clone());
        self.push(Item::ToolResult { call_id, tool, output, status });
        ending
    }
}

fn failed(reason: String, fault: Fault) -> TurnStep {
    TurnStep::Finish(Ending::Failed { reason, fault })
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
