//! Where an engine's models come from: the settings, as they are on disk when an attempt starts.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::catalogue::Known;
use super::engine_start::own_program;
use super::key::ready;
use crate::agent::model::catalogue::{Catalogue, ModelFacts, Price};
use crate::agent::model::line::InLine;
use crate::agent::model::provider::{Connections, Provider, ProviderSpec, Shown, shown};
use crate::agent::model::retry::{RetryPolicy, Retrying};
use crate::agent::model::script::{PlaybackSpeed, ScriptedModel};
use crate::agent::model::{Model, ModelError, Request, StreamSink, Turn};
use crate::agent::session::Player;
use crate::config::{Backend, Remote, Settings, Sources};
use crate::domain::attempt::Role;
use crate::engine::{Backends, Handling};

/// Makes models by name.
pub struct ModelRegistry {
    sources: Sources,
    connections: Connections,
    /// What was read last without a fault.
    good: Mutex<Settings>,
    /// What servers showed of themselves, by the names of their models.
    shown: Mutex<BTreeMap<String, Shown>>,
    /// The lines of servers that answer so many requests at a time, by their addresses.
    lines: Mutex<BTreeMap<(String, u32), Arc<Semaphore>>>,
}

impl ModelRegistry {
    /// Reads the settings for the first time.
    pub fn new(sources: Sources) -> anyhow::Result<Self> {
        let good = Mutex::new(sources.load()?);
        Ok(Self {
            connections: Connections::new()?,
            sources,
            good,
            shown: Mutex::default(),
            lines: Mutex::default(),
        })
    }

    /// The settings now; a file with a fault leaves the last good ones in force.
    fn settings(&self) -> Settings {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        match self.sources.load() {
            Ok(settings) => *good = settings,
            Err(fault) => tracing::warn!("the last good settings stay in force: {fault}"),
        }
        good.clone()
    }

    fn made(&self, name: &str, settings: &Settings) -> Result<Arc<dyn Model>, String> {
        match self.backend(settings, name)? {
            Backend::Rehearsal(scripts) => {
                let speed = PlaybackSpeed::times(settings.speed);
                Ok(Arc::new(ScriptedModel::new(scripts, speed)))
            }
            Backend::Agent(agent) => Err(format!("{} is an agent, and no model", agent.name)),
            Backend::Network(remote) => self.remote(name, settings, *remote),
        }
    }

    fn remote(&self, name: &str, settings: &Settings, remote: Remote) -> Result<Arc<dyn Model>, String> {
        let tells_progress = self.shown_by(name).tells_progress;
        let spec = ProviderSpec { tells_progress, ..remote.spec };
        let line = self.line(&spec, self.slots(name, settings));
        let provider = Provider::new(spec, self.connections.clone()).map_err(|fault| fault.to_string())?;
        let inner: Arc<dyn Model> = if remote.key_command.is_some() {
            let (settings, connections) = (settings.clone(), self.connections.clone());
            let provider = RwLock::new(Arc::new(provider));
            Arc::new(Rekeyed { name: name.to_owned(), settings, connections, provider })
        } else {
            Arc::new(provider)
        };
        let jitter_seed = RandomState::new().hash_one(name);
        let policy = RetryPolicy { jitter_seed, ..RetryPolicy::default() };
        Ok(match line {
            // Who waits to ask again does not hold up the line.
            Some(line) => Arc::new(Retrying::new(InLine::new(inner, line), policy)),
            None => Arc::new(Retrying::new(inner, policy)),
        })
    }

    /// How many requests a model's server answers at a time: as the person says, else as it shows.
    fn slots(&self, name: &str, settings: &Settings) -> Option<u32> {
        settings.slots(name).or(self.shown_by(name).slots)
    }

    /// The line that all models of a server stand in.
    fn line(&self, spec: &ProviderSpec, slots: Option<u32>) -> Option<Arc<Semaphore>> {
        let slots = slots?;
        let permits = usize::try_from(slots).ok()?.min(Semaphore::MAX_PERMITS);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry((spec.endpoint(), slots)).or_insert_with(|| Arc::new(Semaphore::new(permits)));
        Some(Arc::clone(line))
    }
}

impl ModelRegistry {
    /// Resolves a name while the caller waits: a key's command runs for a moment, and a server is asked for the window
    /// of a model that is not known. On a thread of its own, because the caller may be a task.
    fn backend(&self, settings: &Settings, name: &str) -> Result<Backend, String> {
        let resolve = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|fault| fault.to_string())?;
            runtime.block_on(async {
                let backend = ready(settings, name).await.map_err(|fault| fault.to_string())?;
                if let Backend::Network(remote) = &backend {
                    self.learn(settings, name, &remote.spec).await;
                }
                Ok(backend)
            })
        };
        thread::scope(|scope| scope.spawn(resolve).join())
            .unwrap_or_else(|_| Err(format!("the backend of {name} could not be worked out")))
    }

    /// Asks a server for what nobody else knows of it.
    async fn learn(&self, settings: &Settings, name: &str, spec: &ProviderSpec) {
        let is_known = catalogue(settings).known(name).is_some() && !spec.is_local();
        if is_known || self.shown_by(name).window.is_some() {
            return;
        }
        // A connection belongs to the runtime that opened it, and this one ends here.
        let Ok(connections) = Connections::new() else { return };
        let told = shown(spec, &connections).await;
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), told);
    }

    /// What is assumed of a model that the catalogue does not know.
    fn guessed(&self, name: &str) -> ModelFacts {
        self.shown_by(name).window.map_or(ModelFacts::UNKNOWN, ModelFacts::of_window)
    }

    fn shown_by(&self, name: &str) -> Shown {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(name).copied().unwrap_or_default()
    }
}

impl Backends for ModelRegistry {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        self.made(name, &self.settings())
    }

    fn player(&self, name: &str) -> Result<Player, String> {
        match self.settings().backend(name).map_err(|fault| fault.to_string())? {
            Backend::Agent(mut agent) => {
                let own = own_program().map_err(|fault| format!("{fault:#}"))?;
                agent.bridge = vec![own.display().to_string(), "mcp".to_owned()];
                Ok(Player::Agent(Arc::new(*agent)))
            }
            Backend::Rehearsal(_) | Backend::Network(_) => self.model(name).map(Player::Model),
        }
    }

    fn facts(&self, name: &str) -> ModelFacts {
        let settings = self.settings();
        let facts = catalogue(&settings).known(name).unwrap_or_else(|| self.guessed(name));
        match settings.backend(name) {
            Ok(Backend::Rehearsal(_)) => {
                ModelFacts { price: Some(facts.price.unwrap_or(Price::FREE)), ..facts }
            }
            Ok(Backend::Network(_) | Backend::Agent(_)) | Err(_) => facts,
        }
    }

    fn handling(&self, name: &str, role: Role) -> Handling {
        let settings = self.settings();
        Handling { tools: settings.tool_set(role, name), slots: self.slots(name, &settings) }
    }

    fn fallback(&self, role: Role) -> Option<String> {
        self.settings().fallbacks.get(&role).cloned()
    }
}

/// A model whose key a command of the person's tells. Keys are replaced while missions fly: one that is refused is
/// asked for once more.
struct Rekeyed {
    name: String,
    settings: Settings,
    connections: Connections,
    provider: RwLock<Arc<Provider>>,
}

impl Rekeyed {
    fn provider(&self) -> Arc<Provider> {
        Arc::clone(&self.provider.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same model with the key that the command tells now.
    async fn with_new_key(&self) -> Option<Arc<Provider>> {
        let Ok(Backend::Network(remote)) = ready(&self.settings, &self.name).await else { return None };
        let provider = Arc::new(Provider::new(remote.spec, self.connections.clone()).ok()?);
        *self.provider.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&provider);
        Some(provider)
    }
}

#[async_trait::async_trait]
impl Model for Rekeyed {
    fn name(&self) -> &str {
        &self.name
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        let refused = match self.provider().turn(request, stream, cancel).await {
            Err(fault @ ModelError::Key(_)) => fault,
            turn => return turn,
        };
        match self.with_new_key().await {
            Some(provider) => provider.turn(request, stream, cancel).await,
            None => Err(refused),
        }
    }
}

/// The known models. A list with a fault is told and left out.
fn catalogue(settings: &Settings) -> Catalogue {
    let known = Known::of(settings);
    known.faults.iter().for_each(|fault| tracing::warn!("models are known without it: {fault}"));
    known.catalogue
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{header, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::agent::model::StreamPiece;

    struct Nobody;

    impl StreamSink for Nobody {
        fn piece(&self, _: StreamPiece<'_>) {}
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_key_that_was_replaced_meanwhile_is_asked_for_once_more() {
        let server = MockServer::start().await;
        let said = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n";
        let answer = ResponseTemplate::new(200).set_body_raw(said, "text/event-stream");
        let with_new_key = Mock::given(header("authorization", "Bearer new"));
        with_new_key.respond_with(answer).mount(&server).await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
        let place = tempfile::tempdir().unwrap();
        let (key, file) = (place.path().join("key"), place.path().join("config.toml"));
        let (command, address) = (format!("cat {}", key.display()), server.uri());
        let text = format!("[providers.mock]\nbase_url = \"{address}\"\napi_key_cmd = \"{command}\"\n");
        std::fs::write(&file, text).unwrap();
        std::fs::write(&key, "old").unwrap();
        let variables = std::iter::empty().collect();
        let sources = Sources { user_file: file, project: None, variables, flags: Vec::new() };
        let model = ModelRegistry::new(sources).unwrap().model("mock/m").unwrap();
        let ask = async || model.turn(&Request::default(), &Nobody, &CancellationToken::new()).await;

        // Its window was asked for, too, by another method.
        let asked = async || {
            let all = server.received_requests().await.unwrap();
            all.iter().filter(|request| request.method.as_str() == "POST").count()
        };

        assert!(matches!(ask().await, Err(ModelError::Key(_))));
        assert_eq!(asked().await, 2, "once more, and no more");
        std::fs::write(&key, "new").unwrap();
        assert_eq!(ask().await.unwrap().text, "Hi");
        assert_eq!(ask().await.unwrap().text, "Hi");
        assert_eq!(asked().await, 5, "the new key is kept");
    }
}
