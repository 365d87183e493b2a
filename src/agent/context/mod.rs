//! What of a conversation goes into a request: small pure steps over its items.
//!
//! The steps change the kept conversation rather than each request, so that the provider's prompt cache stays warm
//! between two of them. A history that was edited keeps no reasoning: newer models bind it to what came before.

mod bound;
mod compact;
mod estimate;
mod history;
mod keep;
mod pair;

pub use bound::{bounded, clipped};
pub use compact::{NOTICE, SUMMARY};
pub use estimate::{Estimate, bytes_of, counted, tokens_of};
pub use history::History;
pub use pair::{open_calls, pair_calls};

use std::collections::BTreeSet;

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

/// Makes the conversation fit into `budget` tokens: first older results are shortened, then older turns summarised. What
/// was decided, is open or shows a file as it is stays whole, as far as a quarter of the budget goes.
pub fn fit(history: &mut History, deciding: &BTreeSet<String>, budget: usize) -> Fit {
    if estimate::items_tokens(&history.items) <= budget {
        return Fit::Whole;
    }
    history.shortened = true;
    let kept = keep::kept(&history.items, deciding, estimate::bytes_in(budget / 4));
    bound::shorten_results(history, &kept);
    drop_reasoning(&mut history.items);
    if estimate::items_tokens(&history.items) <= budget {
        return Fit::Shortened;
    }
    compact::compact(history, &kept, budget);
    if estimate::items_tokens(&history.items) <= budget { Fit::Compacted } else { Fit::TooLong }
}

fn drop_reasoning(items: &mut [Item]) {
    for item in items {
        if let Item::Assistant(reply) = item {
            reply.thinking.clear();
        }
    }
}
