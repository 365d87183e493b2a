//! What happened before somebody began to follow.

use std::collections::VecDeque;

use crate::domain::event::Stamped;
use crate::domain::mission::Mission;
use crate::view::event_lines::event_line;
use crate::view::log_line::LogLine;

/// Lines of the past that are shown.
const SHOWN: usize = 10;

/// The newest lines of a mission's past.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Each with the time since the mission began.
    pub(super) newest: VecDeque<(LogLine, u64)>,
    /// How many lines are older.
    pub(super) older: usize,
}

impl Past {
    /// Takes events into the mission and keeps the newest lines.
    pub(super) fn take_in(events: &[Stamped], mission: &mut Mission) -> Self {
        let mut past = Self::default();
        for stamped in events {
            mission.apply(stamped);
            let Some(line) = event_line(stamped, mission) else { continue };
            past.newest.push_back((line, stamped.at.since(mission.created)));
            if past.newest.len() > SHOWN {
                past.newest.pop_front();
                past.older += 1;
            }
        }
        past
    }
}
