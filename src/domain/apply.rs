//! The fold: how each event changes what is true. It contains no rules and cannot fail; an event about something
//! unknown changes nothing.

mod authors;
mod history;
mod proof;

use std::collections::BTreeMap;

use super::attempt::{AgentWork, Attempt, Ended, Ending, Work};
use super::contract::AssertionState;
use super::event::{Actor, Event, Founding, Stamped};
use super::fallback::FallenBack;
use super::finding::{Finding, FindingState};
use super::gate::{Decided, DecidedBy, Decision, Gate, GateId};
use super::handoff::Handoff;
use super::history::Change;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, FindingId, MilestoneId, Revision, Timestamp};
use super::message::MessageState;
use super::mission::{End, Loss, Mission, Mode, wait_in};
use super::negotiation::Said;
use super::plan::{Claims, Feature, FeatureState};
use super::round::Round;
use super::usage::Usage;
use super::verdict::{Verdict, Waiver};

impl Mission {
    /// The state after a whole log.
    pub fn fold<'a>(log: impl IntoIterator<Item = &'a Stamped>) -> Self {
        let mut mission = Self::unborn();
        for stamped in log {
            mission.apply(stamped);
        }
        mission
    }

    /// Applies one more event of the log.
    pub fn apply(&mut self, stamped: &Stamped) {
        self.seq = stamped.seq;
        self.apply_event(&stamped.event, stamped.actor, stamped.at);
    }

    /// Changes the state by one fact; the sequence number stays.
    #[expect(clippy::too_many_lines, reason = "a flat match over every event, so that none is forgotten")]
    pub(super) fn apply_event(&mut self, event: &Event, by: Actor, at: Timestamp) {
        self.updated = at;
        match event {
            Event::MissionCreated(founding) => self.create(founding, at),
            Event::RequirementsNoted { requirements } => self.note_requirements(requirements),
            Event::ContractProposed { assertions } => self.propose_assertions(assertions, by),
            Event::EnvironmentProposed { environment } => {
                self.environment = Some(environment.clone());
                self.environment_is_persons |= by == Actor::Person;
            }
            Event::BaselineTaken(baseline) => self.baseline = Some((**baseline).clone()),
            Event::ChecksKept { reasons, commands } => self.keep(reasons, commands),
            Event::PlanProposed(plan) => {
                self.title = plan.title.clone().or_else(|| self.title.take());
                self.milestones.clone_from(&plan.milestones);
                self.propose_features(&plan.features, by);
                self.answer.clone_from(&plan.answer);
                self.plans_proposed = self.plans_proposed.saturating_add(1);
            }
            Event::PlanCriticized { criticism } => self.criticisms.push((**criticism).clone()),
            Event::ObjectionAnswered { objection, answer } => {
                let objections = self.criticisms.iter_mut().flat_map(|said| match &mut said.said {
                    Said::Objected { objections, .. } => objections.as_mut_slice(),
                    Said::Agreed { .. } | Said::Nothing { .. } => &mut [],
                });
                let found = objections.into_iter().find(|known| known.id == *objection);
                change(found, |known| known.answer = Some(answer.clone()));
            }
            Event::FeatureAdded { feature } => self.add_feature((**feature).clone(), by),
            Event::FeatureEdited { feature, spec } => self.reword_feature(*feature, spec, by, at),
            Event::FeatureCancelled { feature, reason } => {
                self.record(by, at, Change::FeatureCancelled { feature: *feature, reason: reason.clone() });
                self.with_feature(*feature, |f| f.state = FeatureState::Cancelled { reason: reason.clone() });
            }
            Event::AssertionAdded { assertion, feature } => self.add_assertion(assertion, *feature, by, at),
            Event::AssertionEdited { assertion, revision, wording } => {
                self.reword_assertion(assertion, (*revision, wording), by, at);
            }
            Event::AssertionRetired { assertion, reason } => {
                let (id, reason) = (assertion.clone(), reason.clone());
                self.record(by, at, Change::AssertionRetired { assertion: id, reason: reason.clone() });
                self.assertion_authors.entry(assertion.clone()).or_default().retired = Some(by);
                change(self.assertion_mut(assertion), |found| {
                    found.state = AssertionState::Retired { reason };
                });
            }
            Event::AssertionSealed { sealed } => self.seal_assertion(sealed, by),
            Event::AssertionUnsealed { assertion, feature } => {
                self.unseal_assertion(assertion, *feature, by, at);
            }
            Event::AssertionMapped { assertion, shows } => self.map_assertion(assertion, shows, by),
            Event::AssertionWaived { assertion, revision, reason } => {
                let waiver = Waiver { revision: *revision, reason: reason.clone(), at };
                self.waivers.insert(assertion.clone(), waiver);
            }
            Event::ProofAskedAgain { assertions } => self.prove_again.extend(assertions.iter().cloned()),
            Event::ProofTakenBack { assertions } => self.take_back_proof(assertions),
            Event::ProposalMade { proposal } => self.proposals.push((**proposal).clone()),
            Event::ProposalDecided { proposal, state } => {
                self.record(by, at, Change::ProposalDecided { proposal: *proposal, state: *state });
                change(self.proposals.iter_mut().find(|s| s.id == *proposal), |s| s.state = *state);
            }
            Event::GateOpened { gate } => {
                self.gates.insert(*gate, Gate { id: *gate, opened: at, decided: None });
            }
            Event::GateDecided { gate, decision, by: decider } => {
                self.record_gate(by, at, (*gate, decision, *decider));
                self.decide_gate(*gate, decision, *decider, at);
            }
            Event::AttemptStarted { attempt, work, role, model, base } => {
                let started = Attempt {
                    id: *attempt,
                    work: *work,
                    role: *role,
                    model: model.clone(),
                    base: base.clone(),
                    started: at,
                    ended: None,
                    usage: Usage::default(),
                    waited_ms: 0,
                    revisions: self.revisions_for(*work),
                };
                self.attempts.insert(*attempt, started);
            }
            Event::AttemptEnded { attempt, ending } => self.end_attempt(*attempt, ending, at),
            Event::UsageCounted { attempt, usage } => {
                change(self.attempts.get_mut(attempt), |found| found.usage += *usage);
            }
            Event::RevisionTold { attempt, assertion, revision } => {
                change(self.attempts.get_mut(attempt), |found| {
                    found.revisions.insert(assertion.clone(), *revision);
                });
            }
            Event::HandoffGiven { attempt, feature, head, handoff } => {
                self.hand_in(*attempt, *feature, head, handoff);
            }
            Event::ClaimsChecked { feature, claims: found, runs } => {
                self.claim_runs.insert(*feature, runs.clone());
                self.with_feature(*feature, |f| {
                    if let FeatureState::Built { claims, .. } = &mut f.state {
                        *claims = *found;
                    }
                });
            }
            Event::ClaimsLeft { feature, left } => drop(self.claims_left.insert(*feature, left.clone())),
            Event::AddedTestsTried { feature, added } => {
                self.sabotage_ms = self.sabotage_ms.saturating_add(added.wall_ms);
                self.added_tests.insert(*feature, (**added).clone());
            }
            Event::FindingRaised { finding } => self.raise_finding(finding),
            Event::AmendmentAnswered { finding, answer } => self.settle_amendment(*finding, answer),
            Event::FindingTakenUp { finding, feature } => {
                self.with_finding(*finding, |f| f.state = FindingState::TakenUp { feature: *feature });
            }
            Event::FindingDismissed { finding, reason } => {
                if by == Actor::Person {
                    self.agreed.insert(*finding);
                }
                self.with_finding(*finding, |f| {
                    f.state = FindingState::Dismissed { reason: reason.clone() };
                });
            }
            Event::FindingDeferred { finding, until, reason } => self.with_finding(*finding, |f| {
                f.state = FindingState::Deferred { until: *until, reason: reason.clone(), at };
            }),
            Event::FindingSeen { finding, sighting } => {
                self.with_finding(*finding, |f| f.seen = Some((**sighting).clone()));
            }
            Event::FindingReopened { finding } => {
                self.agreed.remove(finding);
                self.with_finding(*finding, |f| f.state = FindingState::Open);
            }
            Event::RoundOpened(scope) => self.open_round(scope, at),
            Event::GateCommandsRun { milestone, round, runs } => {
                self.with_round(*milestone, *round, |r| r.runs.clone_from(runs));
            }
            Event::ChecksRun { milestone, round, checks } => {
                self.with_round(*milestone, *round, |r| r.check_with(checks));
            }
            Event::ReviewReported { milestone, round, feature, review } => {
                self.with_round(*milestone, *round, |r| {
                    r.reviews.insert(*feature, (**review).clone());
                });
            }
            Event::ScrutinyReported { milestone, round, report } => {
                self.with_round(*milestone, *round, |r| r.scrutiny = Some((**report).clone()));
            }
            Event::VerdictGiven { verdict } => self.give_verdict(verdict),
            Event::FailureTriedAgain { milestone, round, assertion, second } => {
                let of_round =
                    |verdict: &&mut Verdict| (verdict.milestone, verdict.round) == (*milestone, *round);
                let given = self.verdicts.get_mut(assertion).into_iter().flatten();
                change(given.rev().find(of_round), |failed| failed.second = Some((**second).clone()));
            }
            Event::UserTestingReported { milestone, round, flow, report } => {
                self.with_round(*milestone, *round, |r| r.take_report(*flow, (**report).clone()));
            }
            Event::RoundClosed { milestone, round, outcome } => {
                self.with_round(*milestone, *round, |r| r.outcome = Some(*outcome));
            }
            Event::CheckSabotaged { sabotage } => {
                self.sabotage_ms = self.sabotage_ms.saturating_add(sabotage.wall_ms);
                self.sabotages.insert(sabotage.assertion.clone(), (**sabotage).clone());
            }
            Event::EvidenceLost { evidence } => self.lost_evidence.extend(evidence.iter().cloned()),
            Event::RoundsExtended { milestone, limit } => {
                self.round_limits.insert(*milestone, *limit);
            }
            Event::DirectiveIssued { directive } => self.directives.push(directive.clone()),
            Event::NoteProposed { note } => self.notes.push(note.clone()),
            Event::NoteDecided { note, state } => {
                change(self.notes.iter_mut().find(|known| known.id == *note), |known| {
                    known.state = state.clone();
                });
            }
            Event::KnowledgeConfirmed { knowledge } => self.knowledge.push(knowledge.clone()),
            Event::MessageSent { message } => self.messages.push(message.clone()),
            Event::MessagesDelivered { messages } => {
                for message in self.messages.iter_mut().filter(|m| messages.contains(&m.id)) {
                    message.state = MessageState::Delivered;
                }
            }
            Event::QuestionAsked { question } => self.questions.push(question.clone()),
            Event::QuestionAnswered { question, answer } => {
                let asked = self.questions.iter_mut().find(|q| q.id == *question);
                change(asked, |found| found.answer = Some(answer.clone()));
            }
            Event::WaitStarted { wait } => {
                match self.waits.iter_mut().find(|present| present.work == wait.work) {
                    Some(present) => *present = wait.clone(),
                    None => self.waits.push(wait.clone()),
                }
            }
            Event::WaitEnded { work, .. } => self.end_wait(*work, at),
            Event::WorkLost { work, .. } => self.lose(*work),
            Event::MissionHeld { hold } => {
                self.hold = Some(hold.clone());
                self.held_since = Some(at);
            }
            Event::MissionResumed => self.resume(at),
            Event::ModelChosen { role, model } => {
                let old = self.models.insert(*role, model.clone()).unwrap_or_default();
                self.fallbacks.remove(role);
                self.record(by, at, Change::ModelChosen { role: *role, old, new: model.clone() });
            }
            Event::FallbackTaken { role, from, to, reason } => {
                self.models.insert(*role, to.clone());
                let (from, reason) = (from.clone(), reason.clone());
                self.record(by, at, Change::ModelChosen { role: *role, old: from.clone(), new: to.clone() });
                self.fallbacks.insert(*role, FallenBack { from, reason, at });
            }
            Event::BudgetSet { budget } => {
                self.budget = *budget;
                self.record(by, at, Change::BudgetSet { budget: *budget });
            }
            Event::AutopilotSet { autopilot } => {
                self.autopilot = *autopilot;
                self.record(by, at, Change::AutopilotSet { autopilot: *autopilot });
            }
            Event::SandboxNoted { missing } => self.unsandboxed.clone_from(missing),
            Event::WayNoted { way } => self.persons_way = Some(way.clone()),
            Event::OverridesNoted { overrides } => self.overrides.clone_from(overrides),
            Event::RecordDoubted { why } => self.record_doubt.clone_from(why),
            Event::ModelPriced { model, price } => drop(self.prices.insert(model.clone(), *price)),
            Event::MissionCompleted => self.end = Some(End::Completed { at }),
            Event::MissionLanded { commit, .. } => self.landed = Some(commit.clone()),
            Event::RepositoryMoved { repository } => {
                if let Some(founding) = &mut self.founding {
                    repository.as_str().clone_into(&mut founding.repository);
                }
            }
            Event::MissionAbandoned { reason } => {
                self.end = Some(End::Abandoned { at, reason: reason.clone() });
            }
            Event::Unrecognised { .. } => self.mode = Mode::ReadOnly,
        }
    }

    fn create(&mut self, founding: &Founding, at: Timestamp) {
        self.created = at;
        self.models.clone_from(&founding.models);
        self.budget = founding.budget;
        self.autopilot = founding.autopilot;
        self.founding = Some(founding.clone());
    }

    /// Fix features go to the front of their milestone, behind other fixes; planned ones to its end.
    fn add_feature(&mut self, feature: Feature, by: Actor) {
        self.feature_authors.insert(feature.id, self.authors_of_feature(&feature, by));
        let milestone = feature.milestone;
        let first_planned = |f: &Feature| f.milestone == milestone && !f.is_built() && !f.is_fix();
        let place = self.features.iter().position(first_planned).filter(|_| feature.is_fix());
        let end = || self.features.iter().rposition(|f| f.milestone <= milestone).map_or(0, |last| last + 1);
        self.features.insert(place.unwrap_or_else(end), feature);
    }

    fn decide_gate(&mut self, gate: GateId, decision: &Decision, by: DecidedBy, at: Timestamp) {
        change(self.gates.get_mut(&gate), |found| {
            found.decided = Some(Decided { decision: decision.clone(), by, at });
        });
        if matches!(decision, Decision::NoGo { .. }) {
            let milestone = match gate {
                GateId::Plan => None,
                GateId::Milestone(id) => Some(id),
                GateId::Final => self.milestones.last().map(|last| last.id),
            };
            self.sent_back.extend(milestone);
        }
    }

    fn end_attempt(&mut self, id: AttemptId, ending: &Ending, at: Timestamp) {
        let Some(work) = self.attempts.get(&id).map(|attempt| attempt.work) else { return };
        // What an interrupted attempt waited for is still waited for by the one that takes its place.
        self.count_wait(work.into(), at);
        if *ending != Ending::Interrupted {
            self.waits.retain(|wait| wait.work != work.into());
        }
        if *ending == Ending::Done {
            self.losses.retain(|loss| loss.work != work.into());
        }
        change(self.attempts.get_mut(&id), |attempt| {
            attempt.ended = Some(Ended { at, ending: ending.clone() });
        });
        match ending {
            Ending::Failed { .. } => match self.failures.iter_mut().find(|(failed, _)| *failed == work) {
                Some((_, count)) => *count += 1,
                None => self.failures.push((work, 1)),
            },
            Ending::Done => self.failures.retain(|(failed, _)| *failed != work),
            Ending::Unusable { .. } | Ending::Interrupted | Ending::Stopped { .. } => {}
        }
    }

    pub(super) fn end_wait(&mut self, work: Work, at: Timestamp) {
        self.count_wait(work, at);
        self.waits.retain(|wait| wait.work != work);
    }

    /// Time spent waiting is kept apart from time spent working.
    fn count_wait(&mut self, work: Work, at: Timestamp) {
        let Some(wait) = self.waits.iter().find(|wait| wait.work == work) else { return };
        let own = |attempt: &&mut Attempt| attempt.is_live() && work == attempt.work.into();
        for attempt in self.attempts.values_mut().filter(own) {
            attempt.waited_ms = attempt.waited_ms.saturating_add(wait_in(attempt, wait, at));
        }
    }

    /// The engine died in a piece of work. Whoever got to another place than the one before had got on.
    fn lose(&mut self, work: Work) {
        let last = self.attempts.values().rev().find(|attempt| work == attempt.work.into());
        let turns = last.map_or(0, |attempt| attempt.usage.turns);
        match self.losses.iter_mut().find(|loss| loss.work == work) {
            Some(loss) if loss.turns == turns => loss.count = loss.count.saturating_add(1),
            Some(loss) => *loss = Loss { work, turns, count: 1 },
            None => self.losses.push(Loss { work, turns, count: 1 }),
        }
    }

    fn hand_in(&mut self, attempt: AttemptId, feature: FeatureId, head: &Commit, handoff: &Handoff) {
        let base = self.attempts.get(&attempt).map_or(head, |found| &found.base).clone();
        let state = FeatureState::Built { attempt, base, head: head.clone(), claims: Claims::Unchecked };
        self.with_feature(feature, |f| f.state = state);
        self.handoffs.insert(feature, (attempt, handoff.clone()));
    }

    /// The revisions that an attempt at this work starts under.
    fn revisions_for(&self, work: AgentWork) -> BTreeMap<AssertionId, Revision> {
        let ids = self.assertions_in(work).into_iter();
        ids.filter_map(|id| self.assertion(&id).map(|a| (id.clone(), a.revision))).collect()
    }

    fn with_finding(&mut self, id: FindingId, changed: impl FnOnce(&mut Finding)) {
        change(self.findings.get_mut(&id), changed);
    }

    fn with_feature(&mut self, id: FeatureId, changed: impl FnOnce(&mut Feature)) {
        change(self.features.iter_mut().find(|feature| feature.id == id), changed);
    }

    fn with_round(&mut self, milestone: MilestoneId, number: u32, changed: impl FnOnce(&mut Round)) {
        let round = self.rounds.iter_mut().find(|r| r.milestone == milestone && r.number == number);
        change(round, changed);
    }
}

/// Changes what an event names, if the mission has it.
fn change<T>(found: Option<&mut T>, changed: impl FnOnce(&mut T)) {
    if let Some(found) = found {
        changed(found);
    }
}
