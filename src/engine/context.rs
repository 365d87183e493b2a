//! What the engine's tasks share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::activity::Activities;
use super::dispatcher::DispatcherHandle;
use super::engine_checks::CommandLimits;
use super::error::EngineError;
use super::habits::Habits;
use super::inbox::Inboxes;
use super::mission_cell::MissionCell;
use super::open_calls::OpenCalls;
use super::scripts::SetUp;
use crate::agent::hook::Hooks;
use crate::agent::mcp::{McpSpec, Names};
use crate::agent::model::Model;
use crate::agent::model::catalogue::ModelFacts;
use crate::agent::prompt::{Prompt, PromptLibrary};
use crate::agent::session::Player;
use crate::agent::tool::{ToolRow, ToolSet};
use crate::domain::attempt::Role;
use crate::domain::environment::Environment;
use crate::domain::id::{Commit, MissionId};
use crate::instrument::{BrowserProbe, Chromium, Place};
use crate::link::feed::Feed;
use crate::store::{Catalogue, Store};
use crate::workspace::Project;
use crate::workspace::sandbox::Temporary;
use crate::workspace::sweep::{MARK, Swept, sweep};
use crate::workspace::{Access, MissionRepo, Published, Reaper, Sandbox};

/// Where models come from. The configuration implements it, so that the engine knows no provider by name.
pub trait Backends: Send + Sync {
    /// The model that goes by a configured name such as `anthropic/claude-sonnet-4-5`.
    ///
    /// # Errors
    /// A sentence that says why it cannot be used and what to do.
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String>;

    /// Who plays under a configured name: a model, or where there are agents, one of them.
    ///
    /// # Errors
    /// See [`Backends::model`].
    fn player(&self, name: &str) -> Result<Player, String> {
        self.model(name).map(Player::Model)
    }

    /// What is known of it: window and price.
    fn facts(&self, name: &str) -> ModelFacts;

    /// How a role is to be flown on it.
    fn handling(&self, _name: &str, _role: Role) -> Handling {
        Handling::default()
    }

    /// The model that plays a role when the chosen one is given up on.
    fn fallback(&self, _role: Role) -> Option<String> {
        None
    }
}

/// How a model is to be treated: as the person set it, or as its server shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Handling {
    pub tools: ToolSet,
    /// How many requests its server answers at a time; nothing where that is not known.
    pub slots: Option<u32>,
}

impl Handling {
    /// Whether requests stand in line: beside each other they would only wait for each other, and time out.
    pub fn is_one_at_a_time(self) -> bool {
        self.slots == Some(1)
    }
}

/// Who plays a role, and what is known of it.
#[derive(Clone)]
pub struct Mind {
    pub player: Player,
    pub facts: ModelFacts,
}

impl Mind {
    /// What tools of other servers are called for it.
    pub fn names(&self) -> Names {
        match &self.player {
            Player::Model(_) => Names::Whole,
            Player::Agent(_) => Names::Within,
        }
    }

    /// The tools that it is offered out of those of its role: an agent has hands of its own.
    pub fn offered(&self, tools: Vec<ToolRow>, access: Access) -> Vec<ToolRow> {
        match &self.player {
            Player::Model(_) => tools,
            Player::Agent(agent) => {
                tools.into_iter().filter(|tool| agent.is_offered(&tool.spec.name, access)).collect()
            }
        }
    }
}

/// Everything that a piece of work may need.
pub struct EngineContext {
    pub mission: MissionId,
    /// The mission's directory.
    pub dir: PathBuf,
    /// The mission's own repository, and the person's.
    pub repo: MissionRepo,
    pub cell: Arc<MissionCell>,
    pub dispatcher: DispatcherHandle,
    pub feed: Arc<Feed>,
    pub inboxes: Arc<Inboxes>,
    /// The person's own commands, which hear of what happens.
    pub hooks: Arc<Hooks>,
    pub activities: Arc<Activities>,
    pub open_calls: OpenCalls,
    pub store: Arc<Store>,
    /// All missions of the person, for what one of them left behind.
    pub missions: Arc<dyn Catalogue>,
    pub prompts: PromptLibrary,
    pub backends: Arc<dyn Backends>,
    /// The folder for temporary files of the mission's programs.
    pub temporary: Temporary,
    /// What keeps the programs of agents in on this machine.
    pub sandbox: Arc<Sandbox>,
    pub reaper: Reaper,
    /// Variables of the person's environment that the mission's programs get too.
    pub passed: Vec<(String, String)>,
    /// The browser of this machine, for user testing.
    pub browser: BrowserProbe,
    /// How the person wants it to behave.
    pub habits: Habits,
    /// Servers whose tools each role is given.
    pub mcp: BTreeMap<Role, Vec<Arc<McpSpec>>>,
    /// What of the repository the person trusts.
    pub project: Option<Project>,
    /// Where skills are looked for beside the repository.
    pub skill_dirs: Vec<PathBuf>,
    /// How long commands may take that the engine runs itself.
    pub limits: CommandLimits,
    /// The commit that the validators' checkout was left at, clean, by this engine; nothing while somebody holds it.
    pub proof: Arc<tokio::sync::Mutex<Option<Commit>>>,
    /// The checkouts in which this engine ran the set-up.
    pub set_up: Mutex<BTreeMap<PathBuf, SetUp>>,
    /// What the person has been warned of.
    pub warned: Mutex<Vec<String>>,
}

impl EngineContext {
    /// The workers' checkout.
    pub fn checkout_dir(&self) -> PathBuf {
        self.dir.join("checkout")
    }

    /// The validators' checkout.
    pub fn proof_dir(&self) -> PathBuf {
        self.dir.join("proof")
    }

    /// Where long outputs and logs of an attempt go.
    pub fn scratch_dir(&self) -> PathBuf {
        self.dir.join("scratch")
    }

    /// Variables that every program of the mission gets; recovery finds survivors by the first, the reaper by the last.
    pub fn env(&self) -> Vec<(String, String)> {
        let (name, email) = self.repo.person().identity();
        let own = [
            (MARK.to_owned(), self.dir.display().to_string()),
            // Whoever looks at commits sees what was committed, not what was put in its place.
            ("GIT_NO_REPLACE_OBJECTS".to_owned(), "1".to_owned()),
            ("GIT_AUTHOR_NAME".to_owned(), name.clone()),
            ("GIT_AUTHOR_EMAIL".to_owned(), email.clone()),
            ("GIT_COMMITTER_NAME".to_owned(), name),
            ("GIT_COMMITTER_EMAIL".to_owned(), email),
        ];
        self.passed.iter().cloned().chain(own).chain(self.reaper.mark()).collect()
    }

    /// Ends what programs of the mission left running: servers that forked away, and whatever an earlier engine had.
    /// Programs that are still wanted are left alone.
    ///
    /// # Errors
    /// When the task breaks.
    pub async fn sweep(&self) -> Result<(), EngineError> {
        let mission = self.dir.display().to_string();
        let swept = blocking(move || Ok(sweep((MARK, &mission)))).await?;
        if swept != Swept::Killed(Vec::new()) {
            tracing::info!(?swept, "looked for programs that were left running");
        }
        Ok(())
    }

    /// Brings an accepted head into the person's repository. Where that fails it is told and tried again with the next
    /// feature, and before landing: the mission itself works in its own repository.
    pub fn publish(&self, head: &str) {
        match self.repo.publish(head) {
            Ok(Published::At) => {}
            Ok(Published::CheckedOut { directory, kept_as }) => self.warn_once(format!(
                "the mission's branch is checked out in {}, so it stays where it is; the mission's commits are at {kept_as}",
                directory.display()
            )),
            Err(error) => self.warn_once(format!("the mission's branch in your repository is behind: {error}")),
        }
    }

    /// Tells the person something that need not be told twice.
    fn warn_once(&self, sentence: String) {
        let mut warned = self.warned.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !warned.contains(&sentence) {
            self.feed.warning(sentence.clone());
            tracing::warn!("{sentence}");
            warned.push(sentence);
        }
    }

    /// The browser of this machine, or why no page can be tested here. It is started once to see that it does.
    pub async fn chromium(&self) -> Chromium {
        let env = match self.tool_env(&self.dir, Access::Proof, &[]) {
            Ok(env) => env,
            Err(error) => return Chromium::none(&error.to_string()),
        };
        let (dir, scratch) = (self.dir.clone(), self.scratch_dir());
        let place = Place::new(move |line, _| Ok(env.shell(line, &dir)));
        self.browser.started(&place.with_browser(self.browser.found().clone(), scratch)).await.chromium
    }

    /// Who plays under a configured name.
    ///
    /// # Errors
    /// See [`Backends::model`].
    pub fn mind(&self, name: &str) -> Result<Mind, String> {
        Ok(Mind { player: self.backends.player(name)?, facts: self.backends.facts(name) })
    }

    /// Looks at the mission's environment; it is empty until one is proposed.
    pub fn environment<T>(&self, look: impl FnOnce(&Environment) -> T) -> T {
        self.cell.with(|mission| look(mission.environment.as_ref().unwrap_or(&Environment::default())))
    }

    /// A prompt as it is on disk now. The person is warned of a mistake in it once; the last good version stays in use.
    ///
    /// # Errors
    /// When there is no sound version at all.
    pub fn prompt(&self, name: &str) -> Result<Prompt, EngineError> {
        let loaded = self.prompts.load(name)?;
        if let Some(problem) = loaded.problem {
            self.warn_once(format!("{problem}; the last good version stays in use"));
        }
        Ok(loaded.prompt)
    }
}

/// Runs work on files and git where it does not hold up other tasks.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|fault| Err(EngineError::Unfit(format!("a task broke: {fault}"))))
}
