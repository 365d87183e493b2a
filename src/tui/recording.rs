//! Missions without an engine, as the console's source: a replay reads a log, the sample is a recording.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{Receiver, channel};

use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::event::Stamped;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::domain::transcript::Entry;
use crate::domain::verdict::EvidenceRef;
use crate::link::protocol::{Before, Call, Reply};
use crate::link::{MissionSource, Refusal};

use super::source::{Source, SourceError, SourceEvent};

/// Everything that is known of a mission at a moment.
#[derive(Debug, Default)]
pub struct Recording {
    pub events: Vec<Stamped>,
    pub transcripts: BTreeMap<AttemptId, Vec<Entry>>,
    pub evidence: Vec<EvidenceDoc>,
    pub diffs: Vec<(DiffScope, DiffDoc)>,
    /// What ran at the moment of the recording.
    pub live: Vec<Activity>,
    /// Commands that were tried; a recording refuses them all.
    pub refused: Mutex<Vec<Command>>,
}

impl Recording {
    /// The mission as it is at the end of the record.
    pub fn mission(&self) -> Mission {
        Mission::fold(&self.events)
    }
}

impl MissionSource for Recording {
    fn mission(&self) -> Result<Mission, Refusal> {
        Ok(Self::mission(self))
    }

    fn events(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, Refusal> {
        let later = self.events.iter().filter(|stamped| stamped.seq > after);
        Ok(later.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect())
    }

    fn transcript(
        &self,
        attempt: AttemptId,
        before: Before,
        limit: u32,
    ) -> Result<(Vec<Entry>, u64), Refusal> {
        let all = self.transcripts.get(&attempt).map_or(&[][..], Vec::as_slice);
        let numbers = before.range(all.len() as u64, limit);
        let items = all.iter().filter(|entry| numbers.contains(&entry.number)).cloned().collect();
        Ok((items, numbers.start - 1))
    }

    fn evidence(&self, reference: &EvidenceRef) -> Result<EvidenceDoc, Refusal> {
        let found = self.evidence.iter().find(|evidence| evidence.reference == *reference);
        found.cloned().ok_or_else(|| unknown("such evidence"))
    }

    fn diff(&self, scope: &DiffScope) -> Result<DiffDoc, Refusal> {
        let found = self.diffs.iter().find(|(known, _)| known == scope);
        found.map(|(_, diff)| diff.clone()).ok_or_else(|| unknown("diff of that"))
    }
}

fn unknown(what: &str) -> Refusal {
    Refusal::Failed(format!("the record has no {what}"))
}

/// Answers a console from what can be read; nothing is changed by it.
///
/// # Errors
/// Why there is no answer, or that it needs a live mission.
pub fn answer(read: &dyn MissionSource, live: &[Activity], call: Call) -> Result<Reply, SourceError> {
    let answer = match call {
        Call::Attach { .. } => {
            read.mission().map(|mission| Reply::Attached { mission: Box::new(mission), live: live.to_vec() })
        }
        Call::Command { .. } => return Err(SourceError::Recorded("a decision")),
        Call::Land => return Err(SourceError::Recorded("landing")),
        call => read.answer(call),
    };
    answer.map_err(|refusal| SourceError::Refused(refusal.to_string()))
}

impl Source for Recording {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        if let (Call::Command { command }, Ok(mut refused)) = (&call, self.refused.lock()) {
            refused.push((**command).clone());
        }
        answer(self, &self.live, call)
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        silence()
    }
}

/// A mission that is read where it is kept.
pub struct Replay {
    read: Arc<dyn MissionSource>,
}

impl Replay {
    /// A replay of what can be read.
    pub fn of(read: impl MissionSource + 'static) -> Self {
        Self { read: Arc::new(read) }
    }
}

impl Source for Replay {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        let read = Arc::clone(&self.read);
        let answered = tokio::task::spawn_blocking(move || answer(&*read, &[], call)).await;
        answered.unwrap_or_else(|fault| Err(SourceError::Refused(fault.to_string())))
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        silence()
    }
}

/// A receiver to which nothing comes. Its sender is kept as long as it is, so that it waits instead of ending.
fn silence() -> Receiver<SourceEvent> {
    let (sender, receiver) = channel(1);
    tokio::spawn(async move { sender.closed().await });
    receiver
}
