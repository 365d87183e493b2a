//! How a machine's conversation is made to fit its model's window.

use std::collections::BTreeSet;

use super::{Machine, failed};
use crate::agent::context::{self, Estimate, Fit, History};
use crate::agent::model::ToolSpec;
use crate::agent::turn::shape::{Fault, TurnStep};

impl Machine {
    /// The same, which keeps the calls of some tools whole when it is shortened, and then offers a tool for what is left
    /// out: at once, where something was.
    #[must_use]
    pub fn keeping(mut self, deciding: BTreeSet<String>, recall: Option<ToolSpec>) -> Self {
        self.deciding = deciding;
        self.recall = recall;
        if self.shortened {
            self.offer_recall();
        }
        self
    }

    /// The same, which says so before it shortens the conversation by itself.
    #[must_use]
    pub fn heralding(self) -> Self {
        Self { heralds: true, ..self }
    }

    fn offer_recall(&mut self) {
        if let Some(recall) = self.recall.take() {
            self.request.tools.push(recall);
            self.fixed = Estimate::fixed_bytes(&self.request);
        }
    }

    /// The tokens the request may have: the window without the reply and a margin for miscounting.
    pub(super) fn budget(&self) -> usize {
        let window = usize::try_from(self.limits.window_tokens).unwrap_or(usize::MAX);
        let reply = self.limits.max_output_tokens.and_then(|most| usize::try_from(most).ok());
        let reply = reply.unwrap_or(window / 8).min(window / 4);
        window - reply - window / 20
    }

    /// Makes the conversation about as long as `target` tokens.
    pub(super) fn fit(&mut self, target: usize) -> Fit {
        let counted = self.estimate.tokens().max(1);
        let guessed = Estimate::of(&self.request).tokens();
        // Where the provider counts more tokens to a byte than we do, the target shrinks with it.
        let scaled = target.min(target.saturating_mul(guessed) / counted);
        let room = scaled.saturating_sub(context::tokens_of(self.fixed));
        let (numbers, before, shortened) = (std::mem::take(&mut self.numbers), self.last, false);
        let (fit, numbers, last) = self.request.items.edit(|items| {
            let mut history = History { items: std::mem::take(items), numbers, last: before, shortened };
            let fit = context::fit(&mut history, &self.deciding, room);
            *items = history.items;
            (fit, history.numbers, history.last)
        });
        (self.numbers, self.last) = (numbers, last);
        if fit != Fit::Whole {
            self.rewritten = true;
            self.offer_recall();
            self.estimate = Estimate::of(&self.request);
        }
        if last > before
            && let Some(summary) = self.request.items.get(1)
        {
            self.fresh.push(summary.clone());
        }
        fit
    }

    pub(super) fn squeeze(&mut self, words: &str) -> TurnStep {
        self.squeezed += 1;
        let target = self.estimate.tokens() / 2;
        if self.squeezed > 2 || self.fit(target) == Fit::TooLong {
            if self.turns == 0 {
                // What does not fit before the first reply never will, however often it is tried.
                let reason =
                    "the task alone does not fit the model's window; choose a model with a larger one";
                return failed(format!("{reason} ({words})"), Fault::Configuration);
            }
            return failed(
                format!("the conversation no longer fits the model's window ({words})"),
                Fault::Limit,
            );
        }
        TurnStep::AskModel
    }
}
