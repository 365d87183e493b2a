//! What a mission can be asked without changing it. An engine answers its clients from such a source; verbs and replays
//! read one without an engine.

use super::protocol::{Before, Call, Reply};
use super::server::Refusal;
use crate::domain::consequence::consequences;
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::domain::event::Stamped;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::domain::transcript::Entry;
use crate::domain::verdict::EvidenceRef;

/// Events of one answer, at most.
const EVENTS: u32 = 5_000;
/// Transcript items of one answer, at most.
const ITEMS: u32 = 500;

/// A mission that can be read: a live one, its log, or a recording. The calls block for a disk's time.
pub trait MissionSource: Send + Sync {
    /// The mission as it is now.
    fn mission(&self) -> Result<Mission, Refusal>;

    /// At most `limit` events after a sequence number, in order.
    fn events(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, Refusal>;

    /// A page of a transcript that ends at `before`, and how many items there are before its first.
    fn transcript(
        &self,
        attempt: AttemptId,
        before: Before,
        limit: u32,
    ) -> Result<(Vec<Entry>, u64), Refusal>;

    /// Evidence by its reference.
    fn evidence(&self, reference: &EvidenceRef) -> Result<EvidenceDoc, Refusal>;

    /// What changed between the two commits of a scope.
    fn diff(&self, scope: &DiffScope) -> Result<DiffDoc, Refusal>;

    /// Answers a call that reads.
    ///
    /// # Errors
    /// Why there is no answer; a call that does more than read has none.
    fn answer(&self, call: Call) -> Result<Reply, Refusal> {
        Ok(match call {
            Call::Events { after, limit } => Reply::Events { events: self.events(after, limit.min(EVENTS))? },
            Call::Transcript { attempt, before, limit } => {
                let (items, older) = self.transcript(attempt, before, limit.min(ITEMS))?;
                Reply::Transcript { items, older }
            }
            Call::Evidence { reference } => Reply::Evidence { evidence: self.evidence(&reference)? },
            Call::Diff { scope } => Reply::Diff { diff: self.diff(&scope)? },
            Call::Consequences { change } => {
                Reply::Consequences { consequences: consequences(&self.mission()?, &change) }
            }
            Call::Hello { .. } | Call::Attach { .. } | Call::Command { .. } | Call::Land => {
                return Err(Refusal::Failed("this call is answered in its turn".to_owned()));
            }
        })
    }
}
