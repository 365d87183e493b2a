//! What happened before somebody began to follow.

use std::collections::VecDeque;

use crate::cli::progress::event_lines::tell;
use crate::cli::progress::line::Line;
use crate::domain::event::Stamped;
use crate::domain::mission::Mission;

/// Lines of the past that are told.
const TOLD: usize = 10;

/// The newest lines of a mission's past.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Each with the time since the mission began.
    pub(super) newest: VecDeque<(Line, u64)>,
    /// How many lines are older.
    pub(super) older: usize,
}

impl Past {
    /// Takes events into the mission and keeps the newest lines.
    pub(super) fn take_in(events: &[Stamped], mission: &mut Mission) -> Self {
        let mut past = Self::default();
        for stamped in events {
            mission.apply(stamped);
            let Some(line) = tell(stamped, mission) else { continue };
            past.newest.push_back((line, stamped.at.since(mission.created)));
            if past.newest.len() > TOLD {
                past.newest.pop_front();
                past.older += 1;
            }
        }
        past
    }
}
