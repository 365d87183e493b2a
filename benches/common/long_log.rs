//! The log of a mission that has gone on for weeks.

use std::time::Duration;

use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide_all;
use flightdeck::domain::event::Actor;
use flightdeck::domain::id::{AttemptId, Timestamp};
use flightdeck::domain::text::Title;
use flightdeck::domain::usage::Usage;

use crate::Result;
use crate::ground::Ground;

/// Events of the long log.
pub const EVENTS: u64 = 100_000;
/// Turns of each attempt in it: 2,000 attempts altogether.
const TURNS: u64 = 48;

/// Attempts at planning, one after another: a start, a turn's usage again and again, an end.
pub fn write_log(ground: &Ground) -> Result<()> {
    let (store, mut mission) = ground.open()?;
    let usage = Usage { input: 20, cached: 2_000, output: 15, turns: 1, ..Usage::default() };
    let mut now = flightdeck::engine::now();
    for number in 1.. {
        let attempt = AttemptId(number);
        let start = Command::StartAttempt { work: AgentWork::Plan, model: Title::clipped("bench/instant") };
        let end = Command::EndAttempt { attempt, ending: Ending::Interrupted };
        let turns = (0..TURNS).map(|_| Command::CountUsage { attempt, usage });
        let commands = std::iter::once(start).chain(turns).chain([end]).collect();
        now = Timestamp(now.0 + i64::try_from(Duration::from_mins(10).as_millis())?);
        let events = decide_all(&mission, Actor::Engine, commands, now)?;
        for event in store.append(mission.seq, now, Actor::Engine, &events)? {
            mission.apply(&event);
        }
        store.snapshot_if_due(&mission)?;
        if mission.seq >= EVENTS {
            break;
        }
    }
    Ok(())
}
