//! Opening a mission with a long log.

use std::time::{Duration, Instant};

use flightdeck::domain::attempt::{Ending, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide_all;
use flightdeck::domain::event::Actor;
use flightdeck::domain::id::{AttemptId, Timestamp};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::text::Title;
use flightdeck::domain::usage::Usage;
use flightdeck::store::{Log, Store};
use flightdeck::workspace::Program;
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::ground::Ground;
use crate::usage::{figure, median, milliseconds};

/// Events of the long log.
const EVENTS: u64 = 100_000;
/// Turns of each attempt in it: 2,000 attempts altogether.
const TURNS: u64 = 48;
/// How often each opening is timed.
const TIMES: usize = 9;

/// Writes the log as an engine would, then opens it as an engine, by a reading verb, and without its snapshots.
pub async fn openings() -> Result<()> {
    let ground = Ground::new("bench/instant")?;
    write_log(&ground)?;
    let timed = |open: &dyn Fn() -> Result<u64>| -> Result<f64> {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let started = Instant::now();
            let seq = open()?;
            times.push(milliseconds(started.elapsed()));
            if seq < EVENTS {
                return Err(format!("only {seq} events were opened").into());
            }
        }
        Ok(median(times))
    };
    let dir = ground.dir.as_path();
    figure("open_engine_ms", timed(&|| Ok(Store::open(dir)?.1.seq))?);
    let mut walls = Vec::new();
    for _ in 0..TIMES {
        let program = Program::new(env!("CARGO_BIN_EXE_flightdeck")).arg("status").arg("--json");
        let program = ["FLIGHTDECK_HOME", "XDG_CONFIG_HOME"]
            .into_iter()
            .fold(program, |program, name| program.env(name, std::env::var_os(name).unwrap_or_default()));
        let finished = program.run(CancellationToken::new(), |_| {}).await?;
        if !finished.exit.is_success() {
            return Err(finished.output.text.into());
        }
        walls.push(milliseconds(finished.wall));
    }
    figure("open_status_ms", median(walls));
    let events = Log::open_read_only(dir)?.read(0, u32::MAX)?;
    let started = Instant::now();
    let folded = Mission::fold(&events);
    figure("fold_ms", milliseconds(started.elapsed()));
    if folded.seq < EVENTS {
        return Err("the fold is short".into());
    }
    Ok(())
}

/// Attempts at planning, one after another: a start, a turn's usage again and again, an end.
fn write_log(ground: &Ground) -> Result<()> {
    let (store, mut mission) = Store::open(&ground.dir)?;
    let usage = Usage { input: 20, cached: 2_000, output: 15, turns: 1, ..Usage::default() };
    let mut now = flightdeck::engine::now();
    for number in 1.. {
        let attempt = AttemptId(number);
        let start = Command::StartAttempt { work: Work::Plan, model: Title::clipped("bench/instant") };
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
