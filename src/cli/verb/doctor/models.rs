//! Whether there is a mind to fly with: each provider is asked whether it is there, takes the key and knows the models
//! of the roles. No model thinks for it, so it costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;

use super::agents::found;
use super::report::Check;
use crate::agent::model::provider::{Connections, Probed, ProviderSpec, probe};
use crate::cli::catalogue::Known;
use crate::cli::fault::no_model;
use crate::cli::key::ready;
use crate::config::{Backend, Settings};
use crate::domain::attempt::Role;
use crate::view::text::plural;
use crate::view::words::listed;

/// Whether providers are contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    Made,
    Spared,
}

/// Stands for any model of a provider that no role uses: how the provider is reached does not depend on it.
const ANY: &str = "any";

/// The checks of every known provider, and of every model that a role is played by. All are contacted at once.
pub(super) async fn models(settings: &Settings, contact: Contact) -> (Vec<Check>, Vec<Check>) {
    let mut used: BTreeMap<String, Vec<Role>> = BTreeMap::new();
    for (role, model) in &settings.models {
        used.entry(model.clone()).or_default().push(*role);
    }
    let busy: BTreeSet<&str> = used.keys().filter_map(|model| model.split('/').next()).collect();
    let idle: Vec<String> =
        settings.known_providers().into_iter().filter(|name| !busy.contains(name.as_str())).collect();
    let models = join_all(used.iter().map(|(model, roles)| played(settings, model, roles, contact)));
    let backends = join_all(idle.iter().map(|name| backend(settings, name, contact)));
    let (backends, mut models) = tokio::join!(backends, models);
    if models.is_empty() {
        models.push(Check::bad("models", no_model(settings)));
    }
    (backends, models)
}

/// A provider that no role uses: something can be done without it.
async fn backend(settings: &Settings, provider: &str, contact: Contact) -> Check {
    let name = format!("backend {provider}");
    if provider == "rehearsal" {
        return Check::good(name, "plays without a key or a network");
    }
    let remote = match ready(settings, &format!("{provider}/{ANY}")).await {
        Ok(Backend::Network(remote)) => remote,
        Ok(Backend::Rehearsal(_) | Backend::Agent(_)) => return Check::good(name, "plays without a network"),
        Err(fault) => return Check::missing(name, fault.to_string()),
    };
    let at = place(settings, &remote.spec);
    if contact == Contact::Spared {
        return Check::good(name, format!("{at}; not contacted"));
    }
    match ask(&ProviderSpec { model: String::new(), ..remote.spec }).await {
        Ok(_) => Check::good(name, format!("{at}; it answers")),
        Err(sentence) => Check::missing(name, format!("{at}; {sentence}")),
    }
}

/// A model that roles are played by: without it no mission flies.
async fn played(settings: &Settings, model: &str, roles: &[Role], contact: Contact) -> Check {
    let name = format!("model {model}");
    let roles = if roles.len() == Role::ALL.len() {
        "plays every role".to_owned()
    } else {
        let words: Vec<String> = roles.iter().map(|role| role.word().to_owned()).collect();
        format!("plays {}", listed(&words))
    };
    let remote = match ready(settings, model).await {
        Ok(Backend::Network(remote)) => remote,
        Ok(Backend::Rehearsal(_)) => {
            return Check::good(name, format!("{roles}; a script, which needs no network"));
        }
        Ok(Backend::Agent(agent)) => {
            let sentence = match found(&agent, contact).await {
                Ok(found) => return Check::good(name, format!("{roles}; {found}")),
                Err(sentence) => sentence,
            };
            return Check::bad(name, format!("{roles}, but {sentence}"));
        }
        Err(fault) => return Check::bad(name, format!("{roles}, but {fault}")),
    };
    let at = format!("{roles}; {}", place(settings, &remote.spec));
    if contact == Contact::Spared {
        return Check::good(name, format!("{at}; not contacted"));
    }
    match ask(&remote.spec).await {
        Ok(Probed::Known) => Check::good(name, format!("{at}; it answers and knows the model")),
        Ok(Probed::NotListed(among)) => {
            let among = plural(among, "model");
            Check::missing(name, format!("{at}; it answers, but does not list it among {among}"))
        }
        Ok(Probed::Silent(status)) => {
            let why = format!("lists no models ({status}): the first call will tell");
            Check::good(name, format!("{at}; it answers, but {why}"))
        }
        Err(sentence) => Check::bad(name, format!("{roles}, but {sentence}")),
    }
}

async fn ask(spec: &ProviderSpec) -> Result<Probed, String> {
    let http = Connections::new().map_err(|fault| fault.to_string())?;
    probe(spec, &http).await.map_err(|fault| fault.to_string())
}

fn place(settings: &Settings, spec: &ProviderSpec) -> String {
    let key = settings.key_source(&spec.name).unwrap_or_else(|| "no key".to_owned());
    format!("at {}; {key}", spec.endpoint())
}

/// The lists of models and prices.
pub(super) fn prices(settings: &Settings) -> Check {
    let Known { catalogue, files, faults } = Known::of(settings);
    if !faults.is_empty() {
        return Check::bad("prices", faults.join("; "));
    }
    let first = if files.is_empty() { String::new() } else { format!(", {} first", files.join(", then ")) };
    let (count, date) = (plural(catalogue.names().count(), "model"), catalogue.date());
    Check::good("prices", format!("{count}, as models.dev had them on {date}{first}"))
}
