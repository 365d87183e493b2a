//! What a session of an agent uses, out of what it tells of that: tokens at the end of a turn, money as it goes, or nothing.

use std::sync::Arc;

use agent_client_protocol::v1::schema::{PromptResponse, UsageUpdate};
use serde_json::Value;

use crate::agent::model::TokenUsage;
use crate::agent::session::Observer;

/// Bytes of text that make about a token.
const BYTES_TO_A_TOKEN: usize = 4;
const MICRO: f64 = 1e6;

/// Counts for the budget, and for how the session is told.
pub(super) struct Spending {
    observer: Arc<dyn Observer>,
    pub total: TokenUsage,
    /// Tokens that its conversation has now, as it says.
    used: Option<u64>,
    /// Millionths of a dollar that it has told so far, where it tells any.
    told: Option<u64>,
}

impl Spending {
    pub fn new(observer: &Arc<dyn Observer>) -> Self {
        Self { observer: Arc::clone(observer), total: TokenUsage::default(), used: None, told: None }
    }

    /// How large its next request is about, in tokens.
    pub fn estimate(&self, prompt: &str) -> u64 {
        self.used.unwrap_or_default().saturating_add(tokens(prompt.len()))
    }

    /// It tells how full its window is, and what the session has cost so far.
    pub fn update(&mut self, update: &UsageUpdate) {
        self.used = Some(update.used);
        let Some(cost) = update.cost.as_ref().filter(|cost| cost.currency.eq_ignore_ascii_case("usd")) else {
            return;
        };
        let now = micro_dollars(cost.amount);
        let more = now.saturating_sub(self.told.unwrap_or_default());
        // A session that was compacted may begin to count anew; what was counted stays.
        self.told = Some(now.max(self.told.unwrap_or_default()));
        if more > 0 {
            self.observer.cost(more);
        }
    }

    /// A turn is over. What it does not tell is estimated from what was said, both ways, in bytes.
    pub fn turn(&mut self, response: &PromptResponse, sent: usize, said: usize) {
        let usage = counted(response).unwrap_or_else(|| self.estimated(sent, said));
        self.count(usage);
    }

    /// The same of a turn that was not ended by the agent.
    pub fn broken_turn(&mut self, sent: usize, said: usize) {
        self.count(self.estimated(sent, said));
    }

    fn estimated(&self, sent: usize, said: usize) -> TokenUsage {
        TokenUsage {
            input: self.used.unwrap_or_default().max(tokens(sent)),
            output: tokens(said),
            estimated: true,
            ..TokenUsage::default()
        }
    }

    fn count(&mut self, usage: TokenUsage) {
        self.total += usage;
        match self.told {
            // What it costs is told already.
            Some(_) => self.observer.tokens(usage),
            None => self.observer.usage(usage),
        }
    }
}

/// The tokens of a turn as the agent counts them.
fn counted(response: &PromptResponse) -> Option<TokenUsage> {
    if let Some(usage) = &response.usage {
        return Some(TokenUsage {
            input: usage.input_tokens,
            cached: usage.cached_read_tokens.unwrap_or_default(),
            cache_written: usage.cached_write_tokens.unwrap_or_default(),
            output: usage.output_tokens,
            estimated: false,
        });
    }
    // As Gemini tells it.
    let count = response.meta.as_ref()?.get("quota")?.get("token_count")?;
    let of = |name: &str| count.get(name).and_then(Value::as_u64);
    Some(TokenUsage { input: of("input_tokens")?, output: of("output_tokens")?, ..TokenUsage::default() })
}

fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes / BYTES_TO_A_TOKEN).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, which is meant")]
fn micro_dollars(amount: f64) -> u64 {
    (amount * MICRO).round() as u64
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct Log(Mutex<Vec<String>>);

    impl Observer for Log {
        fn usage(&self, usage: TokenUsage) {
            let mark = if usage.estimated { "≈" } else { "" };
            self.0.lock().unwrap().push(format!("{mark}{}/{}", usage.input, usage.output));
        }

        fn tokens(&self, usage: TokenUsage) {
            self.0.lock().unwrap().push(format!("paid {}/{}", usage.input, usage.output));
        }

        fn cost(&self, micro_dollars: u64) {
            self.0.lock().unwrap().push(format!("{micro_dollars} µ$"));
        }
    }

    fn counted(turns: Vec<(Vec<Value>, Value)>) -> Vec<String> {
        let log = Arc::new(Log::default());
        let observer: Arc<dyn Observer> = log.clone();
        let mut spending = Spending::new(&observer);
        for (updates, response) in turns {
            for update in updates {
                spending.update(&serde_json::from_value(update).unwrap());
            }
            spending.turn(&serde_json::from_value(response).unwrap(), 400, 80);
        }
        log.0.lock().unwrap().clone()
    }

    #[test]
    fn what_is_told_counts_and_what_is_not_is_estimated() {
        let usage = json!({ "totalTokens": 15, "inputTokens": 10, "outputTokens": 5 });
        let told = json!({ "stopReason": "end_turn", "usage": usage });
        let silent = json!({ "stopReason": "end_turn" });
        let quota = json!({ "stopReason": "end_turn", "_meta": { "quota": { "token_count": { "input_tokens": 7, "output_tokens": 3 } } } });
        let window = json!({ "used": 900, "size": 1000 });
        let cost = |amount: f64| json!({ "used": 900, "size": 1000, "cost": { "amount": amount, "currency": "USD" } });
        assert_eq!(counted(vec![(vec![], told.clone())]), ["10/5"]);
        assert_eq!(counted(vec![(vec![], quota)]), ["7/3"]);
        assert_eq!(counted(vec![(vec![], silent.clone())]), ["≈100/20"]);
        assert_eq!(counted(vec![(vec![window], silent)]), ["≈900/20"]);
        let paid =
            counted(vec![(vec![cost(0.01), cost(0.03)], told.clone()), (vec![cost(0.03), cost(0.02)], told)]);
        assert_eq!(paid, ["10000 µ$", "20000 µ$", "paid 10/5", "paid 10/5"]);
    }
}
