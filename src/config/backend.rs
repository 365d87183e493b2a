//! From the name of a model to the way it is reached, or a sentence that says why it cannot be.

use std::collections::BTreeSet;
use std::sync::Arc;

use secrecy::SecretString;

use super::settings::{ProviderSettings, Settings, key_source, key_variable, shouted};
use super::value::is_model_name;
use crate::agent::model::provider::{ProviderSpec, Wire};
use crate::agent::model::script::Scripts;

/// How a model is reached.
#[derive(Debug, Clone)]
pub enum Backend {
    /// A script that plays a mind.
    Rehearsal(Arc<Scripts>),
    /// A provider on a network.
    Network(Box<Remote>),
}

/// A provider on a network, and where its key is if it is not at hand.
#[derive(Debug, Clone)]
pub struct Remote {
    pub spec: ProviderSpec,
    /// A command of the person's that prints the key. This room runs no programs.
    pub key_command: Option<String>,
}

/// How a provider is reached, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub name: String,
    pub address: String,
    /// The word for its protocol, as the configuration spells it.
    pub wire: &'static str,
    /// Where its key comes from, or what is missing.
    pub key: String,
    /// Where its address comes from.
    pub origin: String,
}

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// It does not have the form of a model's name.
    #[error("`{0}` is not a model: write provider/model, such as anthropic/claude-sonnet-5-5")]
    NotAName(String),
    /// The provider is not known.
    #[error(
        "there is no provider `{name}`: known are {known}; add [providers.{name}] with its base_url to {file}"
    )]
    UnknownProvider { name: String, known: String, file: String },
    /// The provider wants a key and none is set.
    #[error("{provider} has no key: set {variable}, or providers.{provider}.api_key_cmd in {file}")]
    NoKey { provider: String, variable: String, file: String },
    /// A provider without an address.
    #[error("{provider} has no address: set {variable}, or providers.{provider}.base_url in {file}")]
    NoAddress { provider: String, variable: String, file: String },
    /// The command that should tell the key did not.
    #[error("providers.{provider}.api_key_cmd gave no key: {reason}")]
    KeyCommand { provider: String, reason: String },
    /// There is no rehearsal of that name.
    #[error("{0}")]
    Rehearsal(String),
}

impl Settings {
    /// The backend of `provider/model`.
    ///
    /// # Errors
    /// [`BackendError`], whose sentence says what to do.
    pub fn backend(&self, model: &str) -> Result<Backend, BackendError> {
        if !is_model_name(model) {
            return Err(BackendError::NotAName(model.chars().take(80).collect()));
        }
        let (provider, name) = model.split_once('/').unwrap_or((model, ""));
        if provider == "rehearsal" {
            let rehearsal =
                Scripts::builtin(name).map_err(|fault| BackendError::Rehearsal(fault.to_string()))?;
            return Ok(Backend::Rehearsal(Arc::new(rehearsal)));
        }
        let mut spec = self.spec(provider, name)?;
        let key_command = self.providers.get(provider).and_then(|set| set.api_key_cmd.clone());
        if key_command.is_none() {
            spec.key = self.key(provider, spec.wire)?;
        }
        Ok(Backend::Network(Box::new(Remote { spec, key_command })))
    }

    /// Every provider that can be named, the rehearsal included.
    pub fn known_providers(&self) -> BTreeSet<String> {
        let mut known: BTreeSet<String> = self.providers.keys().cloned().collect();
        known.extend(["anthropic", "openai", "rehearsal"].map(str::to_owned));
        known
    }

    /// How every provider on a network is reached, as it stands.
    pub fn reached(&self) -> Vec<Reached> {
        let names = self.known_providers().into_iter().filter(|name| name != "rehearsal");
        names
            .map(|name| {
                let settings = self.providers.get(&name);
                let variable = key_variable(&name, settings);
                let demanded = settings.is_some_and(|set| set.api_key_env.is_some());
                let wire = wire_of(&name, settings);
                let key = self.key_source(&name).unwrap_or_else(|| {
                    let needless = wire == Wire::OpenAiChat && !demanded;
                    if needless {
                        "none, and none is needed".to_owned()
                    } else {
                        format!("{variable} is not set")
                    }
                });
                let address = match self.spec(&name, "any") {
                    Ok(spec) => spec.endpoint(),
                    Err(_) => "none: set its base_url".to_owned(),
                };
                let origin = self.origin_of(&format!("providers.{name}.base_url"));
                let origin = if origin.is_empty() { "default".to_owned() } else { origin };
                Reached { name, address, wire: wire_word(wire), key, origin }
            })
            .collect()
    }

    /// Where and how a provider is spoken to, its key left out.
    fn spec(&self, provider: &str, model: &str) -> Result<ProviderSpec, BackendError> {
        let settings = self.providers.get(provider);
        let variable = format!("{}_BASE_URL", shouted(provider));
        let address = settings
            .and_then(|set| set.base_url.clone())
            .or_else(|| self.variables.get(&variable).map(str::to_owned));
        let file = self.user_file.display().to_string();
        let is_known = settings.is_some() || ["anthropic", "openai"].contains(&provider);
        if !is_known && address.is_none() {
            let known = self.known_providers().into_iter().collect::<Vec<_>>().join(", ");
            return Err(BackendError::UnknownProvider { name: provider.to_owned(), known, file });
        }
        let wire = wire_of(provider, settings);
        if wire == Wire::OpenAiChat && address.is_none() {
            return Err(BackendError::NoAddress { provider: provider.to_owned(), variable, file });
        }
        let mut spec = ProviderSpec::new(provider, wire, model);
        spec.base_url = address;
        spec.key_variable = Some(key_variable(provider, settings));
        Ok(spec)
    }

    /// The provider's key from the environment. A server of one's own may have none.
    fn key(&self, provider: &str, wire: Wire) -> Result<Option<SecretString>, BackendError> {
        let settings = self.providers.get(provider);
        let variable = key_variable(provider, settings);
        if let Some(key) = self.variables.get(&variable) {
            return Ok(Some(SecretString::from(key.trim().to_owned())));
        }
        let demanded = settings.is_some_and(|set| set.api_key_env.is_some());
        if wire == Wire::OpenAiChat && !demanded {
            return Ok(None);
        }
        let file = self.user_file.display().to_string();
        Err(BackendError::NoKey { provider: provider.to_owned(), variable, file })
    }

    /// Where a provider's key would come from, without fetching it.
    pub fn key_source(&self, provider: &str) -> Option<String> {
        key_source(provider, self.providers.get(provider), &self.variables)
    }
}

fn wire_word(wire: Wire) -> &'static str {
    match wire {
        Wire::AnthropicMessages => "anthropic",
        Wire::OpenAiResponses => "openai",
        Wire::OpenAiChat => "chat",
    }
}

fn wire_of(provider: &str, settings: Option<&ProviderSettings>) -> Wire {
    match (settings.and_then(|set| set.wire.as_deref()), provider) {
        (Some("anthropic"), _) | (None, "anthropic") => Wire::AnthropicMessages,
        (Some("openai"), _) | (None, "openai") => Wire::OpenAiResponses,
        _ => Wire::OpenAiChat,
    }
}
