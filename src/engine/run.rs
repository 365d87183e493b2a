//! An engine from its start to its end.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::activity::Activities;
use super::context::{Backends, EngineContext, blocking};
use super::dispatcher::Dispatcher;
use super::document_sync::DocumentSync;
use super::engine_checks::CommandLimits;
use super::error::EngineError;
use super::executor::{Executor, Rest};
use super::habits::Habits;
use super::hook_teller::HookTeller;
use super::host::EngineHost;
use super::inbox::InboxRouter;
use super::mission_cell::MissionCell;
use super::network_asks::{KeepHost, ask_about};
use super::open_calls::OpenCalls;
use super::record_check;
use super::recover::recover;
use super::relocate;
use super::role::PROMPTS;
use crate::agent::hook::{HookRules, Hooks};
use crate::agent::mcp::McpSpec;
use crate::agent::prompt::PromptLibrary;
use crate::domain::attempt::Role;
use crate::domain::event::Founding;
use crate::domain::id::MissionId;
use crate::domain::mission::Mission;
use crate::instrument::{BrowserProbe, Chromium};
use crate::link::feed::Feed;
use crate::link::server::Server;
use crate::store::{Catalogue, Store, StoreError};
use crate::workspace::Project;
use crate::workspace::sandbox::Temporary;
use crate::workspace::{FilterGround, MissionRepo, Reaper, RepoPlan, Sandbox, SandboxOptions};

/// How often the mission's files are looked after while nothing is written; each append looks, too.
const GUARD: Duration = Duration::from_secs(10);
/// How long the keeping of documents rests after a fault.
const DOCUMENTS_REST: Duration = Duration::from_secs(5);

/// What an engine is started with.
pub struct EngineOptions {
    /// Where missions are kept, and which of them it flies.
    pub missions: Arc<dyn Catalogue>,
    pub mission: MissionId,
    /// Where it listens.
    pub socket: PathBuf,
    /// Where models come from.
    pub backends: Arc<dyn Backends>,
    /// How programs that agents start are to be kept in.
    pub sandbox: SandboxOptions,
    /// The repository, and what of it the person trusts; without it nothing that it brings along is used.
    pub project: Option<Project>,
    /// Directories of prompts, after those of the project, nearest first; the built-in ones come last.
    pub prompt_dirs: Vec<PathBuf>,
    /// Variables of the person's environment that the mission's programs get too.
    pub passed: Vec<(String, String)>,
    /// The browser of this machine, for user testing.
    pub chromium: Chromium,
    /// The person's hooks.
    pub hooks: HookRules,
    /// How the person wants it to behave.
    pub habits: Habits,
    /// Servers whose tools each role is given.
    pub mcp: BTreeMap<Role, Vec<Arc<McpSpec>>>,
    /// Writes a host into the person's settings that programs may reach from now on.
    pub keep_host: KeepHost,
    /// Directories of skills beside those of the repository.
    pub skill_dirs: Vec<PathBuf>,
    /// How long commands may take that it runs itself.
    pub limits: CommandLimits,
    /// How long it stays when there is nothing to do and nobody attached.
    pub patience: Duration,
    /// What is known of the engine before it.
    pub predecessor: Predecessor,
}

/// How the engine before this one ended, as far as whoever starts this one knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Predecessor {
    /// Nobody saw it.
    #[default]
    Unseen,
    /// It died while somebody was attached to it.
    SeenToDie,
}

/// Flies the mission until there is nothing to do, it is asked to stop, or it can no longer be written.
///
/// # Errors
/// When another engine flies it, or its directory, repository or socket cannot be used.
pub async fn run(options: EngineOptions) -> Result<Rest, EngineError> {
    // An engine that ends in order takes its socket with it.
    let predecessor = if options.socket.exists() { options.predecessor } else { Predecessor::Unseen };
    let (store, mission) = open(&options).await?;
    let dir = options.missions.dir(&options.mission);
    let Some(founding) = mission.founding.clone() else {
        return Err(EngineError::Unfit(format!("{} holds no founded mission", dir.display())));
    };
    let temporary = Temporary::make(&dir)?;
    let sandbox = Arc::new(Sandbox::of_this_machine(options.sandbox));
    let (home, temporary_of_filters) = (dir.join("home/filters"), temporary.path().join("filters"));
    let filters = FilterGround { sandbox: Arc::clone(&sandbox), home, temporary: temporary_of_filters };
    let repo = open_repository(&dir, &founding, relocate::repo_plan(&founding, &mission), filters).await?;
    let feed = Arc::new(Feed::new());
    let cell = Arc::new(MissionCell::new(mission));
    let (events, delivered) = mpsc::unbounded_channel();
    let (for_hooks, heard) = mpsc::unbounded_channel();
    let (fault, faulted) = oneshot::channel();
    let (store_of, cell_of, feed_of) = (Arc::clone(&store), Arc::clone(&cell), Arc::clone(&feed));
    let events = [events, for_hooks];
    let dispatcher = Dispatcher { store: store_of, cell: cell_of, feed: feed_of, events, fault }.start()?;
    make_scratch(&dir)?;
    let reaper = Reaper::start()?;
    let hooks = hooks_of(options.hooks, &founding, &reaper, &feed);
    let engine = Arc::new(EngineContext {
        mission: founding.mission,
        repo,
        cell,
        dispatcher,
        open_calls: OpenCalls::left_in(&dir),
        dir,
        activities: Arc::new(Activities::new(Arc::clone(&feed))),
        feed,
        inboxes: Arc::default(),
        store,
        missions: options.missions,
        prompts: PromptLibrary::new(options.project.clone(), options.prompt_dirs, PROMPTS),
        project: options.project,
        backends: options.backends,
        temporary,
        sandbox,
        reaper,
        hooks,
        habits: options.habits,
        mcp: options.mcp,
        passed: options.passed,
        browser: BrowserProbe::new(options.chromium),
        skill_dirs: options.skill_dirs,
        limits: options.limits,
        proof: Arc::default(),
        set_up: Mutex::default(),
        warned: Mutex::default(),
    });
    ask_about(&engine, options.keep_host);
    let inbox_router = tokio::spawn(InboxRouter(Arc::clone(&engine)).run(delivered));
    let start = Start { socket: options.socket, patience: options.patience, predecessor };
    let outcome = HookTeller::new(Arc::clone(&engine)).beside(fly(engine, start, faulted), heard).await;
    inbox_router.abort();
    outcome
}

/// The person's hooks, which start in their repository: no agent writes there.
fn hooks_of(rules: HookRules, founding: &Founding, reaper: &Reaper, feed: &Arc<Feed>) -> Arc<Hooks> {
    let feed = Arc::clone(feed);
    let warn = move |sentence: String| {
        tracing::warn!("{sentence}");
        feed.warning(sentence);
    };
    Arc::new(Hooks::new(rules, PathBuf::from(&founding.repository), reaper, warn))
}

async fn open_repository(
    dir: &Path,
    founding: &Founding,
    plan: RepoPlan,
    filters: FilterGround,
) -> Result<MissionRepo, EngineError> {
    let (dir, founding) = (dir.to_owned(), founding.clone());
    let open = move || {
        let repo = MissionRepo::open(&dir, relocate::repository_of(&founding)?, plan)?;
        Ok(repo.keeping_filters_in(filters)?)
    };
    blocking(open).await
}

async fn open(options: &EngineOptions) -> Result<(Arc<Store>, Mission), EngineError> {
    let (missions, id) = (Arc::clone(&options.missions), options.mission.clone());
    blocking(move || {
        let store = missions.open(&id)?;
        let mission = store.mission()?;
        Ok((Arc::new(store), mission))
    })
    .await
}

fn make_scratch(dir: &Path) -> Result<(), EngineError> {
    std::fs::create_dir_all(dir.join("scratch"))
        .map_err(|error| EngineError::Unfit(format!("failed to make the scratch directory: {error}")))
}

/// What of its options an engine still needs once it has its context.
struct Start {
    socket: PathBuf,
    patience: Duration,
    predecessor: Predecessor,
}

async fn fly(
    engine: Arc<EngineContext>,
    start: Start,
    faulted: oneshot::Receiver<StoreError>,
) -> Result<Rest, EngineError> {
    // Whoever asks from here on waits for the answer; and two engines end here, before they touch anything.
    let server = Server::bind(&start.socket).await?;
    recover(&engine, start.predecessor).await?;
    // A long record takes its time: nobody waits for it before a gate.
    let checking = Arc::clone(&engine);
    let checked = tokio::spawn(async move {
        if let Err(error) = record_check::look(&checking).await {
            tracing::warn!(%error, "it is not known whether the record is as it was written");
        }
    });
    let stop = CancellationToken::new();
    let host = Arc::new(EngineHost::new(Arc::clone(&engine)));
    let serving = tokio::spawn(server.serve(host, stop.clone()));
    let documents = tokio::spawn(keep_documents(Arc::clone(&engine), stop.clone()));
    let signals = tokio::spawn(stop_on_signal(stop.clone()));
    let rest = tokio::select! {
        rest = Executor::new(Arc::clone(&engine)).run(start.patience, stop.clone()) => Ok(rest),
        Ok(error) = faulted => Err(error.into()),
        error = guard(&engine) => Err(error.into()),
    };
    stop.cancel();
    if let Err(error) = engine.sweep().await {
        tracing::warn!(%error, "programs may be left running");
    }
    signals.abort();
    documents.abort();
    // Nothing of the store is open any more when an engine has ended.
    if serving.await.is_err() || checked.await.is_err() {
        tracing::warn!("the link or a look at the record ended badly");
    }
    if let Err(error) = engine.store.transcripts().flush() {
        tracing::warn!(%error, "the last transcript items were not kept");
    }
    rest
}

/// Looks now and then whether the mission's files are still its own; ends when they are not.
async fn guard(engine: &Arc<EngineContext>) -> StoreError {
    loop {
        tokio::time::sleep(GUARD).await;
        let store = Arc::clone(&engine.store);
        match tokio::task::spawn_blocking(move || store.guard()).await {
            Ok(Err(error)) => return error,
            Ok(Ok(())) => {}
            Err(fault) => tracing::error!(%fault, "looking after the mission's files broke"),
        }
    }
}

/// Keeps the documents, and begins anew after a fault of ours in it.
async fn keep_documents(engine: Arc<EngineContext>, stop: CancellationToken) {
    loop {
        let keeping = DocumentSync::new(Arc::clone(&engine)).run(stop.clone());
        if AssertUnwindSafe(keeping).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!("keeping the mission's documents broke; it begins anew");
        tokio::time::sleep(DOCUMENTS_REST).await;
    }
}

/// A terminal that closes does not end a mission; being asked to terminate does.
async fn stop_on_signal(stop: CancellationToken) {
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let [Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)] = kinds.map(signal) else {
        tracing::warn!("signals cannot be watched");
        return;
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => tracing::info!("the terminal is gone; the mission flies on"),
        }
    }
    stop.cancel();
}
