//! A real engine in this process, with everything made durable, against a model that takes no time.

use flightdeck::workspace::SandboxOptions;
use std::sync::Arc;
use std::time::Duration;

use flightdeck::engine::EngineOptions;
use flightdeck::instrument::Chromium;
use flightdeck::store::Catalogue;

use crate::Result;
use crate::ground::Ground;
use crate::instant::Instantly;
use crate::usage::{Usage, figure, milliseconds};

/// Tool calls of the long session.
pub const TURNS: usize = 1_000;
/// How many turns at either end are compared, to see that the cost does not grow.
const END: usize = 100;

/// A thousand turns in one session, each running `true`. The argument differs, or the engine would see a loop.
pub async fn turns() -> Result<()> {
    let model = Instantly::new(TURNS, |turn| format!("true {turn}"));
    let before = Usage::of("self")?;
    let asked = fly(&model).await?;
    let spent = Usage::of("self")?.cpu_ms - before.cpu_ms;
    let wall = |from: usize, to: usize| milliseconds(asked[to] - asked[from]);
    figure("turn_wall_ms", wall(0, TURNS) / 1_000.0);
    figure("turn_cpu_ms", spent / 1_000.0);
    figure("turns_wall_s", wall(0, TURNS) / 1_000.0);
    figure("turns_first_ms", wall(0, END) / 100.0);
    figure("turns_last_ms", wall(TURNS - END, TURNS) / 100.0);
    figure("turns_peak_mib", Usage::of("self")?.peak_mib);
    Ok(())
}

/// One tool call that prints 50 MB, after one that prints nothing.
pub async fn printing() -> Result<()> {
    let model = Instantly::new(2, |turn| {
        if turn == 0 { "true".to_owned() } else { "yes 0123456789abcdef | head -c 50000000".to_owned() }
    });
    let asked = fly(&model).await?;
    figure("printing_wall_ms", milliseconds(asked[2] - asked[1]));
    figure("printing_peak_mib", Usage::of("self")?.peak_mib);
    Ok(())
}

async fn fly(model: &Instantly) -> Result<Vec<std::time::Instant>> {
    let ground = Ground::new("bench/instant")?.planned()?;
    let options = EngineOptions {
        missions: Arc::new(ground.missions.clone()),
        mission: ground.id.clone(),
        socket: ground.missions.dir(&ground.id).join("engine.sock"),
        backends: Arc::new(model.clone()),
        prompt_dirs: vec![ground.prompts()],
        project: None,
        passed: Vec::new(),
        chromium: Chromium::none("none in this bench"),
        // The strongest that this machine offers.
        sandbox: SandboxOptions {
            keeper: Some(env!("CARGO_BIN_EXE_flightdeck").into()),
            ..SandboxOptions::default()
        },
        hooks: flightdeck::agent::hook::HookRules::default(),
        habits: flightdeck::engine::Habits::default(),
        mcp: std::collections::BTreeMap::new(),
        keep_host: Arc::new(|_| Err("a bench keeps nothing".to_owned())),
        skill_dirs: Vec::new(),
        limits: flightdeck::engine::CommandLimits::default(),
        patience: Duration::from_millis(50),
        predecessor: flightdeck::engine::Predecessor::Unseen,
    };
    flightdeck::engine::run(options).await?;
    Ok(model.asked())
}
