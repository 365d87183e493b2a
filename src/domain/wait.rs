//! What passes by itself is waited for: what does not work, since when, and when it is tried again.
//!
//! The times of the tries follow from the record alone, so that neither a restart nor a screen needs to be told of
//! each of them, and the log grows only when a wait begins, changes its reason, or ends.

use serde::{Deserialize, Serialize};

use super::attempt::Work;
use super::id::Timestamp;
use super::text::Line;

/// Milliseconds before the first further try; the wait doubles with each one.
const FIRST_MS: i64 = 1_000;
/// The longest wait between two tries, in milliseconds.
const LONGEST_MS: i64 = 300_000;
/// After so many milliseconds a wait is shown as loudly as a decision.
const LONG_MS: u64 = 30 * 60_000;

/// A fault that passes by itself, and the piece of work that waits for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    pub work: Work,
    pub cause: WaitCause,
    /// What does not work.
    pub sentence: Line,
    /// Since when it does not.
    pub since: Timestamp,
    /// Before when it is not tried again, where whoever refused has said so.
    pub until: Option<Timestamp>,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitCause {
    /// A model that cannot be reached or is overloaded.
    Model,
    /// A quota or a rate limit.
    Quota,
    /// A lock that somebody else holds.
    Lock,
    /// A port that is in use.
    Port,
    /// Room on a disk.
    Disk,
    /// Memory, processes, open files.
    Machine,
}

impl WaitCause {
    /// Whether it is a model that is waited for, as opposed to this machine.
    pub fn is_of_a_model(self) -> bool {
        matches!(self, Self::Model | Self::Quota)
    }
}

impl Wait {
    /// When it is tried next.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        self.after(now).1
    }

    /// How often it was tried before now, the first time included.
    pub fn tries(&self, now: Timestamp) -> u32 {
        self.after(now).0
    }

    /// Whether it lasts so long that the person should look.
    pub fn is_long(&self, now: Timestamp) -> bool {
        now.since(self.since) >= LONG_MS
    }

    /// The tries up to now, and the time of the one after them.
    fn after(&self, now: Timestamp) -> (u32, Timestamp) {
        let mut tries = 1;
        let mut at = self.until.unwrap_or_else(|| Timestamp(self.since.0.saturating_add(self.gap(0))));
        while at <= now && at.0 < i64::MAX {
            at = Timestamp(at.0.saturating_add(self.gap(tries)));
            tries += 1;
        }
        (tries, at)
    }

    /// The wait before a further try. Waits that began at different moments are spread by a quarter, so that not
    /// everybody asks at once.
    fn gap(&self, tries: u32) -> i64 {
        let doubled = FIRST_MS.saturating_mul(1 << tries.min(16)).min(LONGEST_MS);
        doubled * (75 + self.since.0.rem_euclid(51)) / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attempt::AgentWork;

    fn wait(since: i64) -> Wait {
        Wait {
            work: AgentWork::Plan.into(),
            cause: WaitCause::Model,
            sentence: Line::clipped("refused"),
            since: Timestamp(since),
            until: None,
        }
    }

    #[test]
    fn tries_come_at_growing_distances_of_five_minutes_at_most() {
        for since in [0, 25, 50] {
            let wait = wait(since);
            let (mut now, mut last) = (wait.since, 0);
            for _ in 0..100 {
                let next = wait.next(now);
                let gap = next.0 - now.0;
                assert!(gap >= last && (700..=375_000).contains(&gap), "{gap}");
                (now, last) = (next, gap);
            }
            assert!(last >= 225_000 && wait.tries(now) == 101, "{last}");
        }
    }

    #[test]
    fn whoever_said_when_to_come_back_is_not_asked_before() {
        let wait = Wait { until: Some(Timestamp(3_600_000)), ..wait(0) };
        assert_eq!(wait.next(Timestamp(1)), Timestamp(3_600_000));
        assert!(wait.next(Timestamp(3_600_000)) > Timestamp(3_600_000), "and again when it was too early");
        assert!(wait.is_long(Timestamp(1_800_000)) && !wait.is_long(Timestamp(1_700_000)));
    }
}
