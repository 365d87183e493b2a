//! A console that nobody touches, on a mission that waits at a gate.

use std::time::Duration;

use crate::Result;
use crate::launch::long_mission;
use crate::resting::{end_engine, engine};
use crate::screen::Console;
use crate::usage::{Usage, figure, tree_mib};

/// How long it is left alone before anything is read: longer than a sentence stays at the foot of the screen.
const SETTLE: Duration = Duration::from_secs(8);
/// How long it is watched.
const WATCH: Duration = Duration::from_secs(20);

/// Memory, processor time, wakeups and bytes of a console and its engine at rest.
pub fn rest() -> Result<()> {
    let ground = long_mission(2_000)?;
    let console = Console::attach_to_running(&ground, "item 001999")?;
    std::thread::sleep(SETTLE);
    let (own, engine) = (console.pid(), engine(&ground)?);
    let (console_mib, engine_mib) = (tree_mib(own)?, tree_mib(engine)?);
    figure("idle_console_mib", console_mib);
    figure("idle_engine_mib", engine_mib);
    figure("idle_both_mib", console_mib + engine_mib);
    let before = [console.usage()?, Usage::of(&engine.to_string())?];
    let wakeups_before = [wakeups(own)?, wakeups(engine)?];
    let bytes = console.seen().bytes;
    std::thread::sleep(WATCH);
    let after = [console.usage()?, Usage::of(&engine.to_string())?];
    let wakeups_after = [wakeups(own)?, wakeups(engine)?];
    let seconds = WATCH.as_secs_f64();
    for (place, name) in ["console", "engine"].into_iter().enumerate() {
        let cpu = after[place].cpu_ms - before[place].cpu_ms;
        figure(&format!("idle_{name}_cpu"), cpu / seconds / 10.0);
        // A thread that ended meanwhile takes its count with it.
        let woken = (wakeups_after[place] - wakeups_before[place]).max(0.0);
        figure(&format!("idle_{name}_wakeups"), woken / seconds);
    }
    figure("idle_bytes", f64::from(u32::try_from(console.seen().bytes - bytes)?) / seconds);
    console.leaves()?;
    end_engine(&ground)
}

/// How often the threads of a process went to sleep: once for each time that something woke them.
fn wakeups(pid: u32) -> Result<f64> {
    let mut sum = 0.0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = std::fs::read_to_string(task?.path().join("status"))?;
        let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        sum += count.ok_or("a field is missing")?.trim().parse::<f64>()?;
    }
    Ok(sum)
}
