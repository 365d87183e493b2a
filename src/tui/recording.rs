//! A mission from its record: a source that answers from what was kept. Replay and the sample mission are this.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::consequence::consequences;
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::event::Stamped;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::domain::transcript::Entry;
use crate::link::protocol::{Before, Call, Reply};

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
    /// Kept so that listeners wait instead of ending.
    pub listeners: Mutex<Vec<Sender<SourceEvent>>>,
}

impl Recording {
    /// The mission as it is at the end of the record.
    pub fn mission(&self) -> Mission {
        Mission::fold(&self.events)
    }

    fn transcript(&self, attempt: AttemptId, before: Before, limit: u32) -> Reply {
        let all = self.transcripts.get(&attempt).map_or(&[][..], Vec::as_slice);
        let end = match before {
            Before::End => all.len(),
            Before::Item(number) => all.iter().position(|entry| entry.number >= number).unwrap_or(all.len()),
        };
        let from = end.saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        let items = all.get(from..end).unwrap_or_default().to_vec();
        Reply::Transcript { items, older: from as u64 }
    }

    fn answer(&self, call: Call) -> Result<Reply, SourceError> {
        let unknown = |what: &str| SourceError::Refused(format!("the record has no {what}"));
        match call {
            Call::Attach { .. } => {
                Ok(Reply::Attached { mission: Box::new(self.mission()), live: self.live.clone() })
            }
            Call::Events { after, limit } => {
                let later = self.events.iter().filter(|stamped| stamped.seq > after);
                Ok(Reply::Events {
                    events: later.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect(),
                })
            }
            Call::Transcript { attempt, before, limit } => Ok(self.transcript(attempt, before, limit)),
            Call::Evidence { reference } => {
                let found = self.evidence.iter().find(|evidence| evidence.reference == reference);
                Ok(Reply::Evidence { evidence: found.ok_or_else(|| unknown("such evidence"))?.clone() })
            }
            Call::Diff { scope } => {
                let found = self.diffs.iter().find(|(known, _)| *known == scope);
                Ok(Reply::Diff { diff: found.ok_or_else(|| unknown("diff of that"))?.1.clone() })
            }
            Call::Consequences { change } => {
                Ok(Reply::Consequences { consequences: consequences(&self.mission(), &change) })
            }
            Call::Command { command } => {
                if let Ok(mut refused) = self.refused.lock() {
                    refused.push(*command);
                }
                Err(SourceError::Recorded("a decision"))
            }
            Call::Land => Err(SourceError::Recorded("landing")),
            Call::Hello { .. } => Err(SourceError::Recorded("a greeting")),
        }
    }
}

impl Source for Recording {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        self.answer(call)
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        let (sender, receiver) = channel(1);
        if let Ok(mut listeners) = self.listeners.lock() {
            listeners.push(sender);
        }
        receiver
    }
}
