//! The newest lines of something that may print without end.

use std::collections::VecDeque;

/// Characters of a line that are kept.
const LINE: usize = 400;

/// The newest lines, and how many there were before them.
#[derive(Debug, Default)]
pub(super) struct Tail<const MOST: usize> {
    lines: VecDeque<String>,
    dropped: u64,
}

impl<const MOST: usize> Tail<MOST> {
    /// Adds a line. One that repeats the last one is not kept again.
    pub fn push(&mut self, line: &str) {
        let mut line: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = line.char_indices().nth(LINE) {
            line.truncate(end);
            line.push('…');
        }
        if self.lines.back() == Some(&line) || self.lines.len() == MOST {
            self.dropped += 1;
        }
        if self.lines.back() == Some(&line) {
            return;
        }
        if self.lines.len() == MOST {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// Takes all lines out, with a line for those that were not kept.
    pub fn take(&mut self) -> Vec<String> {
        let dropped = std::mem::take(&mut self.dropped);
        let earlier = (dropped > 0).then(|| format!("[{dropped} more, or the same again, left out]"));
        earlier.into_iter().chain(self.lines.drain(..)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_kept_and_the_others_are_counted() {
        let mut tail = Tail::<2>::default();
        ["a", "b  b", "c", "c"].iter().for_each(|line| tail.push(line));
        assert_eq!(tail.take(), ["[2 more, or the same again, left out]", "b b", "c"]);
        assert!(tail.take().is_empty());
        tail.push(&"x".repeat(1_000));
        assert_eq!(tail.take()[0].chars().count(), 401);
    }
}
