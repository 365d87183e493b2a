//! From the start of the process to the first full frame, and what that frame takes.

use std::time::{Duration, Instant};

use flightdeck::domain::id::AttemptId;

use crate::Result;
use crate::ground::Ground;
use crate::long_log::write_log;
use crate::resting::{end_engine, write_transcript};
use crate::screen::Console;
use crate::usage::{figure, median, milliseconds};

/// How often each start is timed.
const TIMES: usize = 9;
/// Items in the transcript that the frame shows the end of.
const ITEMS: u64 = 2_000;
/// What only a console shows that has its mission, and the end of the transcript.
const MARKS: [&str; 3] = ["FLIGHTDECK", "1 needs you", "item 001999"];

/// A mission of 100,000 events that waits at the gate of its plan.
pub fn long_mission(items: u64) -> Result<Ground> {
    let ground = Ground::new("bench/instant")?;
    write_log(&ground)?;
    let last = ground.open()?.1.attempts.keys().next_back().copied();
    let planner = AttemptId(last.map_or(1, |last| last.0 + 1));
    let ground = ground.proposed(planner)?;
    write_transcript(&ground, planner, items)?;
    Ok(ground)
}

/// Starts consoles without an engine, then with one that runs.
pub fn launches() -> Result<()> {
    let ground = long_mission(ITEMS)?;
    let mut cold = Vec::new();
    for _ in 0..TIMES {
        end_engine(&ground)?;
        cold.push(opened(&ground)?.full);
    }
    figure("launch_cold_ms", median(cold));
    let warm = (0..TIMES).map(|_| opened(&ground)).collect::<Result<Vec<_>>>()?;
    figure("launch_empty_ms", median(warm.iter().map(|launch| launch.empty).collect()));
    figure("launch_full_ms", median(warm.iter().map(|launch| launch.full).collect()));
    figure("launch_cpu_ms", median(warm.iter().map(|launch| launch.cpu).collect()));
    figure("first_frame_bytes", median(warm.iter().map(|launch| launch.bytes).collect()));
    figure("key_bytes", median(warm.iter().map(|launch| launch.key_bytes).collect()));
    figure("key_ms", median(warm.iter().map(|launch| launch.key).collect()));
    end_engine(&ground)
}

/// One start, in milliseconds and bytes.
struct Launch {
    empty: f64,
    full: f64,
    cpu: f64,
    bytes: f64,
    key: f64,
    key_bytes: f64,
}

fn opened(ground: &Ground) -> Result<Launch> {
    let console = Console::attach(ground, &MARKS)?;
    let mut last = console.started;
    for mark in MARKS {
        last = last.max(console.sees(mark)?);
    }
    let empty = milliseconds(console.sees(MARKS[0])? - console.started);
    let full = milliseconds(last - console.started);
    std::thread::sleep(Duration::from_millis(300));
    let (cpu, bytes) = (console.usage()?.cpu_ms, console.seen().bytes);
    let mut times = Vec::new();
    let keys = ["j", "k"].repeat(5);
    for key in &keys {
        times.push(press(&console, key)?);
        std::thread::sleep(Duration::from_millis(40));
    }
    let after = console.seen().bytes;
    console.leaves()?;
    let number = |bytes: u64| u32::try_from(bytes).map(f64::from);
    Ok(Launch {
        empty,
        full,
        cpu,
        bytes: number(bytes)?,
        key: median(times),
        key_bytes: number(after - bytes)? / f64::from(u32::try_from(keys.len())?),
    })
}

/// Types a key and waits for its frame.
pub fn press(console: &Console, key: &str) -> Result<f64> {
    let before = console.seen().frames;
    let typed = Instant::now();
    console.types(key)?;
    if !console.waits(Duration::from_secs(5), |seen| seen.frames > before) {
        return Err(format!("{key:?} draws no frame:\n{}", console.text()).into());
    }
    Ok(milliseconds(typed.elapsed()))
}
