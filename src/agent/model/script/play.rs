//! Where a script stands in a conversation, and what it says next.
//!
//! The script is played against the conversation's items from the start: the same steps, because their conditions rest
//! on the same answers. So nothing needs to be kept, and a session that goes on after a crash goes on here.

use std::collections::BTreeMap;

use super::language::Expression;
use super::scope::{Scope, ScriptedResult};
use super::scripts::ScriptError;
use super::step::{Call, Script};
use crate::agent::model::{Item, Reply, Request, ToolCall};

/// What the script says now, without a usage; `None` when it is over.
pub(super) fn next_reply(script: &Script, request: &Request) -> Result<Option<Reply>, ScriptError> {
    let scope = Scope::new(&request.labels, &script.names);
    let mut play = Play { script, next: 0, awaited: BTreeMap::new(), scope };
    let mut turn = 0;
    for item in &request.items {
        match item {
            Item::User { text } => play.scope.hear(text),
            Item::Assistant(reply) => {
                play.follow(reply)?;
                turn += 1;
            }
            Item::ToolResult { call_id, output, status, .. } => {
                play.take(call_id, ScriptedResult { text: output.clone(), status: *status });
            }
            Item::Unknown => {}
        }
    }
    let step = play.advance()?;
    step.map(|index| play.reply(index, turn).map_err(|message| script.fault(index, message))).transpose()
}

/// The script in the middle of a conversation.
struct Play<'a> {
    script: &'a Script,
    /// The step that comes next.
    next: usize,
    /// Names for the answers of the calls of the latest reply, by call id.
    awaited: BTreeMap<String, Option<String>>,
    scope: Scope<'a>,
}

impl<'a> Play<'a> {
    /// Goes past a reply of an earlier turn, which must be the one that the script gave.
    fn follow(&mut self, reply: &Reply) -> Result<(), ScriptError> {
        let Some(index) = self.advance()? else { return Ok(()) };
        let calls = self.calls(index).map_err(|message| self.script.fault(index, message))?;
        if !calls.iter().map(|call| &call.tool).eq(reply.calls.iter().map(|call| &call.tool)) {
            let message = "the conversation does not follow this script; start the session afresh";
            return Err(self.script.fault(index, message.to_owned()));
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
    fn advance(&mut self) -> Result<Option<usize>, ScriptError> {
        while let Some(step) = self.script.step(self.next) {
            let index = self.next;
            let runs = self.holds(step.condition.as_ref());
            let runs = runs.map_err(|message| self.script.fault(index, message))?;
            self.next = if runs && step.end { self.script.steps.len() } else { index + 1 };
            if runs && !step.is_silent() {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn reply(&self, index: usize, turn: usize) -> Result<Reply, String> {
        let say = self.script.step(index).and_then(|step| step.say.as_ref());
        let text = say.map(|say| self.scope.text(say)).transpose()?.unwrap_or_default();
        let mut calls = Vec::new();
        for (number, call) in self.calls(index)?.into_iter().enumerate() {
            calls.push(ToolCall {
                id: format!("rehearsal_{turn}_{number}"),
                tool: call.tool.clone(),
                arguments: Some(self.scope.arguments(call)?),
                raw: String::new(),
            });
        }
        Ok(Reply { text: text.trim().to_owned(), calls, ..Reply::default() })
    }

    /// The calls of a step whose own condition holds now.
    fn calls(&self, index: usize) -> Result<Vec<&'a Call>, String> {
        let mut calls = Vec::new();
        for call in self.script.step(index).iter().flat_map(|step| &step.calls) {
            if self.holds(call.condition.as_ref())? {
                calls.push(call);
            }
        }
        Ok(calls)
    }

    fn holds(&self, condition: Option<&Expression>) -> Result<bool, String> {
        condition.map_or(Ok(true), |condition| self.scope.holds(condition))
    }
}
