//! Tells the person's hooks what becomes of the mission: its gates, verdicts and end, and what begins to wait for them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::context::EngineContext;
use crate::agent::hook::{HookEvent, SessionHooks, Whose};
use crate::domain::attempt::Role;
use crate::domain::attention;
use crate::domain::event::{Event, Stamped};
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;

/// How long an engine that ends waits for hooks that are still to hear of something.
const LAST_HOOKS: Duration = Duration::from_secs(10);

impl EngineContext {
    /// What the hooks hear of a session in an attempt.
    pub(super) fn session_hooks(
        &self,
        attempt: AttemptId,
        role: Role,
        dir: &Path,
        whose: Whose,
    ) -> Option<Arc<SessionHooks>> {
        if self.hooks.is_empty() {
            return None;
        }
        let id = format!("{}/{attempt}", self.mission);
        let more = [
            ("mission".to_owned(), self.mission.to_string()),
            ("attempt".to_owned(), attempt.to_string()),
            ("role".to_owned(), role.word().to_owned()),
        ];
        Some(Arc::new(SessionHooks::new(&self.hooks, whose, &id, dir, more)))
    }
}

/// Follows the events for the hooks, which are told one after the other.
pub struct HookTeller {
    engine: Arc<EngineContext>,
    /// What waits for the person, and was told.
    waits: BTreeSet<String>,
}

impl HookTeller {
    /// One that tells of what begins to wait from now on.
    pub fn new(engine: Arc<EngineContext>) -> Self {
        let waits = engine.cell.with(waiting);
        Self { engine, waits }
    }

    /// Tells while a flight lasts, and then for a moment of what is still to be told.
    pub async fn beside<T>(
        self,
        flight: impl Future<Output = T>,
        events: mpsc::UnboundedReceiver<Stamped>,
    ) -> T {
        let over = CancellationToken::new();
        let mut telling = tokio::spawn(self.run(events, over.clone()));
        let outcome = flight.await;
        over.cancel();
        if timeout(LAST_HOOKS, &mut telling).await.is_err() {
            telling.abort();
        }
        outcome
    }

    async fn run(mut self, mut events: mpsc::UnboundedReceiver<Stamped>, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                Some(stamped) = events.recv() => self.tell(stamped.event).await,
                () = stop.cancelled() => return,
            }
        }
    }

    async fn tell(&mut self, event: Event) {
        let told = match &event {
            Event::GateOpened { gate } | Event::GateDecided { gate, .. } => {
                Some((HookEvent::MissionGate, gate.to_string()))
            }
            Event::VerdictGiven { verdict } => {
                Some((HookEvent::MissionVerdict, verdict.outcome.word().to_owned()))
            }
            Event::MissionCompleted => Some((HookEvent::MissionEnd, "completed".to_owned())),
            Event::MissionAbandoned { .. } => Some((HookEvent::MissionEnd, "abandoned".to_owned())),
            _ => None,
        };
        if let Some((kind, subject)) = told {
            self.fire(kind, &subject, json!({ "event": event })).await;
        }
        if self.engine.cell.with(attention::is_quiet) {
            return;
        }
        let waits = self.engine.cell.with(waiting);
        let news: Vec<String> = waits.difference(&self.waits).cloned().collect();
        self.waits = waits;
        for message in news {
            self.fire(HookEvent::Notification, "", json!({ "message": message })).await;
        }
    }

    async fn fire(&self, event: HookEvent, subject: &str, more: Value) {
        let engine = &self.engine;
        if !engine.hooks.heed(event) {
            return;
        }
        let title = engine.cell.with(|mission| mission.title().to_owned());
        let about = json!({
            "session_id": engine.mission, "mission": engine.mission, "title": title, "cwd": engine.checkout_dir(),
        });
        let fields = [about, more].into_iter().filter_map(|part| match part {
            Value::Object(fields) => Some(fields),
            _ => None,
        });
        let input: Map<String, Value> = fields.flatten().collect();
        engine.hooks.fire(event, subject, input).await;
    }
}

fn waiting(mission: &Mission) -> BTreeSet<String> {
    attention::needs(mission).into_iter().map(|need| need.sentence).collect()
}
