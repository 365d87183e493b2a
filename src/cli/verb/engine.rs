//! `engine DIR` (hidden): the process that flies a mission.

use std::backtrace::Backtrace;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::cli::context::{Repository, chromium, sandbox};
use crate::cli::engine_start::{SOCKET_FILE, socket_of};
use crate::cli::model_registry::ModelRegistry;
use crate::cli::prelude::*;
use crate::cli::setup::keep_host;
use crate::config::{Flag, Settings};
use crate::engine::{AfterQuota, CommandLimits, EngineOptions, Habits, KeepHost, Predecessor};
use crate::workspace::awake::keeper;
use crate::workspace::sweep::{adopt_orphans, hide_memory};

/// How long an engine stays with nothing to do and nobody attached.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission's directory
    dir: PathBuf,
    /// How fast rehearsals play
    #[arg(long)]
    speed: Option<f64>,
    /// The engine before this one died while somebody was attached to it
    #[arg(long)]
    after_death: bool,
}

/// Flies the mission until there is nothing to do.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    write_log_to_stderr();
    write_panics_to_log();
    if let Err(fault) = nix::unistd::setsid() {
        // A shell makes the leader of a process group of an engine that is started by hand.
        tracing::debug!("the engine stays in its terminal's session: {fault}");
    }
    let dir = args.dir.canonicalize().with_context(|| format!("failed to open {}", args.dir.display()))?;
    let socket = socket_of(context, &dir)?;
    // Renamed into place, so that nobody reads half a path.
    let (written, unfinished) = (dir.join(SOCKET_FILE), dir.join("engine.socket.new"));
    fs::write(&unfinished, socket.as_os_str().as_encoded_bytes())
        .and_then(|()| fs::rename(&unfinished, &written))
        .with_context(|| format!("failed to write {}", written.display()))?;
    let (missions, mission) = missions::around(&dir)?;
    let founding = missions.read(&mission)?.mission()?.founding.context("the mission is not founded")?;
    let repository = PathBuf::from(&founding.repository);
    let sources =
        context.sources(Repository::At(&repository), args.speed.map(speed_flag).into_iter().collect());
    let project = sources.project.clone();
    adopt_orphans();
    hide_memory();
    tracing::info!(mission = %founding.mission, version = env!("CARGO_PKG_VERSION"), "the engine starts");
    let settings = sources.load()?;
    let options = EngineOptions {
        missions,
        mission,
        socket,
        chromium: chromium(&settings),
        sandbox: sandbox(&settings, &context.home),
        habits: habits(&settings),
        mcp: settings.mcp()?,
        passed: settings.passed,
        backends: Arc::new(ModelRegistry::new(sources)?),
        prompt_dirs: vec![context.home.config.join("prompts")],
        hooks: context.home.hooks(project.as_ref())?,
        project,
        keep_host: host_keeper(context),
        skill_dirs: skill_dirs(context),
        limits: CommandLimits::default(),
        patience: PATIENCE,
        predecessor: if args.after_death { Predecessor::SeenToDie } else { Predecessor::Unseen },
    };
    let rest = crate::engine::run(options).await?;
    tracing::info!(?rest, "the engine ends");
    Ok(Exit::Done)
}

fn speed_flag(speed: f64) -> Flag {
    Flag { name: "--speed", key: "speed".to_owned(), word: speed.to_string() }
}

/// Writes hosts into the person's settings.
fn host_keeper(context: &Context) -> KeepHost {
    let context = context.clone();
    Arc::new(move |host| keep_host(&context, host).map_err(|fault| format!("{fault:#}")))
}

fn habits(settings: &Settings) -> Habits {
    Habits {
        quiet_hours: settings.quiet_hours,
        keep_awake: settings.keep_awake.then(keeper),
        after_quota: if settings.resume_after_quota { AfterQuota::GoOn } else { AfterQuota::Hold },
    }
}

/// The person's own skills.
fn skill_dirs(context: &Context) -> Vec<PathBuf> {
    let home = context.variables.get("HOME").map(PathBuf::from);
    home.map(|home| home.join(".agents/skills")).into_iter().collect()
}

/// A panic ends no engine, so what is left of it is what the log says.
fn write_panics_to_log() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!("{panic}\n{}", Backtrace::force_capture());
    }));
}

/// Whoever starts an engine leads its standard error to `engine.log`.
fn write_log_to_stderr() {
    let filter = EnvFilter::try_from_env("FLIGHTDECK_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // A log that cannot be written must not end the engine.
    log.log_internal_errors(false).init();
}
