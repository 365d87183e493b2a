//! What of a conversation goes into a request: small pure steps over its items.
//!
//! The steps change the kept conversation rather than each request, so that the provider's prompt cache stays warm
//! between two of them. A history that was edited keeps no reasoning: newer models bind it to what came before.

mod bound;
mod compact;
mod estimate;
mod pair;

pub use bound::{bounded, clipped, shorten_results};
pub use compact::{NOTICE, SUMMARY, compact};
pub use estimate::{Estimate, bytes_of, counted, tokens_of};
pub use pair::{open_calls, pair_calls};

use super::model::Item;

/// How a conversation was made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It fitted already.
    Whole,
    /// Older results were shortened.
    Shortened,
    /// The older part was replaced by a summary.
    Compacted,
    /// Nothing more can be left out, and it is still too long.
    TooLong,
}

/// Makes the conversation fit into `budget` tokens: first older results are shortened, then older turns summarised.
pub fn fit(items: &mut Vec<Item>, budget: usize) -> Fit {
    if estimate::items_tokens(items) <= budget {
        return Fit::Whole;
    }
    shorten_results(items);
    drop_reasoning(items);
    if estimate::items_tokens(items) <= budget {
        return Fit::Shortened;
    }
    compact(items, budget);
    pair_calls(items);
    if estimate::items_tokens(items) <= budget { Fit::Compacted } else { Fit::TooLong }
}

fn drop_reasoning(items: &mut [Item]) {
    for item in items {
        if let Item::Assistant(reply) = item {
            reply.thinking.clear();
        }
    }
}
