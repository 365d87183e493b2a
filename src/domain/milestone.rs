//! When a milestone passes: the rule that nothing may go round.

use super::contract::Assertion;
use super::finding::Severity;
use super::id::{AssertionId, MilestoneId};
use super::mission::Mission;
use super::verdict::Standing;

impl Mission {
    /// Whether every blocking assertion that its features fulfill has a passing or waived verdict at its present
    /// revision, and no blocking finding is open.
    pub fn passes(&self, milestone: MilestoneId) -> bool {
        self.obstacles(milestone).is_empty()
    }

    /// What keeps a milestone from passing, a sentence each.
    pub fn obstacles(&self, milestone: MilestoneId) -> Vec<String> {
        let mut obstacles: Vec<String> = self
            .assertions_of(milestone)
            .filter(|assertion| assertion.is_blocking() && !self.standing(&assertion.id).is_settled())
            .map(|assertion| format!("{} {}", assertion.id, standing_phrase(self.standing(&assertion.id))))
            .collect();
        obstacles.extend(
            self.open_findings()
                .filter(|finding| finding.severity == Severity::Blocking && finding.milestone == milestone)
                .map(|finding| format!("{} is open", finding.id)),
        );
        obstacles.extend(
            self.features_of(milestone)
                .filter(|feature| !feature.is_built())
                .map(|feature| format!("{} is not built", feature.id)),
        );
        obstacles
    }

    /// What keeps the whole mission from being over, a sentence each.
    pub fn final_obstacles(&self) -> Vec<String> {
        self.milestones.iter().flat_map(|milestone| self.obstacles(milestone.id)).collect()
    }

    /// The active assertions that a milestone's features claim.
    pub fn assertions_of(&self, milestone: MilestoneId) -> impl Iterator<Item = &Assertion> {
        self.contract.values().filter(move |assertion| {
            assertion.is_active() && self.claimant(&assertion.id).is_some_and(|f| f.milestone == milestone)
        })
    }

    /// The assertions a round of this milestone tries: of it and of earlier ones, all that are failed, blocked,
    /// stale or new.
    pub fn assertions_to_test(&self, milestone: MilestoneId) -> Vec<AssertionId> {
        let due = |assertion: &&Assertion| {
            self.claimant(&assertion.id).is_some_and(|feature| feature.milestone <= milestone)
        };
        self.contract
            .values()
            .filter(|assertion| assertion.is_active())
            .filter(due)
            .filter(|assertion| !self.standing(&assertion.id).is_settled())
            .map(|assertion| assertion.id.clone())
            .collect()
    }

    /// The assertions that a fix feature's findings are about; for a planned feature, those it fulfills.
    pub fn assertions_at_stake(&self, feature: &super::plan::Feature) -> Vec<AssertionId> {
        let mut ids = feature.fulfills.clone();
        if let super::plan::Origin::Fix { findings } = &feature.origin {
            ids.extend(findings.iter().filter_map(|id| self.findings.get(id)?.assertion.clone()));
        }
        ids.sort();
        ids.dedup();
        ids
    }
}

fn standing_phrase(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "has no verdict",
        Standing::Failed => "failed",
        Standing::Blocked => "could not be tried",
        Standing::Stale => "was edited after its verdict",
        Standing::Passed | Standing::Waived | Standing::Retired => "is settled",
    }
}
