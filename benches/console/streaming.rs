//! An agent that talks: what it costs to show it, and how late it is seen.

use std::time::Duration;

use flightdeck::domain::id::AttemptId;

use crate::Result;
use crate::ground::Ground;
use crate::resting::{end_engine, engine, write_transcript};
use crate::screen::Console;
use crate::speaker::{Speaker, Speech};
use crate::usage::{Usage, figure, median, milliseconds};

/// 4,000 tokens at 200 a second.
const PACED: Speech = Speech { tokens: 4_000, pace: Duration::from_millis(5), every: 50, mark: "paced" };
/// 20,000 tokens at once.
const BURST: Speech = Speech { tokens: 20_000, pace: Duration::ZERO, every: 20_000, mark: "burst" };
/// Items of the long history.
const ITEMS: u64 = 20_000;
/// The worker's number: the planner is the first.
const WORKER: AttemptId = AttemptId(2);
/// What the worker pane says while the model is waited for.
const READY: &str = "item 019999";

/// The history is the worker's briefing.
pub async fn on_an_empty_history() -> Result<()> {
    stream("stream", Ground::new("local/instant")?.planned()?, "Worker #2").await
}

/// The history is a transcript of 20,000 items.
pub async fn on_a_long_history() -> Result<()> {
    let ground = Ground::new("local/instant")?.planned()?;
    write_transcript(&ground, WORKER, ITEMS)?;
    stream("long", ground, READY).await
}

async fn stream(name: &str, ground: Ground, ready: &str) -> Result<()> {
    let speaker = Speaker::serve(vec![PACED, BURST]).await?;
    ground.provide(&speaker.base_url)?;
    let console = Console::attach_to_running(&ground, ready)?;
    std::thread::sleep(Duration::from_secs(2));
    let engine = engine(&ground)?;
    let used = || -> Result<(f64, f64, u64)> {
        let bytes = console.seen().bytes;
        Ok((console.usage()?.cpu_ms, Usage::of(&engine.to_string())?.cpu_ms, bytes))
    };

    let before = used()?;
    let frames = console.seen().frames;
    let delays = said(&console, &speaker, &PACED)?;
    let after = used()?;
    let (own, its) = (after.0 - before.0, after.1 - before.1);
    let per_thousand = 1_000_000.0 / f64::from(u32::try_from(PACED.tokens)?) / 1_000.0;
    figure(&format!("{name}_console_cpu"), own * per_thousand / 1_000.0);
    figure(&format!("{name}_both_cpu"), (own + its) * per_thousand / 1_000.0);
    figure(&format!("{name}_first_ms"), delays.first().copied().unwrap_or(f64::NAN));
    figure(&format!("{name}_last_ms"), delays.last().copied().unwrap_or(f64::NAN));
    figure(&format!("{name}_most_ms"), delays.iter().copied().fold(0.0, f64::max));
    figure(&format!("{name}_delay_ms"), median(delays));
    let drawn = f64::from(u32::try_from(console.seen().frames - frames)?);
    figure(&format!("{name}_frame_bytes"), f64::from(u32::try_from(after.2 - before.2)?) / drawn);
    figure(&format!("{name}_fps"), drawn / (f64::from(u32::try_from(PACED.tokens)?) / 200.0));

    let before = used()?;
    let burst = said(&console, &speaker, &BURST)?;
    let after = used()?;
    figure(&format!("{name}_burst_ms"), burst.last().copied().unwrap_or(f64::NAN));
    figure(&format!("{name}_burst_cpu_ms"), after.0 - before.0 + after.1 - before.1);
    console.leaves()?;
    end_engine(&ground)
}

/// Lets a speech be held, and waits until its last word is seen: the delays of its words in milliseconds.
fn said(console: &Console, speaker: &Speaker, speech: &Speech) -> Result<Vec<f64>> {
    let marks = speech.marks();
    console.looks_for(&marks.iter().map(String::as_str).collect::<Vec<_>>());
    speaker.speak();
    console.sees(marks.last().ok_or("nothing is said")?)?;
    // What is still done after the last word was seen is part of the cost.
    std::thread::sleep(Duration::from_millis(500));
    let seen = console.seen();
    let delays = marks.iter().filter_map(|mark| Some((seen.when(mark)?, speaker.wrote(mark)?)));
    Ok(delays.map(|(seen, wrote)| milliseconds(seen.saturating_duration_since(wrote))).collect())
}
