//! A dated list of models, as models.dev knows them. Its `api.json` is far larger than what is needed of it, so that it is
//! kept short: one line for each model that answers with text. What ships and what is fetched later are read alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{HIGHEST_PRICE, LongPrice, ModelFacts, Price};

/// Where models.dev gives its data away.
pub const ADDRESS: &str = "https://models.dev/api.json";
/// The providers of which models ship with flightdeck, as models.dev calls them.
const COMMON: [&str; 19] = [
    "alibaba",
    "anthropic",
    "azure",
    "cerebras",
    "cohere",
    "deepseek",
    "fireworks-ai",
    "github-copilot",
    "google",
    "groq",
    "huggingface",
    "minimax",
    "mistral",
    "moonshotai",
    "openai",
    "openrouter",
    "togetherai",
    "xai",
    "zai",
];

/// Models as they were known on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Where it comes from.
    pub source: String,
    /// `2026-08-18`.
    pub date: String,
    /// By `provider/model`.
    pub models: BTreeMap<String, ModelFacts>,
}

/// Of which providers models are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Those that most people know.
    Common,
    All,
}

/// Why something is no list of models.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("no model is in it that answers with text: is it models.dev's api.json?")]
    Empty,
    #[error("a price of {0} is above 10000 dollars per million tokens")]
    Price(String),
}

impl Snapshot {
    /// Reads a snapshot that was written before.
    ///
    /// # Errors
    /// [`SnapshotError`] when it is none.
    pub fn read(text: &str) -> Result<Self, SnapshotError> {
        let read: Self =
            serde_json::from_str(text).map_err(|fault| SnapshotError::Unreadable(fault.to_string()))?;
        let is_dear = |facts: &ModelFacts| {
            facts.price.is_some_and(|price| price.usual().iter().any(|price| *price > HIGHEST_PRICE))
        };
        match read.models.iter().find(|(_, facts)| is_dear(facts)) {
            Some((name, _)) => Err(SnapshotError::Price(name.clone())),
            None => Ok(read),
        }
    }

    /// Takes what is needed from models.dev's `api.json`. An entry that cannot be understood is left out.
    ///
    /// # Errors
    /// [`SnapshotError`] when nothing of it can be used.
    pub fn of_models_dev(
        text: &str,
        source: &str,
        date: &str,
        breadth: Breadth,
    ) -> Result<Self, SnapshotError> {
        let providers: BTreeMap<String, ApiProvider> =
            serde_json::from_str(text).map_err(|fault| SnapshotError::Unreadable(fault.to_string()))?;
        let mut models = BTreeMap::new();
        for (provider, ApiProvider { models: listed }) in providers {
            if breadth == Breadth::Common && !COMMON.contains(&provider.as_str()) {
                continue;
            }
            let read = listed.into_iter().filter_map(|(name, model)| {
                let model: ApiModel = serde_json::from_value(model).ok()?;
                Some((format!("{provider}/{name}"), model.facts()?))
            });
            models.extend(read);
        }
        if models.is_empty() {
            return Err(SnapshotError::Empty);
        }
        Ok(Self { source: source.to_owned(), date: date.to_owned(), models })
    }

    /// The snapshot as it is kept: JSON with a line for each model, so that two of them can be compared.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn written(&self) -> serde_json::Result<String> {
        let head = (serde_json::to_string(&self.source)?, serde_json::to_string(&self.date)?);
        let mut text = format!("{{\n\"source\": {},\n\"date\": {},\n\"models\": {{\n", head.0, head.1);
        for (index, (name, facts)) in self.models.iter().enumerate() {
            let comma = if index + 1 == self.models.len() { "" } else { "," };
            let (name, facts) = (serde_json::to_string(name)?, serde_json::to_string(facts)?);
            // Writing to a text cannot fail.
            writeln!(text, "{name}: {facts}{comma}").unwrap_or_default();
        }
        Ok(text + "}}\n")
    }
}

#[derive(Deserialize)]
struct ApiProvider {
    #[serde(default)]
    models: BTreeMap<String, Value>,
}

/// What is needed of an entry; there is more in it, and more is added.
#[derive(Deserialize)]
struct ApiModel {
    reasoning: Option<bool>,
    tool_call: Option<bool>,
    cost: Option<Cost>,
    limit: Limit,
    modalities: Option<Modalities>,
}

#[derive(Deserialize)]
struct Limit {
    context: u32,
    output: Option<u32>,
}

#[derive(Deserialize)]
struct Modalities {
    #[serde(default)]
    output: Vec<String>,
}

/// Dollars per million tokens.
#[derive(Deserialize)]
struct Cost {
    input: f64,
    output: f64,
    cache_read: Option<f64>,
    cache_write: Option<f64>,
    #[serde(default)]
    tiers: Vec<Tier>,
}

#[derive(Deserialize)]
struct Tier {
    #[serde(rename = "tier")]
    from: TierSize,
    input: f64,
    output: f64,
    cache_read: Option<f64>,
    cache_write: Option<f64>,
}

#[derive(Deserialize)]
struct TierSize {
    size: u64,
}

impl ApiModel {
    fn facts(self) -> Option<ModelFacts> {
        let speaks = self.modalities.is_none_or(|kinds| kinds.output.iter().any(|kind| kind == "text"));
        if !speaks || self.limit.context == 0 {
            return None;
        }
        Some(ModelFacts {
            window: self.limit.context,
            max_output: self.limit.output.filter(|tokens| *tokens > 0),
            price: self.cost.and_then(|cost| cost.price()),
            reasoning: self.reasoning,
            tools: self.tool_call,
        })
    }
}

impl Cost {
    fn price(&self) -> Option<Price> {
        let [input, cached, cache_write, output] =
            rates(self.input, self.output, self.cache_read, self.cache_write)?;
        // Where several steps are named, the dearest counts from the first of them on: a budget must not leak.
        let above = self.tiers.iter().map(|tier| tier.from.size).min();
        let dearest = self.tiers.iter().max_by(|one, other| one.input.total_cmp(&other.input));
        let long = above.zip(dearest).and_then(|(above, tier)| {
            let [input, cached, cache_write, output] =
                rates(tier.input, tier.output, tier.cache_read, tier.cache_write)?;
            Some(LongPrice { above, input, cached, cache_write, output })
        });
        Some(Price { input, cached, cache_write, output, long })
    }
}

/// In micro-dollars. What is not said of the cache costs what other input does.
fn rates(input: f64, output: f64, cached: Option<f64>, cache_write: Option<f64>) -> Option<[u64; 4]> {
    let [input, output] = [micro(input)?, micro(output)?];
    let or_input = |rate: Option<f64>| rate.map_or(Some(input), micro);
    Some([input, or_input(cached)?, or_input(cache_write)?, output])
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 10,000,000,000"
)]
fn micro(dollars: f64) -> Option<u64> {
    (0.0..=10_000.0).contains(&dollars).then(|| (dollars * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As models.dev writes it, with what is not needed and what cannot be understood.
    const API: &str = r#"{
        "anthropic": { "id": "anthropic", "env": ["ANTHROPIC_API_KEY"], "models": {
            "claude-x": { "name": "Claude X", "reasoning": true, "tool_call": true, "attachment": true,
                "cost": { "input": 5, "output": 25, "cache_read": 0.5, "cache_write": 6.25,
                    "tiers": [{ "tier": { "type": "context", "size": 200000 }, "input": 10, "output": 37.5, "cache_read": 1 }],
                    "context_over_200k": { "input": 10, "output": 37.5 } },
                "limit": { "context": 1000000, "output": 64000 }, "modalities": { "input": ["text"], "output": ["text"] } },
            "draws": { "limit": { "context": 1000, "output": 0 }, "modalities": { "input": ["text"], "output": ["image"] } },
            "broken": { "limit": "much" },
            "unpriced": { "tool_call": false, "limit": { "context": 8192, "output": 0 } } } },
        "somebody": { "models": { "small": { "limit": { "context": 4096 }, "cost": { "input": -1, "output": 1 } } } }
    }"#;

    fn read(breadth: Breadth) -> Snapshot {
        Snapshot::of_models_dev(API, ADDRESS, "2026-08-18", breadth).unwrap()
    }

    #[test]
    fn what_models_dev_says_becomes_windows_and_prices() {
        let names = |breadth| read(breadth).models.into_keys().collect::<Vec<_>>();
        assert_eq!(names(Breadth::Common), ["anthropic/claude-x", "anthropic/unpriced"]);
        assert_eq!(names(Breadth::All), ["anthropic/claude-x", "anthropic/unpriced", "somebody/small"]);
        let models = read(Breadth::All).models;
        let facts = models["anthropic/claude-x"];
        assert_eq!(
            (facts.window, facts.max_output, facts.reasoning, facts.tools),
            (1_000_000, Some(64_000), Some(true), Some(true))
        );
        let long = LongPrice {
            above: 200_000,
            input: 10_000_000,
            cached: 1_000_000,
            cache_write: 10_000_000,
            output: 37_500_000,
        };
        let price = Price {
            input: 5_000_000,
            cached: 500_000,
            cache_write: 6_250_000,
            output: 25_000_000,
            long: Some(long),
        };
        assert_eq!(facts.price, Some(price));
        assert_eq!(models["anthropic/unpriced"].price, None);
        assert_eq!(models["somebody/small"].price, None, "a price below nothing is none");
    }

    #[test]
    fn what_is_written_is_read_again_and_what_is_no_list_says_so() {
        let snapshot = read(Breadth::All);
        let written = snapshot.written().unwrap();
        assert_eq!(Snapshot::read(&written), Ok(snapshot));
        assert_eq!(written.lines().count(), 3 + 4 + 1, "a line for each model");
        for text in ["<html>", "{", r#"{"x": 1}"#] {
            let fault = Snapshot::of_models_dev(text, ADDRESS, "", Breadth::All).unwrap_err();
            assert!(matches!(fault, SnapshotError::Unreadable(_)), "{text}: {fault}");
        }
        assert_eq!(Snapshot::of_models_dev("{}", ADDRESS, "", Breadth::All), Err(SnapshotError::Empty));
        let dear = r#"{"source":"","date":"","models":{"a/b":{"window":1,"price":{"input":99999999999,"cached":0,"cache_write":0,"output":0}}}}"#;
        assert_eq!(Snapshot::read(dear), Err(SnapshotError::Price("a/b".to_owned())));
    }
}
