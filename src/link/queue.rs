//! What waits for one listener: facts whole and in order, live output as far as there is room.
//!
//! Putting something in never waits. A listener that is slow gets adjacent output merged, then output left out
//! with a mark that says how much; one that lets facts pile up is cut off, so that it attaches anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::protocol::{Notice, OutputPiece};
use crate::domain::activity::Activity;
use crate::domain::id::AttemptId;

/// Facts that may wait for one listener, in bytes.
pub(super) const MOST_FACTS: usize = 32 * 1024 * 1024;
/// Live output that may wait for one listener, in bytes for each attempt.
pub(super) const MOST_OUTPUT: usize = 64 * 1024;
/// What a piece weighs beside its text, so that many small ones count too.
const PIECE: usize = 64;

/// Why a listener gets no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// Its queue was closed.
    #[error("the engine closed the connection")]
    Closed,
    /// It was too slow for the facts.
    #[error("you fell {} MiB behind and were cut off; attach again", MOST_FACTS >> 20)]
    Lagged,
}

/// A queue with one listener and any number of senders.
#[derive(Debug)]
pub(super) struct Queue<Fact> {
    state: Mutex<QueueState<Fact>>,
    changed: Notify,
}

/// What a listener gets.
#[derive(Debug, PartialEq)]
pub(super) enum Taken<Fact> {
    Fact(Fact),
    /// Output or activity.
    Live(Notice),
}

#[derive(Debug)]
struct QueueState<Fact> {
    slots: VecDeque<Slot<Fact>>,
    /// How many slots have left at the front: a slot's place in the queue is its number less this.
    left: u64,
    fact_bytes: usize,
    output: HashMap<AttemptId, Waiting>,
    activity: Option<Arc<[Activity]>>,
    cut: Option<Cut>,
}

#[derive(Debug)]
enum Slot<Fact> {
    /// What must not be lost, and its length.
    Fact { fact: Fact, bytes: usize },
    /// Live output, which later output may be merged into.
    Output { attempt: AttemptId, piece: OutputPiece },
    /// The place of the newest activity.
    Activity,
}

/// The output of one attempt that waits.
#[derive(Debug, Default)]
struct Waiting {
    bytes: usize,
    /// The number of its last slot, unless something came after it that output must not overtake.
    last: Option<u64>,
}

impl<Fact> Default for Queue<Fact> {
    fn default() -> Self {
        let (slots, output) = (VecDeque::new(), HashMap::new());
        let state = QueueState { slots, left: 0, fact_bytes: 0, output, activity: None, cut: None };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }
}

impl<Fact> Queue<Fact> {
    /// Puts in something that must not be lost; `bytes` is its length on the wire.
    pub(super) fn fact(&self, fact: Fact, bytes: usize) {
        self.change(|state| {
            state.output.values_mut().for_each(|waiting| waiting.last = None);
            state.fact_bytes += bytes;
            state.slots.push_back(Slot::Fact { fact, bytes });
            if state.fact_bytes > MOST_FACTS {
                state.slots.clear();
                state.output.clear();
                state.cut = Some(Cut::Lagged);
            }
        });
    }

    /// Puts in live output, merged with what waits or left out when there is no room.
    pub(super) fn output(&self, attempt: AttemptId, piece: &OutputPiece) {
        self.change(|state| state.put_output(attempt, piece));
    }

    /// Puts in what runs now, in place of what it was.
    pub(super) fn activity(&self, live: Arc<[Activity]>) {
        self.change(|state| {
            if state.activity.replace(live).is_none() {
                state.slots.push_back(Slot::Activity);
            }
        });
    }

    /// Ends the queue once what waits has been taken.
    pub(super) fn close(&self) {
        self.change(|state| state.cut = Some(Cut::Closed));
    }

    /// The next thing, as soon as there is one.
    pub(super) async fn next(&self) -> Result<Taken<Fact>, Cut> {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.changed.notified().await;
        }
    }

    /// The next thing, if there is one.
    pub(super) fn try_next(&self) -> Option<Result<Taken<Fact>, Cut>> {
        let mut state = self.lock();
        state.take().map(Ok).or_else(|| state.cut.map(Err))
    }

    fn change(&self, change: impl FnOnce(&mut QueueState<Fact>)) {
        let mut state = self.lock();
        if state.cut.is_none() {
            change(&mut state);
        }
        drop(state);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<Fact>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Fact> QueueState<Fact> {
    fn put_output(&mut self, attempt: AttemptId, piece: &OutputPiece) {
        let waiting = self.output.entry(attempt).or_default();
        let weight = weight(piece);
        let fits = waiting.bytes + weight <= MOST_OUTPUT || matches!(piece, OutputPiece::Restarted { .. });
        let last = waiting.last.and_then(|number| usize::try_from(number.checked_sub(self.left)?).ok());
        if let Some(Slot::Output { piece: last, .. }) = last.and_then(|place| self.slots.get_mut(place)) {
            if fits && merge(last, piece) {
                waiting.bytes += weight - PIECE;
                return;
            }
            if !fits && let OutputPiece::Skipped { pieces } = last {
                *pieces += count(piece);
                return;
            }
        }
        let piece = if fits { piece.clone() } else { OutputPiece::Skipped { pieces: count(piece) } };
        waiting.bytes += self::weight(&piece);
        waiting.last = Some(self.left + self.slots.len() as u64);
        self.slots.push_back(Slot::Output { attempt, piece });
    }

    fn take(&mut self) -> Option<Taken<Fact>> {
        let slot = self.slots.pop_front()?;
        self.left += 1;
        Some(Taken::Live(match slot {
            Slot::Fact { fact, bytes } => {
                self.fact_bytes -= bytes;
                return Some(Taken::Fact(fact));
            }
            Slot::Output { attempt, piece } => {
                if let Some(waiting) = self.output.get_mut(&attempt) {
                    waiting.bytes = waiting.bytes.saturating_sub(weight(&piece));
                    if waiting.bytes == 0 {
                        self.output.remove(&attempt);
                    }
                }
                Notice::Output { attempt, piece }
            }
            Slot::Activity => {
                Notice::Activity { live: self.activity.take().map_or_else(Vec::new, |live| live.to_vec()) }
            }
        }))
    }
}

fn weight(piece: &OutputPiece) -> usize {
    PIECE
        + match piece {
            OutputPiece::Text { text }
            | OutputPiece::Thinking { text }
            | OutputPiece::ToolOutput { text, .. }
            | OutputPiece::CallArguments { json: text, .. } => text.len(),
            OutputPiece::CallStarted { tool, .. } => tool.len(),
            OutputPiece::Restarted { reason } => reason.len(),
            OutputPiece::Skipped { .. } => 0,
        }
}

fn count(piece: &OutputPiece) -> u64 {
    if let OutputPiece::Skipped { pieces } = piece { *pieces } else { 1 }
}

/// Adds a piece to the one before it, where the two read as one.
fn merge(last: &mut OutputPiece, piece: &OutputPiece) -> bool {
    use OutputPiece::{CallArguments, Skipped, Text, Thinking, ToolOutput};
    match (last, piece) {
        (Text { text: all }, Text { text: more }) | (Thinking { text: all }, Thinking { text: more }) => {
            all.push_str(more);
        }
        (ToolOutput { call_id: one, text: all }, ToolOutput { call_id: two, text: more })
        | (CallArguments { call_id: one, json: all }, CallArguments { call_id: two, json: more })
            if one == two =>
        {
            all.push_str(more);
        }
        (Skipped { pieces: all }, Skipped { pieces: more }) => *all += more,
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> OutputPiece {
        OutputPiece::Text { text: text.to_owned() }
    }

    fn taken(queue: &Queue<Notice>) -> Vec<Notice> {
        let next = || match queue.try_next()?.ok()? {
            Taken::Fact(notice) | Taken::Live(notice) => Some(notice),
        };
        std::iter::from_fn(next).collect()
    }

    fn warning(sentence: &str) -> Notice {
        Notice::Warning { sentence: sentence.to_owned() }
    }

    #[test]
    fn adjacent_text_of_an_attempt_is_merged_and_overtakes_no_fact() {
        let (one, two) = (AttemptId(1), AttemptId(2));
        let queue = Queue::default();
        for (attempt, piece) in [(one, "a"), (two, "x"), (one, "b"), (two, "y")] {
            queue.output(attempt, &text(piece));
        }
        queue.fact(warning("!"), 10);
        queue.output(one, &text("c"));
        let output = |attempt, words: &str| Notice::Output { attempt, piece: text(words) };
        assert_eq!(taken(&queue), [output(one, "ab"), output(two, "xy"), warning("!"), output(one, "c")]);
        queue.output(one, &text("d"));
        assert_eq!(taken(&queue), [output(one, "d")]);
    }

    #[test]
    fn output_beyond_its_room_is_left_out_counted_and_goes_on_afterwards() {
        let attempt = AttemptId(1);
        let queue = Queue::default();
        for _ in 0..100 {
            queue.output(attempt, &text(&"x".repeat(1_024)));
        }
        queue.output(attempt, &OutputPiece::Restarted { reason: "overloaded".to_owned() });
        let pieces = taken(&queue);
        let Notice::Output { piece: OutputPiece::Text { text: kept }, .. } = &pieces[0] else { panic!() };
        let Notice::Output { piece: OutputPiece::Skipped { pieces: skipped }, .. } = pieces[1] else {
            panic!()
        };
        assert!(kept.len() <= MOST_OUTPUT);
        assert_eq!(kept.len() as u64 / 1_024 + skipped, 100);
        assert!(matches!(&pieces[2], Notice::Output { piece: OutputPiece::Restarted { .. }, .. }));
        queue.output(attempt, &text("after"));
        assert_eq!(taken(&queue), [Notice::Output { attempt, piece: text("after") }]);
        assert!(queue.lock().output.is_empty(), "nothing is kept of an attempt that is silent");
    }

    #[test]
    fn one_loud_attempt_takes_no_room_from_another() {
        let queue = Queue::default();
        for _ in 0..10_000 {
            queue.output(
                AttemptId(1),
                &OutputPiece::CallStarted { call_id: String::new(), tool: String::new() },
            );
        }
        queue.output(AttemptId(2), &text("quiet"));
        let pieces = taken(&queue);
        assert!(pieces.len() <= MOST_OUTPUT / PIECE + 2);
        assert_eq!(pieces.last(), Some(&Notice::Output { attempt: AttemptId(2), piece: text("quiet") }));
    }

    #[test]
    fn only_the_latest_activity_is_told() {
        let queue = Queue::default();
        let activity = |n: i64| Activity {
            work: crate::domain::attempt::AgentWork::Plan.into(),
            attempt: None,
            started: crate::domain::id::Timestamp(n),
            last_output: crate::domain::id::Timestamp(n),
            since: crate::domain::id::Timestamp(n),
            doing: String::new(),
        };
        queue.activity([activity(1)].into());
        queue.fact(warning("!"), 1);
        queue.activity([activity(2)].into());
        let expected = [Notice::Activity { live: vec![activity(2)] }, warning("!")];
        assert_eq!(taken(&queue), expected);
    }

    #[test]
    fn a_listener_that_lets_facts_pile_up_is_cut_off_with_the_reason() {
        let queue = Queue::default();
        for _ in 0..33 {
            queue.fact(warning("!"), 1 << 20);
        }
        assert_eq!(queue.try_next(), Some(Err(Cut::Lagged)));
        assert!(Cut::Lagged.to_string().contains("32 MiB"));
        queue.fact(warning("!"), 1);
        assert_eq!(queue.try_next(), Some(Err(Cut::Lagged)));
    }

    #[test]
    fn a_closed_queue_gives_what_waits_first() {
        let queue = Queue::default();
        queue.fact(warning("last words"), 1);
        queue.close();
        assert_eq!(queue.try_next(), Some(Ok(Taken::Fact(warning("last words")))));
        assert_eq!(queue.try_next(), Some(Err(Cut::Closed)));
    }
}
