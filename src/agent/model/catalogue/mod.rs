//! Which models are known: how much they read, how much they write, and what that costs.

mod snapshot;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::TokenUsage;
pub use snapshot::{ADDRESS, Breadth, Snapshot, SnapshotError};

/// What models.dev knew when flightdeck was made; the file has its date.
const SNAPSHOT: &str = include_str!("../../../../assets/models.json");
/// What was read since then from providers themselves, and wins over the snapshot; the file names its sources.
const CORRECTIONS: &str = include_str!("../../../../assets/models.toml");
/// Providers that people give other names than models.dev does.
const ALIASES: [(&str, &str); 9] = [
    ("gemini", "google"),
    ("together", "togetherai"),
    ("fireworks", "fireworks-ai"),
    ("moonshot", "moonshotai"),
    ("kimi", "moonshotai"),
    ("qwen", "alibaba"),
    ("dashscope", "alibaba"),
    ("z-ai", "zai"),
    ("zhipu", "zai"),
];
/// The window of an unknown model: small enough to be safe with every current one.
const DEFAULT_WINDOW: u32 = 128_000;
/// The most tokens of a reply of a model of which only the window is known: a file of a thousand lines.
const LONG_REPLY: u32 = 16_384;

/// All known models, a person's own entries before the built-in ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalogue {
    models: BTreeMap<String, ModelFacts>,
    /// Of when the list is that it rests on: `2026-08-18`.
    date: String,
}

/// What is known of one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFacts {
    /// Tokens that the conversation and the reply may have together.
    pub window: u32,
    /// The most tokens of one reply, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u32>,
    /// What it costs; a model without it is counted in tokens alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Whether it thinks before it answers, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<bool>,
    /// Whether it calls tools, when that is known. One that does not flies no role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<bool>,
}

impl ModelFacts {
    /// A cautious guess.
    pub const UNKNOWN: Self =
        Self { window: DEFAULT_WINDOW, max_output: None, price: None, reasoning: None, tools: None };

    /// A model of which its server told the window: a reply may have a quarter of it, or servers of one's own write
    /// until it is full.
    pub fn of_window(window: u32) -> Self {
        Self { window, max_output: Some((window / 4).min(LONG_REPLY)), ..Self::UNKNOWN }
    }
}

/// Micro-dollars per million tokens: 3 dollars are `3_000_000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Input that was not cached.
    pub input: u64,
    /// Input read from the cache.
    pub cached: u64,
    /// Input written to the cache.
    pub cache_write: u64,
    /// Output, reasoning included.
    pub output: u64,
    /// What holds for a request that has more input than usual, where such a one costs more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<LongPrice>,
}

/// The price of long requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongPrice {
    /// It holds for requests with more tokens of input than this.
    pub above: u64,
    pub input: u64,
    pub cached: u64,
    pub cache_write: u64,
    pub output: u64,
}

/// The highest price that is believed: 10,000 dollars per million tokens.
const HIGHEST_PRICE: u64 = 10_000_000_000;

impl Price {
    /// Nothing at all, as a rehearsal costs.
    pub const FREE: Self = Self { input: 0, cached: 0, cache_write: 0, output: 0, long: None };

    /// What the tokens of one request cost in micro-dollars, rounded up: a budget must not leak.
    pub fn cost(&self, usage: TokenUsage) -> u64 {
        let asked = usage.input.saturating_add(usage.cached).saturating_add(usage.cache_written);
        let [input, cached, cache_write, output] = match self.long.filter(|long| asked > long.above) {
            Some(long) => [long.input, long.cached, long.cache_write, long.output],
            None => self.usual(),
        };
        let parts = [
            (usage.input, input),
            (usage.cached, cached),
            (usage.cache_written, cache_write),
            (usage.output, output),
        ];
        let total: u128 = parts.iter().map(|&(tokens, price)| u128::from(tokens) * u128::from(price)).sum();
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    fn usual(&self) -> [u64; 4] {
        [self.input, self.cached, self.cache_write, self.output]
    }
}

impl Catalogue {
    /// The built-in models.
    ///
    /// # Errors
    /// [`CatalogueError`] when a shipped file is broken, which a test rules out.
    pub fn builtin() -> Result<Self, CatalogueError> {
        static READ: LazyLock<Result<Catalogue, CatalogueError>> = LazyLock::new(|| {
            Catalogue::of_snapshot(SNAPSHOT, "assets/models.json")?.with(CORRECTIONS, "assets/models.toml")
        });
        READ.clone()
    }

    /// These models and those of a newer snapshot, which win.
    ///
    /// # Errors
    /// [`CatalogueError`] when it is none.
    pub fn with_snapshot(mut self, text: &str, origin: &str) -> Result<Self, CatalogueError> {
        let newer = Self::of_snapshot(text, origin)?;
        self.models.extend(newer.models);
        self.date = newer.date;
        Ok(self)
    }

    fn of_snapshot(text: &str, origin: &str) -> Result<Self, CatalogueError> {
        let wrong =
            |fault: SnapshotError| CatalogueError { origin: origin.to_owned(), fault: fault.to_string() };
        let Snapshot { date, models, .. } = Snapshot::read(text).map_err(wrong)?;
        Ok(Self { models, date })
    }

    /// These models and a person's own, which win.
    ///
    /// # Errors
    /// [`CatalogueError`] with the line that is wrong.
    pub fn with(mut self, text: &str, origin: &str) -> Result<Self, CatalogueError> {
        self.models.extend(Self::parse(text, origin)?.models);
        Ok(self)
    }

    fn parse(text: &str, origin: &str) -> Result<Self, CatalogueError> {
        let wrong = |fault: String| CatalogueError { origin: origin.to_owned(), fault };
        let file: File = toml::from_str(text).map_err(|fault| wrong(fault.to_string()))?;
        for (name, facts) in &file.model {
            let prices = facts.price.map(|price| price.usual());
            if prices.into_iter().flatten().any(|price| price > HIGHEST_PRICE) {
                return Err(wrong(format!(
                    "a price of {name} is above 10000 dollars; prices are micro-dollars per million tokens: 3 dollars are 3000000"
                )));
            }
        }
        Ok(Self { models: file.model, date: String::new() })
    }

    /// What is known of `provider/model`, or a cautious guess without a price. A dated name is its family's.
    pub fn facts(&self, name: &str) -> ModelFacts {
        self.known(name).unwrap_or(ModelFacts::UNKNOWN)
    }

    /// What is known of `provider/model`, whatever the person calls the provider.
    pub fn known(&self, name: &str) -> Option<ModelFacts> {
        let found = |name: &str| self.models.get(name).or_else(|| self.models.get(undated(name))).copied();
        found(name).or_else(|| found(&usual_name(name)?))
    }

    /// Of when the list of models.dev is that it rests on.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }
}

/// A file of models that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin} is not a list of models: {fault}")]
pub struct CatalogueError {
    origin: String,
    fault: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    model: BTreeMap<String, ModelFacts>,
}

/// The name under which models.dev has a model of a provider that is called otherwise there.
fn usual_name(name: &str) -> Option<String> {
    let (provider, model) = name.split_once('/')?;
    let (_, usual) = ALIASES.iter().find(|(alias, _)| *alias == provider)?;
    Some(format!("{usual}/{model}"))
}

/// The name without `-20250929` or `-2025-08-07` at its end.
fn undated(name: &str) -> &str {
    let family = |date: &str| {
        let (family, date) = name.split_at_checked(name.len().checked_sub(date.len())?)?;
        let digits = date.strip_prefix('-')?.replace('-', "");
        (digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(family)
    };
    family("-20250929").or_else(|| family("-2025-08-07")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Price =
        Price { input: 3_000_000, cached: 300_000, cache_write: 3_750_000, output: 15_000_000, long: None };

    #[test]
    fn the_shipped_file_is_whole_and_every_price_is_plausible() {
        let catalogue = Catalogue::parse(CORRECTIONS, "assets/models.toml").unwrap();
        assert!(catalogue.models.len() >= 4);
        for (name, facts) in &catalogue.models {
            assert!(name.contains('/') && facts.window >= 64_000, "{name}");
            let price = facts.price.unwrap();
            assert!(price.cached <= price.input && price.input < price.output, "{name}");
            assert!(price.output <= 100_000_000, "{name}: dollars, not micro-dollars?");
        }
    }

    #[test]
    fn the_snapshot_has_the_common_providers_under_the_names_people_give_them() {
        let catalogue = Catalogue::builtin().unwrap();
        assert!(catalogue.models.len() >= 300 && catalogue.date().len() == "2026-08-18".len());
        for (name, facts) in &catalogue.models {
            let dear = facts.price.into_iter().flat_map(|price| price.usual()).max().unwrap_or(0);
            assert!(name.contains('/') && facts.window > 0 && dear <= 1_000_000_000, "{name}: {facts:?}");
        }
        for name in [
            "anthropic/claude-sonnet-5-5",
            "openai/gpt-5.1",
            "gemini/gemini-2.5-pro",
            "google/gemini-2.5-pro",
            "deepseek/deepseek-chat",
            "openrouter/anthropic/claude-sonnet-5",
            "mistral/devstral-latest",
            "moonshot/kimi-k2.5",
        ] {
            let facts = catalogue.known(name).unwrap_or_else(|| panic!("{name}"));
            assert!(facts.price.is_some() && facts.tools != Some(false), "{name}");
        }
    }

    #[test]
    fn a_long_request_costs_what_long_requests_cost() {
        let long = LongPrice { above: 200_000, input: 6_000_000, cached: 0, cache_write: 0, output: 0 };
        let price = Price { long: Some(long), ..PRICE };
        let asked = |input, cached| price.cost(TokenUsage { input, cached, ..TokenUsage::default() });
        assert_eq!(asked(200_000, 0), 600_000, "at the edge");
        assert_eq!(asked(200_001, 0), 1_200_006);
        assert_eq!(asked(1_000, 200_000), 6_000, "what is cached makes it long, too");
    }

    #[test]
    fn dated_names_are_their_familys() {
        for (name, family) in [
            ("anthropic/claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
            ("openai/gpt-5-2025-08-07", "openai/gpt-5"),
            ("openai/gpt-5-mini", "openai/gpt-5-mini"),
            ("x/m-20250101", "x/m"),
            ("x/m", "x/m"),
        ] {
            assert_eq!(undated(name), family);
        }
    }

    #[test]
    fn cost_is_summed_and_rounded_up() {
        let price = PRICE;
        let usage =
            TokenUsage { input: 1_000, cached: 10_000, cache_written: 100, output: 10, estimated: false };
        assert_eq!(price.cost(usage), 3_000 + 3_000 + 375 + 150);
        assert_eq!(Price { input: 1, ..price }.cost(TokenUsage { input: 1, ..TokenUsage::default() }), 1);
    }

    #[test]
    fn a_persons_entry_wins_and_a_wrong_one_names_its_line() {
        let own = "[model.\"openai/gpt-5\"]\nwindow = 9\n";
        let catalogue = Catalogue::builtin().unwrap().with(own, "models.toml").unwrap();
        assert_eq!(catalogue.facts("openai/gpt-5").window, 9);
        assert_eq!(catalogue.facts("nobody/knows").window, DEFAULT_WINDOW);
        let fault =
            Catalogue::default().with("[model.x]\nwindow = 1\ncolour = 2\n", "mine.toml").unwrap_err();
        assert!(fault.to_string().contains("mine.toml") && fault.to_string().contains("line 3"), "{fault}");
        for (price, words) in
            [("-1", "invalid value"), ("nan", "invalid type"), ("99999999999", "above 10000 dollars")]
        {
            let text = format!(
                "[model.x]\nwindow = 1\nprice = {{ input = {price}, cached = 0, cache_write = 0, output = 0 }}\n"
            );
            let fault = Catalogue::default().with(&text, "mine.toml").unwrap_err().to_string();
            assert!(fault.contains(words), "{price}: {fault}");
        }
    }
}
