//! What should be running now, worked out from the mission alone. Resume, retry and restart are this function.

use super::attempt::{AgentWork, Attempt, EngineWork, Work};
use super::gate::GateId;
use super::id::{AssertionId, FeatureId, MilestoneId};
use super::message::{MessageState, Party, Question};
use super::mission::{Mission, Mode};
use super::plan::{Claims, Feature, FeatureState};
use super::round::{Opinion, Round, RoundOutcome};
use super::verdict::{Standing, Verdict};

/// The work that should be running now, without repetition. At most one item writes to the mission's checkout.
pub fn schedule(mission: &Mission) -> Vec<Work> {
    if mission.founding.is_none()
        || mission.end.is_some()
        || mission.hold.is_some()
        || mission.mode == Mode::ReadOnly
    {
        return Vec::new();
    }
    let (go, proposed) = (mission.is_go(GateId::Plan), mission.is_gate_open(GateId::Plan));
    let mut work: Vec<Work> = Vec::new();
    if !go && !proposed {
        let critic = mission.criticism_due().map(|round| AgentWork::Criticize { round });
        work.push(critic.unwrap_or(AgentWork::Plan).into());
    } else if mission.has_mail() {
        work.push(AgentWork::Talk.into());
    }
    if mission.is_baseline_behind() {
        work.push(EngineWork::TakeBaseline.into());
    }
    if let Some(milestone) = mission.flown_milestone().filter(|_| go) {
        work.extend(flight(mission, milestone));
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
        return vec![EngineWork::CheckClaims { feature }.into()];
    }
    if let Some(feature) = being_built(mission) {
        // What its worker asks to have amended, and nobody answers meanwhile, is decided with what its handoff brings.
        return vec![AgentWork::Build { feature }.into()];
    }
    if let Some(work) = mission.sabotage_due(milestone) {
        // What it finds is decided on together with what the round found.
        return vec![work.into()];
    }
    if mission.findings_to_decide().next().is_some() && !mission.has_open_round() {
        return vec![AgentWork::Triage.into()];
    }
    if let Some(round) = mission.rounds.iter().find(|round| round.is_open()) {
        return round_work(mission, round);
    }
    if let Some(feature) = mission.next_feature(milestone) {
        return vec![AgentWork::Build { feature: feature.id }.into()];
    }
    if mission.needs_round(milestone) {
        let round = mission.last_round(milestone).map_or(1, |round| round.number + 1);
        return vec![EngineWork::RunGateCommands { milestone, round }.into()];
    }
    Vec::new()
}

/// What an open round still needs: all its reviews, then the synthesis, then user testing by all its testers, then each of
/// their failures once more.
fn round_work(mission: &Mission, round: &Round) -> Vec<Work> {
    let (milestone, number) = (round.milestone, round.number);
    let reviews: Vec<Work> = round
        .to_review
        .iter()
        .filter(|feature| !round.reviews.contains_key(feature))
        .take(usize::try_from(mission.limits().reviewers.max(1)).unwrap_or(1))
        .map(|feature| AgentWork::Review { milestone, round: number, feature: *feature }.into())
        .collect();
    if !reviews.is_empty() {
        return reviews;
    }
    if round.scrutiny.is_none() && !round.again {
        return vec![AgentWork::Scrutinize { milestone, round: number }.into()];
    }
    let most = usize::try_from(mission.limits().testers.max(1)).unwrap_or(1);
    let flows = mission.flows_due(round);
    if flows.is_empty() && mission.to_try_again(round).next().is_some() {
        return vec![EngineWork::TryAgain { milestone, round: number }.into()];
    }
    let flows = flows.into_iter().take(most);
    flows.map(|flow| AgentWork::TestAsUser { milestone, round: number, flow }.into()).collect()
}

fn unchecked(mission: &Mission) -> Option<FeatureId> {
    let unchecked =
        |feature: &&Feature| matches!(feature.state, FeatureState::Built { claims: Claims::Unchecked, .. });
    mission.features.iter().find(unchecked).map(|feature| feature.id)
}

fn being_built(mission: &Mission) -> Option<FeatureId> {
    mission.live_attempts().find_map(|attempt| {
        if let AgentWork::Build { feature } = attempt.work { Some(feature) } else { None }
    })
}

/// Whether an earlier attempt at this work asked the person and has no answer yet.
fn waits_for_answer(mission: &Mission, work: Work) -> bool {
    mission.questions.iter().any(|question| {
        question.is_open()
            && question.is_of_agent_to_person()
            && mission.attempts.get(&question.from).is_some_and(|attempt| Work::Agent(attempt.work) == work)
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
            || self.waiting_workers().next().is_some()
            || self.has_unread_amendment()
            || self.questions.iter().any(|question| self.is_unread(question))
    }

    /// Questions to the orchestrator whose askers still wait for the answer.
    pub fn waiting_workers(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| {
            question.to == Party::Orchestrator
                && question.is_open()
                && self.attempts.get(&question.from).is_some_and(Attempt::is_live)
        })
    }

    /// Whether the person answered what was asked in a talk, and no later talk has taken the answer up.
    fn is_unread(&self, question: &Question) -> bool {
        let asked_in_talk =
            self.attempts.get(&question.from).is_some_and(|asker| asker.work == AgentWork::Talk);
        let took_up =
            |later: &Attempt| later.work == AgentWork::Talk && later.id > question.from && later.is_done();
        asked_in_talk
            && question.server.is_none()
            && question.answer.is_some()
            && !self.attempts.values().any(took_up)
    }

    /// Whether a piece of work that was begun, or at which the mission is held, leads to nothing any more.
    pub fn is_moot(&self, work: Work) -> bool {
        match work {
            Work::Agent(work) => !self.wants(work),
            Work::Engine(EngineWork::RunGateCommands { milestone, round }) => {
                self.round(milestone, round).is_none() && !self.needs_round(milestone)
            }
            Work::Engine(EngineWork::TryAgain { milestone, round }) => {
                let open = self.round(milestone, round).filter(|round| round.is_open());
                open.is_none_or(|open| self.to_try_again(open).next().is_none())
            }
            Work::Engine(
                EngineWork::CheckClaims { .. } | EngineWork::TakeBaseline | EngineWork::Sabotage { .. },
            ) => false,
        }
    }

    /// Whether an attempt at this work can still lead to anything.
    pub fn wants(&self, work: AgentWork) -> bool {
        let round = |milestone, number| self.round(milestone, number).filter(|round| round.is_open());
        match work {
            AgentWork::Plan => !self.is_go(GateId::Plan),
            AgentWork::Criticize { round } => self.criticism_due() == Some(round),
            AgentWork::Talk | AgentWork::Triage => true,
            AgentWork::Build { feature } => {
                self.feature(feature).is_some_and(|found| found.state == FeatureState::Pending)
            }
            AgentWork::Review { milestone, round: number, feature } => {
                round(milestone, number).is_some_and(|open| !open.reviews.contains_key(&feature))
            }
            AgentWork::Scrutinize { milestone, round: number } => {
                round(milestone, number).is_some_and(|open| open.scrutiny.is_none())
            }
            AgentWork::TestAsUser { milestone, round: number, flow } => {
                round(milestone, number).is_some_and(|open| self.flows_due(open).contains(&flow))
            }
        }
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

    /// Whether a milestone's state calls for another round: something changed since the last, or a failure of it did not
    /// come again, so that nobody knows whether its assertion holds.
    pub fn needs_round(&self, milestone: MilestoneId) -> bool {
        let doubtful = |id: &AssertionId| {
            self.standing(id) == Standing::Failed && self.newest_verdict(id).is_some_and(Verdict::is_flaky)
        };
        self.has_changed(milestone) || self.assertions_to_test(milestone).iter().any(doubtful)
    }

    /// Whether a milestone is not what its last round saw: never validated, changed since, failed before everything was
    /// tried, sent back by the person, or with assertions that were never tried at their present revision. What the round
    /// found is decided on before another one, unless it is.
    pub(super) fn has_changed(&self, milestone: MilestoneId) -> bool {
        let to_test = self.assertions_to_test(milestone);
        let untried = |id: &AssertionId| matches!(self.standing(id), Standing::Pending | Standing::Stale);
        let again = |id: &AssertionId| self.prove_again.contains(id);
        self.is_changed_since_round(milestone)
            || to_test.iter().any(untried)
            || to_test.iter().any(again)
            || (self.sent_back.contains(&milestone) && !to_test.is_empty())
    }

    /// Whether what was built of a milestone is not what its last round saw, or that round did not get far enough to see it.
    pub(super) fn is_changed_since_round(&self, milestone: MilestoneId) -> bool {
        let Some(last) = self.last_round(milestone) else { return true };
        let cut_short = last.outcome == Some(RoundOutcome::Failed) && !last.is_thorough();
        let changed = self.head().is_some_and(|head| *head != last.commit);
        // A fix without a commit leaves nothing to look at that the last round did not see.
        let unseen = |feature: &Feature| {
            feature.is_built()
                && !(feature.is_fix() && feature.is_untouched())
                && !self.rounds_of(milestone).any(|r| r.to_review.contains(&feature.id))
        };
        last.is_open() || cut_short || changed || self.features_of(milestone).any(unseen)
    }

    /// Whether the next round of a milestone only proves again what the person asked for: nothing changed since the last
    /// one passed, so that nobody need read it anew.
    pub fn only_proves_again(&self, milestone: MilestoneId) -> bool {
        let same = |last: &Round| self.head() == Some(&last.commit) && last.is_thorough();
        let passed = |last: &Round| last.outcome == Some(RoundOutcome::Passed) && same(last);
        // What came of earlier wishes stands in the verdicts.
        self.rounds_of(milestone).rfind(|round| !round.again).is_some_and(passed)
            && self.features_to_review(milestone).is_empty()
            && !self.sent_back.contains(&milestone)
            && self.assertions_to_test(milestone).iter().all(|id| self.prove_again.contains(id))
    }

    /// How many rounds a milestone took so far; those that only prove again are the person's wish and take none.
    pub fn rounds_used(&self, milestone: MilestoneId) -> u32 {
        u32::try_from(self.rounds_of(milestone).filter(|round| !round.again).count()).unwrap_or(u32::MAX)
    }

    /// Whether a milestone used up its rounds without passing: only a person's NO-GO grants more.
    pub fn is_exhausted(&self, milestone: MilestoneId) -> bool {
        let ended_badly = self
            .last_round(milestone)
            .is_some_and(|round| matches!(round.outcome, Some(RoundOutcome::Failed | RoundOutcome::Blocked)));
        self.rounds_used(milestone) >= self.round_limit(milestone) && ended_badly && !self.passes(milestone)
    }

    /// Whether nothing is left to do for a milestone but to decide on it.
    pub fn is_at_gate(&self, milestone: MilestoneId) -> bool {
        self.is_exhausted(milestone)
            || (self.last_round(milestone).is_some()
                && flight(self, milestone).is_empty()
                && !self.has_open_round())
    }

    /// Whether a gate is open and only its decision is missing: changes after it opened may have led to more work.
    pub fn waits_at(&self, gate: GateId) -> bool {
        let ready = match gate {
            GateId::Plan => true,
            GateId::Milestone(id) => self.is_at_gate(id),
            GateId::Final => self.milestones.last().is_none_or(|last| self.is_at_gate(last.id)),
        };
        self.is_gate_open(gate) && ready
    }

    /// The features of a milestone whose diff no reviewer has passed yet.
    pub fn features_to_review(&self, milestone: MilestoneId) -> Vec<FeatureId> {
        let passed = |feature: &Feature| {
            let mut reviews = self.rounds.iter().rev().filter_map(|round| round.reviews.get(&feature.id));
            reviews.next().is_some_and(|review| review.opinion == Opinion::Pass)
        };
        self.features_of(milestone).filter(|f| f.is_built() && !passed(f)).map(|f| f.id).collect()
    }
}
