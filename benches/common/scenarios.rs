//! Each figure is taken in a process of its own, so that its peak of memory is its own. A bench starts itself again for
//! each scenario, named in a variable, and reads what that prints.

use flightdeck::workspace::Program;
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::report::Figures;

/// Names the scenario that this process runs.
const SCENARIO: &str = "BENCH_SCENARIO";

/// The scenario that this process was started for; none in the process that the person started.
pub fn this_scenario() -> Option<String> {
    std::env::var(SCENARIO).ok()
}

/// Runs scenarios so many times each, on a machine of their own each time, and gathers their figures.
pub async fn run(figures: &mut Figures, scenarios: &[(&str, usize)]) -> Result<()> {
    for (name, runs) in scenarios {
        for _ in 0..*runs {
            let home = tempfile::tempdir()?;
            let program = Program::new(std::env::current_exe()?)
                .env(SCENARIO, name)
                .env("HOME", home.path())
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
    Ok(())
}
