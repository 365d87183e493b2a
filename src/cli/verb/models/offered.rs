//! What providers really offer, with windows, prices and the roles that are played by it.

use crate::cli::context::print_json;
use crate::cli::offers::offered;
use crate::cli::prelude::*;
use crate::config::Settings;
use crate::domain::mission::Mission;
use crate::view::models::{Offered, Provider, offered_row, roles_of};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::plural;

/// How many models of a provider stand below the roles.
const FIRST: usize = 8;

/// How much is shown of each provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    TheFirst,
    All,
}

/// `models --offered`: everything that can be had.
pub(super) async fn run(
    context: &Context,
    format: Format,
    settings: &Settings,
    mission: &Mission,
) -> Result<Exit> {
    let providers = offered(settings).await;
    if format.json {
        let rows = providers.iter().map(|provider| {
            let models = provider.models.as_deref().unwrap_or_default().iter();
            let models: Vec<_> = models.map(|offered| as_json(offered, mission)).collect();
            json!({ "provider": provider.name, "fault": provider.models.as_ref().err(), "models": models })
        });
        return print_json(&rows.collect::<Vec<_>>());
    }
    if providers.is_empty() {
        return Err(misuse(
            "no provider has what it needs to be asked: `flightdeck setup` looks what there is",
        ));
    }
    print_page(context, |_| page(&providers, mission, Extent::All))?;
    Ok(Exit::Done)
}

fn as_json(offered: &Offered, mission: &Mission) -> serde_json::Value {
    json!({
        "model": offered.model, "window": offered.window, "price": offered.price, "tools": offered.tools,
        "plays": roles_of(mission, &offered.model),
    })
}

/// The providers, what is played first.
pub(super) fn page(providers: &[Provider], mission: &Mission, extent: Extent) -> Vec<Row> {
    providers.iter().flat_map(|provider| of_provider(provider, mission, extent)).collect()
}

fn of_provider(provider: &Provider, mission: &Mission, extent: Extent) -> Vec<Row> {
    let models = match &provider.models {
        Ok(models) => models,
        Err(why) => {
            let row = Row::of(StyleRole::Strong, format!("{}: ", provider.name)).then(StyleRole::Warn, why);
            return vec![Row::new(), row];
        }
    };
    let offers = format!("{} offers {}:", provider.name, plural(models.len(), "model"));
    let mut rows = vec![Row::new(), Row::of(StyleRole::Strong, offers)];
    let mut models: Vec<&Offered> = models.iter().collect();
    models.sort_by_key(|offered| roles_of(mission, &offered.model).is_empty());
    let shown = if extent == Extent::All { models.len() } else { FIRST.min(models.len()) };
    rows.extend(models.iter().take(shown).map(|offered| offered_row(offered, mission).indented(2)));
    if shown < models.len() {
        let more = format!("and {} more: `flightdeck models --offered`", models.len() - shown);
        rows.push(Row::of(StyleRole::Dim, more).indented(2));
    }
    rows
}
