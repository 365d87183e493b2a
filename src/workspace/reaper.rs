//! Nothing is left running when the engine dies, even by `kill -9`.
//!
//! A dead engine can kill nothing, so a small shell beside it does. It gets every process group that starts and ends, and
//! when its input closes, which the kernel sees to whatever killed the engine, it kills the groups that are left; and, where
//! there is `/proc`, what made a group of its own and carries the engine's [mark](Reaper::mark).

use std::collections::HashMap;
use std::fmt::Display;
use std::io::Write;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::WorkspaceError;
use super::process::{Program, live};

/// The variable that marks what an engine's agents run; its value is that of one engine of the machine.
const ENGINE: &str = "FLIGHTDECK_ENGINE";
/// A process may hold several engines, as that of a test does.
static ENGINES: AtomicU64 = AtomicU64::new(0);

/// What kills the engine's programs should the engine die. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub enum Reaper {
    /// Nobody: for tests and for programs that end before anything could happen.
    #[default]
    None,
    /// A shell that outlives the engine by a moment.
    Shell(Arc<Shell>),
}

impl Reaper {
    /// Starts the shell.
    ///
    /// # Errors
    /// When there is no `sh`.
    pub fn start() -> Result<Self, WorkspaceError> {
        let program = Program::shell(SCRIPT);
        let mut live = live();
        let mut child = program
            .command()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| program.start_error(&error))?;
        live.extend(i32::try_from(child.id()));
        let input = child.stdin.take();
        let mut groups = Groups { input, registered: HashMap::new() };
        let mark = format!("{}.{}", std::process::id(), ENGINES.fetch_add(1, Ordering::Relaxed));
        groups.send("mark", format_args!("{ENGINE}={mark}"));
        Ok(Self::Shell(Arc::new(Shell { groups: Mutex::new(groups), mark, child: Mutex::new(child) })))
    }

    /// The variable by which a program is found that made a group of its own.
    pub fn mark(&self) -> Option<(String, String)> {
        match self {
            Self::None => None,
            Self::Shell(shell) => Some((ENGINE.to_owned(), shell.mark.clone())),
        }
    }

    /// Has a group killed should the engine die before the registration is dropped.
    pub fn register(&self, pgid: i32) -> Registration {
        if let Self::Shell(shell) = self {
            shell.add(pgid);
        }
        Registration { reaper: self.clone(), pgid }
    }
}

/// A group that is to die with the engine, for as long as this lives.
#[derive(Debug)]
pub struct Registration {
    reaper: Reaper,
    pgid: i32,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Reaper::Shell(shell) = &self.reaper {
            shell.remove(self.pgid);
        }
    }
}

/// The shell and the way to it. Dropping it closes its input, upon which it does its work.
#[derive(Debug)]
pub struct Shell {
    groups: Mutex<Groups>,
    mark: String,
    child: Mutex<Child>,
}

#[derive(Debug)]
struct Groups {
    input: Option<ChildStdin>,
    /// How often each group is registered: an id may be reused before its first registration is dropped.
    registered: HashMap<i32, usize>,
}

/// It ignores the signals that a terminal or an impatient person sends, since it is needed most when these were sent.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
groups=' '
mark=
while read -r verb group; do
  case "$verb" in
    mark) mark=$group ;;
    add) groups="$groups$group " ;;
    del) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
for round in ${mark:+1 2 3}; do
  left=$(grep -lzxF "$mark" /proc/[0-9]*/environ 2>/dev/null)
  for file in $left; do file=${file#/proc/}; kill -9 "${file%/environ}" 2>/dev/null; done
done
exit 0
"#;

impl Shell {
    fn add(&self, pgid: i32) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let count = groups.registered.entry(pgid).or_default();
        *count += 1;
        if *count == 1 {
            groups.send("add", pgid);
        }
    }

    fn remove(&self, pgid: i32) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let left = groups.registered.get(&pgid).map_or(0, |count| count.saturating_sub(1));
        if left > 0 {
            groups.registered.insert(pgid, left);
        } else if groups.registered.remove(&pgid).is_some() {
            groups.send("del", pgid);
        }
    }
}

impl Groups {
    fn send(&mut self, verb: &str, what: impl Display) {
        let Some(input) = &mut self.input else { return };
        // Without the shell everything still works; only a killed engine would leave programs, and recovery sweeps those.
        if let Err(error) = writeln!(input, "{verb} {what}") {
            tracing::warn!(%error, "the reaper is gone; a killed engine would leave its programs running");
            self.input = None;
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // An engine that ends in order has swept; what the person has run by hand may go on.
        let groups = self.groups.get_mut().unwrap_or_else(PoisonError::into_inner);
        groups.send("mark", "");
        groups.input = None;
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = child.wait() {
            tracing::warn!(%error, "could not wait for the reaper");
        }
        if let Ok(pid) = i32::try_from(child.id()) {
            live().remove(&pid);
        }
    }
}
