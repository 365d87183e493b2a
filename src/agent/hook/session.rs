//! What the hooks hear of one session.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value, json};

use super::fire::{Fired, Hooks};
use super::rules::HookEvent;
use crate::agent::tool::{Answer, ToolError, ToolRow};
use crate::agent::turn::Closing;

/// How often hooks may have a session go on that would end: one that always says no must not fly for ever, nor be taken
/// for an agent that loops.
const MOST_REFUSED_ENDS: u32 = 4;

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// An attempt's.
    Attempt,
    /// That of somebody an attempt asked.
    Subagent,
}

/// The hooks of one session, with what they are told of it.
pub struct SessionHooks {
    hooks: Arc<Hooks>,
    about: Map<String, Value>,
    whose: Whose,
    refused_ends: AtomicU32,
}

impl SessionHooks {
    /// The hooks of a session by its name, where it works, and what else is to be told of it.
    pub fn new(
        hooks: &Arc<Hooks>,
        whose: Whose,
        id: &str,
        dir: &Path,
        more: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let own = [("session_id".to_owned(), id.to_owned()), ("cwd".to_owned(), dir.display().to_string())];
        let about = own.into_iter().chain(more).map(|(name, value)| (name, value.into())).collect();
        Self { hooks: Arc::clone(hooks), about, whose, refused_ends: AtomicU32::new(0) }
    }

    async fn fire(&self, event: HookEvent, subject: &str, more: Value) -> Fired {
        if !self.hooks.heed(event) {
            return Fired::default();
        }
        let mut input = self.about.clone();
        if let Value::Object(more) = more {
            input.extend(more);
        }
        self.hooks.fire(event, subject, input).await
    }

    /// The session begins; what is printed to that is put behind its brief.
    pub async fn begins(&self, source: &str) -> String {
        if self.whose == Whose::Subagent {
            return String::new();
        }
        let said = self.fire(HookEvent::SessionStart, source, json!({ "source": source })).await.said;
        if said.trim().is_empty() { said } else { format!("\n\nA hook of the person's says:\n{said}") }
    }

    /// The conversation is about to be shortened.
    pub async fn shortens(&self) {
        let about = json!({ "trigger": "auto", "custom_instructions": "" });
        self.fire(HookEvent::PreCompact, "auto", about).await;
    }

    /// The session is about to end: what its agent is to hear instead, where it is to go on.
    pub async fn ends(&self) -> Option<String> {
        let refused = self.refused_ends.load(Ordering::Relaxed);
        let event = match self.whose {
            Whose::Attempt => HookEvent::Stop,
            Whose::Subagent => HookEvent::SubagentStop,
        };
        let fired = self.fire(event, "", json!({ "stop_hook_active": refused > 0 })).await;
        let refusal = fired.refusal.filter(|_| refused < MOST_REFUSED_ENDS)?;
        self.refused_ends.store(refused + 1, Ordering::Relaxed);
        Some(format!("A hook of the person's has you go on: {refusal}"))
    }

    /// A tool whose calls the hooks hear of, and of the session's end before it ends by one.
    pub fn around(self: &Arc<Self>, tool: ToolRow, closing: &Closing) -> ToolRow {
        let (hooks, name) = (Arc::clone(self), tool.spec.name.clone());
        let closes = closing.is_by(&name);
        tool.by_way(move |arguments, call, run| {
            let (hooks, name) = (Arc::clone(&hooks), name.clone());
            async move {
                let about = json!({ "tool_name": name, "tool_input": arguments, "tool_use_id": call.id });
                hooks.before(&name, about.clone(), closes).await?;
                let answer = run(arguments, call).await;
                hooks.after(&name, about, answer).await
            }
        })
    }

    async fn before(&self, tool: &str, about: Value, closes: bool) -> Result<(), ToolError> {
        let refused = self.fire(HookEvent::PreToolUse, tool, about).await.refusal;
        let refusal = match refused {
            Some(refusal) => Some(format!("a hook of the person's refuses this call: {refusal}")),
            None if closes => self.ends().await,
            None => None,
        };
        refusal.map_or(Ok(()), |refusal| Err(ToolError::Mend(refusal)))
    }

    async fn after(&self, tool: &str, mut about: Value, mut answer: Answer) -> Answer {
        let (output, is_error) = match &answer {
            Ok(output) => (output.text.clone(), false),
            Err(fault) => (fault.to_string(), true),
        };
        about["tool_response"] = json!({ "output": output, "is_error": is_error });
        if let Some(words) = self.fire(HookEvent::PostToolUse, tool, about).await.refusal {
            let text = match &mut answer {
                Ok(output) => &mut output.text,
                Err(ToolError::Mend(text) | ToolError::Fatal(text)) => text,
            };
            *text += &format!("\n[a hook of the person's says: {words}]");
        }
        answer
    }
}
