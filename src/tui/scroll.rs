//! The scroll position of a transcript. It sticks to the end until the person scrolls up; then it stays with the
//! block that was read, whatever is added before or after. Only blocks that are seen are laid out.

use std::collections::BTreeSet;

use super::list::SelectionStep;
use super::transcript_buffer::TranscriptBuffer;
use crate::link::protocol::Before;
use crate::view::block::Block;
use crate::view::row::Row;
use crate::view::text::plural;
use crate::view::transcript::{Above, Fold, last_lines, lines};

/// Where in a transcript one reads, and what is unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScrollState {
    /// The last visible line; `None` is the end, whatever comes.
    anchor: Option<Anchor>,
    /// How many blocks there were when following stopped.
    seen: u64,
    fold: Fold,
    /// Blocks that are folded otherwise than the rest.
    flipped: BTreeSet<i64>,
}

/// A line of a block, by the block's lasting name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Anchor {
    name: i64,
    line: usize,
}

impl ScrollState {
    /// Whether it sticks to the end.
    pub fn follows(&self) -> bool {
        self.anchor.is_none()
    }

    /// What came below since following stopped, in words; nothing while it follows.
    pub fn news(&self, transcript: &TranscriptBuffer) -> Option<String> {
        self.anchor?;
        Some(match transcript.grown.saturating_sub(self.seen) {
            0 => "not following".to_owned(),
            news => format!("↓ {} below", plural(usize::try_from(news).unwrap_or(usize::MAX), "new item")),
        })
    }

    /// Sticks to the end again.
    pub fn follow(&mut self) {
        self.anchor = None;
    }

    /// Stops following, or follows again.
    pub fn toggle_follow(&mut self, transcript: &TranscriptBuffer, width: usize) {
        if self.follows() {
            self.anchor = self.end(transcript, width);
            self.seen = transcript.grown;
        } else {
            self.follow();
        }
    }

    /// Folds everything, or nothing.
    pub fn toggle_fold(&mut self) {
        self.fold = self.fold.other();
        self.flipped.clear();
    }

    /// Goes to a block and shows all of it: it begins a third below the top, with what comes after it in sight.
    pub fn go_to(&mut self, transcript: &TranscriptBuffer, place: usize, (width, height): (usize, usize)) {
        if self.follows() {
            self.seen = transcript.grown;
        }
        let name = transcript.name_of(place);
        if self.fold == Fold::Folded {
            self.flipped.insert(name);
        }
        let last = self.down(transcript, Anchor { name, line: 0 }, height * 2 / 3, width);
        self.anchor = Some(last);
    }

    /// Moves by a step; answers where older pages are to be asked for, when its beginning comes into sight.
    pub fn step(
        &mut self,
        transcript: &TranscriptBuffer,
        step: SelectionStep,
        (width, height): (usize, usize),
    ) -> Option<Before> {
        if step == SelectionStep::Last {
            self.follow();
            return None;
        }
        self.scroll(transcript, step.rows(height.saturating_sub(2)), width, height);
        let first = transcript.first_number().filter(|_| transcript.older > 0)?;
        self.at_start(transcript, width, height).then_some(Before::Item(first))
    }

    /// Scrolls by lines: up is negative. Scrolling down past the end follows again.
    pub fn scroll(&mut self, transcript: &TranscriptBuffer, lines: isize, width: usize, height: usize) {
        let Some(end) = self.end(transcript, width) else { return };
        if self.follows() {
            if lines >= 0 {
                return;
            }
            self.seen = transcript.grown;
        }
        let from = self.anchor.unwrap_or(end);
        let moved = if lines < 0 {
            self.up(transcript, from, lines.unsigned_abs(), width)
        } else {
            self.down(transcript, from, lines.unsigned_abs(), width)
        };
        let first = Anchor { name: transcript.name_of(0), line: 0 };
        let moved = moved.max(self.down(transcript, first, height.saturating_sub(1), width));
        self.anchor = (moved != end).then_some(moved);
    }

    /// Whether the first block is in sight, so that older ones should be fetched.
    pub fn at_start(&self, transcript: &TranscriptBuffer, width: usize, height: usize) -> bool {
        let last = self.anchor.or_else(|| self.end(transcript, width));
        let first = last.map(|last| self.up(transcript, last, height.saturating_sub(1), width));
        first.is_none_or(|first| transcript.place_of(first.name) == 0)
    }

    /// The lines that are seen, oldest first: at most `height`.
    pub fn visible(&self, transcript: &TranscriptBuffer, width: usize, height: usize) -> Vec<Row> {
        let Some(newest) = transcript.len().checked_sub(1) else { return Vec::new() };
        let mut rows: Vec<Row> = Vec::new();
        let (mut place, mut keep) =
            self.anchor.map_or((newest, usize::MAX), |last| (transcript.place_of(last.name), last.line + 1));
        loop {
            let mut block = if keep == usize::MAX {
                self.block_with(transcript, place, |above, block, fold| {
                    last_lines(above, block, width, fold, height)
                })
            } else {
                self.block_lines(transcript, place, width)
            };
            block.truncate(keep);
            block.reverse();
            rows.append(&mut block);
            if rows.len() >= height || place == 0 {
                break;
            }
            place -= 1;
            keep = usize::MAX;
        }
        rows.truncate(height);
        rows.reverse();
        rows
    }

    fn end(&self, transcript: &TranscriptBuffer, width: usize) -> Option<Anchor> {
        let place = transcript.len().checked_sub(1)?;
        let height = self.height_of(transcript, place, width);
        Some(Anchor { name: transcript.name_of(place), line: height.saturating_sub(1) })
    }

    fn up(&self, transcript: &TranscriptBuffer, from: Anchor, mut lines: usize, width: usize) -> Anchor {
        let mut place = transcript.place_of(from.name);
        let mut line = from.line.min(self.height_of(transcript, place, width).saturating_sub(1));
        while lines > line {
            if place == 0 {
                return Anchor { name: transcript.name_of(0), line: 0 };
            }
            lines -= line + 1;
            place -= 1;
            line = self.height_of(transcript, place, width).saturating_sub(1);
        }
        Anchor { name: transcript.name_of(place), line: line - lines }
    }

    fn down(&self, transcript: &TranscriptBuffer, from: Anchor, mut lines: usize, width: usize) -> Anchor {
        let mut place = transcript.place_of(from.name);
        let mut line = from.line;
        loop {
            let below = self.height_of(transcript, place, width).saturating_sub(line + 1);
            if lines <= below {
                return Anchor { name: transcript.name_of(place), line: line + lines };
            }
            if place + 1 >= transcript.len() {
                return Anchor { name: transcript.name_of(place), line: line + below };
            }
            lines -= below + 1;
            place += 1;
            line = 0;
        }
    }

    fn height_of(&self, transcript: &TranscriptBuffer, place: usize, width: usize) -> usize {
        self.block_lines(transcript, place, width).len().max(1)
    }

    fn block_lines(&self, transcript: &TranscriptBuffer, place: usize, width: usize) -> Vec<Row> {
        self.block_with(transcript, place, |above, block, fold| lines(above, block, width, fold))
    }

    fn block_with(
        &self,
        transcript: &TranscriptBuffer,
        place: usize,
        lay_out: impl Fn(Above<'_>, &Block, Fold) -> Vec<Row>,
    ) -> Vec<Row> {
        let Some(block) = transcript.get(place) else { return Vec::new() };
        let before = place.checked_sub(1).and_then(|before| transcript.get(before));
        let above = before.map_or(Above::Nothing, Above::Block);
        let flipped = self.flipped.contains(&transcript.name_of(place));
        let fold = if flipped { self.fold.other() } else { self.fold };
        let mut rows = lay_out(above, block, fold);
        if rows.is_empty() {
            rows.push(Row::new());
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Timestamp;
    use crate::domain::transcript::{Entry, EntryBody};
    use crate::view::row::plain;

    fn transcript(said: std::ops::RangeInclusive<u64>) -> TranscriptBuffer {
        let mut transcript = TranscriptBuffer::default();
        for number in said {
            let body = EntryBody::Called {
                call_id: number.to_string(),
                tool: "read".into(),
                arguments: format!(r#"{{"path":"{number}"}}"#),
            };
            transcript.take_entry(&Entry { number, at: Timestamp(0), body });
        }
        transcript
    }

    fn shown(scroll: &ScrollState, transcript: &TranscriptBuffer) -> String {
        plain(&scroll.visible(transcript, 40, 3)).replace("Read    ", "").replace('\n', " ")
    }

    #[test]
    fn it_follows_until_scrolled_up_and_says_what_is_new() {
        let mut transcript = transcript(1..=6);
        let mut scroll = ScrollState::default();
        assert_eq!(shown(&scroll, &transcript), "4 5 6");
        scroll.scroll(&transcript, -2, 40, 3);
        assert_eq!(shown(&scroll, &transcript), "2 3 4");
        let more = EntryBody::Called {
            call_id: "7".into(),
            tool: "read".into(),
            arguments: r#"{"path":"7"}"#.into(),
        };
        transcript.take_entry(&Entry { number: 7, at: Timestamp(0), body: more });
        assert_eq!(shown(&scroll, &transcript), "2 3 4");
        assert_eq!(scroll.news(&transcript).as_deref(), Some("↓ 1 new item below"));
        scroll.scroll(&transcript, 9, 40, 3);
        assert_eq!(shown(&scroll, &transcript), "5 6 7");
        assert!(scroll.follows());
    }

    #[test]
    fn the_top_is_the_top_and_pages_in_front_do_not_move_what_is_read() {
        let mut transcript = transcript(5..=9);
        let mut scroll = ScrollState::default();
        scroll.scroll(&transcript, -100, 40, 3);
        assert_eq!(shown(&scroll, &transcript), "5 6 7");
        assert!(scroll.at_start(&transcript, 40, 3));
        let older: Vec<Entry> = (1..=4)
            .map(|number| Entry {
                number,
                at: Timestamp(0),
                body: EntryBody::Called {
                    call_id: format!("o{number}"),
                    tool: "read".into(),
                    arguments: format!(r#"{{"path":"{number}"}}"#),
                },
            })
            .collect();
        transcript.take_page(&older, 0);
        assert_eq!(shown(&scroll, &transcript), "5 6 7");
        scroll.scroll(&transcript, -2, 40, 3);
        assert_eq!(shown(&scroll, &transcript), "3 4 5");
    }
}
