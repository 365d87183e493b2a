//! A mission in a temporary repository whose planner does whatever the bench's model asks: its prompt is replaced by
//! one that may run a shell for thousands of turns.

use std::path::{Path, PathBuf};

use flightdeck::domain::attempt::Role;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Founding};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::{Commit, MissionId};
use flightdeck::domain::mission::{Limits, Mission};
use flightdeck::domain::text::Title;
use flightdeck::store::{Catalogue, Store};
use tempfile::TempDir;

use crate::Result;

/// A planner that may use a shell.
const PROMPT: &str = r#"+++
role = "orchestrator"
tools = ["shell", "ask_user"]
closes = ["ask_user"]
access = "read"
max_turns = 100000
max_minutes = 600
+++
Do as the bench says.
"#;

/// A founded mission and the directories around it.
pub struct Ground {
    /// Holds the repository and, unless the environment names others, everything else.
    root: TempDir,
    /// The mission's directory.
    pub dir: PathBuf,
}

impl Ground {
    /// Founds a mission whose every role has this model.
    pub fn new(model: &str) -> Result<Self> {
        let root = tempfile::tempdir()?;
        let repository = root.path().join("repository");
        let base = commit_something(&repository)?;
        let home = variable("FLIGHTDECK_HOME").unwrap_or_else(|| root.path().join("home"));
        let id: MissionId = "bench-abcd".parse()?;
        let founding = Founding {
            mission: id.clone(),
            title: Title::clipped("A bench"),
            goal: Goal::new("Measure the engine.")?,
            repository: repository.canonicalize()?.display().to_string(),
            target: Title::clipped("main"),
            base: Commit(base),
            branch: Title::clipped(format!("flightdeck/{id}")),
            models: Role::ALL.into_iter().map(|role| (role, Title::clipped(model))).collect(),
            budget: Budget::default(),
            limits: Limits::default(),
            autopilot: Autopilot::Off,
        };
        let dir = Catalogue::new(&home).create_dir(&id)?;
        let store = Store::create(&dir)?;
        let now = flightdeck::engine::now();
        let events = decide(&Mission::unborn(), Actor::Person, Command::Found(Box::new(founding)), now)?;
        store.append(0, now, Actor::Person, &events)?;
        let ground = Self { root, dir };
        std::fs::create_dir_all(ground.prompts())?;
        std::fs::write(ground.prompts().join("orchestrator_plan.md"), PROMPT)?;
        Ok(ground)
    }

    /// The directory with the planner's prompt.
    pub fn prompts(&self) -> PathBuf {
        self.config().join("prompts")
    }

    /// The person's directory of settings.
    pub fn config(&self) -> PathBuf {
        variable("XDG_CONFIG_HOME").unwrap_or_else(|| self.root.path().join("config")).join("flightdeck")
    }

    /// A place for a socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("engine.sock")
    }
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

fn commit_something(dir: &Path) -> Result<String> {
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main");
    let git = git2::Repository::init_opts(dir, &options)?;
    std::fs::write(dir.join("README.md"), "A bench.\n")?;
    let mut index = git.index()?;
    index.add_path(Path::new("README.md"))?;
    index.write()?;
    let tree = git.find_tree(index.write_tree()?)?;
    let who = git2::Signature::now("Ada", "ada@localhost")?;
    Ok(git.commit(Some("HEAD"), &who, &who, "Begin", &tree, &[])?.to_string())
}
