//! Ending programs that should not run any more: those that an earlier engine left, and those that forked away from a
//! program of this one.
//!
//! They are known by a mark in their environment, and, in a process that [adopts](adopt_orphans) whatever loses its
//! parent, by descending from it. What belongs to a program that this process still runs is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpgrp};

use super::process::{Live, keepers, live};

/// The variable that marks the programs of a mission; its value is the mission's directory, which no two share.
pub const MARK: &str = "FLIGHTDECK_MISSION";

/// What a program that speaks for an agent is told.
pub const ONLY_THE_PERSON: &str = "this was started by an agent of a mission, and only the person reads and decides here: use the mission tools";

/// The variable that marks the programs of one service; its value is its own at any time.
pub const SERVICE: &str = "FLIGHTDECK_SERVICE";

/// How often it is looked for more: a process may fork between being seen and being killed, but not for ever.
const ROUNDS: u32 = 40;
/// How long a killed process has between two looks to be gone, and its ports free.
const PAUSE: Duration = Duration::from_millis(5);
/// How far up a process's parents are followed.
const MOST_PARENTS: usize = 64;

/// Whether this process runs nothing but an engine, so that whatever descends from it is the engine's to end.
static ADOPTS: AtomicBool = AtomicBool::new(false);

/// What forks away from its program becomes a child of this process instead of the system's first one, so that a
/// [sweep] finds it, whatever it made of its session, its group and its environment. Only for a process that runs
/// nothing but an engine.
pub fn adopt_orphans() {
    match become_subreaper() {
        Ok(()) => ADOPTS.store(true, Ordering::Relaxed),
        Err(error) => tracing::warn!(%error, "programs that fork away can only be found by their mark"),
    }
}

/// Hides this process's memory and environment, in which keys stand, from the other programs of its user; the superuser's
/// see it all the same. Only Linux has it.
pub fn hide_memory() {
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        tracing::warn!(%error, "other programs of yours can read this one's environment");
    }
}

#[cfg(target_os = "linux")]
fn become_subreaper() -> nix::Result<()> {
    nix::sys::prctl::set_child_subreaper(true)
}

/// Only Linux has it; elsewhere the mark has to do.
#[cfg(not(target_os = "linux"))]
fn become_subreaper() -> nix::Result<()> {
    Err(nix::errno::Errno::ENOTSUP)
}

/// What carries a service's mark is left alone by every sweep for as long as this lives, wherever it forked to.
#[derive(Debug)]
pub struct Kept(String);

/// Has a service's mark respected.
pub fn keep(mark: &str) -> Kept {
    kept().insert(mark.to_owned());
    Kept(mark.to_owned())
}

impl Kept {
    /// The mark.
    pub fn mark(&self) -> &str {
        &self.0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        kept().remove(&self.0);
    }
}

fn kept() -> MutexGuard<'static, BTreeSet<String>> {
    static KEPT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What descends from a process speaks for the person for as long as this lives, although an engine started it.
#[derive(Debug)]
pub struct Persons(i32);

/// Has a process taken for the person's.
pub fn for_person(pid: i32) -> Persons {
    persons().insert(pid);
    Persons(pid)
}

impl Drop for Persons {
    fn drop(&mut self) {
        persons().remove(&self.0);
    }
}

fn persons() -> MutexGuard<'static, BTreeSet<i32>> {
    static PERSONS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    PERSONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes that carry a mark and have not ended.
pub fn marked((name, value): (&str, &str)) -> Vec<i32> {
    let mark = format!("{name}={value}");
    let processes = Processes::read();
    let all = processes.iter().flat_map(|processes| &processes.all);
    all.filter(|(pid, process)| !process.is_dead && carries(**pid, mark.as_bytes()))
        .map(|(pid, _)| *pid)
        .collect()
}

/// Whether a process speaks for an agent: it, or a process that it descends from, was started for a mission that lies
/// beside this one, or, where this process [adopts](adopt_orphans), by this process. Without `/proc` nothing is known.
pub fn speaks_for_agent(pid: i32, mission: &Path) -> bool {
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let line = std::iter::successors(Some(pid), |pid| Process::read(*pid).map(|process| process.parent));
    let agents = |at: i32| {
        at != own && (variable(at, MARK).is_some_and(|mark| is_beside(&mark, mission)) || is_engine(at))
    };
    let mut above = line.take(MOST_PARENTS).take_while(|at| *at > 1 && !persons().contains(at));
    above.any(|at| agents(at) || at == own && pid != own && ADOPTS.load(Ordering::Relaxed))
}

/// Whether a process flies another mission: what descends from it was started by its agents.
fn is_engine(pid: i32) -> bool {
    let program = |of: &str| fs::read_link(format!("/proc/{of}/exe")).ok();
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0).nth(1) == Some(b"engine")
        && program("self").is_some_and(|own| program(&pid.to_string()) == Some(own))
}

/// Whether one that this process descends from was started for a mission that lies beside this one.
pub fn descends_from_agent(mission: &Path) -> bool {
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let line = std::iter::successors(Some(own), |pid| Process::read(*pid).map(|process| process.parent));
    line.take(MOST_PARENTS)
        .take_while(|at| *at > 1)
        .any(|at| variable(at, MARK).is_some_and(|mark| is_beside(&mark, mission)))
}

/// Whether a mark is that of a mission whose directory lies where this one does.
pub fn is_beside(mark: &str, mission: &Path) -> bool {
    let place = |path: &Path| path.parent().map(|parent| parent.canonicalize().unwrap_or(parent.to_owned()));
    place(Path::new(mark)).is_some_and(|marked| Some(marked) == place(mission))
}

/// What a sweep found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swept {
    /// The processes with these ids were killed.
    Killed(Vec<i32>),
    /// This system does not show the environment of processes.
    Unsupported,
}

/// Kills what was left behind: every process of this user whose environment has the variable with exactly this value,
/// and, where it [adopts](adopt_orphans), every one that descends from this process; neither this process nor what it
/// still runs. It returns when they are gone.
pub fn sweep((name, value): (&str, &str)) -> Swept {
    let mark = format!("{name}={value}");
    let mut killed = Vec::new();
    for _ in 0..ROUNDS {
        let live = live();
        let Some(processes) = Processes::read() else { return Swept::Unsupported };
        if processes.adopts {
            processes.bury(&live);
        }
        let found = processes.left_behind(&live, mark.as_bytes());
        if found.is_empty() {
            break;
        }
        for pid in found {
            match kill(Pid::from_raw(pid), Signal::SIGKILL) {
                Ok(()) if !killed.contains(&pid) => killed.push(pid),
                Ok(()) => {}
                Err(error) => tracing::debug!(pid, %error, "could not kill a process left behind"),
            }
        }
        drop(live);
        thread::sleep(PAUSE);
    }
    Swept::Killed(killed)
}

/// The processes of the system at a moment.
struct Processes {
    own: i32,
    own_group: i32,
    adopts: bool,
    /// What keeps sandboxes: not left behind, and no reason to leave alone what descends from it.
    keepers: BTreeSet<i32>,
    all: BTreeMap<i32, Process>,
}

#[derive(Debug, Clone, Copy)]
struct Process {
    parent: i32,
    group: i32,
    is_dead: bool,
}

impl Processes {
    /// Nothing where there is no `/proc`.
    fn read() -> Option<Self> {
        fs::metadata("/proc/self/environ").ok()?;
        let entries = fs::read_dir("/proc").ok()?;
        let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let own = i32::try_from(std::process::id()).ok()?;
        let all: BTreeMap<i32, Process> = pids.filter_map(|pid| Some((pid, Process::read(pid)?))).collect();
        let adopts = ADOPTS.load(Ordering::Relaxed);
        let outer = keepers().clone();
        let inner = all.iter().filter(|(_, process)| outer.contains(&process.parent)).map(|(pid, _)| *pid);
        let keepers = inner.chain(outer.iter().copied()).collect();
        Some(Self { own, own_group: getpgrp().as_raw(), adopts, keepers, all })
    }

    fn left_behind(&self, live: &Live, mark: &[u8]) -> Vec<i32> {
        let is_left = |(pid, process): &(&i32, &Process)| {
            if self.is_ours(**pid) || process.is_dead || self.belongs_to(live, **pid) {
                return false;
            }
            // What this process runs and keeps no list of, as a test does, is in its own group.
            let is_lost = self.descends(**pid) && process.group != self.own_group || carries(**pid, mark);
            is_lost && !is_kept(**pid)
        };
        self.all.iter().filter(is_left).map(|(pid, _)| *pid).collect()
    }

    /// Whether it is a program that runs, is in its group, or descends from it.
    fn belongs_to(&self, live: &Live, pid: i32) -> bool {
        let lives = |(pid, process): (i32, Process)| live.contains(&pid) || live.contains(&process.group);
        self.line(pid).any(lives)
    }

    fn descends(&self, pid: i32) -> bool {
        self.adopts && self.line(pid).any(|(_, process)| self.is_ours(process.parent))
    }

    /// Whether it is this process, or keeps a sandbox for it.
    fn is_ours(&self, pid: i32) -> bool {
        pid == self.own || self.keepers.contains(&pid)
    }

    /// A process and its parents, as far as this process or the keeper of its sandbox.
    fn line(&self, pid: i32) -> impl Iterator<Item = (i32, Process)> {
        let known =
            |pid: i32| self.all.get(&pid).filter(|_| !self.is_ours(pid)).map(|process| (pid, *process));
        std::iter::successors(known(pid), move |(_, process)| known(process.parent)).take(MOST_PARENTS)
    }

    /// Takes the exit codes of adopted processes that have ended: nobody else does.
    fn bury(&self, live: &Live) {
        let adopted = self.all.iter().filter(|(pid, process)| {
            process.is_dead
                && process.parent == self.own
                && process.group != self.own_group
                && !live.contains(*pid)
                && !self.keepers.contains(*pid)
        });
        for (pid, _) in adopted {
            if let Err(error) = waitpid(Pid::from_raw(*pid), Some(WaitPidFlag::WNOHANG)) {
                tracing::debug!(pid, %error, "somebody else took the exit code of a process");
            }
        }
    }
}

impl Process {
    /// From `/proc/PID/stat`: the name in brackets may hold anything, so the numbers count from the last bracket.
    fn read(pid: i32) -> Option<Self> {
        let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat);
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let is_dead = matches!(fields.next()?, "Z" | "X");
        Some(Self { is_dead, parent: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }
}

/// Whether it belongs to a service that shall run.
fn is_kept(pid: i32) -> bool {
    variable(pid, SERVICE).is_some_and(|mark| kept().contains(&mark))
}

/// A variable of a process's environment, as it was when it was started.
pub(super) fn variable(pid: i32, name: &str) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    variables.find_map(|variable| Some(variable.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

/// Whether its environment has the mark. Processes of others cannot be read, and those are not ours to kill.
fn carries(pid: i32, mark: &[u8]) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| variable == mark)
}
