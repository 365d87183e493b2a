//! Keeping the machine awake while something runs.

use std::path::PathBuf;

use super::process::{Background, Program};
use super::reaper::Reaper;

/// What keeps a machine of this kind awake for as long as it runs.
#[cfg(target_os = "macos")]
pub const KEEPER: &[&str] = &["caffeinate", "-i"];
/// What keeps a machine of this kind awake for as long as it runs.
#[cfg(not(target_os = "macos"))]
pub const KEEPER: &[&str] = &[
    "systemd-inhibit",
    "--what=idle:sleep",
    "--who=flightdeck",
    "--why=a mission flies",
    "--mode=block",
    "sleep",
    "infinity",
];

/// Whether something runs that the machine is to stay awake for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Awake,
    Asleep,
}

/// Keeps the machine awake, where there is a program that can.
#[derive(Debug)]
pub struct Awake {
    command: Option<Vec<String>>,
    reaper: Reaper,
    log: PathBuf,
    /// It may have ended: where the machine has none or refuses, nothing is said about that.
    keeper: Option<Background>,
}

impl Awake {
    /// With a program that does it; what it says goes to `log`.
    pub fn by(command: Option<Vec<String>>, reaper: &Reaper, log: PathBuf) -> Self {
        Self { command, reaper: reaper.clone(), log, keeper: None }
    }

    /// Has it stay awake from now on, or lets it sleep.
    pub fn keep(&mut self, wanted: Wanted) {
        match (wanted, &self.keeper, &self.command) {
            (Wanted::Asleep, ..) => self.keeper = None,
            (Wanted::Awake, None, Some(command)) => {
                match Program::of_words(command).reaper(&self.reaper).spawn_background(&self.log) {
                    Ok(keeper) => self.keeper = Some(keeper),
                    Err(error) => {
                        tracing::debug!(%error, "nothing keeps this machine awake");
                        self.command = None;
                    }
                }
            }
            (Wanted::Awake, ..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn it_runs_once_for_as_long_as_it_is_wanted_and_is_missed_by_nobody() {
        let place = tempfile::tempdir().unwrap();
        let (marks, log) = (place.path().join("marks"), place.path().join("log"));
        let line = format!("echo $$ >> {}; exec sleep 600", marks.display());
        let command = ["sh", "-c", &line].map(str::to_owned).to_vec();
        let mut awake = Awake::by(Some(command), &Reaper::None, log.clone());
        let pids = || std::fs::read_to_string(&marks).unwrap_or_default();
        for runs in 1..3 {
            awake.keep(Wanted::Awake);
            awake.keep(Wanted::Awake);
            while pids().lines().count() < runs {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            awake.keep(Wanted::Asleep);
            let pid = nix::unistd::Pid::from_raw(pids().lines().last().unwrap().parse().unwrap());
            while nix::sys::signal::kill(pid, None).is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        assert_eq!(pids().lines().count(), 2);
        let mut none = Awake::by(Some(vec!["no-such-program".into()]), &Reaper::None, log);
        none.keep(Wanted::Awake);
        assert!(none.keeper.is_none());
    }
}
