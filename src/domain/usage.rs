//! What an attempt used: tokens as the provider counted them, and money by the price list.

use std::iter::Sum;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Tokens and money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Input tokens that were not cached.
    pub input: u64,
    /// Input tokens read from the provider's cache.
    pub cached: u64,
    /// Input tokens written to the provider's cache.
    pub cache_written: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Model calls.
    pub turns: u32,
    /// Cost in millionths of a dollar, by the price list and the provider's count.
    pub micro_dollars: u64,
    /// What tokens that no provider counted are taken to cost.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub estimated_micro_dollars: u64,
    /// Tokens of models without a price: no money stands for them, and a number of tokens binds them.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub unpriced: u64,
}

impl Usage {
    /// All money, known and estimated.
    pub fn money(&self) -> u64 {
        self.micro_dollars.saturating_add(self.estimated_micro_dollars)
    }

    /// All tokens, however they were counted.
    pub fn tokens(&self) -> u64 {
        [self.cached, self.cache_written, self.output].into_iter().fold(self.input, u64::saturating_add)
    }
}

/// What a model's tokens cost, in millionths of a dollar for a million of them: 3 dollars are `3_000_000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelPrice {
    /// Input that was not cached.
    pub input: u64,
    /// Input read from the cache.
    pub cached: u64,
    /// Input written to the cache.
    pub cache_write: u64,
    /// Output, reasoning included.
    pub output: u64,
}

impl ModelPrice {
    /// What the tokens cost in millionths of a dollar, rounded up.
    pub fn cost(self, usage: Usage) -> u64 {
        let parts = [
            (usage.input, self.input),
            (usage.cached, self.cached),
            (usage.cache_written, self.cache_write),
            (usage.output, self.output),
        ];
        let total: u128 =
            parts.into_iter().map(|(tokens, price)| u128::from(tokens) * u128::from(price)).sum();
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.cached = self.cached.saturating_add(more.cached);
        self.cache_written = self.cache_written.saturating_add(more.cache_written);
        self.output = self.output.saturating_add(more.output);
        self.turns = self.turns.saturating_add(more.turns);
        self.micro_dollars = self.micro_dollars.saturating_add(more.micro_dollars);
        self.estimated_micro_dollars =
            self.estimated_micro_dollars.saturating_add(more.estimated_micro_dollars);
        self.unpriced = self.unpriced.saturating_add(more.unpriced);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_nothing(amount: &u64) -> bool {
    *amount == 0
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), |mut total, usage| {
            total += usage;
            total
        })
    }
}
