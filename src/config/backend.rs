//! From the name of a model to the way it is reached, or a sentence that says why it cannot be.

use std::collections::BTreeSet;
use std::sync::Arc;

use secrecy::SecretString;

use super::agent::AGENTS;
use super::settings::Settings;
use super::values::{Provider, header_of, is_model_name};
use super::variables::Variables;
use crate::agent::external::AgentSpec;
use crate::agent::model::provider::{ProviderSpec, Wire};
use crate::agent::model::script::Scripts;
use crate::agent::tool::ToolSet;
use crate::domain::attempt::Role;

/// The protocols, as the configuration spells them.
pub(super) const WIRES: [(&str, Wire); 3] =
    [("anthropic", Wire::AnthropicMessages), ("openai", Wire::OpenAiResponses), ("chat", Wire::OpenAiChat)];

/// The sets of tools, as the configuration spells them.
pub(super) const TOOL_SETS: [(&str, ToolSet); 2] = [("full", ToolSet::Full), ("lean", ToolSet::Lean)];

/// How a model is reached.
#[derive(Debug, Clone)]
pub enum Backend {
    /// A script that plays a mind.
    Rehearsal(Arc<Scripts>),
    /// A provider on a network.
    Network(Box<Remote>),
    /// An agent of the person's, which has a mind of its own.
    Agent(Box<AgentSpec>),
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
    #[error("`{0}` is not a model: write provider/model, such as anthropic/claude-sonnet-5-5")]
    NotAName(String),
    #[error(
        "there is no provider `{name}`: known are {known}; add [providers.{name}] with its base_url to {file}"
    )]
    UnknownProvider { name: String, known: String, file: String },
    #[error("{provider} has no key: set {variable}, or providers.{provider}.api_key_cmd in {file}")]
    NoKey { provider: String, variable: String, file: String },
    #[error("{provider} has no address: set {variable}, or providers.{provider}.base_url in {file}")]
    NoAddress { provider: String, variable: String, file: String },
    #[error("providers.{provider}.api_key_cmd gave no key: {reason}")]
    KeyCommand { provider: String, reason: String },
    #[error("the header {header} of {provider} needs {variable}, which is not set")]
    NoHeaderValue { provider: String, header: String, variable: String },
    #[error("there is no agent `{name}`: known are {known}; add [agents.{name}] with its command to {file}")]
    UnknownAgent { name: String, known: String, file: String },
    #[error("acp/{agent} needs `{program}`, which is not on PATH{advice}")]
    NoProgram { agent: String, program: String, advice: String },
    #[error("agents.{agent}.env.{variable} needs {of}, which is not set")]
    NoAgentVariable { agent: String, variable: String, of: String },
    #[error("mcp.{name} {fault}; see {file}")]
    UnfitServer { name: String, fault: String, file: String },
    /// There is no rehearsal of that name.
    #[error("{0}")]
    Rehearsal(String),
}

impl Remote {
    /// A provider's model as what is set and the environment have it; its address and its key may be missing.
    pub(super) fn of(provider: &str, set: &Provider, variables: &Variables, model: &str) -> Self {
        let word = set.wire.as_ref().map_or(provider, |wire| &wire.0);
        // Most others speak Chat Completions.
        let wire = WIRES.iter().find(|(known, _)| *known == word).map_or(Wire::OpenAiChat, |(_, wire)| *wire);
        let named = set.api_key_env.as_ref().map(|variable| variable.0.clone());
        let key_variable = named.unwrap_or_else(|| variable_of(provider, "API_KEY"));
        let key_command = set.api_key_cmd.as_ref().map(|command| command.0.clone());
        let address = set.base_url.as_ref().map(|url| url.0.as_str());
        let address = address.or_else(|| variables.get(&variable_of(provider, "BASE_URL")));
        let key = variables.get(&key_variable).filter(|_| key_command.is_none());
        let mut spec = ProviderSpec::new(provider, wire, model);
        spec.base_url = address.map(str::to_owned);
        spec.key = key.map(|key| SecretString::from(key.trim().to_owned()));
        spec.key_variable = Some(key_variable);
        spec.proxy_variable = proxy_variable(&spec, variables);
        let lines = set.headers.iter().flat_map(|headers| &headers.0);
        spec.headers = lines.filter_map(|line| header(line, variables)).collect();
        Self { spec, key_command }
    }

    /// Where the provider's key would come from, if it has one.
    pub(super) fn key_source(&self) -> Option<String> {
        match (&self.key_command, &self.spec.key) {
            (Some(_), _) => Some(format!("providers.{}.api_key_cmd is set", self.spec.name)),
            (None, Some(_)) => Some(format!("{} is set", self.key_variable())),
            (None, None) => None,
        }
    }

    fn key_variable(&self) -> String {
        self.spec.key_variable.clone().unwrap_or_default()
    }
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
        if provider == AGENTS {
            return Ok(Backend::Agent(Box::new(self.agent(name)?)));
        }
        let remote = self.remote(provider, name);
        self.check_address(&remote)?;
        if remote.key_source().is_none() && self.needs_key(&remote) {
            let (provider, variable) = (provider.to_owned(), remote.key_variable());
            return Err(BackendError::NoKey { provider, variable, file: self.file() });
        }
        self.check_headers(provider)?;
        Ok(Backend::Network(Box::new(remote)))
    }

    /// The tools that a role is given on a model: as is set for the role, else for the model's provider, else for all.
    pub fn tool_set(&self, role: Role, model: &str) -> ToolSet {
        let of_role = |role: &str| self.tools.get(role);
        let provider = model.split_once('/').and_then(|(provider, _)| self.providers.get(provider));
        let set = of_role(role.word()).or_else(|| provider?.tools.as_ref()).or_else(|| of_role("default"));
        let word = set.map_or("full", |set| set.0.as_str());
        TOOL_SETS.iter().find(|(known, _)| *known == word).map_or(ToolSet::Full, |(_, set)| *set)
    }

    /// How many requests a model's provider answers at a time, where the person says so.
    pub fn slots(&self, model: &str) -> Option<u32> {
        let provider = model.split_once('/').and_then(|(provider, _)| self.providers.get(provider));
        provider?.slots.as_ref().map(|slots| slots.0)
    }

    fn check_headers(&self, provider: &str) -> Result<(), BackendError> {
        let lines = self.providers.get(provider).and_then(|set| set.headers.as_ref());
        for line in lines.into_iter().flat_map(|lines| &lines.0) {
            let named = header_of(line).and_then(|(name, value)| Some((name, value.strip_prefix('$')?)));
            if let Some((name, variable)) = named
                && self.variables.get(variable).is_none()
            {
                let (provider, header) = (provider.to_owned(), name.to_owned());
                return Err(BackendError::NoHeaderValue { provider, header, variable: variable.to_owned() });
            }
        }
        Ok(())
    }

    /// Every provider that can be named, the rehearsal included.
    pub fn known_providers(&self) -> BTreeSet<String> {
        let usual = ["anthropic", "openai", "rehearsal"].map(str::to_owned);
        self.providers.keys().cloned().chain(usual).collect()
    }

    /// How every provider on a network is reached, as it stands.
    pub fn reached(&self) -> Vec<Reached> {
        let names = self.known_providers().into_iter().filter(|name| name != "rehearsal");
        names.map(|name| self.reach(name)).collect()
    }

    /// Where a provider's key would come from, without fetching it.
    pub fn key_source(&self, provider: &str) -> Option<String> {
        self.remote(provider, "any").key_source()
    }

    /// Where a provider is, when that is set.
    pub fn address_of(&self, provider: &str) -> Option<String> {
        let spec = self.remote(provider, "any").spec;
        spec.base_url.as_ref().map(|_| spec.endpoint().trim_end_matches('/').to_owned())
    }

    /// Whether a provider is on this machine.
    pub fn is_local(&self, provider: &str) -> bool {
        self.remote(provider, "any").spec.is_local()
    }

    fn reach(&self, name: String) -> Reached {
        let remote = self.remote(&name, "any");
        let missing = if self.needs_key(&remote) {
            format!("{} is not set", remote.key_variable())
        } else {
            "none, and none is needed".to_owned()
        };
        let address = match self.check_address(&remote) {
            Ok(()) => remote.spec.endpoint(),
            Err(_) => "none: set its base_url".to_owned(),
        };
        let origin = self.origin_of(&format!("providers.{name}.base_url"));
        let origin = if origin.is_empty() { "default".to_owned() } else { origin };
        let wire = WIRES.iter().find(|(_, known)| *known == remote.spec.wire).map_or("", |(word, _)| word);
        Reached { name, address, wire, key: remote.key_source().unwrap_or(missing), origin }
    }

    fn remote(&self, provider: &str, model: &str) -> Remote {
        let set = self.providers.get(provider).cloned().unwrap_or_default();
        Remote::of(provider, &set, &self.variables, model)
    }

    fn check_address(&self, remote: &Remote) -> Result<(), BackendError> {
        let spec = &remote.spec;
        let (provider, known) = (spec.name.clone(), self.known_providers());
        if spec.base_url.is_some() {
            return Ok(());
        }
        if !known.contains(&provider) {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(BackendError::UnknownProvider { name: provider, known, file: self.file() });
        }
        if spec.wire == Wire::OpenAiChat {
            let variable = variable_of(&provider, "BASE_URL");
            return Err(BackendError::NoAddress { provider, variable, file: self.file() });
        }
        Ok(())
    }

    /// A server that speaks Chat Completions may be one's own, unless somebody names the variable of its key.
    fn needs_key(&self, remote: &Remote) -> bool {
        let named = self.providers.get(&remote.spec.name).is_some_and(|set| set.api_key_env.is_some());
        named || remote.spec.wire != Wire::OpenAiChat
    }

    fn file(&self) -> String {
        self.user_file.display().to_string()
    }
}

/// A header; a value that begins with `$` is that of a variable, so that no key has to stand in a file.
pub(super) fn header(line: &str, variables: &Variables) -> Option<(String, SecretString)> {
    let (name, value) = header_of(line)?;
    let value = match value.strip_prefix('$') {
        Some(variable) => variables.get(variable)?.trim(),
        None => value,
    };
    Some((name.to_owned(), SecretString::from(value.to_owned())))
}

/// The variable whose proxy requests to a provider go through. A provider on this machine is reached without one.
fn proxy_variable(spec: &ProviderSpec, variables: &Variables) -> Option<String> {
    let own = if spec.endpoint().starts_with("https:") { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let names = [own, "ALL_PROXY"].into_iter().flat_map(|name| [name.to_owned(), name.to_lowercase()]);
    let is_exempt = ["NO_PROXY", "no_proxy"].iter().any(|name| variables.get(name).is_some());
    names.filter(|_| !spec.is_local() && !is_exempt).find(|name| variables.get(name).is_some())
}

/// A variable of a provider, such as `ANTHROPIC_API_KEY`.
pub(super) fn variable_of(provider: &str, suffix: &str) -> String {
    let spelled = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    provider.chars().map(spelled).chain(['_']).chain(suffix.chars()).collect()
}
