//! Looking around: keys, servers and agents at once, each with a short limit.

use futures::future::join_all;

use super::agents;
use super::keys;
use super::providers::KNOWN;
use super::servers::{self, KnownServer, SERVERS, address_of};
use super::way::spec;
use crate::agent::model::ModelError;
use crate::agent::model::provider::{Connections, probe};
use crate::cli::catalogue::Known;
use crate::cli::context::Context;
use crate::cli::prelude::*;
use crate::config::Settings;
use crate::view::setup::{Discovery, Mind, MindKind};
use crate::view::words::listed;

/// Where it is looked.
#[derive(Debug, Clone)]
pub struct Places {
    /// Servers, each with its address.
    pub servers: Vec<(KnownServer, String)>,
}

impl Places {
    /// The usual ones of this machine.
    pub fn usual(settings: &Settings) -> Self {
        Self { servers: SERVERS.iter().map(|server| (*server, address_of(settings, server))).collect() }
    }
}

/// Everything there is to fly with.
pub async fn look(context: &Context, settings: &Settings, places: &Places) -> Result<Discovery> {
    let connections = Connections::new()?;
    let catalogue = Known::of(settings).catalogue;
    let (keys, servers) = tokio::join!(
        keys::minds(context, settings, &connections, &catalogue),
        servers::minds(settings, &connections, &places.servers)
    );
    let agents = agents::minds(settings);
    let absent = absent(settings, places, &keys, &servers, &agents);
    // A server that stands in the settings was found twice.
    let known: Vec<String> = keys.iter().map(|mind| mind.model.clone()).collect();
    let servers = servers.into_iter().filter(|mind| mind.model.is_empty() || !known.contains(&mind.model));
    let mut minds: Vec<Mind> = keys.into_iter().chain(agents).chain(servers).collect();
    minds.sort_by_key(|mind| (!mind.can_fly(), !mind.is_usable()));
    Ok(Discovery { minds, absent, settings: context.home.user_file().display().to_string() })
}

/// What was looked for and is not here.
fn absent(
    settings: &Settings,
    places: &Places,
    keys: &[Mind],
    servers: &[Mind],
    found: &[Mind],
) -> Vec<String> {
    let mut absent = Vec::new();
    if keys.iter().all(|mind| mind.kind != MindKind::Key) {
        let variables = KNOWN.iter().filter_map(|known| known.variables.first().copied());
        let variables: Vec<String> = variables.map(str::to_owned).collect();
        absent.push(format!("a key: none of {} is set", listed(&variables)));
    }
    if found.is_empty() {
        absent.push(format!("an agent on PATH: {}", agents::names(settings).join(", ")));
    }
    let is_silent = |server: &KnownServer| {
        let is_its = |mind: &Mind| mind.name == server.title;
        !servers.iter().any(is_its) && settings.address_of(server.provider).is_none()
    };
    let silent = places.servers.iter().filter(|(server, _)| is_silent(server));
    let silent: Vec<String> =
        silent.map(|(server, address)| format!("{} at {address}", server.title)).collect();
    if !silent.is_empty() {
        absent.push(format!("a model server: {}", silent.join(", ")));
    }
    absent
}

/// Why none of the models that are set can be used, when that is certain: every one of them is refused by who should
/// serve it. A provider that does not answer may answer later.
pub async fn refused(settings: &Settings) -> Option<String> {
    let connections = Connections::new().ok()?;
    let mut models: Vec<&String> = settings.models.values().collect();
    models.sort();
    models.dedup();
    // A command that tells a key may ask for a passphrase, and the person has the console before them.
    let is_told_by_command = |model: &&String| {
        let provider = model.split('/').next().unwrap_or_default();
        settings.key_source(provider).is_some_and(|source| source.contains("api_key_cmd"))
    };
    if models.is_empty() || models.iter().any(is_told_by_command) {
        return None;
    }
    let asked = models.iter().map(|model| async {
        let spec = spec(settings, model).await.ok()??;
        match probe(&spec, &connections).await {
            Err(fault @ (ModelError::Key(_) | ModelError::Refused(_))) => Some(fault.to_string()),
            Ok(_) | Err(_) => None,
        }
    });
    let refusals: Option<Vec<String>> = join_all(asked).await.into_iter().collect();
    refusals?.into_iter().next()
}
