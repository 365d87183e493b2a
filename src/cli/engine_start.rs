//! Reaching a mission's engine, and starting one when none answers.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::context::Context;
use super::missions::{MissionRef, catalogue};
use super::verb::new::Speed;
use crate::domain::id::MissionId;
use crate::engine::Predecessor;
use crate::link::{Client, LinkError, Notices, SocketPlace, socket_path};
use crate::view::engine::EngineState;
use crate::workspace::process::{Detached, Program};

/// Where an engine listens, written into the mission's directory by the engine itself: whoever comes over `ssh` may
/// have another runtime directory than whoever started it.
pub const SOCKET_FILE: &str = "engine.socket";
/// What an engine says.
const LOG_FILE: &str = "engine.log";
/// How long a new engine has to answer.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long one that listens may take before it answers.
const RECOVERY_LIMIT: Duration = Duration::from_mins(2);
/// How long an engine that comes up at the same time is waited for.
const RIVAL_LIMIT: Duration = Duration::from_millis(700);
/// How often an engine is started that ends at once.
const MOST_TRIES: u32 = 2;
/// How often it is tried: an engine needs some twenty milliseconds, and a person waits for it.
const LOOK: Duration = Duration::from_millis(4);
/// How many bytes of the log are shown when it does not answer.
const TAIL: usize = 2_000;
/// A log that is longer begins anew.
const LOG_LIMIT: u64 = 4 << 20;

/// An engine that answered.
#[derive(Debug)]
pub struct Reached {
    pub client: Client,
    pub notices: Notices,
    /// Where it listens.
    pub socket: PathBuf,
}

/// Connects to a mission's engine, and starts one first when none answers. An error carries the end of
/// its log.
pub async fn reach(context: &Context, dir: &Path) -> Result<Reached> {
    reach_at(context, dir, Speed::AsSet).await
}

/// As [`reach`]; an engine that is started plays rehearsals at this speed.
pub async fn reach_at(context: &Context, dir: &Path, speed: Speed) -> Result<Reached> {
    reach_after(context, dir, speed, Predecessor::Unseen).await
}

/// As [`reach_at`], by somebody who may have seen the engine before this one die.
pub async fn reach_after(
    context: &Context,
    dir: &Path,
    speed: Speed,
    predecessor: Predecessor,
) -> Result<Reached> {
    if let Some(reached) = try_connect(context, dir).await? {
        return Ok(reached);
    }
    let log = dir.join(LOG_FILE);
    if fs::metadata(&log).is_ok_and(|found| found.len() > LOG_LIMIT) {
        fs::write(&log, "").with_context(|| format!("failed to shorten {}", log.display()))?;
    }
    let before = fs::metadata(&log).map_or(0, |found| found.len());
    let started = Instant::now();
    let mut tries = 0;
    loop {
        tries += 1;
        let mut engine = spawn(dir, speed, predecessor, &log)?;
        match answered(context, dir, &mut engine, started).await? {
            Outcome::Answered(reached) => return Ok(*reached),
            // It may have found the lock of one that was just dying.
            Outcome::Ended(_) if tries < MOST_TRIES => {}
            Outcome::Ended(code) => bail!("the engine ended with code {code}{}", tail(&log, before)),
            Outcome::Silent => {
                bail!("the engine does not answer after {} s{}", START_LIMIT.as_secs(), tail(&log, before))
            }
        }
    }
}

/// How a mission's engine does, without starting one.
pub async fn engine_state(context: &Context, found: &MissionRef) -> Result<EngineState> {
    let Some(pid) = catalogue(context).engine(&found.id) else { return Ok(EngineState::Stopped) };
    let starting = Instant::now();
    loop {
        match try_connect(context, &found.dir).await {
            Ok(Some(_)) => return Ok(EngineState::Runs { pid }),
            // One that has just begun, or is about to end, does not listen.
            Ok(None) if starting.elapsed() < RIVAL_LIMIT => tokio::time::sleep(LOOK).await,
            Ok(None) => {
                let sentence = format!("process {pid} holds the mission and listens nowhere");
                return Ok(EngineState::Silent { sentence });
            }
            Err(fault) => return Ok(EngineState::Silent { sentence: fault.to_string() }),
        }
    }
}

/// What became of an engine that was started.
enum Outcome {
    Answered(Box<Reached>),
    /// It is gone, with this code, and no other answers.
    Ended(i32),
    Silent,
}

/// Waits until a new engine answers, or another that came up at the same time.
async fn answered(context: &Context, dir: &Path, engine: &mut Detached, started: Instant) -> Result<Outcome> {
    let mut ended: Option<(i32, Instant)> = None;
    loop {
        // One that was started now listens at once and answers when it has put in order what was left, such as a landing
        // that was cut short.
        match try_connect(context, dir).await {
            Ok(Some(reached)) => return Ok(Outcome::Answered(Box::new(reached))),
            Ok(None) => {}
            Err(fault) if is_silent(&fault) && started.elapsed() < RECOVERY_LIMIT => continue,
            Err(fault) => return Err(fault),
        }
        ended = ended.or_else(|| engine.exit().map(|code| (code, Instant::now())));
        if let Some((code, at)) = ended
            && at.elapsed() > RIVAL_LIMIT
        {
            return Ok(Outcome::Ended(code));
        }
        if started.elapsed() > START_LIMIT {
            return Ok(Outcome::Silent);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Tries the sockets there may be. Nobody there is no error; somebody of another version is.
async fn try_connect(context: &Context, dir: &Path) -> Result<Option<Reached>> {
    for socket in sockets(context, dir)? {
        match Client::connect(&socket, "command line").await {
            Ok((client, notices)) => return Ok(Some(Reached { client, notices, socket })),
            // One that leaves while it is greeted is as good as none.
            Err(LinkError::NoEngine { .. } | LinkError::Gone) => {}
            Err(LinkError::Io { source, .. }) if is_parting(&source) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(None)
}

fn is_silent(fault: &anyhow::Error) -> bool {
    matches!(fault.downcast_ref(), Some(LinkError::Silent { .. }))
}

/// Whether an engine that accepted was on its way out.
fn is_parting(fault: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(fault.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

/// Where an engine that is started here listens.
pub fn socket_of(context: &Context, dir: &Path) -> Result<PathBuf> {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mission: MissionId = name.parse()?;
    let place = SocketPlace { runtime_dir: context.home.runtime.clone(), mission_dir: dir.to_owned() };
    Ok(socket_path(&place, &mission))
}

fn sockets(context: &Context, dir: &Path) -> Result<Vec<PathBuf>> {
    let written = fs::read(dir.join(SOCKET_FILE))
        .ok()
        .filter(|path| !path.is_empty())
        .map(std::ffi::OsString::from_vec)
        .map(PathBuf::from);
    let mut sockets: Vec<PathBuf> = written.into_iter().collect();
    let own = socket_of(context, dir)?;
    if !sockets.contains(&own) {
        sockets.push(own);
    }
    Ok(sockets)
}

fn spawn(dir: &Path, speed: Speed, predecessor: Predecessor, log: &Path) -> Result<Detached> {
    let mut program = Program::new(own_program()?).arg("engine").arg(dir).dir("/");
    if let Speed::Times(times) = speed {
        program = program.arg("--speed").arg(times.to_string());
    }
    if predecessor == Predecessor::SeenToDie {
        program = program.arg("--after-death");
    }
    Ok(program.spawn_detached(log)?)
}

/// Flightdeck's own program. Where it was replaced while this one runs, the new one stands in its place.
pub fn own_program() -> Result<PathBuf> {
    let own = std::env::current_exe().context("failed to find flightdeck's own program")?;
    let replaced = own.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    Ok(replaced.filter(|_| !own.exists()).unwrap_or(own))
}

/// What the log says since it was started, as the end of a sentence.
fn tail(log: &Path, before: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let new = bytes.get(usize::try_from(before).unwrap_or(usize::MAX)..).unwrap_or_default();
    let text = crate::workspace::clean_text(&new[new.len().saturating_sub(TAIL)..]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = lines[lines.len().saturating_sub(8)..].join("\n");
    if shown.is_empty() {
        format!("; {} says nothing", log.display())
    } else {
        format!("; the end of {}:\n{shown}", log.display())
    }
}
