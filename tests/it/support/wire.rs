//! A mission whose models are reached over a network, as the configuration resolves them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flightdeck::agent::model::Model;
use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::provider::{Connections, Provider, ProviderSpec, Wire};
use flightdeck::agent::model::retry::{RetryPolicy, Retrying};
use flightdeck::config::{Backend, Sources};
use flightdeck::domain::attempt::Role;
use flightdeck::domain::attention;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Founding};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::goal::Goal;
use flightdeck::domain::id::{Commit, MissionId};
use flightdeck::domain::mission::{Limits, Mission};
use flightdeck::domain::text::Title;
use flightdeck::domain::transcript::{Before, EntryBody};
use flightdeck::engine::{Backends, EngineOptions};
use flightdeck::store::memory::MemoryCatalogue;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::flight::{Ground, repository_with};

/// Waits that a test can sit through.
pub const QUICK: RetryPolicy = RetryPolicy {
    max_tries: 5,
    first_wait: Duration::from_millis(120),
    longest_wait: Duration::from_secs(1),
    max_wait: Duration::from_secs(5),
    jitter_seed: 7,
};

/// The wires, each with a model's name and where a server of its own is configured.
pub const WIRES: [(Wire, &str); 3] = [
    (Wire::AnthropicMessages, "anthropic/claude-sonnet-4-5"),
    (Wire::OpenAiResponses, "openai/gpt-5"),
    (Wire::OpenAiChat, "local/small-model"),
];

/// Models over a network with the real stack: what the configuration resolves, and retries around it.
pub struct Networked {
    pub specs: BTreeMap<String, Result<ProviderSpec, String>>,
    pub policy: RetryPolicy,
    pub max_output: u32,
}

impl Networked {
    /// Resolves the names under the given environment variables.
    pub fn resolve(names: &[&str], variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let sources = Sources {
            user_file: "/home/ada/.config/flightdeck/config.toml".into(),
            project: None,
            variables: variables.collect(),
            flags: Vec::new(),
        };
        let settings = sources.load().unwrap();
        let mut specs = BTreeMap::new();
        for name in names {
            let spec = match settings.backend(name) {
                Ok(Backend::Network(remote)) => {
                    Ok(ProviderSpec { idle_timeout: Duration::from_secs(1), ..remote.spec })
                }
                Ok(Backend::Rehearsal(_) | Backend::Agent(_)) => panic!("{name} is not on a network"),
                Err(fault) => Err(fault.to_string()),
            };
            specs.insert((*name).to_owned(), spec);
        }
        Self { specs, policy: QUICK, max_output: 2_000 }
    }
}

impl Backends for Networked {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        let spec = self.specs.get(name).ok_or_else(|| format!("{name} is not part of this test"))?.clone()?;
        let provider = Provider::new(spec, Connections::new().unwrap()).map_err(|fault| fault.to_string())?;
        Ok(Arc::new(Retrying::new(provider, self.policy)))
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts { max_output: Some(self.max_output), ..ModelFacts::UNKNOWN }
    }
}

/// The calls of a planner that goes straight to the plan gate: one feature, one assertion.
pub fn planning() -> [(&'static str, Value); 3] {
    let check = json!({ "via": "terminal", "how": "Run `sh greet.sh Ada` and see the line `Hello, Ada!`." });
    let assertion = json!({ "id": "VAL-GREET-001", "title": "It greets", "statement": "Whoever runs greet.sh is greeted.",
        "check": check, "evidence": "the terminal's screen" });
    let feature = json!({ "title": "Greet", "description": "greet.sh greets the name it is given.",
        "criteria": ["`sh greet.sh Ada` prints `Hello, Ada!`"], "fulfills": ["VAL-GREET-001"] });
    let milestone = json!({ "title": "Greetings", "features": [feature] });
    [
        ("propose_contract", json!({ "assertions": [assertion] })),
        ("propose_environment", json!({ "test": [{ "name": "test", "run": "true" }] })),
        ("propose_plan", json!({ "milestones": [milestone] })),
    ]
}

/// The sentences of what waits for the person.
pub fn needs(mission: &Mission) -> Vec<String> {
    attention::needs(mission).into_iter().map(|need| need.sentence).collect()
}

/// Whether the plan of [`planning`] waits for GO, and nothing else does.
pub fn waits_at_the_plan_gate(mission: &Mission) -> bool {
    needs(mission) == ["the plan waits for GO: 1 milestone, 1 feature, 1 assertion"]
}

/// What a mission of a test is made of.
pub struct Setting<'a> {
    pub goal: &'a str,
    pub model: &'a str,
    pub autopilot: Autopilot,
    pub files: &'a [(&'a str, &'a str)],
}

impl Ground {
    /// A founded mission in a repository of those files.
    pub fn of(setting: &Setting<'_>) -> Self {
        let repository = tempfile::tempdir().unwrap();
        let base = repository_with(repository.path(), setting.files.iter().copied());
        Self::at(setting, repository, base)
    }

    /// A founded mission at a commit of a repository that a test has made.
    pub fn at(setting: &Setting<'_>, repository: TempDir, base: String) -> Self {
        Self::within(setting, Limits::default(), repository, base)
    }

    /// The same within limits of its own.
    pub fn within(setting: &Setting<'_>, limits: Limits, repository: TempDir, base: String) -> Self {
        let home = tempfile::tempdir().unwrap();
        // All bear one name on purpose: no engine may take another home's programs for its own.
        let id: MissionId = "wire-test".parse().unwrap();
        let founding = Founding {
            mission: id.clone(),
            title: Title::clipped("Greetings"),
            goal: Goal::new(setting.goal).unwrap(),
            repository: repository.path().canonicalize().unwrap().display().to_string(),
            target: Title::clipped("main"),
            base: Commit(base),
            branch: Title::clipped(format!("flightdeck/{id}")),
            models: Role::ALL.iter().copied().map(|role| (role, Title::clipped(setting.model))).collect(),
            budget: Budget::default(),
            limits,
            autopilot: setting.autopilot,
        };
        let missions = Arc::new(MemoryCatalogue::new(home.path()));
        Self::founded(home, repository, missions, founding)
    }

    /// A mission whose person decides everything, in a repository with one file.
    pub fn plain(model: &str) -> Self {
        let files = [("README.md", "# Greetings\n")];
        Self::of(&Setting { goal: "Greet people.", model, autopilot: Autopilot::Off, files: &files })
    }

    /// The person lifts the hold, as `flightdeck resume` does.
    pub fn resume(&self) {
        self.person(Command::Resume);
    }

    /// The person decides something while no engine runs.
    pub fn person(&self, command: Command) {
        self.decide(Actor::Person, command);
    }

    /// As an engine that is gone did.
    pub fn engine(&self, command: Command) {
        self.decide(Actor::Engine, command);
    }

    fn decide(&self, actor: Actor, command: Command) {
        let store = self.missions.open(&self.id).unwrap();
        let mission = store.mission().unwrap();
        let now = flightdeck::engine::now();
        let events = decide(&mission, actor, command, now).unwrap();
        store.append(mission.seq, now, actor, &events).unwrap();
    }

    /// Flies until the mission rests, with those models.
    pub async fn fly(&self, backends: Arc<dyn Backends>) -> Mission {
        let flight = flightdeck::engine::run(EngineOptions { backends, ..self.options() });
        let rested = tokio::time::timeout(Duration::from_mins(2), flight).await;
        let Ok(rested) = rested else {
            panic!("it does not come to rest, {:?}: {}", needs(&self.mission()), self.told());
        };
        rested.unwrap();
        self.mission()
    }

    /// Flies until the mission shows what is looked for; then the engine is cut off, as a crash would.
    pub async fn fly_until(&self, backends: Arc<dyn Backends>, seen: impl Fn(&Mission) -> bool) -> Mission {
        // Its own runtime, with which everything of the engine ends.
        let own = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let engine = own.spawn(flightdeck::engine::run(EngineOptions { backends, ..self.options() }));
        let look = async {
            loop {
                let mission = self.mission();
                if seen(&mission) {
                    return mission;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let mission = tokio::time::timeout(Duration::from_secs(30), look).await;
        let rested = engine.is_finished();
        own.shutdown_background();
        let gone = async {
            while self.missions.engine(&self.id).is_some() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), gone).await.expect("it holds the mission for ever");
        assert!(!rested, "the engine came to rest by itself: {}", self.told());
        mission.unwrap_or_else(|_| panic!("it was not seen: {}", self.told()))
    }

    /// Everything in the transcripts, for looking something up and for telling what went wrong.
    pub fn told(&self) -> String {
        let store = self.missions.read(&self.id).unwrap();
        let mission = self.mission();
        let mut text = String::new();
        for finding in mission.findings.values() {
            text += &format!("{} {}\n", finding.id, finding.description);
        }
        for (id, attempt) in mission.attempts {
            text += &format!("{id} {} ended {:?}\n", attempt.work, attempt.ended.map(|ended| ended.ending));
            let (entries, _) = store.transcripts().page(id, Before::End, 500).unwrap();
            for entry in entries {
                text += &match entry.body {
                    EntryBody::Brief { .. } => "  brief\n".to_owned(),
                    EntryBody::Noted { text } => format!("  note: {text}\n"),
                    body => format!("  {body:?}\n"),
                };
            }
        }
        text
    }
}
