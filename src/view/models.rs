//! Which model each role uses, what it has used, and what providers offer in its place.

use crate::domain::attempt::Role;
use crate::domain::usage::{ModelPrice, Usage};

use super::prelude::*;
use super::setup::price_words;
use super::text::padded;
use super::words::{count, listed};

/// How many of the nearest names a doubt tells.
const MOST_NEAREST: usize = 3;

/// A provider, and what it offers or why that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    pub name: String,
    pub models: Result<Vec<Offered>, String>,
}

/// A model that can be had.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// `provider/model`.
    pub model: String,
    pub window: Option<u32>,
    pub price: Option<ModelPrice>,
    /// Whether it calls tools, where that is known.
    pub tools: Option<bool>,
}

/// One row for each role.
pub fn rows(mission: &Mission) -> Vec<Row> {
    Role::ALL.iter().map(|role| row(mission, *role)).collect()
}

fn row(mission: &Mission, role: Role) -> Row {
    let attempts = || mission.attempts.values().filter(move |attempt| attempt.role == role);
    let used: Usage = attempts().map(|attempt| attempt.usage).sum();
    let model = mission.models.get(&role);
    let (style, words) =
        model.map_or((StyleRole::Warn, "none is set"), |model| (StyleRole::Text, model.as_str()));
    let row = Row::of(StyleRole::Strong, format!("{:<16}", role.to_string())).then(style, words);
    let row = match mission.fallbacks.get(&role) {
        Some(fallen) => {
            row.then(StyleRole::Warn, format!("  in place of {}: {}", fallen.from, fallen.reason))
        }
        None => row,
    };
    row.end(StyleRole::Dim, plural(attempts().count(), "attempt"))
        .end(StyleRole::Text, format!("{:>9}", cost(&used)))
}

/// A row for a model that is offered: its name, who is played by it, how much it reads and what it costs.
pub fn offered_row(offered: &Offered, mission: &Mission) -> Row {
    let window = offered.window.map_or_else(String::new, |tokens| count(tokens.into()));
    let price = offered.price.map_or_else(|| "unpriced".to_owned(), |price| price_words(&price));
    let row = Row::of(StyleRole::Text, padded(&offered.model, 40));
    let row = match roles_of(mission, &offered.model) {
        roles if roles.is_empty() => row,
        roles => row.then(StyleRole::Accent, format!("  {roles}")),
    };
    let row = if offered.tools == Some(false) { row.then(StyleRole::Warn, "  calls no tools") } else { row };
    row.end(StyleRole::Dim, format!("  {window:>6}")).end(StyleRole::Text, format!("  {price}"))
}

/// The roles that a model plays, in words; nothing where it plays none.
pub fn roles_of(mission: &Mission, model: &str) -> String {
    let plays = |role: &&Role| mission.models.get(role).is_some_and(|chosen| chosen.as_str() == model);
    let roles: Vec<String> = Role::ALL.iter().filter(plays).map(ToString::to_string).collect();
    if roles.len() == Role::ALL.len() { "every role".to_owned() } else { listed(&roles) }
}

/// Why a name is doubted: its provider lists its models, and that one is not among them. The nearest are told.
pub fn doubt(model: &str, providers: &[Provider]) -> Option<String> {
    let (name, _) = model.split_once('/')?;
    let provider = providers.iter().find(|provider| provider.name == name)?;
    let offered = provider.models.as_ref().ok().filter(|offered| !offered.is_empty())?;
    let is_it = |known: &Offered| known.model == model || known.model.strip_suffix(":latest") == Some(model);
    if offered.iter().any(is_it) {
        return None;
    }
    let mut near: Vec<(usize, &str)> = offered
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&known.model, model), known.model.as_str()))
        .collect();
    near.sort_unstable();
    let nearest: Vec<String> = near.iter().take(MOST_NEAREST).map(|(_, known)| (*known).to_owned()).collect();
    Some(format!("{name} does not list {model}; the nearest: {}", listed(&nearest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_listed_is_doubted_with_the_nearest_ones() {
        let offered =
            |model: &str| Offered { model: model.to_owned(), window: None, price: None, tools: None };
        let names = ["a/claude-opus-5", "a/claude-sonnet-5", "a/haiku", "a/qwen3:latest"];
        let lists = Provider { name: "a".to_owned(), models: Ok(names.map(offered).into_iter().collect()) };
        let silent = Provider { name: "b".to_owned(), models: Err("it does not answer".to_owned()) };
        let providers = [lists, silent];
        assert_eq!(
            doubt("a/claude-sonet-5", &providers).unwrap(),
            "a does not list a/claude-sonet-5; the nearest: a/claude-sonnet-5, a/claude-opus-5 and a/haiku"
        );
        for sure in ["a/claude-opus-5", "a/qwen3", "b/anything", "c/anything", "no name"] {
            assert_eq!(doubt(sure, &providers), None, "{sure}");
        }
    }
}
