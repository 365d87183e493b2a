//! The machine, the repository, and flightdeck's own files.

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::report::{Check, CheckState};
use crate::agent::prompt::PromptLibrary;
use crate::cli::context::{self, Context, Repository, browser as started};
use crate::cli::missions::catalogue;
use crate::cli::screen::Output;
use crate::config::{Home, Settings};
use crate::engine::PROMPTS;
use crate::view::text::plural;
use crate::workspace::awake::probe;
use crate::workspace::preflight::{Found, Looked, preflight};
use crate::workspace::process::Program;
use crate::workspace::project::PROJECT_SETTINGS;
use crate::workspace::sandbox::{Strength, Wanted};
use crate::workspace::{Project, Sandbox, Standing, WorkspaceError};

/// Below this many mebibytes a mission will soon have no room for builds.
const LITTLE_ROOM: u64 = 1024;

pub(super) fn version() -> Check {
    let (version, os, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    Check::good("flightdeck", format!("{version} on {os} {arch}"))
}

/// What a mission would meet in the repository of this directory.
pub(super) fn repository(context: &Context) -> Vec<Check> {
    let told = |Looked { at, found }| match found {
        Found::Sound(sentence) => Check::good(at, sentence),
        Found::Doubt(sentence) | Found::NoRepository(sentence) => Check::missing(at, sentence),
        Found::Obstacle(sentence) => Check::bad(at, sentence),
    };
    preflight(&context.here).into_iter().map(told).collect()
}

pub(super) fn home(context: &Context) -> Check {
    let state = &context.home.state;
    let probe = std::fs::create_dir_all(state).and_then(|()| {
        let file = state.join(format!(".doctor-{}", std::process::id()));
        std::fs::write(&file, "")?;
        std::fs::remove_file(&file)
    });
    if let Err(fault) = probe {
        return Check::bad(
            "home",
            format!("{} cannot be written: {fault}; set FLIGHTDECK_HOME", state.display()),
        );
    }
    Check::good("home", state.display().to_string())
}

pub(super) fn config_files(context: &Context) -> String {
    let project = context.project(Repository::OfThisDirectory);
    let is_used = |project: &Project| {
        let file = project.file(PROJECT_SETTINGS).ok().flatten();
        file.is_some_and(|file| file.standing == Standing::Trusted)
    };
    let project = project.filter(is_used).map(|project| project.root().join(PROJECT_SETTINGS));
    let files: Vec<String> = [Some(context.home.user_file()), project]
        .into_iter()
        .flatten()
        .filter(|file| file.exists())
        .map(|file| file.display().to_string())
        .collect();
    if files.is_empty() {
        format!("no file; {} would be yours", context.home.user_file().display())
    } else {
        files.join(", ")
    }
}

/// The servers whose tools roles are given, as they are set; nothing is said where there are none.
pub(super) fn mcp(settings: &Settings) -> Option<Check> {
    let by_role = match settings.mcp() {
        Ok(by_role) if by_role.is_empty() => return None,
        Ok(by_role) => by_role,
        Err(fault) => return Some(Check::bad("mcp", fault.to_string())),
    };
    let told = by_role.iter().map(|(role, servers)| {
        let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
        format!("{role}: {}", names.join(", "))
    });
    Some(Check::good("mcp", told.collect::<Vec<_>>().join("; ")))
}

/// What the repository brings along and is not used, a line each.
pub(super) fn trust(context: &Context) -> Vec<Check> {
    let unused =
        context.project(Repository::OfThisDirectory).map(|project| project.unused()).unwrap_or_default();
    unused.into_iter().map(|sentence| Check::missing("trust", sentence)).collect()
}

/// The person's hooks; nothing is said where there are none.
pub(super) fn hooks(context: &Context) -> Option<Check> {
    match context.home.hooks(context.project(Repository::OfThisDirectory).as_ref()) {
        Ok(rules) if rules.count() == 0 => None,
        Ok(rules) => {
            let file = context.home.hooks_file();
            let more = " and what this repository brings along";
            let all = context.home.hooks(None).is_ok_and(|own| own.count() == rules.count());
            let more = if all { "" } else { more };
            let words = format!("{} in {}{more}", plural(rules.count(), "command"), file.display());
            Some(Check::good("hooks", words))
        }
        Err(fault) => Some(Check::bad("hooks", fault.to_string())),
    }
}

/// The prompts in use; one line for each that has a mistake.
pub(super) fn prompts(context: &Context) -> Vec<Check> {
    let project = context.project(Repository::OfThisDirectory);
    let library = PromptLibrary::new(project, vec![context.home.config.join("prompts")], PROMPTS);
    let names = library.names();
    let mut checks = Vec::new();
    for name in &names {
        match library.load(name) {
            Ok(loaded) => {
                checks.extend(loaded.problem.map(|problem| Check::missing("prompts", problem.to_string())));
            }
            Err(fault) => checks.push(Check::bad("prompts", fault.to_string())),
        }
    }
    if checks.is_empty() {
        checks.push(Check::good("prompts", plural(names.len(), "prompt")));
    }
    checks
}

/// What keeps the programs of agents in here, tried out.
pub(super) fn sandbox(settings: &Settings, home: &Home) -> Check {
    let options = context::sandbox(settings, home);
    let is_required = options.wanted == Wanted::Required;
    let sandbox = Sandbox::of_this_machine(options);
    let sentence = format!("what agents run is {}", sandbox.words());
    if let Err(fault @ WorkspaceError::OpenNetwork { .. }) = sandbox.missing() {
        return Check::bad("sandbox", format!("{sentence}; {fault}"));
    }
    match sandbox.strength() {
        Strength::Bubblewrap | Strength::Landlock(_) if nix::unistd::geteuid().is_root() => Check::good(
            "sandbox",
            format!("{sentence}; whatever got out of it would be root, as flightdeck is: run it as a user"),
        ),
        Strength::Bubblewrap | Strength::Landlock(_) => Check::good("sandbox", sentence),
        Strength::None(_) if is_required => {
            Check::bad("sandbox", format!("{sentence}; missions do not fly without (`sandbox.mode`)"))
        }
        Strength::None(_) => Check::missing("sandbox", sentence),
    }
}

/// The browser that pages are tested in. It is started: what is found need not work.
pub(super) async fn browser(settings: &Settings) -> Check {
    let started = started(settings).await;
    match started.chromium.missing() {
        None => Check::good("browser", started.words),
        Some(why) => Check::missing("browser", format!("no page can be tested as its users see it: {why}")),
    }
}

/// What keeps the machine awake while a mission flies, tried out; nothing is said where it is not to.
pub(super) async fn awake(settings: &Settings) -> Option<Check> {
    if !settings.keep_awake {
        return None;
    }
    Some(match probe().await {
        Ok(name) => Check::good("awake", format!("{name} keeps this machine awake while something runs")),
        Err(why) => Check::missing("awake", format!("this machine may sleep while a mission flies: {why}")),
    })
}

/// Programs that agents and the demo need.
pub(super) fn programs(context: &Context) -> Vec<Check> {
    let uses = [
        ("sh", CheckState::Bad, "agents run their commands with it"),
        ("cargo", CheckState::Missing, "the demo builds its application with it"),
    ];
    uses.into_iter()
        .map(|(name, without, why)| match on_path(context, name) {
            Some(path) => Check::good(name, path.display().to_string()),
            None => Check::new(name, without, format!("not found on PATH; {why}")),
        })
        .collect()
}

fn on_path(context: &Context, name: &str) -> Option<PathBuf> {
    let path = context.variables.get("PATH")?;
    std::env::split_paths(path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// Free space where missions are kept, as `df` tells it.
pub(super) async fn disk(context: &Context) -> Check {
    let program = Program::new("df").arg("-Pk").arg(&context.home.state);
    let finished = match program.run(CancellationToken::new(), |_| {}).await {
        Ok(finished) => finished,
        Err(fault) => return Check::missing("disk", fault.to_string()),
    };
    let kibibytes = finished
        .output
        .text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|word| word.parse::<u64>().ok());
    match kibibytes.map(|free| free / 1024) {
        Some(free) if free < LITTLE_ROOM => {
            Check::missing("disk", format!("only {free} MiB are free; builds need more"))
        }
        Some(free) => Check::good("disk", format!("{} GiB free", free / 1024)),
        None => Check::missing("disk", "the free space is not known"),
    }
}

pub(super) fn terminal(context: &Context) -> Check {
    let term = context.variables.get("TERM").unwrap_or("unknown");
    match (context.output, crossterm::terminal::size()) {
        (Output::Pipe, _) => Check::good("terminal", "output is not a terminal: plain lines"),
        (Output::Terminal(_), Ok((columns, rows))) => {
            Check::good("terminal", format!("{term}, {columns} × {rows}"))
        }
        (Output::Terminal(_), Err(fault)) => {
            Check::missing("terminal", format!("{term}, its size is not known: {fault}"))
        }
    }
}

pub(super) fn missions(context: &Context) -> Check {
    let entries = catalogue(context).list();
    let broken: Vec<String> = entries
        .iter()
        .filter_map(|entry| Some(format!("{}: {}", entry.id, entry.mission.as_ref().err()?)))
        .collect();
    if broken.is_empty() {
        return Check::good("missions", plural(entries.len(), "mission"));
    }
    Check::missing("missions", broken.join("; "))
}
