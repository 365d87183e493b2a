//! A model that takes no time, and notes when it is asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{
    Model, ModelError, Reply, Request, StreamPiece, StreamSink, TokenUsage, ToolCall, Turn,
};
use flightdeck::engine::Backends;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// A model that runs these shell commands, one a turn, and then refuses, which ends the session and holds the mission.
#[derive(Clone)]
pub struct Instantly {
    command: fn(usize) -> String,
    turns: usize,
    asked: Arc<Mutex<Vec<Instant>>>,
}

impl Instantly {
    /// Runs `command(0)`, `command(1)` and so on.
    pub fn new(turns: usize, command: fn(usize) -> String) -> Self {
        Self { command, turns, asked: Arc::default() }
    }

    /// When it was asked, turn by turn: one time more than there are tool calls.
    pub fn asked(&self) -> Vec<Instant> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Model for Instantly {
    fn name(&self) -> &'static str {
        "bench/instant"
    }

    async fn turn(&self, _: &Request, stream: &dyn StreamSink, _: &CancellationToken) -> Turn {
        let turn = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push(Instant::now());
            asked.len() - 1
        };
        if turn >= self.turns {
            return Err(ModelError::Key("the bench is over".to_owned()));
        }
        let arguments = json!({ "command": (self.command)(turn) });
        let (id, tool, raw) = (format!("call_{turn}"), "shell", arguments.to_string());
        stream.piece(StreamPiece::CallStarted { call_id: &id, tool });
        stream.piece(StreamPiece::CallArguments { call_id: &id, json: &raw });
        let call = ToolCall { id, tool: tool.to_owned(), arguments: Some(arguments), raw: String::new() };
        let usage = TokenUsage { input: 20, cached: 2_000, cache_written: 0, output: 15, estimated: false };
        Ok(Reply { calls: vec![call], usage, ..Reply::default() })
    }
}

impl Backends for Instantly {
    fn model(&self, _: &str) -> Result<Arc<dyn Model>, String> {
        Ok(Arc::new(self.clone()))
    }

    /// A window so wide that nothing is summarised: the whole conversation is kept, as with the peers.
    fn facts(&self, _: &str) -> ModelFacts {
        ModelFacts { window: 10_000_000, ..ModelFacts::UNKNOWN }
    }
}
