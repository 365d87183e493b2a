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
    /// Cost in millionths of a dollar; 0 where the model has no price.
    pub micro_dollars: u64,
}

impl Usage {
    /// All tokens, however they were counted.
    pub fn tokens(&self) -> u64 {
        self.input + self.cached + self.cache_written + self.output
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.input += more.input;
        self.cached += more.cached;
        self.cache_written += more.cache_written;
        self.output += more.output;
        self.turns += more.turns;
        self.micro_dollars += more.micro_dollars;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), |mut total, usage| {
            total += usage;
            total
        })
    }
}
