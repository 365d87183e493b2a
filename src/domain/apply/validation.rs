//! How rounds, findings and gates change a mission.

use std::collections::BTreeMap;

use crate::domain::event::Event;
use crate::domain::finding::FindingState;
use crate::domain::gate::{Decided, Decision, Gate, GateId};
use crate::domain::id::{MilestoneId, Timestamp};
use crate::domain::mission::Mission;
use crate::domain::round::Round;

impl Mission {
    pub(super) fn apply_validation(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::RoundOpened { milestone, round, commit, to_review, to_test } => {
                self.sent_back.remove(milestone);
                self.rounds.push(Round {
                    milestone: *milestone,
                    number: *round,
                    commit: commit.clone(),
                    opened: at,
                    runs: Vec::new(),
                    to_review: to_review.clone(),
                    reviews: BTreeMap::new(),
                    scrutiny: None,
                    to_test: to_test.clone(),
                    user_testing: None,
                    outcome: None,
                });
            }
            Event::GateCommandsRun { milestone, round, runs } => {
                self.with_round(*milestone, *round, |r| r.runs.clone_from(runs));
            }
            Event::ReviewReported { milestone, round, feature, review } => {
                self.with_round(*milestone, *round, |r| {
                    r.reviews.insert(*feature, (**review).clone());
                });
            }
            Event::ScrutinyReported { milestone, round, report } => {
                self.with_round(*milestone, *round, |r| r.scrutiny = Some((**report).clone()));
            }
            Event::VerdictGiven { verdict } => {
                self.verdicts.entry(verdict.assertion.clone()).or_default().push((**verdict).clone());
            }
            Event::UserTestingReported { milestone, round, report } => {
                self.with_round(*milestone, *round, |r| r.user_testing = Some((**report).clone()));
            }
            Event::RoundClosed { milestone, round, outcome } => {
                self.with_round(*milestone, *round, |r| r.outcome = Some(*outcome));
            }
            Event::RoundsExtended { milestone, limit } => {
                self.round_limits.insert(*milestone, *limit);
            }
            _ => {}
        }
    }

    /// Gates and findings: what somebody must decide on.
    pub(super) fn apply_decisions(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::GateOpened { gate } => {
                self.gates.insert(*gate, Gate { id: *gate, opened: at, decided: None });
            }
            Event::GateDecided { gate, decision, by } => {
                if let Some(found) = self.gates.get_mut(gate) {
                    found.decided = Some(Decided { decision: decision.clone(), by: *by, at });
                }
                if matches!(decision, Decision::NoGo { .. }) {
                    self.send_back(*gate);
                }
            }
            Event::FindingRaised { finding } => {
                self.findings.insert(finding.id, (**finding).clone());
            }
            Event::FindingTakenUp { finding, feature } => {
                if let Some(found) = self.findings.get_mut(finding) {
                    found.state = FindingState::TakenUp { feature: *feature };
                }
            }
            Event::FindingDismissed { finding, reason } => {
                if let Some(found) = self.findings.get_mut(finding) {
                    found.state = FindingState::Dismissed { reason: reason.clone() };
                }
            }
            _ => {}
        }
    }

    fn send_back(&mut self, gate: GateId) {
        let milestone = match gate {
            GateId::Plan => None,
            GateId::Milestone(id) => Some(id),
            GateId::Final => self.milestones.last().map(|last| last.id),
        };
        self.sent_back.extend(milestone);
    }

    fn with_round(&mut self, milestone: MilestoneId, number: u32, change: impl FnOnce(&mut Round)) {
        if let Some(round) = self.rounds.iter_mut().find(|r| r.milestone == milestone && r.number == number) {
            change(round);
        }
    }
}
