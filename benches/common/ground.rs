//! A mission in a temporary repository whose worker does whatever the bench's model asks: its prompt is replaced by
//! one that allows thousands of turns.

use std::path::{Path, PathBuf};

use flightdeck::domain::attempt::{AgentWork, Role};
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::contract::{AssertionDraft, Check, Instrument, Weight, Wording};
use flightdeck::domain::decide::{decide, decide_all};
use flightdeck::domain::environment::Environment;
use flightdeck::domain::event::{Actor, Founding};
use flightdeck::domain::gate::{Autopilot, Decision, GateId};
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::{AttemptId, Commit, MissionId};
use flightdeck::domain::mission::{Limits, Mission};
use flightdeck::domain::plan::{FeatureDraft, FeatureSpec, MilestoneDraft};
use flightdeck::domain::text::{Line, Prose, Title};
use flightdeck::store::sqlite::SqliteCatalogue;
use flightdeck::store::{Catalogue, Store};
use tempfile::TempDir;

use crate::Result;

/// A worker that may go on for long.
const PROMPT: &str = r#"+++
role = "worker"
tools = ["shell", "handoff"]
closes = ["handoff"]
access = "write"
max_turns = 100000
max_minutes = 600
+++
Do as the bench says.
"#;

/// The mission's name.
pub const MISSION: &str = "bench-abcd";

/// A founded mission and the directories around it.
pub struct Ground {
    /// Holds the repository and, unless the environment names others, everything else.
    root: TempDir,
    pub missions: SqliteCatalogue,
    pub id: MissionId,
}

impl Ground {
    /// Founds a mission whose every role has this model.
    pub fn new(model: &str) -> Result<Self> {
        let root = tempfile::tempdir()?;
        let repository = root.path().join("repository");
        let base = commit_something(&repository)?;
        let home = variable("FLIGHTDECK_HOME").unwrap_or_else(|| root.path().join("home"));
        let id: MissionId = MISSION.parse()?;
        let founding = Founding {
            mission: id.clone(),
            title: Title::clipped("A bench"),
            goal: Goal::new("Measure the engine.")?,
            repository: repository.canonicalize()?.display().to_string(),
            target: Title::clipped("main"),
            base: Commit(base),
            branch: Title::clipped(format!("flightdeck/{id}")),
            models: Role::ALL.iter().copied().map(|role| (role, Title::clipped(model))).collect(),
            budget: Budget::default(),
            limits: Limits::default(),
            autopilot: Autopilot::Off,
        };
        let missions = SqliteCatalogue::new(&home);
        let now = flightdeck::engine::now();
        let events = decide(&Mission::unborn(), Actor::Person, Command::Found(Box::new(founding)), now)?;
        drop(missions.create(&id, now, Actor::Person, &events)?);
        let ground = Self { root, missions, id };
        std::fs::create_dir_all(ground.prompts())?;
        std::fs::write(ground.prompts().join("worker.md"), PROMPT)?;
        Ok(ground)
    }

    /// The mission, open for writing while no engine flies it.
    pub fn open(&self) -> Result<(Store, Mission)> {
        let store = self.missions.open(&self.id)?;
        let mission = store.mission()?;
        Ok((store, mission))
    }

    /// Asks the mission for several things as one, while no engine flies it.
    pub fn ask(&self, actor: Actor, commands: Vec<Command>) -> Result<()> {
        let (store, mission) = self.open()?;
        let now = flightdeck::engine::now();
        let events = decide_all(&mission, actor, commands, now)?;
        store.append(mission.seq, now, actor, &events)?;
        Ok(())
    }

    /// Plans one feature, as this attempt would; the plan waits for GO.
    pub fn proposed(self, planner: AttemptId) -> Result<Self> {
        let start = Command::StartAttempt { work: AgentWork::Plan, model: Title::clipped("bench/planner") };
        self.ask(Actor::Engine, vec![start])?;
        let contract = Command::ProposeContract { assertions: vec![assertion()?] };
        let environment = Command::ProposeEnvironment { environment: Environment::default() };
        let plan = Command::ProposePlan { title: None, milestones: vec![milestone()?], answer: None };
        self.ask(Actor::Attempt(planner), vec![contract, environment, plan])?;
        Ok(self)
    }

    /// Plans one feature, which is GO: a worker is due.
    pub fn planned(self) -> Result<Self> {
        let ground = self.proposed(AttemptId(1))?;
        let go = Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } };
        ground.ask(Actor::Person, vec![go])?;
        Ok(ground)
    }

    /// The directory with the worker's prompt.
    pub fn prompts(&self) -> PathBuf {
        self.config().join("prompts")
    }

    /// The person's directory of settings.
    fn config(&self) -> PathBuf {
        variable("XDG_CONFIG_HOME").unwrap_or_else(|| self.root.path().join("config")).join("flightdeck")
    }

    /// Makes a local server the provider of the models that begin with `local/`.
    pub fn provide(&self, base_url: &str) -> Result<()> {
        let settings = format!("[providers.local]\nbase_url = \"{base_url}\"\nwire = \"chat\"\n");
        Ok(std::fs::write(self.config().join("config.toml"), settings)?)
    }

    /// The repository.
    pub fn repository(&self) -> PathBuf {
        self.root.path().join("repository")
    }
}

fn assertion() -> Result<AssertionDraft> {
    let wording = Wording {
        title: Title::clipped("The page greets"),
        statement: Prose::clipped("A visitor who opens the page reads a greeting."),
        check: Check {
            via: Instrument::Http,
            how: Prose::clipped("GET / and look for the greeting in the page"),
            command: None,
            guard: false,
        },
        evidence: Line::clipped("the HTTP exchange"),
        weight: Weight::Blocking,
    };
    Ok(AssertionDraft { id: "VAL-PAGE-001".parse()?, wording, shows: Vec::new() })
}

fn milestone() -> Result<MilestoneDraft> {
    let spec = FeatureSpec {
        title: Title::clipped("A greeting"),
        description: Prose::clipped("Serve a page that greets whoever opens it."),
        criteria: vec![Line::clipped("the page greets")],
    };
    let feature = FeatureDraft {
        spec,
        fulfills: vec!["VAL-PAGE-001".parse()?],
        no_assertion_because: None,
        after: Vec::new(),
    };
    Ok(MilestoneDraft { title: Title::clipped("Skeleton"), features: vec![feature] })
}

/// What the environment says under a name.
pub fn variable(name: &str) -> Option<PathBuf> {
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
