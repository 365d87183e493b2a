//! Model calls that are under way. An engine that dies in one has spent it all the same: the next one counts what is noted
//! here. The notes stand in a file that is written over, because the log holds what is true and not what may be.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::agent::model::TokenUsage;
use crate::domain::id::AttemptId;

const FILE: &str = "engine.calls";

/// The calls of an attempt that have no answer yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    pub calls: u32,
    /// Tokens of their requests, as well as they are known.
    pub tokens: u64,
}

impl Open {
    /// What they have used at least: what was sent.
    pub fn usage(self) -> TokenUsage {
        TokenUsage { input: self.tokens, ..TokenUsage::default() }
    }
}

/// The open calls of a mission.
#[derive(Debug)]
pub struct OpenCalls {
    path: PathBuf,
    open: Mutex<BTreeMap<u32, Open>>,
}

impl OpenCalls {
    /// Those that an earlier engine left, if it left any.
    pub fn left_in(dir: &Path) -> Self {
        let path = dir.join(FILE);
        let left = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, open: Mutex::new(left.unwrap_or_default()) }
    }

    /// A call begins.
    pub fn begin(&self, attempt: AttemptId, tokens: u64) {
        self.change(attempt, |open| {
            open.calls = open.calls.saturating_add(1);
            open.tokens = open.tokens.saturating_add(tokens);
        });
    }

    /// A call has its answer, or a refusal that cost nothing.
    pub fn end(&self, attempt: AttemptId) {
        self.change(attempt, |open| {
            // Of several that are under way nobody knows whose this is: each is taken for an equal share.
            open.tokens -= open.tokens / u64::from(open.calls.max(1));
            open.calls = open.calls.saturating_sub(1);
        });
    }

    /// The attempt is over; what of its calls had no answer.
    pub fn take(&self, attempt: AttemptId) -> Option<Open> {
        let mut all = self.locked();
        let left = all.remove(&attempt.0).filter(|open| open.calls > 0);
        self.write(&all);
        left
    }

    fn change(&self, attempt: AttemptId, change: impl FnOnce(&mut Open)) {
        let mut all = self.locked();
        let open = all.entry(attempt.0).or_default();
        change(open);
        if open.calls == 0 {
            all.remove(&attempt.0);
        }
        self.write(&all);
    }

    /// A crash of flightdeck keeps what was written, and that is what this is for.
    fn write(&self, all: &BTreeMap<u32, Open>) {
        let written = serde_json::to_vec(all).map_err(std::io::Error::other);
        if let Err(error) = written.and_then(|bytes| fs::write(&self.path, bytes)) {
            tracing::debug!(%error, "the open model calls are not noted");
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<u32, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_had_no_answer_is_found_by_the_next_engine() {
        let dir = tempfile::tempdir().unwrap();
        let calls = OpenCalls::left_in(dir.path());
        calls.begin(AttemptId(1), 100);
        calls.end(AttemptId(1));
        calls.begin(AttemptId(1), 250);
        calls.begin(AttemptId(2), 30);
        let left = OpenCalls::left_in(dir.path());
        assert_eq!(left.take(AttemptId(1)), Some(Open { calls: 1, tokens: 250 }));
        assert_eq!(left.take(AttemptId(1)), None);
        assert_eq!(OpenCalls::left_in(dir.path()).take(AttemptId(2)), Some(Open { calls: 1, tokens: 30 }));
        fs::write(dir.path().join(FILE), "half a").unwrap();
        assert_eq!(OpenCalls::left_in(dir.path()).take(AttemptId(2)), None);
    }
}
