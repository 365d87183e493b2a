//! Watches a session for the transcript, the screen and the budget.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::activity::Running;
use super::clock;
use super::context::EngineContext;
use super::inbox;
use super::resume::Record;
use crate::agent::context::History;
use crate::agent::model::catalogue::ModelFacts;
use crate::agent::model::{Item, Reply, ResultStatus, StreamPiece, TokenUsage};
use crate::agent::session::Observer;
use crate::domain::command::Command;
use crate::domain::id::AttemptId;
use crate::domain::transcript::{EntryBody, ToolOutcome};
use crate::domain::usage::Usage;
use crate::link::protocol::OutputPiece;
use crate::workspace::secrets::mask;

/// Characters of a tool call that the activity line shows.
const SHOWN: usize = 60;

/// What an attempt does while its model says nothing.
const WAITING: &str = "waiting for the model";

/// The observer of one attempt.
pub struct SessionRecorder {
    engine: Arc<EngineContext>,
    attempt: AttemptId,
    facts: ModelFacts,
    running: Running,
    briefed: AtomicBool,
    /// Whether the model is in the middle of its reply.
    answering: AtomicBool,
    /// What is recorded as read once the model has replied.
    shown: Mutex<Vec<Command>>,
    /// Why the model was last asked again.
    told: Mutex<String>,
    /// What another session can go on with; nothing where none could.
    record: OnceLock<Record>,
    live: Mutex<Live>,
}

/// How much of what tools print is shown while they run: it is looked through for secrets, which takes its time.
#[derive(Default)]
struct Live {
    since: Option<Instant>,
    bytes: usize,
}

impl Live {
    /// In bytes: nobody reads more in [`MOMENT`].
    const MOST: usize = 8 * 1024;
    const MOMENT: Duration = Duration::from_millis(100);

    fn has_room(&mut self, bytes: usize) -> bool {
        if self.since.is_none_or(|since| since.elapsed() > Self::MOMENT) {
            *self = Self { since: Some(Instant::now()), bytes: 0 };
        }
        self.bytes += bytes;
        self.bytes <= Self::MOST
    }
}

impl SessionRecorder {
    /// Watches an attempt; the activity ends with it.
    pub fn new(engine: &Arc<EngineContext>, attempt: AttemptId, facts: ModelFacts, running: Running) -> Self {
        Self {
            engine: Arc::clone(engine),
            attempt,
            facts,
            running,
            briefed: AtomicBool::new(false),
            answering: AtomicBool::new(false),
            shown: Mutex::default(),
            told: Mutex::default(),
            record: OnceLock::new(),
            live: Mutex::default(),
        }
    }

    /// Keeps the conversation in a record.
    pub fn record(&self, record: Record) {
        // A session has one.
        drop(self.record.set(record));
    }

    /// Its place is ready: the model is asked.
    pub fn begins(&self) {
        self.waits();
    }

    /// Adds a note of the engine's own to the transcript.
    pub fn note(&self, text: impl Into<String>) {
        self.add(EntryBody::Noted { text: text.into() });
    }

    fn shown(&self) -> MutexGuard<'_, Vec<Command>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same reason is told once, however often it comes before there is a reply.
    fn note_again(&self, reason: &str) {
        let why = reason.split_once("; trying again").map_or(reason, |(why, _)| why);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != why {
            why.clone_into(&mut told);
            self.note(format!("the model is asked again: {why}"));
        }
    }

    /// What is waited for, until the model says something.
    fn tell_how_far(&self, piece: StreamPiece<'_>) {
        let was_answering = self.answering.load(Ordering::Relaxed);
        let answers = match piece {
            StreamPiece::Queued => {
                self.running.doing("waiting for its turn: the server answers one at a time");
                false
            }
            StreamPiece::Asked => {
                self.running.doing(WAITING);
                false
            }
            StreamPiece::Reading { percent } => {
                self.running.still_doing(format!("reading the prompt, {percent} %"));
                false
            }
            StreamPiece::Restarted { reason } => {
                self.running.doing(format!("asking again: {reason}"));
                false
            }
            StreamPiece::Text(_)
            | StreamPiece::Thinking(_)
            | StreamPiece::CallStarted { .. }
            | StreamPiece::CallArguments { .. } => {
                if !was_answering {
                    self.running.doing("answering");
                }
                true
            }
        };
        self.answering.store(answers, Ordering::Relaxed);
    }

    fn waits(&self) {
        self.answering.store(false, Ordering::Relaxed);
        self.running.doing(WAITING);
    }

    fn add(&self, mut body: EntryBody) {
        let text = match &mut body {
            EntryBody::Brief { text }
            | EntryBody::Message { text, .. }
            | EntryBody::Said { text }
            | EntryBody::Thought { text }
            | EntryBody::Called { arguments: text, .. }
            | EntryBody::Answered { output: text, .. }
            | EntryBody::Noted { text } => text,
            EntryBody::Unknown => return,
        };
        if let Cow::Owned(masked) = mask(text) {
            *text = masked;
        }
        match self.engine.store.transcripts().add(self.attempt, clock::now(), body) {
            Ok(entry) => self.engine.feed.entry(self.attempt, entry),
            Err(error) => tracing::warn!(%error, "a transcript item was not kept"),
        }
    }

    /// The model has replied: what it was shown before is read.
    fn used(&self, usage: Usage) {
        for record in self.shown().drain(..) {
            self.engine.dispatcher.tell(record);
        }
        self.engine.dispatcher.tell(Command::CountUsage { attempt: self.attempt, usage });
    }

    fn add_reply(&self, reply: &Reply) {
        for thinking in reply.thinking.iter().filter(|thinking| !thinking.text.is_empty()) {
            self.add(EntryBody::Thought { text: thinking.text.clone() });
        }
        if !reply.text.is_empty() {
            self.add(EntryBody::Said { text: reply.text.clone() });
        }
        for call in &reply.calls {
            let arguments = call.arguments_text();
            let shown: String = arguments.chars().take(SHOWN).collect();
            self.running.doing(format!("{} {shown}", call.tool));
            self.add(EntryBody::Called { call_id: call.id.clone(), tool: call.tool.clone(), arguments });
        }
    }
}

impl Observer for SessionRecorder {
    fn session(&self, name: &str) {
        if let Some(record) = self.record.get() {
            record.name(name);
        }
    }

    fn rewritten(&self, history: &History) {
        if let Some(record) = self.record.get() {
            record.rewrite(history);
        }
    }

    fn item(&self, item: &Item) {
        if let Some(record) = self.record.get() {
            record.add(item);
        }
        match item {
            Item::User { text } if !self.briefed.swap(true, Ordering::Relaxed) => {
                self.add(EntryBody::Brief { text: text.clone() });
            }
            Item::User { text } => {
                match inbox::heard(text) {
                    Some((from, text)) => self.add(EntryBody::Message { from, text: text.to_owned() }),
                    None => self.note(text.clone()),
                }
                self.shown().extend(self.engine.inboxes.read(self.attempt, text));
            }
            Item::Assistant(reply) => {
                self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
                self.add_reply(reply);
            }
            Item::ToolResult { call_id, tool, output, status } => {
                self.waits();
                let status = match status {
                    ResultStatus::Done => ToolOutcome::Done,
                    ResultStatus::Failed => ToolOutcome::Failed,
                };
                self.add(EntryBody::Answered {
                    call_id: call_id.clone(),
                    tool: tool.clone(),
                    status,
                    output: output.clone(),
                });
            }
            Item::Unknown => {}
        }
    }

    fn stream(&self, piece: StreamPiece<'_>) {
        self.running.heard();
        self.tell_how_far(piece);
        let piece = match piece {
            StreamPiece::Text(text) => OutputPiece::Text { text: text.to_owned() },
            StreamPiece::Thinking(text) => OutputPiece::Thinking { text: text.to_owned() },
            StreamPiece::CallStarted { call_id, tool } => {
                OutputPiece::CallStarted { call_id: call_id.to_owned(), tool: tool.to_owned() }
            }
            StreamPiece::CallArguments { call_id, json } => {
                OutputPiece::CallArguments { call_id: call_id.to_owned(), json: json.to_owned() }
            }
            StreamPiece::Restarted { reason } => {
                self.note_again(reason);
                OutputPiece::Restarted { reason: reason.to_owned() }
            }
            StreamPiece::Queued | StreamPiece::Asked | StreamPiece::Reading { .. } => return,
        };
        self.engine.feed.publish_output(self.attempt, piece);
    }

    fn tool_output(&self, call_id: &str, text: &str) {
        self.running.heard();
        let piece = if self.live.lock().unwrap_or_else(PoisonError::into_inner).has_room(text.len()) {
            OutputPiece::ToolOutput { call_id: call_id.to_owned(), text: mask(text).into_owned() }
        } else {
            OutputPiece::Skipped { pieces: 1 }
        };
        self.engine.feed.publish_output(self.attempt, piece);
    }

    fn usage(&self, usage: TokenUsage) {
        self.used(priced(usage, &self.facts));
    }

    fn tokens(&self, usage: TokenUsage) {
        self.used(unpriced(usage));
    }

    fn cost(&self, micro_dollars: u64) {
        self.used(Usage { micro_dollars, ..Usage::default() });
    }
}

/// The usage of one model call, with its cost: an estimate where the tokens have no count, none where the model has no
/// price.
pub fn priced(usage: TokenUsage, facts: &ModelFacts) -> Usage {
    let counted = unpriced(usage);
    match facts.price.map(|price| price.cost(usage)) {
        None => Usage { unpriced: counted.tokens(), ..counted },
        Some(cost) if usage.estimated => Usage { estimated_micro_dollars: cost, ..counted },
        Some(cost) => Usage { micro_dollars: cost, ..counted },
    }
}

/// The tokens of one model call, where its cost is told by itself.
pub fn unpriced(usage: TokenUsage) -> Usage {
    Usage {
        input: usage.input,
        cached: usage.cached,
        cache_written: usage.cache_written,
        output: usage.output,
        turns: 1,
        ..Usage::default()
    }
}
