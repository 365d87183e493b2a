//! An engine from its start to its end.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::activity::Activities;
use super::context::{Backends, EngineContext, blocking};
use super::dispatcher::Dispatcher;
use super::document_sync::DocumentSync;
use super::error::EngineError;
use super::executor::{Executor, Rest};
use super::host::EngineHost;
use super::inbox::InboxRouter;
use super::mission_cell::MissionCell;
use super::recover::recover;
use super::relocate;
use super::role::PROMPTS;
use crate::agent::prompt::PromptLibrary;
use crate::domain::id::MissionId;
use crate::link::feed::Feed;
use crate::link::server::Server;
use crate::store::{Catalogue, StoreError};
use crate::workspace::{MissionRepo, Reaper, Unconfined};

/// What an engine is started with.
pub struct EngineOptions {
    /// Where missions are kept, and which of them it flies.
    pub missions: Arc<dyn Catalogue>,
    pub mission: MissionId,
    /// Where it listens.
    pub socket: PathBuf,
    /// Where models come from.
    pub backends: Arc<dyn Backends>,
    /// Directories of prompts, nearest first; the built-in ones come last.
    pub prompt_dirs: Vec<PathBuf>,
    /// Variables of the person's environment that the mission's programs get too.
    pub passed: Vec<(String, String)>,
    /// Directories of skills beside those of the repository.
    pub skill_dirs: Vec<PathBuf>,
    /// How long it stays when there is nothing to do and nobody attached.
    pub patience: Duration,
}

/// Flies the mission until there is nothing to do, it is asked to stop, or it can no longer be written.
///
/// # Errors
/// When another engine flies it, or its directory, repository or socket cannot be used.
pub async fn run(options: EngineOptions) -> Result<Rest, EngineError> {
    let (missions, id) = (Arc::clone(&options.missions), options.mission.clone());
    let (store, mission) = blocking(move || {
        let store = missions.open(&id)?;
        let mission = store.mission()?;
        Ok((store, mission))
    })
    .await?;
    let dir = options.missions.dir(&options.mission);
    let store = Arc::new(store);
    let Some(founding) = mission.founding.clone() else {
        return Err(EngineError::Unfit(format!("{} holds no founded mission", dir.display())));
    };
    let plan = relocate::repo_plan(&founding, &mission);
    let (place, founded) = (dir.clone(), founding.clone());
    let repo =
        blocking(move || Ok(MissionRepo::open(&place, relocate::repository_of(&founded)?, plan)?)).await?;
    let feed = Arc::new(Feed::new());
    let cell = Arc::new(MissionCell::new(mission));
    let (events, delivered) = mpsc::unbounded_channel();
    let (fault, faulted) = oneshot::channel();
    let dispatcher = Dispatcher {
        store: Arc::clone(&store),
        cell: Arc::clone(&cell),
        feed: Arc::clone(&feed),
        events,
        fault,
    };
    let dispatcher = dispatcher.start()?;
    std::fs::create_dir_all(dir.join("scratch"))
        .map_err(|error| EngineError::Unfit(format!("failed to make the scratch directory: {error}")))?;
    let engine = Arc::new(EngineContext {
        mission: founding.mission,
        dir,
        repo,
        cell,
        dispatcher,
        activities: Arc::new(Activities::new(Arc::clone(&feed))),
        feed,
        inboxes: Arc::default(),
        store,
        prompts: PromptLibrary::new(options.prompt_dirs, PROMPTS),
        backends: options.backends,
        sandbox: Arc::new(Unconfined),
        reaper: Reaper::start()?,
        passed: options.passed,
        skill_dirs: options.skill_dirs,
        proof: Arc::default(),
        warned: Mutex::default(),
    });
    let inbox_router = tokio::spawn(InboxRouter(Arc::clone(&engine)).run(delivered));
    let outcome = fly(engine, &options.socket, options.patience, faulted).await;
    inbox_router.abort();
    outcome
}

async fn fly(
    engine: Arc<EngineContext>,
    socket: &std::path::Path,
    patience: Duration,
    faulted: oneshot::Receiver<StoreError>,
) -> Result<Rest, EngineError> {
    recover(&engine).await?;
    let stop = CancellationToken::new();
    let server = Server::bind(socket).await?;
    let host = Arc::new(EngineHost::new(Arc::clone(&engine)));
    let serving = tokio::spawn(server.serve(host, stop.clone()));
    let documents = tokio::spawn(DocumentSync::new(Arc::clone(&engine)).run(stop.clone()));
    let signals = tokio::spawn(stop_on_signal(stop.clone()));
    let rest = tokio::select! {
        rest = Executor::new(Arc::clone(&engine)).run(patience, stop.clone()) => Ok(rest),
        Ok(error) = faulted => Err(error.into()),
    };
    stop.cancel();
    signals.abort();
    documents.abort();
    if serving.await.is_err() {
        tracing::warn!("the link ended badly");
    }
    if let Err(error) = engine.store.transcripts().flush() {
        tracing::warn!(%error, "the last transcript items were not kept");
    }
    rest
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
