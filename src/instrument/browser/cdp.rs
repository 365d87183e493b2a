//! The wire to a running Chromium: commands, their answers, and what it tells unasked.
//!
//! Messages are JSON as the protocol words them. A typed answer would be refused whole when a newer browser adds a word
//! to one of its enums.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chromiumoxide::Connection;
use chromiumoxide::error::CdpError;
use chromiumoxide::types::{CallId, EventMessage, Message, Method, MethodId};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::fault::Fault;
use super::world::World;

/// A connection. Dropping it ends it.
pub(super) struct Cdp {
    asks: mpsc::UnboundedSender<Ask>,
    router: JoinHandle<()>,
}

/// A command, to the browser itself or to one of its pages.
pub(super) struct Ask {
    pub method: &'static str,
    /// The page's session; empty for the browser.
    pub session: String,
    pub params: Value,
    answer: Option<oneshot::Sender<Result<Value, Fault>>>,
}

/// What the browser tells unasked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub method: MethodId,
    pub session_id: Option<String>,
    #[serde(default)]
    pub params: Value,
}

impl Method for Event {
    fn identifier(&self) -> MethodId {
        self.method.clone()
    }
}

impl EventMessage for Event {
    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

impl Ask {
    /// A command whose answer nobody waits for.
    pub fn tell(session: &str, method: &'static str, params: Value) -> Self {
        Self { method, session: session.to_owned(), params, answer: None }
    }
}

impl Cdp {
    /// Connects to the address that the browser gave; the world learns what it tells.
    pub async fn connect(address: &str, world: Arc<Mutex<World>>) -> Result<Self, CdpError> {
        let connection = Connection::<Event>::connect(address).await?;
        let (asks, asked) = mpsc::unbounded_channel();
        let router = Router { connection, world, open: HashMap::new() };
        Ok(Self { asks, router: tokio::spawn(router.run(asked)) })
    }

    /// Sends a command and waits for its answer.
    pub async fn call(
        &self,
        session: &str,
        method: &'static str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, Fault> {
        let (answer, answered) = oneshot::channel();
        let ask = Ask { method, session: session.to_owned(), params, answer: Some(answer) };
        self.asks.send(ask).map_err(|_| Fault::Gone)?;
        match timeout(limit, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Fault::Gone),
            Err(_) => Err(Fault::Silent),
        }
    }

    /// Whether the browser is still at the other end.
    pub fn is_open(&self) -> bool {
        !self.router.is_finished()
    }

    /// Sends a command and does not wait.
    pub fn tell(&self, session: &str, method: &'static str, params: Value) {
        // Whoever waits for something next learns that the browser is gone.
        drop(self.asks.send(Ask::tell(session, method, params)));
    }
}

impl Drop for Cdp {
    fn drop(&mut self) {
        self.router.abort();
    }
}

struct Router {
    connection: Connection<Event>,
    world: Arc<Mutex<World>>,
    open: HashMap<CallId, (String, oneshot::Sender<Result<Value, Fault>>)>,
}

impl Router {
    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<Ask>) {
        loop {
            tokio::select! {
                ask = asked.recv() => match ask {
                    Some(ask) => self.submit(ask),
                    None => return,
                },
                message = self.connection.next() => match message {
                    Some(Ok(Message::Response(response))) => {
                        let Some((_, answer)) = self.open.remove(&response.id) else { continue };
                        let result = match response.error {
                            Some(error) => Err(Fault::Refused(error.message)),
                            None => Ok(response.result.unwrap_or_default()),
                        };
                        drop(answer.send(result));
                    }
                    Some(Ok(Message::Event(event))) => self.take(&event),
                    Some(Err(CdpError::Ws(_))) | None => return,
                    Some(Err(error)) => tracing::debug!(%error, "the browser said something unheard of"),
                },
            }
        }
    }

    fn submit(&mut self, ask: Ask) {
        let session = (!ask.session.is_empty()).then(|| ask.session.clone().into());
        match (self.connection.submit_command(Cow::Borrowed(ask.method), session, ask.params), ask.answer) {
            (Ok(id), Some(answer)) => drop(self.open.insert(id, (ask.session, answer))),
            (Ok(_), None) => {}
            (Err(error), answer) => {
                drop(answer.map(|answer| answer.send(Err(Fault::Refused(error.to_string())))));
            }
        }
    }

    fn take(&mut self, event: &Event) {
        let (replies, lost) = {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            world.take(event)
        };
        if let Some(lost) = lost {
            // A page that is gone answers nothing that it was asked.
            let ids: Vec<CallId> =
                self.open.iter().filter(|(_, (session, _))| *session == lost).map(|(id, _)| *id).collect();
            for id in ids {
                if let Some((_, answer)) = self.open.remove(&id) {
                    drop(answer.send(Err(Fault::Crashed)));
                }
            }
        }
        replies.into_iter().for_each(|ask| self.submit(ask));
    }
}
