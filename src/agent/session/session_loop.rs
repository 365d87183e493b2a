//! The loop.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::call::{Tools, make_calls};
use super::parts::{Ended, InboxMessage, Observer, Outcome, Permit, Urgency};
use crate::agent::model::{Model, ModelError, StreamPiece, StreamSink, TokenUsage, ToolCall};
use crate::agent::tool::ToolRow;
use crate::agent::turn::{Closing, Fault, Input, Limits, Machine, SessionInput, TurnStep};

/// How long an interrupted tool has to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A session that has not begun.
pub struct Session {
    /// The mind.
    pub model: Arc<dyn Model>,
    /// Who the agent is.
    pub system: String,
    /// What this session is about.
    pub brief: String,
    /// What it may call.
    pub tools: Vec<ToolRow>,
    /// How it may end.
    pub closing: Closing,
    /// How far it may go.
    pub limits: Limits,
    /// What it is about, for gateways and the rehearsal.
    pub labels: BTreeMap<String, String>,
    /// Asked before every model call.
    pub permit: Arc<dyn Permit>,
    /// Shown everything.
    pub observer: Arc<dyn Observer>,
    /// Messages to the agent; a closed channel is one that stays silent.
    pub inbox: mpsc::Receiver<InboxMessage>,
    /// Ends the session at once.
    pub cancel: CancellationToken,
}

impl Session {
    /// Runs the session to its end. Dropping the future ends it too, with whatever ran in it.
    pub async fn run(self) -> Ended {
        let (cancel, max_time) = (self.cancel.clone(), self.limits.max_time);
        let deadline = Instant::now() + max_time;
        let mut drive = SessionLoop::new(self);
        let outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Outcome::Stopped { reason: "the session was stopped".to_owned() },
            () = sleep_until(deadline) => Outcome::Failed {
                reason: format!("it did not end within {} minutes", max_time.as_secs().div_ceil(60)),
                fault: Fault::Limit,
            },
            outcome = drive.run() => outcome,
        };
        drive.end(outcome)
    }
}

struct SessionLoop {
    machine: Machine,
    model: Arc<dyn Model>,
    tools: Tools,
    permit: Arc<dyn Permit>,
    observer: Arc<dyn Observer>,
    inbox: Inbox,
    stop: CancellationToken,
    usage: TokenUsage,
}

impl SessionLoop {
    fn new(session: Session) -> Self {
        let specs = session.tools.iter().map(|tool| tool.spec.clone()).collect();
        let tools = session.tools.into_iter().map(|tool| (tool.spec.name.clone(), tool)).collect();
        let opening = SessionInput {
            system: session.system,
            brief: session.brief,
            tools: specs,
            labels: session.labels,
        };
        Self {
            machine: Machine::new(opening, session.closing, session.limits),
            model: session.model,
            tools,
            permit: session.permit,
            observer: session.observer,
            inbox: Inbox { channel: session.inbox, waiting: Vec::new() },
            stop: session.cancel.child_token(),
            usage: TokenUsage::default(),
        }
    }

    async fn run(&mut self) -> Outcome {
        let mut step = self.machine.step(Input::Begin);
        loop {
            self.report();
            let input = match step {
                TurnStep::Finish(ending) => return ending.into(),
                TurnStep::CallTools(calls) => self.call(calls).await,
                TurnStep::AskModel => match self.ask().await {
                    Ok(input) => input,
                    Err(outcome) => return outcome,
                },
            };
            step = self.machine.step(input);
        }
    }

    async fn ask(&mut self) -> Result<Input, Outcome> {
        for text in self.inbox.take() {
            self.machine.say(text);
        }
        self.report();
        let estimate = u64::try_from(self.machine.estimate_tokens()).unwrap_or(u64::MAX);
        let permit = self.permit.before_model_call(estimate).await;
        permit.map_err(|denied| Outcome::Denied { reason: denied.reason })?;
        let watch = Watch(self.observer.as_ref());
        let reply = tokio::select! {
            reply = self.model.turn(self.machine.request(), &watch, &self.stop) => reply,
            () = self.inbox.interrupt() => return Ok(Input::Interrupted),
        };
        match reply {
            Ok(reply) => {
                self.usage += reply.usage;
                self.observer.usage(reply.usage);
                Ok(Input::Reply(reply))
            }
            Err(ModelError::TooLong(words)) => Ok(Input::TooLong(words)),
            Err(fault) => Err(no_reply(&fault)),
        }
    }

    async fn call(&mut self, calls: Vec<ToolCall>) -> Input {
        let stop = self.stop.child_token();
        let mut answers = Vec::new();
        {
            let mut work = pin!(make_calls(&self.tools, calls, &self.observer, &stop, &mut answers));
            tokio::select! {
                () = &mut work => {}
                () = self.inbox.interrupt() => {
                    stop.cancel();
                    // One that does not end by itself is dropped, which kills its programs.
                    if timeout(GRACE, work).await.is_err() {
                        tracing::warn!("a tool did not end when it was interrupted");
                    }
                }
            }
        }
        Input::Answered(answers)
    }

    fn report(&mut self) {
        for item in self.machine.take_fresh() {
            self.observer.item(&item);
        }
    }

    fn end(mut self, outcome: Outcome) -> Ended {
        self.stop.cancel();
        self.report();
        Ended {
            outcome,
            usage: self.usage,
            turns: self.machine.turns(),
            tool_calls: self.machine.tool_calls(),
            unread: self.inbox.take(),
        }
    }
}

/// Messages that came, in order.
struct Inbox {
    channel: mpsc::Receiver<InboxMessage>,
    waiting: Vec<String>,
}

impl Inbox {
    /// All messages so far.
    fn take(&mut self) -> Vec<String> {
        while let Ok(message) = self.channel.try_recv() {
            self.waiting.push(message.text);
        }
        std::mem::take(&mut self.waiting)
    }

    /// Ends when a message interrupts; others wait. It may be dropped at any time without losing one.
    async fn interrupt(&mut self) {
        while let Some(message) = self.channel.recv().await {
            self.waiting.push(message.text);
            if message.urgency == Urgency::Interrupt {
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}

struct Watch<'a>(&'a dyn Observer);

impl StreamSink for Watch<'_> {
    fn piece(&self, piece: StreamPiece<'_>) {
        self.0.stream(piece);
    }
}

fn no_reply(fault: &ModelError) -> Outcome {
    let reason = fault.to_string();
    match fault {
        ModelError::Key(_) | ModelError::Refused(_) => {
            Outcome::Failed { reason, fault: Fault::Configuration }
        }
        ModelError::Passing { .. } => Outcome::Failed { reason, fault: Fault::Provider },
        ModelError::TooLong(_) => Outcome::Failed { reason, fault: Fault::Limit },
        ModelError::Quota { resets_after, .. } => Outcome::Quota { reason, resets_after: *resets_after },
        ModelError::Cancelled => Outcome::Stopped { reason },
    }
}

#[cfg(test)]
#[path = "session_loop_tests.rs"]
mod tests;
