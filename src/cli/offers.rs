//! What the providers that can be reached really offer: each is asked for its models, with a limit.

use std::time::Duration;

use futures::future::join_all;

use super::catalogue::Known;
use super::key::ready;
use crate::agent::model::catalogue::Catalogue;
use crate::agent::model::provider::{Connections, Offered as Told, ProviderSpec, offers};
use crate::config::{Backend, Settings};
use crate::view::models::{Offered, Provider};

/// How long a provider has to list its models.
const LIMIT: Duration = Duration::from_secs(4);

/// What every provider offers that has what it needs.
pub async fn offered(settings: &Settings) -> Vec<Provider> {
    let reachable = |name: &String| name != "rehearsal" && settings.backend(&format!("{name}/any")).is_ok();
    of(settings, settings.known_providers().into_iter().filter(reachable)).await
}

/// What the providers of these models offer.
pub async fn of_models<'a>(settings: &Settings, models: impl IntoIterator<Item = &'a str>) -> Vec<Provider> {
    let names = models.into_iter().filter_map(|model| model.split_once('/')).map(|(name, _)| name.to_owned());
    let names: std::collections::BTreeSet<String> = names.collect();
    let reachable = |name: &String| name != "rehearsal" && settings.backend(&format!("{name}/any")).is_ok();
    of(settings, names.into_iter().filter(reachable)).await
}

async fn of(settings: &Settings, names: impl Iterator<Item = String>) -> Vec<Provider> {
    let connections = match Connections::new() {
        Ok(connections) => connections,
        Err(fault) => {
            let why = fault.to_string();
            return names.map(|name| Provider { name, models: Err(why.clone()) }).collect();
        }
    };
    let catalogue = Known::of(settings).catalogue;
    let asked = names.map(|name| async {
        let models = asked(settings, &connections, &catalogue, &name).await;
        Provider { name, models }
    });
    join_all(asked).await
}

async fn asked(
    settings: &Settings,
    connections: &Connections,
    catalogue: &Catalogue,
    name: &str,
) -> Result<Vec<Offered>, String> {
    let backend = ready(settings, &format!("{name}/any")).await.map_err(|fault| fault.to_string())?;
    let Backend::Network(remote) = backend else { return Ok(Vec::new()) };
    let spec = ProviderSpec { model: String::new(), ..remote.spec };
    let told = offers(&spec, connections, LIMIT).await.map_err(|fault| fault.to_string())?;
    let Told::Listed(listed) = told else { return Err(format!("{name} lists no models")) };
    let mut offered: Vec<Offered> = listed
        .into_iter()
        .map(|offer| {
            let model = format!("{name}/{}", offer.name);
            let facts = catalogue.known(&model);
            Offered {
                window: offer.window.or_else(|| facts.map(|facts| facts.window)),
                price: facts.and_then(|facts| facts.price).map(Into::into),
                tools: facts.and_then(|facts| facts.tools),
                model,
            }
        })
        .collect();
    offered.sort_by(|one, other| one.model.cmp(&other.model));
    Ok(offered)
}
