//! The repetition guard: the same call with the same result, again and again, is a loop.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The repeat at which the model is warned.
const WARN_AT: u32 = 3;
/// The repeat at which the session is given up.
const FAIL_AT: u32 = 6;

/// Counts how often a call came out the same since anything new happened.
///
/// Anything new starts the count afresh: running the tests between two edits is work, running them six times in a
/// row is not, and neither is going back and forth between two calls.
#[derive(Debug, Default)]
pub struct RepetitionGuard {
    seen: HashSet<u64>,
    stretch: HashMap<u64, u32>,
}

/// What the guard thinks of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Nothing to say.
    Fine,
    /// The model should hear that it repeats itself; with the count.
    Warn(u32),
    /// The session loops; with the count.
    Loop(u32),
}

impl RepetitionGuard {
    /// Takes note of a finished call.
    pub fn note(&mut self, tool: &str, arguments: &str, result: &str) -> Repetition {
        let mut hasher = DefaultHasher::new();
        (tool, arguments, result).hash(&mut hasher);
        let key = hasher.finish();
        if self.seen.insert(key) {
            self.stretch.clear();
        }
        let count = self.stretch.entry(key).or_insert(0);
        *count += 1;
        match *count {
            count if count >= FAIL_AT => Repetition::Loop(count),
            count if count >= WARN_AT => Repetition::Warn(count),
            _ => Repetition::Fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(results: &[&str]) -> Vec<Repetition> {
        let mut guard = RepetitionGuard::default();
        results.iter().map(|result| guard.note("shell", "{}", result)).collect()
    }

    #[test]
    fn the_third_is_warned_of_and_the_sixth_is_a_loop() {
        use Repetition::{Fine, Loop, Warn};
        assert_eq!(run(&["a"; 6]), [Fine, Fine, Warn(3), Warn(4), Warn(5), Loop(6)]);
    }

    #[test]
    fn something_new_starts_the_count_afresh() {
        let verdicts = run(&["a", "a", "b", "a", "a", "c", "a", "a"]);
        assert!(verdicts.iter().all(|verdict| *verdict == Repetition::Fine), "{verdicts:?}");
    }

    #[test]
    fn going_back_and_forth_is_a_loop_too() {
        let verdicts = run(&["a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "a", "b"]);
        assert!(verdicts.iter().any(|verdict| matches!(verdict, Repetition::Loop(_))), "{verdicts:?}");
    }
}
