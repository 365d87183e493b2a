//! A mind that is one function: for what no network adds to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{Model, ModelError, Reply, Request, StreamSink, ToolCall, Turn};
use flightdeck::engine::Backends;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::support::wire::planning;

type Think = dyn Fn(&Request, usize) -> Turn + Send + Sync;

/// Gives every attempt the same mind; it is told how often it was asked before in all.
#[derive(Clone)]
pub struct Mind {
    think: Arc<Think>,
    asked: Arc<AtomicUsize>,
}

impl Mind {
    pub fn new(think: impl Fn(&Request, usize) -> Turn + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { think: Arc::new(think), asked: Arc::default() })
    }

    /// Gives those replies, then plans as [`planning`] does.
    pub fn first(replies: Vec<Reply>) -> Arc<Self> {
        let plan = planning().map(|(tool, arguments)| call(tool, arguments));
        let all: Vec<Reply> = replies.into_iter().chain(plan).collect();
        Self::new(move |_, asked| {
            all.get(asked).cloned().ok_or_else(|| ModelError::Refused("the script is over".into()))
        })
    }
}

/// A reply that calls a tool.
pub fn call(tool: &str, arguments: Value) -> Reply {
    Reply {
        calls: vec![ToolCall { tool: tool.into(), arguments: Some(arguments), ..ToolCall::default() }],
        ..Reply::default()
    }
}

impl Backends for Mind {
    fn model(&self, _name: &str) -> Result<Arc<dyn Model>, String> {
        Ok(Arc::new(self.clone()))
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::UNKNOWN
    }
}

#[async_trait::async_trait]
impl Model for Mind {
    fn name(&self) -> &'static str {
        "test/mind"
    }

    async fn turn(&self, request: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
        (self.think)(request, self.asked.fetch_add(1, Ordering::SeqCst))
    }
}
