//! What should be running now, worked out from the mission alone. Resume, retry and restart are this function.

use super::attempt::Work;
use super::gate::GateId;
use super::id::{FeatureId, MilestoneId};
use super::message::{MessageState, Party};
use super::mission::{Mission, Mode};
use super::plan::{Claims, Feature, FeatureState};
use super::round::{Opinion, Round, RoundOutcome};
use super::verdict::Standing;

/// The work that should be running now, without repetition. At most one item writes to the mission's checkout.
pub fn schedule(mission: &Mission) -> Vec<Work> {
    if mission.founding.is_none()
        || mission.end.is_some()
        || mission.hold.is_some()
        || mission.mode == Mode::ReadOnly
    {
        return Vec::new();
    }
    let mut work = Vec::new();
    if mission.is_go(GateId::Plan) {
        if mission.has_mail() {
            work.push(Work::Talk);
        }
        if let Some(milestone) = mission.flown_milestone() {
            work.extend(flight(mission, milestone));
        }
    } else if mission.is_gate_open(GateId::Plan) {
        work.extend(mission.has_mail().then_some(Work::Talk));
    } else {
        work.push(Work::Plan);
    }
    work.retain(|item| !waits_for_answer(mission, *item));
    work
}

/// The work of the milestone that is being flown, in the order in which nothing may be skipped.
fn flight(mission: &Mission, milestone: MilestoneId) -> Vec<Work> {
    if mission.is_exhausted(milestone) {
        return Vec::new();
    }
    if let Some(feature) = unchecked(mission) {
        return vec![Work::CheckClaims { feature }];
    }
    if mission.open_findings().next().is_some() && !mission.has_open_round() {
        return vec![Work::Triage];
    }
    if let Some(round) = mission.rounds.iter().find(|round| round.is_open()) {
        return round_work(mission, round);
    }
    if let Some(feature) = mission.next_feature(milestone) {
        return vec![Work::Build { feature: feature.id }];
    }
    if mission.needs_round(milestone) {
        let round = mission.last_round(milestone).map_or(1, |round| round.number + 1);
        return vec![Work::RunGateCommands { milestone, round }];
    }
    Vec::new()
}

/// What an open round still needs: all its reviews, then the synthesis, then user testing.
fn round_work(mission: &Mission, round: &Round) -> Vec<Work> {
    let (milestone, number) = (round.milestone, round.number);
    let reviews: Vec<Work> = round
        .to_review
        .iter()
        .filter(|feature| !round.reviews.contains_key(feature))
        .take(usize::try_from(mission.limits().reviewers.max(1)).unwrap_or(1))
        .map(|feature| Work::Review { milestone, round: number, feature: *feature })
        .collect();
    if !reviews.is_empty() {
        return reviews;
    }
    if round.scrutiny.is_none() {
        return vec![Work::Scrutinize { milestone, round: number }];
    }
    vec![Work::TestAsUser { milestone, round: number }]
}

fn unchecked(mission: &Mission) -> Option<FeatureId> {
    let unchecked =
        |feature: &&Feature| matches!(feature.state, FeatureState::Built { claims: Claims::Unchecked, .. });
    mission.features.iter().find(unchecked).map(|feature| feature.id)
}

/// Whether an earlier attempt at this work asked the person and has no answer yet.
fn waits_for_answer(mission: &Mission, work: Work) -> bool {
    mission.questions.iter().any(|question| {
        question.answer.is_none()
            && question.to == Party::Person
            && mission.attempts.get(&question.from).is_some_and(|attempt| attempt.work == work)
    })
}

impl Mission {
    /// The milestone whose work is due: the first that is not GO, or the last one once all are.
    pub fn flown_milestone(&self) -> Option<MilestoneId> {
        self.current_milestone().or_else(|| self.milestones.last()).map(|milestone| milestone.id)
    }

    /// Whether the orchestrator has something to answer.
    pub fn has_mail(&self) -> bool {
        self.messages.iter().any(|m| m.to == Party::Orchestrator && m.state == MessageState::Waiting)
            || self.questions.iter().any(|q| q.to == Party::Orchestrator && q.answer.is_none())
    }

    /// Whether a round is under way.
    pub fn has_open_round(&self) -> bool {
        self.rounds.iter().any(Round::is_open)
    }

    /// The next feature to build: the first of the milestone whose predecessors are built.
    pub fn next_feature(&self, milestone: MilestoneId) -> Option<&Feature> {
        let settled = |id: &FeatureId| self.feature(*id).is_none_or(|f| f.is_built() || !f.is_wanted());
        self.features_of(milestone).find(|feature| !feature.is_built() && feature.after.iter().all(settled))
    }

    /// Whether a milestone's state calls for another round: never validated, changed since, or with assertions
    /// that were never tried at their present revision.
    pub fn needs_round(&self, milestone: MilestoneId) -> bool {
        let Some(last) = self.last_round(milestone) else { return true };
        if last.is_open() || self.head().is_some_and(|head| *head != last.commit) {
            return true;
        }
        self.assertions_to_test(milestone)
            .iter()
            .any(|id| matches!(self.standing(id), Standing::Pending | Standing::Stale))
    }

    /// Whether a milestone used up its rounds without passing: only a person's NO-GO grants more.
    pub fn is_exhausted(&self, milestone: MilestoneId) -> bool {
        let used = u32::try_from(self.rounds_of(milestone).count()).unwrap_or(u32::MAX);
        let ended_badly = self
            .last_round(milestone)
            .is_some_and(|round| matches!(round.outcome, Some(RoundOutcome::Failed | RoundOutcome::Blocked)));
        used >= self.round_limit(milestone) && ended_badly && !self.passes(milestone)
    }

    /// Whether nothing is left to do for a milestone but to decide on it.
    pub fn is_at_gate(&self, milestone: MilestoneId) -> bool {
        self.is_exhausted(milestone)
            || (self.last_round(milestone).is_some()
                && flight(self, milestone).is_empty()
                && !self.has_open_round())
    }

    /// The features of a milestone whose diff no reviewer has passed yet.
    pub fn features_to_review(&self, milestone: MilestoneId) -> Vec<FeatureId> {
        let passed = |feature: &Feature| {
            let reviews = self.rounds.iter().filter_map(|round| round.reviews.get(&feature.id));
            reviews.last().is_some_and(|review| review.opinion == Opinion::Pass)
        };
        self.features_of(milestone).filter(|f| f.is_built() && !passed(f)).map(|f| f.id).collect()
    }
}
