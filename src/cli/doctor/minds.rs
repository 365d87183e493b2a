//! Whether there is a mind to fly with.

use super::report::{Check, State};
use crate::agent::model::catalogue::Catalogue;
use crate::cli::key::ready;
use crate::cli::progress::words::count;
use crate::config::{Backend, Settings};

/// Each known provider: usable, or why not. No model is called.
pub(super) async fn backends(settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    for provider in settings.known_providers() {
        if provider == "rehearsal" {
            checks.push(Check::new("backend rehearsal", State::Good, "plays without a key or a network"));
            continue;
        }
        // The name of the model makes no difference to whether the provider can be reached.
        let check = match ready(settings, &format!("{provider}/any")).await {
            Ok(Backend::Network(remote)) => {
                let place = remote.spec.base_url.unwrap_or_else(|| "its own address".to_owned());
                let key = settings.key_source(&provider).unwrap_or_else(|| "no key".to_owned());
                Check::new(format!("backend {provider}"), State::Good, format!("at {place}; {key}"))
            }
            Ok(Backend::Rehearsal(_)) => continue,
            Err(fault) => Check::new(format!("backend {provider}"), State::Missing, fault.to_string()),
        };
        checks.push(check);
    }
    checks
}

/// The models of a new mission.
pub(super) async fn models(settings: &Settings) -> Check {
    if settings.models.is_empty() {
        return Check::new(
            "models",
            State::Missing,
            "no model: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or name one under [models]; `flightdeck demo` needs none",
        );
    }
    for (role, model) in &settings.models {
        if let Err(fault) = ready(settings, model).await {
            return Check::new("models", State::Missing, format!("{role} cannot be played: {fault}"));
        }
    }
    let mut names: Vec<&str> = settings.models.values().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    Check::new("models", State::Good, names.join(", "))
}

/// The price lists.
pub(super) fn prices(settings: &Settings) -> Check {
    let builtin = match Catalogue::builtin() {
        Ok(builtin) => builtin,
        Err(fault) => return Check::new("prices", State::Bad, fault.to_string()),
    };
    let Some(path) = &settings.prices else {
        return Check::new(
            "prices",
            State::Good,
            format!("{}, built in", count(builtin.names().count(), "model")),
        );
    };
    let origin = path.display().to_string();
    let read = std::fs::read_to_string(path).map_err(|fault| format!("{origin} cannot be read: {fault}"));
    match read.and_then(|text| builtin.with(&text, &origin).map_err(|fault| fault.to_string())) {
        Ok(all) => Check::new(
            "prices",
            State::Good,
            format!("{}, {origin} first", count(all.names().count(), "model")),
        ),
        Err(fault) => Check::new("prices", State::Bad, fault),
    }
}
