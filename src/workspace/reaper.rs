//! Nothing is left running when the engine dies, even by `kill -9`.
//!
//! A dead engine can kill nothing, so a small shell beside it does. It gets every process group that starts and ends, and
//! when its input closes, which the kernel sees to whatever killed the engine, it kills the groups that are left.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::WorkspaceError;
use super::process::{Program, live};

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
        let groups = Mutex::new(Groups { input, registered: HashMap::new() });
        Ok(Self::Shell(Arc::new(Shell { groups, child: Mutex::new(child) })))
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
while read -r verb group; do
  case "$verb" in
    add) groups="$groups$group " ;;
    del) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
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
    fn send(&mut self, verb: &str, pgid: i32) {
        let Some(input) = &mut self.input else { return };
        // Without the shell everything still works; only a killed engine would leave programs, and recovery sweeps those.
        if let Err(error) = writeln!(input, "{verb} {pgid}") {
            tracing::warn!(%error, "the reaper is gone; a killed engine would leave its programs running");
            self.input = None;
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.groups.get_mut().unwrap_or_else(PoisonError::into_inner).input = None;
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = child.wait() {
            tracing::warn!(%error, "could not wait for the reaper");
        }
        if let Ok(pid) = i32::try_from(child.id()) {
            live().remove(&pid);
        }
    }
}
