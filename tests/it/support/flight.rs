//! A whole mission in a temporary home: a real git repository, a founded mission, an engine in this process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flightdeck::agent::hook::HookRules;
use flightdeck::agent::model::Model;
use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::script::{PlaybackSpeed, ScriptedModel, Scripts, demo_repository_files};
use flightdeck::domain::attempt::Role;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Founding, Stamped};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::{Commit, MissionId};
use flightdeck::domain::mission::{Limits, Mission};
use flightdeck::domain::text::Title;
use flightdeck::engine::{Backends, CommandLimits, EngineOptions, Habits, Predecessor};
use flightdeck::instrument::Chromium;
use flightdeck::store::Catalogue;
use flightdeck::store::sqlite::SqliteCatalogue;
use flightdeck::workspace::SandboxOptions;
use flightdeck::workspace::sandbox::{NetworkPolicy, Wanted};
use tempfile::TempDir;

/// A mission that is founded and not yet flown.
pub struct Ground {
    pub home: TempDir,
    /// Kept for as long as the mission: its repository is deleted with it.
    pub repository: TempDir,
    pub missions: Arc<dyn Catalogue>,
    pub id: MissionId,
    pub dir: PathBuf,
    /// Whether its programs are sandboxed.
    pub wanted: Wanted,
    /// What of the network its programs reach.
    pub network: NetworkPolicy,
}

/// Where folders lie that programs of every mission may write.
fn beside() -> PathBuf {
    let beside = std::env::temp_dir().join("flightdeck-beside");
    std::fs::create_dir_all(&beside).unwrap();
    beside
}

/// A folder outside of every mission that its programs may write: what they leave there, a test counts.
pub fn folder_beside() -> TempDir {
    tempfile::tempdir_in(beside()).unwrap()
}

/// Commits files to a new repository and gives the commit.
pub fn repository_with<'a>(dir: &Path, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main");
    let git = git2::Repository::init_opts(dir, &options).unwrap();
    let mut index = git.index().unwrap();
    for (path, content) in files {
        let file = dir.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, content).unwrap();
        index.add_path(Path::new(path)).unwrap();
    }
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let who = git2::Signature::now("Ada", "ada@localhost").unwrap();
    git.commit(Some("HEAD"), &who, &who, "Begin", &tree, &[]).unwrap().to_string()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Ground {
    /// The demo's mission, on the disk as a person's is. Its checks are not seen red: that takes longer than the flight.
    pub fn demo(autopilot: Autopilot) -> Self {
        let limits = Limits { sabotage_percent: 0, ..Limits::default() };
        let (home, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let files: Vec<_> = demo_repository_files().collect();
        let base = repository_with(repository.path(), files);
        let rehearsal = Scripts::builtin("demo").unwrap();
        let id: MissionId = "guestbook-test".parse().unwrap();
        let founding = Founding {
            mission: id.clone(),
            title: Title::clipped(&rehearsal.about().title),
            goal: Goal::new(&format!("{}\nServe it on 127.0.0.1:{}.", rehearsal.about().goal, free_port()))
                .unwrap(),
            repository: repository.path().canonicalize().unwrap().display().to_string(),
            target: Title::clipped("main"),
            base: Commit(base),
            branch: Title::clipped(format!("flightdeck/{id}")),
            models: Role::ALL.iter().copied().map(|role| (role, Title::clipped("rehearsal/demo"))).collect(),
            budget: Budget::default(),
            limits,
            autopilot,
        };
        let missions = Arc::new(SqliteCatalogue::new(home.path()));
        Self::founded(home, repository, missions, founding)
    }

    /// Founds a mission.
    pub fn founded(
        home: TempDir,
        repository: TempDir,
        missions: Arc<dyn Catalogue>,
        founding: Founding,
    ) -> Self {
        let (id, now) = (founding.mission.clone(), flightdeck::engine::now());
        let found = Command::Found(Box::new(founding));
        let events = decide(&Mission::unborn(), Actor::Person, found, now).unwrap();
        drop(missions.create(&id, now, Actor::Person, &events).unwrap());
        let dir = missions.dir(&id);
        Self { home, repository, missions, id, dir, wanted: Wanted::Auto, network: NetworkPolicy::Open }
    }

    /// A folder outside the mission that its programs may write.
    pub fn outside(&self) -> PathBuf {
        let outside = self.home.path().join("outside");
        std::fs::create_dir_all(&outside).unwrap();
        outside
    }

    /// What an engine of this mission is started with.
    pub fn options(&self) -> EngineOptions {
        EngineOptions {
            missions: Arc::clone(&self.missions),
            mission: self.id.clone(),
            socket: self.home.path().join("engine.sock"),
            backends: Arc::new(Rehearsed),
            project: None,
            prompt_dirs: Vec::new(),
            passed: Vec::new(),
            chromium: Chromium::none("none in this test"),
            sandbox: SandboxOptions {
                wanted: self.wanted,
                home: std::env::var_os("HOME").map(Into::into),
                write: vec![self.outside(), beside()],
                network: self.network,
                // To start it for each place of work takes a debug build long.
                keeper: (self.network != NetworkPolicy::Open)
                    .then(|| env!("CARGO_BIN_EXE_flightdeck").into()),
                ..SandboxOptions::default()
            },
            hooks: HookRules::default(),
            habits: Habits::default(),
            mcp: BTreeMap::new(),
            keep_host: Arc::new(|_| Err("tests keep nothing".to_owned())),
            skill_dirs: Vec::new(),
            limits: CommandLimits::default(),
            patience: Duration::from_millis(100),
            predecessor: Predecessor::Unseen,
        }
    }

    /// The mission as its log tells it.
    pub fn mission(&self) -> Mission {
        self.missions.read(&self.id).unwrap().mission().unwrap()
    }

    /// All events.
    pub fn events(&self) -> Vec<Stamped> {
        self.missions.read(&self.id).unwrap().read(0, u32::MAX).unwrap()
    }

    /// The port that the goal of the demo names.
    pub fn demo_port(&self) -> u16 {
        let goal = self.mission().founding.unwrap().goal;
        let port = goal.as_str().rsplit_once("127.0.0.1:").unwrap().1;
        port.trim_end_matches('.').parse().unwrap()
    }
}

/// Only the rehearsal, without pauses.
pub struct Rehearsed;

impl Backends for Rehearsed {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        let name = name.strip_prefix("rehearsal/").ok_or("only the rehearsal is here")?;
        let rehearsal = Scripts::builtin(name).map_err(|error| error.to_string())?;
        Ok(Arc::new(ScriptedModel::new(Arc::new(rehearsal), PlaybackSpeed::INSTANT)))
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::UNKNOWN
    }
}
