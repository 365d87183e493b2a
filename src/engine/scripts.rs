//! Running the environment's commands: set-up, the gate commands, and what a handoff claims.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::evidence::{Taken, keep};
use super::reports::{Reports, Told};
use super::role::OwnPlace;
use crate::domain::environment::{CommandRun, Script};
use crate::domain::event::Actor;
use crate::domain::id::{Commit, MilestoneId};
use crate::domain::tests::TestRun;
use crate::domain::text::Line;
use crate::domain::verdict::EvidenceRef;
use crate::instrument::command::CommandRecord;
use crate::instrument::{Evidence, InstrumentError};
use crate::store::Store;
use crate::workspace::process::{OutputCap, Spill};
use crate::workspace::{Access, Exit, Program, ProofCheckout};

/// How long one command of the environment may take.
pub const LIMIT: Duration = Duration::from_mins(30);
/// Characters of a command's output that the log keeps.
const TAIL: usize = 400;
/// The field of a command's record that holds what it said of its tests.
const TESTS: &str = "tests";
/// The field that says why its report was not used.
const REPORT: &str = "report";
/// What a time-out counts as; the number that `timeout(1)` uses.
const TIMED_OUT: i32 = 124;

/// A directory as it was made, and the set-up commands that ran in it.
pub type SetUp = ((u64, u64), String);

/// Where commands of the engine run, and what their evidence says of it.
#[derive(Debug, Clone)]
pub struct Site<'a> {
    pub dir: &'a Path,
    /// The commit that the checkout stands at; nothing where it is at none, such as a merge that is tried.
    pub commit: Option<Commit>,
    /// The round that they run for.
    pub round: Option<(MilestoneId, u32)>,
    pub home: Home,
}

/// Which home commands have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// One of its own for each, as the set-up left it: what a command leaves there decides nothing for another.
    Own,
    /// That of the set-up.
    SetUp,
}

impl<'a> Site<'a> {
    /// A checkout, whatever it stands at.
    pub fn new(dir: &'a Path) -> Self {
        Self { dir, commit: None, round: None, home: Home::Own }
    }

    /// A checkout at a commit.
    pub fn at(dir: &'a Path, commit: &Commit) -> Self {
        Self { commit: Some(commit.clone()), ..Self::new(dir) }
    }
}

/// Runs the set-up commands in a checkout in which they have not run yet.
///
/// # Errors
/// When the disk or the evidence store fails. The text says why a set-up failed, for the agent that works there.
pub async fn set_up(engine: &Arc<EngineContext>, dir: &Path) -> Result<String, EngineError> {
    let scripts = engine.environment(|environment| environment.setup.clone());
    if scripts.is_empty() {
        return Ok(String::new());
    }
    let wanted = scripts.iter().map(|script| script.run.as_str()).collect::<Vec<_>>().join("\n");
    // An engine believes only what it did itself: no file says it, because an agent could write one.
    let made = std::fs::metadata(dir).map(|found| (found.dev(), found.ino())).ok();
    let state = made.map(|place| (place, wanted));
    let is_ready = |ready: &BTreeMap<PathBuf, SetUp>| state.is_some() && ready.get(dir) == state.as_ref();
    if is_ready(&engine.set_up.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(String::new());
    }
    engine.empty_home_of_set_up(dir)?;
    let site = Site { home: Home::SetUp, ..Site::new(dir) };
    let runs = run_all(engine, &site, &scripts, &CancellationToken::new(), &|_| {}).await?;
    if let Some(run) = runs.iter().find(|run| !run.passed()) {
        return Ok(format!(
            "\n## The set-up failed\n`{}` exits {}: {}\nMend it where you can.\n",
            run.command, run.exit_code, run.tail
        ));
    }
    if dir != engine.checkout_dir() {
        let (task_engine, place) = (Arc::clone(engine), dir.to_owned());
        let keep = move || Ok(ProofCheckout::keep_what_is_there(task_engine.repo.own(), &place)?);
        blocking(keep).await?;
    }
    if let Some(state) = state {
        engine.set_up.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), state);
    }
    Ok(String::new())
}

/// Runs commands one after the other, and says which is starting; after the first that fails, the rest is left out.
///
/// # Errors
/// When a program cannot be started or its evidence not be kept.
pub async fn run_all(
    engine: &Arc<EngineContext>,
    site: &Site<'_>,
    scripts: &[Script],
    cancel: &CancellationToken,
    starting: &(dyn Fn(&Script) + Sync),
) -> Result<Vec<CommandRun>, EngineError> {
    let mut runs = Vec::new();
    for script in scripts {
        starting(script);
        let run = run_one(engine, site, script, cancel).await?;
        let failed = !run.passed();
        runs.push(run);
        if failed || cancel.is_cancelled() {
            break;
        }
    }
    Ok(runs)
}

/// Runs one command and keeps what it printed as evidence.
///
/// # Errors
/// When it cannot be started or its evidence not be kept.
pub async fn run_one(
    engine: &Arc<EngineContext>,
    site: &Site<'_>,
    script: &Script,
    cancel: &CancellationToken,
) -> Result<CommandRun, EngineError> {
    run_within(engine, site, script, LIMIT, cancel).await
}

/// As [`run_one`], with a time of its own after which the command is ended.
///
/// # Errors
/// As [`run_one`].
pub async fn run_within(
    engine: &Arc<EngineContext>,
    site: &Site<'_>,
    script: &Script,
    limit: Duration,
    cancel: &CancellationToken,
) -> Result<CommandRun, EngineError> {
    let cap = OutputCap { spill: Spill::Directory(engine.scratch_dir()), ..OutputCap::default() };
    let program =
        Program::shell(script.run.as_str()).dir(site.dir).envs(engine.env()).timeout(limit).cap(cap);
    // What it starts meets nobody else's ports and data.
    let own = OwnPlace::of_command(engine).await?;
    let access = if site.dir == engine.checkout_dir() { Access::Write } else { Access::Proof };
    let jail = match site.home {
        Home::Own => engine.jail(site.dir, access, &own.env)?,
        Home::SetUp => engine.jail_of_set_up(site.dir, access, &own.env)?,
    };
    let program = program.reaper(&engine.reaper).envs(own.env.iter().cloned()).jailed(&jail);
    let reports = Reports::before(site.dir, script);
    let finished = program.run(cancel.clone(), |_: &str| {}).await.map_err(InstrumentError::from)?;
    // Reading much output takes its time, in which nothing else may stand still.
    let read = move || (reports.after(&finished.output), finished);
    let told = jail.work(read).await;
    let (told, finished) =
        told.map_err(|fault| EngineError::Unfit(format!("a report cannot be read: {fault}")))?;
    let record = CommandRecord::new(&program, finished);
    let exit_code = match record.exit {
        Exit::Code(code) => code,
        Exit::Signal(signal) => 128 + signal,
        Exit::TimedOut => TIMED_OUT,
        Exit::Cancelled => 130,
        Exit::Unknown => 255,
    };
    let evidence = with_tests(record.evidence()?, &told)?;
    let taken = Taken { by: Actor::Engine, round: site.round, commit: site.commit.clone(), app: None };
    let reference = keep(&engine.store, &evidence, taken)?;
    Ok(CommandRun {
        name: script.name.clone(),
        command: script.run.clone(),
        exit_code,
        tail: Line::clipped(last_characters(record.output.trim_end(), TAIL)),
        evidence: Some(reference.0),
        wall_ms: record.milliseconds,
        tests: told.run.map(|run| run.counts),
    })
}

/// The record of a command with what it said of its tests: their names are too many for the log.
fn with_tests(mut evidence: Evidence, told: &Told) -> Result<Evidence, EngineError> {
    let fault =
        |error: serde_json::Error| EngineError::Unfit(format!("a command's record is no JSON: {error}"));
    let mut record: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&evidence.bytes).map_err(fault)?;
    if let Some(run) = &told.run {
        record.insert(TESTS.to_owned(), serde_json::to_value(run).map_err(fault)?);
    }
    if let Some(why) = &told.fault {
        record.insert(REPORT.to_owned(), why.as_str().into());
    }
    evidence.bytes = serde_json::to_vec(&record).map_err(fault)?;
    Ok(evidence)
}

/// The tests of a run that was recorded before, by name where they are known.
pub fn tests_of(store: &Store, run: &CommandRun) -> Option<TestRun> {
    let known = || run.tests.map(|counts| TestRun::new(counts, Vec::new()));
    let Some(reference) = run.evidence.clone().map(EvidenceRef) else { return known() };
    let read = store.evidence().get(&reference).ok().and_then(|kept| {
        let record: serde_json::Value = serde_json::from_slice(&kept.bytes).ok()?;
        serde_json::from_value(record.get(TESTS)?.clone()).ok()
    });
    read.or_else(known)
}

/// Why the report that the environment names was not used in a run, where that is so.
pub fn report_fault(store: &Store, run: &CommandRun) -> Option<String> {
    let kept = store.evidence().get(&EvidenceRef(run.evidence.clone()?)).ok()?;
    let record: serde_json::Value = serde_json::from_slice(&kept.bytes).ok()?;
    Some(record.get(REPORT)?.as_str()?.to_owned())
}

fn last_characters(text: &str, most: usize) -> &str {
    let start = text.char_indices().rev().nth(most.saturating_sub(1)).map_or(0, |(index, _)| index);
    &text[start..]
}
