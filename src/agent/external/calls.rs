//! The calls that an agent makes of the mission's tools, made as those of any session.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::server::MissionCall;
use crate::agent::model::{Item, Reply, ResultStatus, ToolCall};
use crate::agent::repetition::RepetitionGuard;
use crate::agent::session::{Observer, Tools, make_call};
use crate::agent::tool::{Concurrency, Output, ToolError};
use crate::agent::turn::{Answered, Outcome};

/// Where an answer goes.
type Answer = oneshot::Sender<(String, ResultStatus)>;
/// A call that has been made.
pub(super) type Made = (ToolCall, Result<Output, ToolError>, Answer);

/// Calls that wait, and those that are being made.
pub(super) struct Calls {
    tools: Arc<Tools>,
    observer: Arc<dyn Observer>,
    stop: CancellationToken,
    waiting: VecDeque<(ToolCall, Answer)>,
    running: FuturesUnordered<BoxFuture<'static, Made>>,
    /// Whether those that run may have others beside them.
    together: bool,
    guard: RepetitionGuard,
    output_bytes: usize,
    pub made: u32,
}

impl Calls {
    pub fn new(
        tools: Tools,
        observer: &Arc<dyn Observer>,
        stop: &CancellationToken,
        output_bytes: usize,
    ) -> Self {
        Self {
            tools: Arc::new(tools),
            observer: Arc::clone(observer),
            stop: stop.clone(),
            waiting: VecDeque::new(),
            running: FuturesUnordered::new(),
            together: false,
            guard: RepetitionGuard::default(),
            output_bytes,
            made: 0,
        }
    }

    /// A call came in: it is made when those before it allow.
    pub fn take(&mut self, call: MissionCall) {
        self.made = self.made.saturating_add(1);
        let MissionCall { tool, arguments, answer } = call;
        let id = format!("mission_{}", self.made);
        let call = ToolCall { id, tool, arguments: Some(arguments), raw: String::new() };
        self.observer.item(&Item::Assistant(Reply { calls: vec![call.clone()], ..Reply::default() }));
        self.waiting.push_back((call, answer));
        self.start();
    }

    fn start(&mut self) {
        while let Some((call, _)) = self.waiting.front() {
            let parallel =
                self.tools.get(&call.tool).is_some_and(|tool| tool.concurrency == Concurrency::Parallel);
            if !(self.running.is_empty() || parallel && self.together) {
                return;
            }
            let Some((call, answer)) = self.waiting.pop_front() else { return };
            self.together = parallel;
            let (tools, observer, stop) =
                (Arc::clone(&self.tools), Arc::clone(&self.observer), self.stop.clone());
            self.running.push(Box::pin(async move {
                let reply = make_call(&tools, call.clone(), &observer, &stop).await;
                (call, reply.result, answer)
            }));
        }
    }

    /// The next call that has been made; none is for ever to come while nothing runs.
    pub async fn next(&mut self) -> Made {
        match self.running.next().await {
            Some(made) => made,
            None => std::future::pending().await,
        }
    }

    /// Writes down what came of a call and answers it, with what was said to the agent meanwhile behind it. Says whether the
    /// session ends with it.
    pub fn answer(&mut self, (call, result, answer): Made, mail: &[String]) -> Option<Outcome> {
        let Answered { mut output, status, ending } =
            Answered::of(&call, result, self.output_bytes, &mut self.guard);
        let (call_id, tool) = (call.id, call.tool);
        self.observer.item(&Item::ToolResult { call_id, tool, output: output.clone(), status });
        for text in mail {
            self.observer.item(&Item::User { text: text.clone() });
            output += &format!("\n\n{text}");
        }
        if answer.send((output, status)).is_err() {
            tracing::debug!("an agent did not wait for the answer to a call");
        }
        self.start();
        ending
    }
}
