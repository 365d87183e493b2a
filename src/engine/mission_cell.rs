//! The mission as the engine's tasks see it: one writer, many readers that look and let go.

use std::sync::{PoisonError, RwLock};

use tokio::sync::watch;

use crate::domain::event::Stamped;
use crate::domain::mission::Mission;

/// The live mission. Only the dispatcher changes it; no look at it lasts across an `await`.
#[derive(Debug)]
pub struct MissionCell {
    mission: RwLock<Mission>,
    seq: watch::Sender<u64>,
}

impl MissionCell {
    /// Shares a mission as it was opened.
    pub fn new(mission: Mission) -> Self {
        let seq = watch::Sender::new(mission.seq);
        Self { mission: RwLock::new(mission), seq }
    }

    /// Looks at the mission.
    pub fn with<T>(&self, look: impl FnOnce(&Mission) -> T) -> T {
        look(&self.mission.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows the sequence number: it changes after every event.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.seq.subscribe()
    }

    /// Waits until a look at the mission yields something; at once, when it does now.
    pub async fn until<T>(&self, mut look: impl FnMut(&Mission) -> Option<T>) -> T {
        let mut seq = self.follow();
        loop {
            seq.mark_unchanged();
            if let Some(found) = self.with(&mut look) {
                return found;
            }
            if seq.changed().await.is_err() {
                // The sender lives as long as this does, so this cannot be; waiting is the harmless answer.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Puts the mission in as the log has it, after a fault in taking events in. For the dispatcher only.
    pub(super) fn replace(&self, mission: Mission) {
        let seq = mission.seq;
        *self.mission.write().unwrap_or_else(PoisonError::into_inner) = mission;
        self.seq.send_replace(seq);
    }

    /// Takes events in and wakes everybody who follows. For the dispatcher only.
    pub(super) fn apply(&self, events: &[Stamped]) {
        {
            let mut mission = self.mission.write().unwrap_or_else(PoisonError::into_inner);
            for event in events {
                mission.apply(event);
            }
        }
        if let Some(last) = events.last() {
            self.seq.send_replace(last.seq);
        }
    }
}
