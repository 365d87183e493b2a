//! An engine from its start to its end.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::activity::Activities;
use super::deck::{Backends, Deck};
use super::dispatcher::{self, Outlets};
use super::error::EngineError;
use super::executor::{Executor, Rest};
use super::host::EngineHost;
use super::postman::{Inboxes, Postman};
use super::projector::Projector;
use super::recover::recover;
use super::role::PROMPTS;
use super::shared::Shared;
use crate::agent::prompt::PromptLibrary;
use crate::link::feed::Feed;
use crate::link::server::Server;
use crate::store::{Store, StoreError};
use crate::workspace::{Reaper, Repo, Unconfined};

/// What an engine is started with.
pub struct EngineOptions {
    /// The mission's directory.
    pub dir: PathBuf,
    /// Where it listens.
    pub socket: PathBuf,
    /// Where minds come from.
    pub backends: Arc<dyn Backends>,
    /// Directories of prompts, nearest first; the built-in ones come last.
    pub prompt_dirs: Vec<PathBuf>,
    /// Directories of skills beside those of the repository.
    pub skill_dirs: Vec<PathBuf>,
    /// How long it stays when there is nothing to do and nobody attached.
    pub patience: Duration,
}

/// Flies the mission until there is nothing to do, it is told to stop, or it can no longer be written.
///
/// # Errors
/// When another engine flies it, or its directory, repository or socket cannot be used.
pub async fn run(options: EngineOptions) -> Result<Rest, EngineError> {
    let dir = options.dir.clone();
    let (store, mission) = super::deck::blocking(move || Ok(Store::open(&dir)?)).await?;
    let store = Arc::new(store);
    let Some(founding) = mission.founding.clone() else {
        return Err(EngineError::Unfit(format!("{} holds no founded mission", options.dir.display())));
    };
    let repo = Repo::discover(founding.repository.as_ref())?;
    let feed = Arc::new(Feed::new());
    let shared = Arc::new(Shared::new(mission));
    let (events, delivered) = mpsc::unbounded_channel();
    let (fault, faulted) = oneshot::channel();
    let outlets = Outlets { feed: Arc::clone(&feed), events, fault };
    let commander = dispatcher::start(Arc::clone(&store), Arc::clone(&shared), outlets)?;
    std::fs::create_dir_all(options.dir.join("scratch"))
        .map_err(|error| EngineError::Unfit(format!("failed to make the scratch directory: {error}")))?;
    let deck = Arc::new(Deck {
        mission: founding.mission,
        dir: options.dir,
        repo,
        shared: Arc::clone(&shared),
        commander: commander.clone(),
        activities: Arc::new(Activities::new(Arc::clone(&feed))),
        feed,
        inboxes: Arc::default(),
        store,
        prompts: PromptLibrary::new(options.prompt_dirs, &PROMPTS),
        backends: options.backends,
        sandbox: Arc::new(Unconfined),
        reaper: Reaper::start()?,
        skill_dirs: options.skill_dirs,
        proof: tokio::sync::Mutex::new(None),
        told: Mutex::default(),
    });
    let inboxes: Arc<Inboxes> = Arc::clone(&deck.inboxes);
    let postman = tokio::spawn(Postman { shared, commander, inboxes }.run(delivered));
    let outcome = fly(deck, &options.socket, options.patience, faulted).await;
    postman.abort();
    outcome
}

async fn fly(
    deck: Arc<Deck>,
    socket: &std::path::Path,
    patience: Duration,
    faulted: oneshot::Receiver<StoreError>,
) -> Result<Rest, EngineError> {
    recover(&deck).await?;
    let stop = CancellationToken::new();
    let server = Server::bind(socket).await?;
    let host = Arc::new(EngineHost::new(Arc::clone(&deck)));
    let serving = tokio::spawn(server.serve(host, stop.clone()));
    let documents = tokio::spawn(Projector::new(Arc::clone(&deck)).run(stop.clone()));
    let signals = tokio::spawn(stop_on_signal(stop.clone()));
    let rest = tokio::select! {
        rest = Executor::new(Arc::clone(&deck)).run(patience, stop.clone()) => Ok(rest),
        Ok(error) = faulted => Err(error.into()),
    };
    stop.cancel();
    signals.abort();
    documents.abort();
    if serving.await.is_err() {
        tracing::warn!("the link ended badly");
    }
    if let Err(error) = deck.store.transcripts().flush() {
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
