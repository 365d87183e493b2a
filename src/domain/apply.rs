//! The fold: how each event changes what is true. It contains no rules and cannot fail; an event about something
//! unknown changes nothing.

use super::attempt::{Attempt, Ended, Ending, Work};
use super::contract::AssertionState;
use super::event::{Event, Stamped};
use super::finding::FindingState;
use super::gate::{Decided, Gate, GateId};
use super::id::{AttemptId, MilestoneId, Timestamp};
use super::message::MessageState;
use super::mission::{End, Mission, Mode};
use super::plan::{Claims, Feature, FeatureState};
use super::round::Round;
use super::verdict::Waiver;

impl Mission {
    /// The state after a whole log.
    pub fn fold<'a>(log: impl IntoIterator<Item = &'a Stamped>) -> Self {
        let mut mission = Self::unborn();
        for stamped in log {
            mission.apply(stamped);
        }
        mission
    }

    /// Takes one more event in.
    pub fn apply(&mut self, stamped: &Stamped) {
        self.seq = stamped.seq;
        self.take_in(&stamped.event, stamped.at);
    }

    /// Changes the state by one fact; the sequence number stays.
    pub(super) fn take_in(&mut self, event: &Event, at: Timestamp) {
        self.updated = at;
        match event {
            Event::MissionCreated(founding) => {
                self.created = at;
                self.models.clone_from(&founding.models);
                self.budget = founding.budget;
                self.autopilot = founding.autopilot;
                self.founding = Some((**founding).clone());
            }
            Event::ModelChosen { role, model } => {
                self.models.insert(*role, model.clone());
            }
            Event::BudgetSet { budget } => self.budget = *budget,
            Event::AutopilotSet { autopilot } => self.autopilot = *autopilot,
            Event::MissionHeld { hold } => self.hold = Some(hold.clone()),
            Event::MissionResumed => {
                self.hold = None;
                self.failures.clear();
            }
            Event::MissionCompleted => self.end = Some(End::Completed { at }),
            Event::MissionAbandoned { reason } => {
                self.end = Some(End::Abandoned { at, reason: reason.clone() });
            }
            Event::MissionLanded { commit, .. } => self.landed = Some(commit.clone()),
            Event::Unrecognised { .. } => self.mode = Mode::ReadOnly,
            other => {
                self.take_in_planning(other, at);
                self.take_in_work(other, at);
                self.take_in_validation(other);
                self.take_in_talk(other);
            }
        }
    }

    fn take_in_planning(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::ContractProposed { assertions } => {
                self.contract = assertions.iter().map(|a| (a.id.clone(), a.clone())).collect();
            }
            Event::EnvironmentProposed { environment } => self.environment = Some(environment.clone()),
            Event::PlanProposed { milestones, features } => {
                self.milestones.clone_from(milestones);
                self.features.clone_from(features);
            }
            Event::FeatureAdded { feature } => self.add_feature((**feature).clone()),
            Event::FeatureEdited { feature, spec } => {
                self.with_feature(*feature, |f| f.spec = spec.clone());
            }
            Event::FeatureCancelled { feature, reason } => {
                self.with_feature(*feature, |f| f.state = FeatureState::Cancelled { reason: reason.clone() });
            }
            Event::AssertionAdded { assertion, feature } => {
                self.contract.insert(assertion.id.clone(), (**assertion).clone());
                self.with_feature(*feature, |f| f.fulfills.push(assertion.id.clone()));
            }
            Event::AssertionEdited { assertion, revision, wording } => {
                if let Some(found) = self.contract.get_mut(assertion) {
                    found.revision = *revision;
                    found.wording = (**wording).clone();
                }
            }
            Event::AssertionRetired { assertion, reason } => {
                if let Some(found) = self.contract.get_mut(assertion) {
                    found.state = AssertionState::Retired { reason: reason.clone() };
                }
            }
            Event::AssertionWaived { assertion, revision, reason } => {
                let waiver = Waiver { revision: *revision, reason: reason.clone(), at };
                self.waivers.insert(assertion.clone(), waiver);
            }
            Event::GateOpened { gate } => {
                self.gates.insert(*gate, Gate { id: *gate, opened: at, decided: None });
            }
            Event::GateDecided { gate, decision, by } => {
                if let Some(found) = self.gates.get_mut(gate) {
                    found.decided = Some(Decided { decision: decision.clone(), by: *by, at });
                }
            }
            _ => {}
        }
    }

    fn take_in_work(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::AttemptStarted { attempt, work, role, model, base } => {
                let attempt = Attempt {
                    id: *attempt,
                    work: *work,
                    role: *role,
                    model: model.clone(),
                    base: base.clone(),
                    started: at,
                    ended: None,
                    usage: super::usage::Usage::default(),
                    revisions: self.revisions_for(*work),
                };
                self.attempts.insert(attempt.id, attempt);
            }
            Event::AttemptEnded { attempt, ending } => self.end_attempt(*attempt, ending, at),
            Event::UsageCounted { attempt, usage } => {
                if let Some(found) = self.attempts.get_mut(attempt) {
                    found.usage += *usage;
                }
            }
            Event::RevisionTold { attempt, assertion, revision } => {
                if let Some(found) = self.attempts.get_mut(attempt) {
                    found.revisions.insert(assertion.clone(), *revision);
                }
            }
            Event::HandoffGiven { attempt, feature, head, handoff } => {
                let base = self.attempts.get(attempt).map_or_else(|| head.clone(), |a| a.base.clone());
                let state = FeatureState::Built {
                    attempt: *attempt,
                    base,
                    head: head.clone(),
                    claims: Claims::Unchecked,
                };
                self.with_feature(*feature, |f| f.state = state);
                self.handoffs.insert(*feature, (*attempt, (**handoff).clone()));
            }
            Event::ClaimsChecked { feature, claims: found, runs } => {
                self.claim_runs.insert(*feature, runs.clone());
                self.with_feature(*feature, |f| {
                    if let FeatureState::Built { claims, .. } = &mut f.state {
                        *claims = *found;
                    }
                });
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

    fn take_in_validation(&mut self, event: &Event) {
        match event {
            Event::RoundOpened { milestone, round, commit, to_review, to_test } => {
                self.rounds.push(Round {
                    milestone: *milestone,
                    number: *round,
                    commit: commit.clone(),
                    opened: self.updated,
                    runs: Vec::new(),
                    to_review: to_review.clone(),
                    reviews: std::collections::BTreeMap::new(),
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

    fn take_in_talk(&mut self, event: &Event) {
        match event {
            Event::DirectiveIssued { directive } => self.directives.push(directive.clone()),
            Event::KnowledgeConfirmed { knowledge } => self.knowledge.push(knowledge.clone()),
            Event::MessageSent { message } => self.messages.push(message.clone()),
            Event::MessagesDelivered { messages } => {
                for message in self.messages.iter_mut().filter(|m| messages.contains(&m.id)) {
                    message.state = MessageState::Delivered;
                }
            }
            Event::QuestionAsked { question } => self.questions.push(question.clone()),
            Event::QuestionAnswered { question, answer } => {
                if let Some(found) = self.questions.iter_mut().find(|q| q.id == *question) {
                    found.answer = Some(answer.clone());
                }
            }
            _ => {}
        }
    }

    /// Fix features go to the front of their milestone, behind other fixes; planned ones to its end.
    fn add_feature(&mut self, feature: Feature) {
        let same = |f: &Feature| f.milestone == feature.milestone;
        let place = if feature.is_fix() {
            let first_open = self.features.iter().position(|f| same(f) && !f.is_built() && !f.is_fix());
            first_open.unwrap_or_else(|| self.end_of(feature.milestone))
        } else {
            self.end_of(feature.milestone)
        };
        self.features.insert(place.min(self.features.len()), feature);
    }

    fn end_of(&self, milestone: MilestoneId) -> usize {
        self.features.iter().rposition(|f| f.milestone <= milestone).map_or(0, |last| last + 1)
    }

    fn end_attempt(&mut self, id: AttemptId, ending: &Ending, at: Timestamp) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.ended = Some(Ended { at, ending: ending.clone() });
        let work = attempt.work;
        match ending {
            Ending::Failed { .. } => match self.failures.iter_mut().find(|(failed, _)| *failed == work) {
                Some((_, count)) => *count += 1,
                None => self.failures.push((work, 1)),
            },
            Ending::Done => self.failures.retain(|(failed, _)| *failed != work),
            Ending::Unusable { .. } | Ending::Interrupted | Ending::Stopped { .. } => {}
        }
    }

    fn revisions_for(
        &self,
        work: Work,
    ) -> std::collections::BTreeMap<super::id::AssertionId, super::id::Revision> {
        let ids = match work {
            Work::Build { feature } => self.feature(feature).map(|f| f.fulfills.clone()).unwrap_or_default(),
            Work::TestAsUser { milestone, round } => {
                self.round(milestone, round).map(|r| r.to_test.clone()).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        ids.into_iter().filter_map(|id| self.contract.get(&id).map(|a| (id, a.revision))).collect()
    }

    fn with_feature(&mut self, id: super::id::FeatureId, change: impl FnOnce(&mut Feature)) {
        if let Some(feature) = self.features.iter_mut().find(|feature| feature.id == id) {
            change(feature);
        }
    }

    fn with_round(&mut self, milestone: MilestoneId, number: u32, change: impl FnOnce(&mut Round)) {
        if let Some(round) = self.rounds.iter_mut().find(|r| r.milestone == milestone && r.number == number) {
            change(round);
        }
    }
}

/// The gate of a milestone.
impl From<MilestoneId> for GateId {
    fn from(id: MilestoneId) -> Self {
        Self::Milestone(id)
    }
}
