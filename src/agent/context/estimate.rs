//! How many tokens a conversation has: the provider's count where there is one, four bytes to a token elsewhere.

use crate::agent::model::{Item, Reply, Request, TokenUsage};

/// Bytes per token of English and code, as every provider's documentation rounds it.
const BYTES_PER_TOKEN: usize = 4;

/// Tokens that a provider may add to a request by itself: its own words, and what marks where a message begins.
const ADDED: u64 = 64 * 1024;
/// The most tokens of a reply that nobody limited.
const MOST_OUTPUT: u64 = 1_000_000;

/// What one turn used, that asked with so many bytes for a reply of so many tokens: as the provider counted it, where that can be. A token has a byte at least, so that a count
/// beyond the bytes is none, nor is 0 for something.
pub fn counted(asked: usize, most_output: Option<u32>, reply: &Reply) -> TokenUsage {
    let (told, said) = (reply.usage, reply_bytes(reply));
    let bytes = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    let tokens = |bytes: usize| u64::try_from(tokens_of(bytes)).unwrap_or(u64::MAX);
    let input = told.input.saturating_add(told.cached).saturating_add(told.cache_written);
    let input_is_known = (1..=bytes(asked).saturating_add(ADDED)).contains(&input);
    let most = most_output.map_or(MOST_OUTPUT, u64::from).max(bytes(said));
    let output_is_known = if said == 0 { told.output <= most } else { (1..=most).contains(&told.output) };
    let output = if output_is_known { told.output } else { tokens(said) };
    if input_is_known {
        return TokenUsage { output, estimated: told.estimated || !output_is_known, ..told };
    }
    TokenUsage { input: tokens(asked), output, estimated: true, ..TokenUsage::default() }
}

/// The size of a conversation, kept up to date as it grows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Estimate {
    counted: usize,
    bytes_since: usize,
}

impl Estimate {
    /// A request that no provider has counted yet.
    pub fn of(request: &Request) -> Self {
        Self { counted: 0, bytes_since: Self::fixed_bytes(request) + request.items.bytes() }
    }

    /// The bytes of a request beside its conversation.
    pub fn fixed_bytes(request: &Request) -> usize {
        let tools = request.tools.iter().map(|tool| tool.description.len() + tool.schema.to_string().len());
        request.system.len() + tools.sum::<usize>()
    }

    /// An item was added.
    pub fn add(&mut self, item: &Item) {
        self.bytes_since += item_bytes(item);
    }

    /// The provider counted the conversation up to and with its reply.
    pub fn count(&mut self, usage: TokenUsage) {
        let input = usage.input.saturating_add(usage.cached).saturating_add(usage.cache_written);
        // An estimate of the same bytes tells nothing new.
        if input > 0 && !usage.estimated {
            self.counted = usize::try_from(input.saturating_add(usage.output)).unwrap_or(usize::MAX);
            self.bytes_since = 0;
        }
    }

    /// The size in tokens.
    pub fn tokens(self) -> usize {
        self.counted.saturating_add(tokens_of(self.bytes_since))
    }
}

/// The size of items alone, in bytes.
pub fn bytes_of(items: &[Item]) -> usize {
    items.iter().map(item_bytes).sum()
}

/// How many tokens so many bytes are taken for.
pub fn tokens_of(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_TOKEN)
}

/// How many bytes so many tokens are taken for.
pub(super) fn bytes_in(tokens: usize) -> usize {
    tokens.saturating_mul(BYTES_PER_TOKEN)
}

/// The size of items alone, in tokens.
pub(super) fn items_tokens(items: &[Item]) -> usize {
    tokens_of(bytes_of(items))
}

fn item_bytes(item: &Item) -> usize {
    match item {
        Item::User { text } => text.len(),
        Item::Assistant(reply) => reply_bytes(reply),
        Item::ToolResult { output, tool, .. } => output.len() + tool.len() + 16,
        Item::Unknown => 0,
    }
}

fn reply_bytes(reply: &Reply) -> usize {
    let thinking =
        reply.thinking.iter().map(|part| part.text.len().max(part.signature.as_ref().map_or(0, String::len)));
    let calls = reply.calls.iter().map(|call| call.tool.len() + call.arguments_text().len() + 16);
    reply.text.len() + thinking.sum::<usize>() + calls.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_cannot_be_is_estimated_from_the_bytes() {
        let reply = |usage| Reply { text: "y".repeat(80), usage, ..Reply::default() };
        let told = |input, output| TokenUsage { input, output, ..TokenUsage::default() };
        let plain = told(90, 21);
        assert_eq!(counted(400, None, &reply(plain)), plain);
        let absurd = 1_000_000_000_000_000_000;
        let table = [
            (told(0, 0), told(100, 20)),
            (told(absurd, 21), told(100, 21)),
            (told(90, absurd), told(90, 20)),
            (TokenUsage { cached: u64::MAX, ..told(u64::MAX, 0) }, told(100, 20)),
        ];
        for (said, expected) in table {
            assert_eq!(
                counted(400, None, &reply(said)),
                TokenUsage { estimated: true, ..expected },
                "{said:?}"
            );
        }
    }

    #[test]
    fn the_providers_count_wins_over_bytes() {
        let item = Item::User { text: "x".repeat(400) };
        let request = Request { items: vec![item.clone()].into(), ..Request::default() };
        let mut estimate = Estimate::of(&request);
        assert_eq!(estimate.tokens(), 100);
        estimate.count(TokenUsage { input: 30, cached: 10, output: 5, ..TokenUsage::default() });
        assert_eq!(estimate.tokens(), 45);
        estimate.add(&item);
        assert_eq!(estimate.tokens(), 145);
        estimate.count(TokenUsage { output: 5, ..TokenUsage::default() });
        assert_eq!(estimate.tokens(), 145, "a count without input is none");
    }
}
