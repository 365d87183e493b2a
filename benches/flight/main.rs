//! What the README claims of the engine, measured. `cargo bench` prints the table.
//!
//! Each figure is taken in a process of its own, so that its peak of memory is its own. This program starts itself
//! again for each scenario, named in a variable, and reads what that prints.

mod chat;
mod ground;
mod instant;
mod opening;
mod process;
mod report;
mod sessions;
mod usage;

use flightdeck::workspace::Program;
use tokio_util::sync::CancellationToken;

/// Names the scenario that this process runs.
const SCENARIO: &str = "BENCH_SCENARIO";

/// What goes wrong in a bench ends it.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match std::env::var(SCENARIO) {
        Ok(name) => runtime.block_on(scenario(&name)),
        Err(_) => runtime.block_on(all()),
    }
}

/// Prints one figure a line: its name, a space, its number.
async fn scenario(name: &str) -> Result<()> {
    match name {
        "turns" => sessions::turns().await,
        "printing" => sessions::printing().await,
        "process" => process::flight().await,
        "opening" => opening::openings().await,
        other => Err(format!("there is no scenario {other}").into()),
    }
}

async fn all() -> Result<()> {
    let mut figures = report::Figures::default();
    for (name, runs) in [("turns", 3), ("printing", 5), ("process", 3), ("opening", 1)] {
        for _ in 0..runs {
            let home = tempfile::tempdir()?;
            let program = Program::new(std::env::current_exe()?)
                .env(SCENARIO, name)
                .env("FLIGHTDECK_HOME", home.path().join("state"))
                .env("XDG_CONFIG_HOME", home.path().join("config"))
                .env("FLIGHTDECK_LOG", "warn")
                .run(CancellationToken::new(), |_| {})
                .await?;
            if !program.exit.is_success() {
                return Err(format!("{name}: {}\n{}", program.exit, program.output.text).into());
            }
            figures.read(&program.output.text);
        }
    }
    report::print(&figures);
    Ok(())
}
