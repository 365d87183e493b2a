//! Opening a mission with a long log.

use std::time::Instant;

use flightdeck::domain::mission::Mission;
use flightdeck::store::Catalogue;
use flightdeck::workspace::Program;
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::ground::Ground;
use crate::long_log::{EVENTS, write_log};
use crate::usage::{figure, median, milliseconds};

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
    figure("open_engine_ms", timed(&|| Ok(ground.open()?.1.seq))?);
    let mut walls = Vec::new();
    for _ in 0..TIMES {
        let program = Program::new(env!("CARGO_BIN_EXE_flightdeck"))
            .arg("status")
            .arg("--json")
            .dir(ground.repository());
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
    let events = ground.missions.read(&ground.id)?.read(0, u32::MAX)?;
    let started = Instant::now();
    let folded = Mission::fold(&events);
    figure("fold_ms", milliseconds(started.elapsed()));
    if folded.seq < EVENTS {
        return Err("the fold is short".into());
    }
    Ok(())
}
