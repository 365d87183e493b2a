//! Where an engine's models come from: the settings, as they are on disk when an attempt starts.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::key::ready;
use crate::agent::model::Model;
use crate::agent::model::catalogue::{Catalogue, ModelFacts, Price};
use crate::agent::model::provider::{Provider, http_client};
use crate::agent::model::retry::{RetryPolicy, Retrying};
use crate::agent::model::script::{PlaybackSpeed, ScriptedModel};
use crate::config::{Backend, Settings, Sources};
use crate::engine::Backends;

/// Makes models by name.
pub struct ModelRegistry {
    sources: Sources,
    http: reqwest::Client,
    /// What was read last without a fault.
    good: Mutex<Settings>,
}

impl ModelRegistry {
    /// Reads the settings for the first time.
    pub fn new(sources: Sources) -> anyhow::Result<Self> {
        let good = Mutex::new(sources.load()?);
        Ok(Self { http: http_client()?, sources, good })
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
        match backend(settings, name)? {
            Backend::Rehearsal(scripts) => {
                let speed = PlaybackSpeed::times(settings.speed);
                Ok(Arc::new(ScriptedModel::new(scripts, speed)))
            }
            Backend::Network(remote) => {
                let provider =
                    Provider::new(remote.spec, self.http.clone()).map_err(|fault| fault.to_string())?;
                let jitter_seed = RandomState::new().hash_one(name);
                Ok(Arc::new(Retrying::new(provider, RetryPolicy { jitter_seed, ..RetryPolicy::default() })))
            }
        }
    }
}

impl Backends for ModelRegistry {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        self.made(name, &self.settings())
    }

    fn facts(&self, name: &str) -> ModelFacts {
        let settings = self.settings();
        let facts = catalogue(&settings).facts(name);
        match settings.backend(name) {
            Ok(Backend::Rehearsal(_)) => {
                ModelFacts { price: Some(facts.price.unwrap_or(Price::FREE)), ..facts }
            }
            Ok(Backend::Network(_)) | Err(_) => facts,
        }
    }
}

/// The known models; a person's own list of prices wins. One with a fault is told and left out.
fn catalogue(settings: &Settings) -> Catalogue {
    let builtin = Catalogue::builtin().unwrap_or_default();
    let Some(path) = &settings.prices else { return builtin };
    let origin = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|fault| fault.to_string());
    match text.and_then(|text| builtin.clone().with(&text, &origin).map_err(|fault| fault.to_string())) {
        Ok(all) => all,
        Err(fault) => {
            tracing::warn!("the built-in prices are used: {fault}");
            builtin
        }
    }
}

/// Resolves a name while the caller waits: a key's command runs for a moment, on a thread of its own because the
/// caller may be a task.
fn backend(settings: &Settings, name: &str) -> Result<Backend, String> {
    let resolve = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|fault| fault.to_string())?;
        runtime.block_on(ready(settings, name)).map_err(|fault| fault.to_string())
    };
    thread::scope(|scope| scope.spawn(resolve).join())
        .unwrap_or_else(|_| Err(format!("the backend of {name} could not be worked out")))
}
