//! How many tokens a conversation has: the provider's count where there is one, four bytes to a token elsewhere.

use crate::agent::model::{Item, Reply, Request, TokenUsage};

/// Bytes per token of English and code, as every provider's documentation rounds it.
const BYTES_PER_TOKEN: usize = 4;

/// The size of a conversation, kept up to date as it grows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Estimate {
    counted: usize,
    bytes_since: usize,
}

impl Estimate {
    /// A request that no provider has counted yet.
    pub fn of(request: &Request) -> Self {
        let tools = request.tools.iter().map(|tool| tool.description.len() + tool.schema.to_string().len());
        let bytes = request.system.len() + tools.sum::<usize>();
        Self { counted: 0, bytes_since: bytes + bytes_of(&request.items) }
    }

    /// An item was added.
    pub fn add(&mut self, item: &Item) {
        self.bytes_since += item_bytes(item);
    }

    /// The provider counted the conversation up to and with its reply.
    pub fn count(&mut self, usage: TokenUsage) {
        let input = usage.input + usage.cached + usage.cache_written;
        // Some servers report nothing, or only the output.
        if input > 0 {
            self.counted = usize::try_from(input + usage.output).unwrap_or(usize::MAX);
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
    fn the_providers_count_wins_over_bytes() {
        let item = Item::User { text: "x".repeat(400) };
        let request = Request { items: vec![item.clone()], ..Request::default() };
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
