//! Finding programs that an earlier engine left behind, by a mark in their environment.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// What a sweep found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swept {
    /// The processes with these ids were killed.
    Killed(Vec<i32>),
    /// This system does not show the environment of processes.
    Unsupported,
}

/// Kills every process of this user whose environment has the variable with exactly this value, except this one.
pub fn sweep((name, value): (&str, &str)) -> Swept {
    let mark = format!("{name}={value}");
    let mut killed = Vec::new();
    // A process may fork between being seen and being killed, so look until nothing is found, but not for ever.
    for _ in 0..8 {
        let Some(found) = marked(mark.as_bytes()) else { return Swept::Unsupported };
        let fresh: Vec<i32> = found.into_iter().filter(|pid| !killed.contains(pid)).collect();
        if fresh.is_empty() {
            break;
        }
        for pid in fresh {
            match kill(Pid::from_raw(pid), Signal::SIGKILL) {
                Ok(()) => killed.push(pid),
                Err(error) => tracing::debug!(pid, %error, "could not kill a process left behind"),
            }
        }
    }
    Swept::Killed(killed)
}

/// The processes that carry the mark, or nothing where there is no `/proc`.
fn marked(mark: &[u8]) -> Option<Vec<i32>> {
    let own = std::process::id();
    let entries = fs::read_dir("/proc").ok()?;
    fs::metadata("/proc/self/environ").ok()?;
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let carries = |pid: &i32| {
        // Processes of others cannot be read, and those are not ours to kill.
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark)
    };
    Some(pids.filter(|pid| pid.cast_unsigned() != own).filter(carries).collect())
}
