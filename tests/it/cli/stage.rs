//! A person's machine in a temporary directory: home, settings, a repository, and the program itself.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use flightdeck::domain::event::{Actor, Stamped};
use flightdeck::domain::id::Timestamp;
use flightdeck::store::Catalogue;
use flightdeck::store::sqlite::SqliteCatalogue;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::flight::repository_with;
use crate::support::mission::Flight;

/// The machine. Engines that were started on it are ended with it.
pub struct Stage {
    root: TempDir,
}

impl Stage {
    /// A machine with a repository that has one commit.
    pub fn new() -> Self {
        let stage = Self::bare();
        repository_with(&stage.repository(), [("README.md", "A book.\n")]);
        stage
    }

    /// A machine whose directory for work is no repository.
    pub fn bare() -> Self {
        let stage = Self { root: tempfile::tempdir().unwrap() };
        for directory in ["home", "run", "config/flightdeck", "work"] {
            fs::create_dir_all(stage.path(directory)).unwrap();
        }
        stage
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join(relative)
    }

    pub fn repository(&self) -> PathBuf {
        self.path("work")
    }

    /// Writes the person's settings.
    pub fn configure(&self, text: &str) {
        fs::write(self.path("config/flightdeck/config.toml"), text).unwrap();
    }

    /// The program, in the repository, with nothing of this machine but what builds need.
    pub fn flightdeck(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("flightdeck").unwrap();
        command.env_clear().current_dir(self.repository()).args(arguments);
        self.surround(&mut command);
        command
    }

    /// A line for a shell that finds the program as `$FD`.
    pub fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.env_clear().current_dir(self.repository()).args(["-c", line]);
        self.surround(&mut command);
        command.env("FD", assert_cmd::cargo::cargo_bin("flightdeck"));
        command
    }

    fn surround(&self, command: &mut Command) {
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(self.variables());
    }

    /// What makes this machine the home of whatever runs on it; builds still find their tools.
    pub fn variables(&self) -> [(&'static str, OsString); 6] {
        let real_home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let or =
            |name: &str, usual: &str| std::env::var_os(name).unwrap_or_else(|| real_home.join(usual).into());
        [
            ("CARGO_HOME", or("CARGO_HOME", ".cargo")),
            ("RUSTUP_HOME", or("RUSTUP_HOME", ".rustup")),
            ("HOME", self.path("home").into()),
            ("XDG_CONFIG_HOME", self.path("config").into()),
            ("XDG_RUNTIME_DIR", self.path("run").into()),
            ("FLIGHTDECK_HOME", self.path("state").into()),
        ]
    }

    /// Standard output of a command that ends with 0.
    pub fn told(&self, arguments: &[&str]) -> String {
        self.ended(arguments, 0).0
    }

    /// Standard output and standard error of a command that ends with a code, the stage's own paths taken out.
    pub fn ended(&self, arguments: &[&str], code: i32) -> (String, String) {
        let output = self.flightdeck(arguments).output().unwrap();
        let (out, err) = (self.clean(&output.stdout), self.clean(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
        (out, err)
    }

    /// What a reading verb says with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--json"]].concat();
        serde_json::from_str(&self.told(&arguments)).unwrap()
    }

    pub fn clean(&self, bytes: &[u8]) -> String {
        let real = self.root.path().canonicalize().unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace(&real.display().to_string(), "STAGE")
            .replace(&self.root.path().display().to_string(), "STAGE")
    }

    /// Begins a rehearsed mission, which then waits at its plan gate; gives its id.
    pub fn planned(&self) -> String {
        let (out, err) = self
            .ended(&["new", "A guestbook", "--model", "rehearsal/demo", "--speed", "1000", "--headless"], 3);
        assert!(out.contains("the plan waits for GO"), "{out}{err}");
        self.json(&["list"])[0]["id"].as_str().unwrap().to_owned()
    }

    /// Begins a second one beside it.
    pub fn another(&self) -> String {
        let before: Vec<Value> = self.json(&["list"]).as_array().unwrap().clone();
        self.ended(&["new", "A poll", "--model", "rehearsal/demo", "--speed", "1000", "--headless"], 3);
        let now = self.json(&["list"]);
        let mut ids = now.as_array().unwrap().iter().map(|entry| &entry["id"]);
        let new = ids.find(|id| before.iter().all(|entry| entry["id"] != **id));
        new.unwrap().as_str().unwrap().to_owned()
    }

    /// Keeps the log of a flight as a mission of this machine, in its repository.
    pub fn keep(&self, flight: &Flight) {
        let missions = SqliteCatalogue::new(&self.path("state"));
        let id = flight.mission.id().unwrap();
        let log = missions.create(id, Timestamp(0), Actor::Person, &[]).unwrap();
        for Stamped { seq, at, actor, event } in &flight.log {
            log.append(seq - 1, *at, *actor, std::slice::from_ref(event)).unwrap();
        }
    }

    /// Kills every engine of this machine at once.
    pub fn kill_engines(&self, signal: Signal) {
        for pid in engines(&self.path("state")) {
            // It may have ended by itself in between.
            // One that is gone already is as good as killed.
            kill(pid, signal).ok();
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill_engines(Signal::SIGKILL);
    }
}

/// The engines that hold a mission's lock now.
fn engines(home: &Path) -> Vec<Pid> {
    let missions = SqliteCatalogue::new(home);
    let pids = missions.ids().into_iter().filter_map(|id| missions.engine(&id));
    pids.filter_map(|pid| i32::try_from(pid).ok()).map(Pid::from_raw).collect()
}
