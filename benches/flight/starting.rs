//! What a program costs that ends at once, by what keeps it in: most of what agents start is short.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flightdeck::workspace::sandbox::{Strength, Wanted};
use flightdeck::workspace::{Access, Jail, Program, Reach, Sandbox, SandboxOptions};
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::usage::{figure, milliseconds};

/// Programs that are started in each jail.
const PROGRAMS: usize = 200;

/// Starts programs without a sandbox, by Landlock, and by bubblewrap.
pub async fn programs() -> Result<()> {
    let keeper = Some(PathBuf::from(env!("CARGO_BIN_EXE_flightdeck")));
    let ways =
        [("off", Wanted::Off, None), ("landlock", Wanted::Auto, None), ("bubblewrap", Wanted::Auto, keeper)];
    for (name, wanted, keeper) in ways {
        let sandbox =
            Sandbox::of_this_machine(SandboxOptions { wanted, keeper, ..SandboxOptions::default() });
        let is_there = match sandbox.strength() {
            Strength::None(_) => name == "off",
            Strength::Landlock(_) => name == "landlock",
            Strength::Bubblewrap => name == "bubblewrap",
        };
        if !is_there {
            continue;
        }
        let place = tempfile::tempdir()?;
        let jail = jail(&sandbox, place.path())?;
        let first = run(&jail, place.path()).await?;
        let mut all = Vec::new();
        for _ in 0..PROGRAMS {
            all.push(run(&jail, place.path()).await?);
        }
        all.sort_unstable();
        figure(&format!("start_{name}_first_ms"), milliseconds(first));
        figure(&format!("start_{name}_ms"), milliseconds(all[PROGRAMS / 2]));
    }
    Ok(())
}

fn jail(sandbox: &Sandbox, place: &Path) -> Result<Jail> {
    Ok(sandbox.jail(&Reach {
        access: Access::Write,
        reads: Vec::new(),
        writes: vec![place.to_owned()],
        git: Vec::new(),
        programs: Vec::new(),
        home: place.join("home"),
        temporary: place.join("tmp"),
    })?)
}

async fn run(jail: &Jail, place: &Path) -> Result<Duration> {
    let begun = Instant::now();
    Program::new("true").dir(place).jailed(jail).run(CancellationToken::new(), |_| {}).await?;
    Ok(begun.elapsed())
}
