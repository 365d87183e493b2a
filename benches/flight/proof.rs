//! What proving costs on the demo, which flies by itself with a mind that takes no time.

use std::time::{Duration, Instant};

use flightdeck::store::Catalogue;
use flightdeck::store::sqlite::SqliteCatalogue;
use flightdeck::workspace::Program;
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::ground::variable;
use crate::usage::{figure, milliseconds};

/// Plays the script a thousand times as fast as a person could follow it.
const DEMO: [&str; 5] = ["demo", "--headless", "--autopilot", "--speed", "1000"];

/// The whole flight, and of it the time at the base and with what was built undone.
pub async fn demo() -> Result<()> {
    let home = variable("FLIGHTDECK_HOME").ok_or("FLIGHTDECK_HOME is not set")?;
    let flightdeck = Program::new(env!("CARGO_BIN_EXE_flightdeck")).env("FLIGHTDECK_HOME", &home);
    let program = DEMO.iter().fold(flightdeck, Program::arg);
    let started = Instant::now();
    let flown = program.run(CancellationToken::new(), |_| {}).await?;
    if !flown.exit.is_success() {
        return Err(format!("the demo: {}\n{}", flown.exit, flown.output.text).into());
    }
    figure("demo_wall_s", started.elapsed().as_secs_f64());
    let missions = SqliteCatalogue::new(&home);
    let id = missions.ids().pop().ok_or("the demo left no mission")?;
    let mission = missions.read(&id)?.mission()?;
    let runs = mission.baseline.iter().flat_map(|baseline| &baseline.runs);
    let at_base: u64 = runs.map(|run| run.wall_ms).sum();
    figure("demo_baseline_ms", milliseconds(Duration::from_millis(at_base)));
    figure("demo_sabotage_s", Duration::from_millis(mission.sabotage_ms).as_secs_f64());
    let red = mission.contract.keys().filter(|id| mission.seen_red(id).is_seen()).count();
    figure("demo_seen_red", f64::from(u32::try_from(red)?));
    Ok(())
}
