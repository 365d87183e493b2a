//! What repeats itself: the same call with the same result, again and again, is a loop; so is a text that writes the same
//! over and over.

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

/// How much of the end of a text must be repetition: in bytes, of which so many at most are what is repeated. What is short
/// is repeated for longer before it is taken for a fault: rules, tables and zeros are meant.
const STUTTERS: [(usize, std::ops::RangeInclusive<usize>); 2] = [(1_600, 24..=200), (4_000, 1..=800)];
/// The same in the arguments of a call: files have many equal lines.
const STUTTERS_IN_ARGUMENTS: [(usize, std::ops::RangeInclusive<usize>); 1] = [(8_000, 1..=800)];

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Words,
    Arguments,
}

/// Where to cut a text that repeats itself at its end, so that what it repeats is left twice; nothing where it does not.
pub fn stutters(text: &str, written: Written) -> Option<usize> {
    let rules: &[_] = match written {
        Written::Words => &STUTTERS,
        Written::Arguments => &STUTTERS_IN_ARGUMENTS,
    };
    let found = rules.iter().find_map(|(span, periods)| {
        let from = text.len().checked_sub(*span)?;
        let period = smallest_period(&text.as_bytes()[from..]);
        periods.contains(&period).then_some(from + 2 * period)
    });
    found.map(|cut| text.floor_char_boundary(cut))
}

/// The shortest beginning that the bytes are made of, over and over; the last time it may be cut.
fn smallest_period(bytes: &[u8]) -> usize {
    // The failure function of Knuth, Morris and Pratt: for each end the longest border before it.
    let mut borders = vec![0; bytes.len()];
    for at in 1..bytes.len() {
        let mut border: usize = borders[at - 1];
        while border > 0 && bytes[at] != bytes[border] {
            border = borders[border - 1];
        }
        borders[at] = border + usize::from(bytes[at] == bytes[border]);
    }
    bytes.len() - borders.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_writes_the_same_over_and_over_is_cut_after_the_second_time() {
        let begun = "I look at the file first. ";
        let loops = format!("{begun}{}", "Now I will call the tool again. ".repeat(60));
        let cut = stutters(&loops, Written::Words).unwrap();
        assert!(cut < begun.len() + 400 && loops.is_char_boundary(cut), "{cut}");
        assert_eq!(stutters(&format!("ä{}", "é".repeat(2_100)), Written::Words).map(|cut| cut % 2), Some(0));
        for fine in ["Now I will call the tool again. ".repeat(30), "=".repeat(3_000), "0, ".repeat(1_000)] {
            assert_eq!(stutters(&fine, Written::Words), None, "{}", &fine[..20]);
        }
        let numbered: Vec<String> = (0..400).map(|number| format!("{number}. the same")).collect();
        assert_eq!(stutters(&numbered.join("\n"), Written::Words), None);
        let table = "0x00, 0x00, 0x00, 0x00,\\n".repeat(200);
        assert_eq!(stutters(&table, Written::Arguments), None, "a file may have that");
        assert!(stutters(&table.repeat(2), Written::Arguments).is_some());
    }

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
