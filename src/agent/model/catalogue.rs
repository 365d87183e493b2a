//! Which models are known: how much they read, how much they write, and what that costs.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::TokenUsage;

/// What ships with flightdeck; the file names its sources.
const BUILTIN: &str = include_str!("../../../assets/models.toml");
/// The window of an unknown model: small enough to be safe with every current one.
const DEFAULT_WINDOW: u32 = 128_000;
/// The most tokens of a reply of a model of which only the window is known: a file of a thousand lines.
const LONG_REPLY: u32 = 16_384;

/// All known models, a person's own entries before the built-in ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalogue {
    models: BTreeMap<String, ModelFacts>,
}

/// What is known of one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFacts {
    /// Tokens that the conversation and the reply may have together.
    pub window: u32,
    /// The most tokens of one reply, when it is known.
    #[serde(default)]
    pub max_output: Option<u32>,
    /// What it costs; a model without it is counted at [`ASSUMED_PRICE`], and what it cost is told as an estimate.
    #[serde(default)]
    pub price: Option<Price>,
}

impl ModelFacts {
    /// A cautious guess.
    pub const UNKNOWN: Self = Self { window: DEFAULT_WINDOW, max_output: None, price: None };

    /// A model of which its server told the window: a reply may have a quarter of it, or servers of one's own write
    /// until it is full.
    pub fn of_window(window: u32) -> Self {
        Self { window, max_output: Some((window / 4).min(LONG_REPLY)), price: None }
    }
}

/// Micro-dollars per million tokens: 3 dollars are `3_000_000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
}

/// What a model without a price is taken to cost: the price of the models that most missions are flown with.
pub const ASSUMED_PRICE: Price =
    Price { input: 3_000_000, cached: 300_000, cache_write: 3_750_000, output: 15_000_000 };
/// The highest price that is believed: 10,000 dollars per million tokens.
const HIGHEST_PRICE: u64 = 10_000_000_000;

impl Price {
    /// Nothing at all, as a rehearsal costs.
    pub const FREE: Self = Self { input: 0, cached: 0, cache_write: 0, output: 0 };

    /// What the tokens cost in micro-dollars, rounded up: a budget must not leak.
    pub fn cost(&self, usage: TokenUsage) -> u64 {
        let parts = [
            (usage.input, self.input),
            (usage.cached, self.cached),
            (usage.cache_written, self.cache_write),
            (usage.output, self.output),
        ];
        let total: u128 = parts.iter().map(|&(tokens, price)| u128::from(tokens) * u128::from(price)).sum();
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

impl Catalogue {
    /// The built-in models.
    ///
    /// # Errors
    /// [`CatalogueError`] when the shipped file is broken, which a test rules out.
    pub fn builtin() -> Result<Self, CatalogueError> {
        Self::parse(BUILTIN, "assets/models.toml")
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
            let prices =
                facts.price.map(|price| [price.input, price.cached, price.cache_write, price.output]);
            if prices.into_iter().flatten().any(|price| price > HIGHEST_PRICE) {
                return Err(wrong(format!(
                    "a price of {name} is above 10000 dollars; prices are micro-dollars per million tokens: 3 dollars are 3000000"
                )));
            }
        }
        Ok(Self { models: file.model })
    }

    /// What is known of `provider/model`, or a cautious guess without a price. A dated name is its family's.
    pub fn facts(&self, name: &str) -> ModelFacts {
        self.known(name).unwrap_or(ModelFacts::UNKNOWN)
    }

    /// What is known of `provider/model`.
    pub fn known(&self, name: &str) -> Option<ModelFacts> {
        self.models.get(name).or_else(|| self.models.get(undated(name))).copied()
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

    #[test]
    fn the_shipped_file_is_whole_and_every_price_is_plausible() {
        let catalogue = Catalogue::builtin().unwrap();
        assert!(catalogue.models.len() >= 15);
        for (name, facts) in &catalogue.models {
            assert!(name.contains('/') && facts.window >= 64_000, "{name}");
            let price = facts.price.unwrap();
            assert!(price.cached <= price.input && price.input < price.output, "{name}");
            assert!(price.output <= 100_000_000, "{name}: dollars, not micro-dollars?");
        }
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
        let price = Price { input: 3_000_000, cached: 300_000, cache_write: 3_750_000, output: 15_000_000 };
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
