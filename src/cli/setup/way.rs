//! How a mind would be reached: what has to stand in the settings for it, beyond what stands there already.

use crate::agent::model::provider::ProviderSpec;
use crate::cli::context::{Context, Repository};
use crate::cli::key::ready;
use crate::config::{Backend, BackendError, Flag, Settings, Sources};
use crate::view::setup::{Mind, MindKind, MindState};

use super::providers::{KNOWN, KnownProvider};
use super::servers::{SERVERS, address_of};

/// Settings that are not set yet, by their dotted names.
pub type Additions = Vec<(String, String)>;

/// What a known provider needs to be reached with the variable its key is in.
pub fn of_provider(settings: &Settings, known: &KnownProvider) -> Additions {
    let set = |field: &str| !settings.origin_of(&format!("providers.{}.{field}", known.name)).is_empty();
    let Some(address) = known.address else { return Vec::new() };
    let mut additions = Vec::new();
    if !set("base_url") {
        additions.push((format!("providers.{}.base_url", known.name), address.to_owned()));
    }
    let variable = known.variables.iter().find(|variable| settings.variable(variable).is_some());
    let usual = format!("{}_API_KEY", known.name.to_ascii_uppercase());
    if let Some(variable) = variable
        && **variable != usual
        && !set("api_key_env")
        && !set("api_key_cmd")
    {
        additions.push((format!("providers.{}.api_key_env", known.name), (*variable).to_owned()));
    }
    additions
}

/// What a server at an address needs.
pub fn of_server(settings: &Settings, provider: &str, address: &str) -> Additions {
    let key = format!("providers.{provider}.base_url");
    if settings.origin_of(&key).is_empty() { vec![(key, address.to_owned())] } else { Vec::new() }
}

/// What a mind needs beyond what is set.
pub fn of_mind(settings: &Settings, mind: &Mind) -> Additions {
    let provider = mind.model.split('/').next().unwrap_or_default();
    if let Some(address) = &mind.address {
        return of_server(settings, provider, address);
    }
    if let Some(known) = KNOWN.iter().find(|known| known.name == provider) {
        return of_provider(settings, known);
    }
    Vec::new()
}

/// The mind that a name stands for, wherever it was found or not.
pub fn named(settings: &Settings, model: &str) -> Mind {
    let provider = model.split('/').next().unwrap_or_default();
    let server = SERVERS.iter().find(|server| server.provider == provider);
    let server = server.filter(|_| settings.address_of(provider).is_none());
    let (kind, found) = match (provider, server) {
        ("acp", _) => (MindKind::Agent, "named by you".to_owned()),
        (_, Some(server)) => (MindKind::Server, format!("{} is looked for at its usual port", server.title)),
        _ => (MindKind::Key, settings.key_source(provider).unwrap_or_else(|| "named by you".to_owned())),
    };
    Mind {
        kind,
        name: provider.to_owned(),
        model: model.to_owned(),
        found,
        address: server.map(|server| address_of(settings, server)),
        state: MindState::Unasked,
        window: None,
        price: None,
        billions: None,
        tools: None,
        others: Vec::new(),
    }
}

/// Where settings come from in this place, with these over them.
pub fn sources(context: &Context, additions: &Additions) -> Sources {
    let flag = |(key, word): &(String, String)| Flag { name: "setup", key: key.clone(), word: word.clone() };
    context.sources(Repository::OfThisDirectory, additions.iter().map(flag).collect())
}

/// The way to a model on a network, with its key.
pub async fn spec(settings: &Settings, model: &str) -> Result<Option<ProviderSpec>, BackendError> {
    let backend = ready(settings, model).await?;
    Ok(if let Backend::Network(remote) = backend { Some(remote.spec) } else { None })
}
