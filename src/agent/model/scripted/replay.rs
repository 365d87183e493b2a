//! Where a script stands in a conversation, and what it says next.
//!
//! The script is played against the conversation's items from the start: the same steps, the same branches, because
//! they rest on the same answers. So nothing needs to be kept, and a session taken up after a crash goes on.

use std::collections::BTreeMap;

use super::language::Text;
use super::rehearsal::ScriptError;
use super::scope::{Scope, ScriptedResult};
use super::script::{CallStep, Next, Script, ScriptStep};
use crate::agent::model::{Item, Reply, Request, ToolCall};

/// Steps without words that may follow each other before a script counts as going in circles.
const MOST_SILENT_STEPS: u32 = 1_000;

/// What the script says now, without a usage; `None` when it is over.
pub(super) fn next_reply(script: &Script, request: &Request) -> Result<Option<Reply>, ScriptError> {
    let mut stage = Stage::new(script, request);
    let mut turn = 0;
    for item in &request.items {
        match item {
            Item::User { text } => stage.hear(text),
            Item::Assistant(reply) => {
                stage.follow(reply)?;
                turn += 1;
            }
            Item::ToolResult { call_id, output, status, .. } => {
                stage.take(call_id, ScriptedResult { text: output.clone(), status: *status });
            }
            Item::Unknown => {}
        }
    }
    match stage.advance()? {
        Some(step) => stage.perform(step, turn).map(Some),
        None => Ok(None),
    }
}

/// The script in the middle of a conversation.
struct Stage<'a> {
    script: &'a Script,
    place: EventLocation,
    /// How often each step ran.
    runs: Vec<u32>,
    /// Names for the answers of the calls of the latest reply, by call id.
    awaited: BTreeMap<String, Option<String>>,
    scope: Scope<'a>,
}

#[derive(Clone, Copy)]
enum EventLocation {
    Start,
    At(usize),
    Over,
}

impl<'a> Stage<'a> {
    fn new(script: &'a Script, request: &'a Request) -> Self {
        let scope = Scope {
            labels: &request.labels,
            names: &script.names,
            brief: None,
            inbox: Vec::new(),
            results: BTreeMap::new(),
            last: None,
        };
        let runs = vec![0; script.steps.len()];
        Self { script, place: EventLocation::Start, runs, awaited: BTreeMap::new(), scope }
    }

    fn hear(&mut self, text: &str) {
        if self.scope.brief.is_none() {
            self.scope.brief = Some(text.to_owned());
        } else {
            self.scope.inbox.push(text.to_owned());
        }
    }

    /// Goes past a reply of an earlier turn, which must be the one that the script gave.
    fn follow(&mut self, reply: &Reply) -> Result<(), ScriptError> {
        let Some(step) = self.advance()? else { return Ok(()) };
        let calls = self.calls(step)?;
        if !calls.iter().map(|call| &call.tool).eq(reply.calls.iter().map(|call| &call.tool)) {
            let message = "the conversation does not follow this script; start the session afresh";
            return Err(self.fault(step, message.to_owned()));
        }
        let names = calls.into_iter().map(|call| call.name.clone());
        self.awaited = reply.calls.iter().map(|call| call.id.clone()).zip(names).collect();
        Ok(())
    }

    fn take(&mut self, call_id: &str, answer: ScriptedResult) {
        if let Some(Some(name)) = self.awaited.get(call_id) {
            self.scope.results.insert(name.clone(), answer.clone());
        }
        self.scope.last = Some(answer);
    }

    /// Moves on to the next step that says something; `None` when the script is over.
    fn advance(&mut self) -> Result<Option<&'a ScriptStep>, ScriptError> {
        let mut next = match self.place {
            EventLocation::Start => 0,
            EventLocation::At(index) => self.after(index)?,
            EventLocation::Over => return Ok(None),
        };
        let mut silent = 0;
        while let Some(step) = self.script.steps.get(next) {
            if self.runs[next] >= step.at_most || !self.holds(step, step.condition.as_ref())? {
                next += 1;
                continue;
            }
            self.runs[next] += 1;
            if !step.is_silent() {
                self.place = EventLocation::At(next);
                return Ok(Some(step));
            }
            silent += 1;
            if silent > MOST_SILENT_STEPS {
                return Err(self.fault(step, "the script goes in circles here".to_owned()));
            }
            next = self.target(next);
        }
        self.place = EventLocation::Over;
        Ok(None)
    }

    /// The step after one that ran: itself, while what it waits for is not there.
    fn after(&self, index: usize) -> Result<usize, ScriptError> {
        let step = &self.script.steps[index];
        match &step.repeat_until {
            Some(enough) if self.runs[index] < step.at_most && !self.holds(step, Some(enough))? => Ok(index),
            _ => Ok(self.target(index)),
        }
    }

    fn target(&self, index: usize) -> usize {
        match self.script.steps[index].next {
            Next::Following => index + 1,
            Next::To(target) => target,
            Next::End => self.script.steps.len(),
        }
    }

    fn perform(&self, step: &'a ScriptStep, turn: usize) -> Result<Reply, ScriptError> {
        let say = step.say.as_ref().map(|say| self.scope.text(say)).transpose();
        let text = say.map_err(|message| self.fault(step, message))?.unwrap_or_default();
        let mut calls = Vec::new();
        for (index, call) in self.calls(step)?.into_iter().enumerate() {
            let arguments = self.scope.arguments(call).map_err(|message| self.fault(step, message))?;
            calls.push(ToolCall {
                id: format!("rehearsal_{turn}_{index}"),
                tool: call.tool.clone(),
                arguments: Some(arguments),
                raw: String::new(),
            });
        }
        Ok(Reply { text: text.trim().to_owned(), calls, ..Reply::default() })
    }

    /// The calls of a step whose own condition holds now.
    fn calls(&self, step: &'a ScriptStep) -> Result<Vec<&'a CallStep>, ScriptError> {
        let mut calls = Vec::new();
        for call in &step.calls {
            if self.holds(step, call.condition.as_ref())? {
                calls.push(call);
            }
        }
        Ok(calls)
    }

    fn holds(&self, step: &ScriptStep, condition: Option<&Text>) -> Result<bool, ScriptError> {
        condition
            .map_or(Ok(true), |condition| self.scope.holds(condition))
            .map_err(|message| self.fault(step, message))
    }

    fn fault(&self, step: &ScriptStep, message: String) -> ScriptError {
        ScriptError::ScriptStep {
            file: self.script.file.clone(),
            line: step.line,
            script: self.script.name.clone(),
            step: step.name.clone(),
            message,
        }
    }
}
