//! What was changed and decided about contract, plan and crew, by whom, in order.

use serde::{Deserialize, Serialize};

use super::attempt::Role;
use super::budget::Budget;
use super::event::Actor;
use super::gate::{Autopilot, DecidedBy, Decision, GateId};
use super::id::{AssertionId, FeatureId, ProposalId, Revision, Timestamp};
use super::mission::Mission;
use super::part::{Part, Reworded};
use super::proposal::ProposalState;
use super::text::{Line, Text, Title};

/// Characters of a part's old or new words that are kept.
const MOST_OF_A_PART: usize = 120;

/// A change, and who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The event that says so.
    pub seq: u64,
    pub at: Timestamp,
    pub by: Actor,
    pub change: Change,
}

/// What was changed or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    AssertionAdded { assertion: AssertionId, feature: FeatureId },
    AssertionReworded { assertion: AssertionId, revision: Revision, parts: Vec<Rewording> },
    AssertionRetired { assertion: AssertionId, reason: Line },
    AssertionUnsealed { assertion: AssertionId, feature: FeatureId },
    FeatureReworded { feature: FeatureId, parts: Vec<Rewording> },
    FeatureCancelled { feature: FeatureId, reason: Line },
    GateDecided { gate: GateId, decision: Decision, by: DecidedBy },
    ProposalDecided { proposal: ProposalId, state: ProposalState },
    ModelChosen { role: Role, old: Title, new: Title },
    BudgetSet { budget: Budget },
    AutopilotSet { autopilot: Autopilot },
}

/// A part with its old and its new words, as far as they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewording {
    pub part: Part,
    pub old: Text<MOST_OF_A_PART>,
    pub new: Text<MOST_OF_A_PART>,
}

impl From<Reworded> for Rewording {
    /// The words that both begin and both end with are left out.
    fn from(Reworded { part, old, new }: Reworded) -> Self {
        let (one, two) = (words(&old), words(&new));
        let most = one.len().min(two.len());
        let ahead = one.iter().zip(&two).take_while(|(a, b)| a == b).count();
        let behind = one.iter().rev().zip(two.iter().rev()).take_while(|(a, b)| a == b).count();
        let behind = behind.min(most - ahead);
        let middle = |words: &[&str]| {
            let kept = words.get(ahead..words.len() - behind).unwrap_or_default();
            let (before, after) = (ahead > 0, behind > 0 && !(ahead > 0 && kept.is_empty()));
            let left_out = |there: bool| there.then_some("…");
            let all = left_out(before).into_iter().chain(kept.iter().copied()).chain(left_out(after));
            Text::clipped(all.collect::<Vec<_>>().join(" "))
        };
        Self { part, old: middle(&one), new: middle(&two) }
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

impl Mission {
    /// The change that an event made, where it is one that is kept.
    pub fn record_of(&self, seq: u64) -> Option<&Record> {
        self.history.iter().rev().find(|record| record.seq == seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_rewording_only_what_differs_is_kept() {
        let table = [
            ("a b c d", "a x y d", "… b c …", "… x y …"),
            ("a b", "a b c", "…", "… c"),
            ("a a", "a a a", "…", "… a"),
            ("a d", "a b d", "…", "… b …"),
            ("one", "two", "one", "two"),
            ("", "new", "", "new"),
        ];
        for (old, new, was, is) in table {
            let found = Reworded { part: Part::Title, old: old.to_owned(), new: new.to_owned() };
            let kept = Rewording::from(found);
            assert_eq!((kept.old.as_str(), kept.new.as_str()), (was, is), "{old} → {new}");
        }
    }
}
