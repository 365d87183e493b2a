//! Keys in the environment and providers in the settings. Each is asked for its models, which costs nothing and tells
//! whether it takes the key. A key goes to its own provider and nowhere else.

use std::time::Duration;

use futures::future::join_all;

use super::providers::{KNOWN, KnownProvider};
use super::way::{of_provider, sources, spec};
use crate::agent::model::ModelError;
use crate::agent::model::catalogue::Catalogue;
use crate::agent::model::provider::{Connections, Offer, Offered, offers};
use crate::cli::context::Context;
use crate::config::Settings;
use crate::view::setup::{Mind, MindKind, MindState, billions};

/// How long a provider has to list its models.
const LIMIT: Duration = Duration::from_secs(4);
/// How many of the other models of a provider are kept.
const MOST_OTHERS: usize = 40;

/// The known providers whose keys are set, and those of the settings.
pub async fn minds(
    context: &Context,
    settings: &Settings,
    connections: &Connections,
    catalogue: &Catalogue,
) -> Vec<Mind> {
    let known = KNOWN.iter().filter(|known| is_given(settings, known));
    let known = join_all(known.map(|known| of_known(context, settings, connections, catalogue, known)));
    let own = settings.known_providers().into_iter().filter(|name| is_own(settings, name));
    let own = join_all(own.map(|name| of_settings(settings, connections, catalogue, name)));
    let (known, own) = tokio::join!(known, own);
    known.into_iter().chain(own).collect()
}

/// Whether there is a key of a provider, in a variable or by a command of the person's.
fn is_given(settings: &Settings, known: &KnownProvider) -> bool {
    settings.key_source(known.name).is_some()
        || known.variables.iter().any(|variable| settings.variable(variable).is_some())
}

/// Whether a provider stands in the person's settings and is none of the known ones.
fn is_own(settings: &Settings, name: &str) -> bool {
    let is_known = KNOWN.iter().any(|known| known.name == name) || name == "rehearsal";
    !is_known && settings.backend(&format!("{name}/any")).is_ok()
}

async fn of_known(
    context: &Context,
    settings: &Settings,
    connections: &Connections,
    catalogue: &Catalogue,
    known: &KnownProvider,
) -> Mind {
    let variable = known.variables.iter().find(|variable| settings.variable(variable).is_some());
    let found = settings.key_source(known.name);
    let found = found.or_else(|| variable.map(|variable| format!("{variable} is set"))).unwrap_or_default();
    let first = known.models.first().copied().unwrap_or_default();
    let reached = sources(context, &of_provider(settings, known)).load();
    let outcome = match reached {
        Ok(settings) => asked(&settings, connections, known.name).await,
        Err(fault) => Err(MindState::Silent(fault.to_string())),
    };
    let offered = outcome.as_ref().map(Vec::as_slice).unwrap_or_default();
    let lists = |model: &&&str| offered.iter().any(|offer| offer.name == **model);
    let chosen = known.models.iter().find(lists).copied().unwrap_or(first);
    mind(catalogue, (known.name, known.title, chosen), found, outcome)
}

async fn of_settings(
    settings: &Settings,
    connections: &Connections,
    catalogue: &Catalogue,
    name: String,
) -> Mind {
    let key = settings.key_source(&name).unwrap_or_else(|| "no key is needed".to_owned());
    let found = format!("{} in your settings; {key}", settings.address_of(&name).unwrap_or_default());
    // A command of the person's may ask for a passphrase: it is run when they try it.
    let outcome = if key.contains("api_key_cmd") {
        Err(MindState::Unasked)
    } else {
        asked(settings, connections, &name).await
    };
    let set = settings.models.values().find_map(|model| model.strip_prefix(&format!("{name}/")));
    let offered = outcome.as_ref().map(Vec::as_slice).unwrap_or_default();
    let chosen =
        set.or_else(|| offered.first().map(|offer| offer.name.as_str())).unwrap_or_default().to_owned();
    let mut mind = mind(catalogue, (&name, &name, &chosen), found, outcome);
    if chosen.is_empty() {
        mind.model = String::new();
        mind.state =
            MindState::Unflown(format!("it names no model: put one under [models], such as {name}/MODEL"));
    }
    if settings.is_local(&name) {
        mind.kind = MindKind::Server;
    }
    mind
}

/// Asks a provider for its models; an error is how it stands then.
async fn asked(
    settings: &Settings,
    connections: &Connections,
    provider: &str,
) -> Result<Vec<Offer>, MindState> {
    let silent = |fault: &dyn std::fmt::Display| MindState::Silent(fault.to_string());
    let spec = spec(settings, &format!("{provider}/any")).await.map_err(|fault| silent(&fault))?;
    let Some(mut spec) = spec else { return Ok(Vec::new()) };
    spec.model = String::new();
    match offers(&spec, connections, LIMIT).await {
        Ok(Offered::Listed(offered)) => Ok(offered),
        Ok(Offered::Nothing) => Ok(Vec::new()),
        Err(fault @ ModelError::Key(_)) => Err(MindState::Refused(fault.to_string())),
        Err(fault) => Err(silent(&fault)),
    }
}

fn mind(
    catalogue: &Catalogue,
    (provider, title, model): (&str, &str, &str),
    found: String,
    outcome: Result<Vec<Offer>, MindState>,
) -> Mind {
    let name = format!("{provider}/{model}");
    let (state, offered) = match outcome {
        Ok(offered) => (MindState::Answers, offered),
        Err(state) => (state, Vec::new()),
    };
    let told = offered.iter().find(|offer| offer.name == model).and_then(|offer| offer.window);
    let facts = catalogue.known(&name);
    let others = offered.into_iter().map(|offer| offer.name).filter(|other| other != model);
    Mind {
        kind: MindKind::Key,
        name: title.to_owned(),
        model: name,
        found,
        address: None,
        state,
        window: told.or_else(|| facts.map(|facts| facts.window)),
        price: facts.and_then(|facts| facts.price).map(Into::into),
        billions: billions(model),
        tools: facts.and_then(|facts| facts.tools),
        others: others.take(MOST_OTHERS).collect(),
    }
}
