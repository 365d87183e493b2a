//! Model servers of this machine, at the ports where they are usually found. They are asked for their models without any
//! key, and never through a proxy.

use std::time::Duration;

use futures::future::join_all;

use super::way::of_server;
use crate::agent::model::provider::{Connections, Offer, Offered, ProviderSpec, Wire, offers};
use crate::config::Settings;
use crate::view::setup::{Mind, MindKind, MindState, billions};

/// How long a server of this machine has to list its models.
const LIMIT: Duration = Duration::from_millis(1_500);
/// How many models of a server stand in the list; the others are named.
const MOST_MODELS: usize = 6;
/// Parts of the names of models that hold no conversation.
const NO_CONVERSATION: [&str; 4] = ["embed", "rerank", "whisper", "bge-"];

/// A program that serves models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownServer {
    /// What it is called in the settings.
    pub provider: &'static str,
    pub title: &'static str,
    pub port: u16,
    /// The variable that names another address or port to it.
    variable: Option<&'static str>,
    /// How it names itself in its list, where another program may have its port.
    owner: Option<&'static str>,
}

/// Those that are looked for.
pub const SERVERS: [KnownServer; 4] = [
    KnownServer {
        provider: "ollama",
        title: "Ollama",
        port: 11_434,
        variable: Some("OLLAMA_HOST"),
        owner: None,
    },
    KnownServer { provider: "lmstudio", title: "LM Studio", port: 1_234, variable: None, owner: None },
    KnownServer {
        provider: "llamacpp",
        title: "llama.cpp",
        port: 8_080,
        variable: Some("LLAMA_ARG_PORT"),
        owner: Some("llamacpp"),
    },
    KnownServer { provider: "vllm", title: "vLLM", port: 8_000, variable: None, owner: Some("vllm") },
];

/// Where a server is looked for: on this machine, whatever its variable says of the address it listens on.
pub fn address_of(settings: &Settings, server: &KnownServer) -> String {
    let told = server.variable.and_then(|variable| settings.variable(variable)).unwrap_or_default();
    let port = told.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    format!("http://127.0.0.1:{}/v1", port.unwrap_or(server.port))
}

/// What answers at the usual places.
pub async fn minds(
    settings: &Settings,
    connections: &Connections,
    places: &[(KnownServer, String)],
) -> Vec<Mind> {
    let asked =
        join_all(places.iter().map(|(server, address)| of_one(settings, connections, server, address)));
    asked.await.into_iter().flatten().collect()
}

async fn of_one(
    settings: &Settings,
    connections: &Connections,
    server: &KnownServer,
    address: &str,
) -> Vec<Mind> {
    let mut spec = ProviderSpec::new(server.provider, Wire::OpenAiChat, "");
    spec.base_url = Some(address.to_owned());
    let Ok(Offered::Listed(offered)) = offers(&spec, connections, LIMIT).await else { return Vec::new() };
    let is_own = |offer: &Offer| server.owner.is_none_or(|owner| offer.owner.to_lowercase().contains(owner));
    let named =
        if offered.iter().all(is_own) { (server.provider, server.title) } else { ("local", "a server") };
    let speaks =
        |offer: &&Offer| !NO_CONVERSATION.iter().any(|part| offer.name.to_lowercase().contains(part));
    let mut models: Vec<&Offer> = offered.iter().filter(speaks).collect();
    // The largest first: it is the likeliest to fly.
    models.sort_by(|one, other| size(other).total_cmp(&size(one)));
    let others: Vec<String> = models.iter().skip(MOST_MODELS).map(|offer| offer.name.clone()).collect();
    let additions = of_server(settings, named.0, address);
    let elsewhere = additions.is_empty() && settings.address_of(named.0).as_deref() != Some(address);
    let minds = models.into_iter().take(MOST_MODELS).enumerate().map(|(index, offer)| Mind {
        kind: MindKind::Server,
        name: named.1.to_owned(),
        model: format!("{}/{}", named.0, offer.name),
        found: format!("{} answers at {address}", named.1),
        address: Some(address.to_owned()),
        state: if elsewhere { unreached(named.0) } else { MindState::Answers },
        window: offer.window,
        price: None,
        billions: billions(&offer.name),
        tools: None,
        others: if index == 0 { others.clone() } else { Vec::new() },
    });
    let minds: Vec<Mind> = minds.collect();
    if minds.is_empty() { vec![empty(named, address)] } else { minds }
}

fn size(offer: &Offer) -> f64 {
    billions(&offer.name).unwrap_or(0.0)
}

/// The name is taken by a server elsewhere.
fn unreached(provider: &str) -> MindState {
    MindState::Unflown(format!(
        "the settings name another address for it: change providers.{provider}.base_url, or give it another name"
    ))
}

/// A server that has no model yet.
fn empty((_, title): (&str, &str), address: &str) -> Mind {
    Mind {
        kind: MindKind::Server,
        name: title.to_owned(),
        model: String::new(),
        found: format!("{title} answers at {address}"),
        address: None,
        state: MindState::Unflown("it has no model yet: load one there, and look again".to_owned()),
        window: None,
        price: None,
        billions: None,
        tools: None,
        others: Vec::new(),
    }
}
