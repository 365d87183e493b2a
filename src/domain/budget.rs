//! What a mission may use, checked before a model is called and not after.

use serde::{Deserialize, Serialize};

use super::attempt::Role;
use super::usage::Usage;

/// Limits of a mission; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Money, in millionths of a dollar.
    pub micro_dollars: Option<u64>,
    /// Tokens of every kind.
    pub tokens: Option<u64>,
    /// Time that agents run, added up over attempts, in milliseconds.
    pub agent_ms: Option<u64>,
    /// The share kept for validators, in percent: everybody else stops short of it.
    pub validation_percent: u8,
}

impl Default for Budget {
    fn default() -> Self {
        Self { micro_dollars: None, tokens: None, agent_ms: None, validation_percent: 25 }
    }
}

/// What a token of a model without a price is taken for, in millionths of a dollar, so that a money budget can bind it.
const MICRO_DOLLARS_A_TOKEN: u64 = 3;

/// Why a model may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {what} is spent: {used} of {limit}{kept}; raise it with `flightdeck resume --budget`")]
pub struct BudgetSpent {
    what: &'static str,
    used: String,
    limit: String,
    kept: String,
}

impl Budget {
    /// Whether a role may start another model call, given what is used so far.
    ///
    /// # Errors
    /// [`BudgetSpent`] with the sentence for the person.
    pub fn check(&self, role: Role, used: &Usage, agent_ms: u64) -> Result<(), BudgetSpent> {
        let money: fn(u64) -> String = if used.estimated_micro_dollars > 0 {
            |amount| format!("≈{}", dollars(amount))
        } else {
            dollars
        };
        let tokens: fn(u64) -> String = |n| format!("{n} tokens");
        let lines = [
            ("money budget", used.money(), self.micro_dollars, money),
            ("token budget", used.tokens(), self.tokens, tokens),
            ("token budget of models without a price", used.unpriced, self.unpriced_tokens(), tokens),
            ("time budget", agent_ms, self.agent_ms, |ms| format!("{} min", ms / 60_000)),
        ];
        for (what, used, limit, show) in lines {
            let Some(limit) = limit else { continue };
            let kept = if role.is_validator() { 0 } else { u64::from(self.validation_percent.min(90)) };
            let open = limit - share(limit, kept);
            if used >= open {
                let kept =
                    if kept > 0 { format!(" ({kept} % is kept for validation)") } else { String::new() };
                let limit = show(limit).trim_start_matches('≈').to_owned();
                return Err(BudgetSpent { what, used: show(used), limit, kept });
            }
        }
        Ok(())
    }
}

impl Budget {
    /// How many tokens models without a price may use, where the money that is set cannot bind them and no token budget
    /// does: what the money would buy of the input of the models that most missions are flown with.
    pub fn unpriced_tokens(&self) -> Option<u64> {
        let money = self.micro_dollars.filter(|_| self.tokens.is_none())?;
        Some(money / MICRO_DOLLARS_A_TOKEN)
    }

    /// What a person should know before models without a price fly under a money budget; nothing where that binds all.
    pub fn unpriced_words(&self, models: &[String]) -> Option<String> {
        let (Some(limit), Some(_)) = (self.tokens.or(self.unpriced_tokens()), self.micro_dollars) else {
            return None;
        };
        let (named, have) = match models {
            [] => return None,
            [only] => (only.clone(), "has"),
            several => (several.join(", "), "have"),
        };
        Some(format!(
            "{named} {have} no known price, so that the money budget cannot count it: {limit} tokens bind it instead \
             (`--tokens N` sets another number; a price goes into the file of the setting `prices`)"
        ))
    }
}

/// So many percent of an amount, rounded up: a small budget keeps its share too.
fn share(amount: u64, percent: u64) -> u64 {
    let share = (u128::from(amount) * u128::from(percent)).div_ceil(100);
    u64::try_from(share).unwrap_or(amount)
}

/// Money for reading: `$4.21`.
pub fn dollars(micro_dollars: u64) -> String {
    format!("${}.{:02}", micro_dollars / 1_000_000, micro_dollars % 1_000_000 / 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_kept_for_validation() {
        let budget = Budget { micro_dollars: Some(10_000_000), ..Budget::default() };
        let used = Usage { micro_dollars: 7_500_000, ..Usage::default() };
        assert!(budget.check(Role::Reviewer, &used, 0).is_ok());
        let sentence = budget.check(Role::Worker, &used, 0).unwrap_err().to_string();
        assert_eq!(
            sentence,
            "the money budget is spent: $7.50 of $10.00 (25 % is kept for validation); raise it with `flightdeck resume --budget`"
        );
    }

    #[test]
    fn a_small_budget_keeps_its_share_too() {
        let budget = Budget { tokens: Some(50), ..Budget::default() };
        let used = Usage { input: 38, ..Usage::default() };
        assert!(budget.check(Role::Worker, &used, 0).is_err(), "25 % of 50 is 12.5: 37 are open");
        assert!(budget.check(Role::UserTesting, &used, 0).is_ok());
    }

    #[test]
    fn estimated_money_counts_and_is_marked() {
        let budget = Budget { micro_dollars: Some(1_000_000), ..Budget::default() };
        let used = Usage { micro_dollars: 500_000, estimated_micro_dollars: 700_000, ..Usage::default() };
        let sentence = budget.check(Role::Reviewer, &used, 0).unwrap_err().to_string();
        assert!(sentence.contains("≈$1.20 of $1.00"), "{sentence}");
    }

    #[test]
    fn a_model_without_a_price_is_bound_by_tokens() {
        let budget = Budget { micro_dollars: Some(3_000_000), ..Budget::default() };
        let used = |unpriced| Usage { input: unpriced, unpriced, ..Usage::default() };
        assert!(budget.check(Role::Reviewer, &used(999_999), 0).is_ok());
        let sentence = budget.check(Role::Reviewer, &used(1_000_000), 0).unwrap_err().to_string();
        assert!(
            sentence
                .contains("the token budget of models without a price is spent: 1000000 tokens of 1000000"),
            "{sentence}"
        );
        assert!(budget.check(Role::Worker, &used(750_000), 0).is_err(), "a share is kept of it, too");
        let of_tokens = Budget { tokens: Some(5_000_000), ..budget };
        assert!(of_tokens.check(Role::Reviewer, &used(1_000_000), 0).is_ok(), "the person's own number wins");
        assert!(Budget::default().check(Role::Worker, &used(u64::MAX), 0).is_ok(), "no limit is none");
        let models = ["acme/large".to_owned()];
        let words = budget.unpriced_words(&models).unwrap();
        assert!(
            words.contains("acme/large has no known price") && words.contains("1000000 tokens bind it"),
            "{words}"
        );
        assert_eq!((Budget::default().unpriced_words(&models), budget.unpriced_words(&[])), (None, None));
    }

    #[test]
    fn no_limit_never_stops_anybody() {
        let used = Usage { micro_dollars: u64::MAX, ..Usage::default() };
        assert!(Budget::default().check(Role::Worker, &used, u64::MAX).is_ok());
    }
}
