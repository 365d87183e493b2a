//! When a milestone passes: the rule that nothing may go round.

use super::attempt::{AgentWork, Attempt};
use super::contract::Assertion;
use super::environment::CommandRun;
use super::finding::{Severity, Source};
use super::gate::GateId;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, FindingId, MilestoneId, Revision};
use super::mission::Mission;
use super::plan::{Feature, FeatureState, Origin};
use super::text::Line;
use super::verdict::{Standing, Verdict};

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
            .chain(self.sealed_of(milestone))
            .filter(|assertion| assertion.is_blocking() && !self.standing(&assertion.id).is_settled())
            .map(|assertion| format!("{} {}", assertion.id, self.standing_phrase(&assertion.id)))
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

    /// What is said of a milestone with features and without an assertion: whoever took them out would have its gate pass.
    pub(super) fn nothing_proves(&self, milestone: MilestoneId) -> Option<String> {
        let is_asked = self.features_of(milestone).any(Feature::is_wanted);
        let has_none = self.assertions_of(milestone).chain(self.sealed_of(milestone)).next().is_none();
        (is_asked && has_none).then(|| {
            format!(
                "nothing proves {milestone}: it has no assertion (`flightdeck assertion add` gives it one)"
            )
        })
    }

    fn standing_phrase(&self, id: &AssertionId) -> &'static str {
        if self.rests_on_lost_evidence(id) {
            return "rests on evidence that was changed or removed on disk";
        }
        standing_phrase(self.standing(id))
    }

    /// What keeps a gate from being GO, a sentence each.
    pub fn gate_obstacles(&self, gate: GateId) -> Vec<String> {
        let (mut obstacles, flown) = match gate {
            GateId::Plan => return self.plan_obstacles(),
            GateId::Milestone(id) => (self.obstacles(id), Some(id)),
            GateId::Final => {
                let all = self.milestones.iter().flat_map(|milestone| self.obstacles(milestone.id));
                (all.collect(), self.milestones.last().map(|last| last.id))
            }
        };
        obstacles.extend(flown.and_then(|milestone| self.nothing_proves(milestone)));
        if obstacles.is_empty() {
            obstacles.extend(flown.and_then(|id| self.unfinished(id)));
        }
        obstacles
    }

    /// What keeps the plan from being flown: contract and plan may drift apart while it waits for GO.
    fn plan_obstacles(&self) -> Vec<String> {
        let unclaimed = self.active_assertions().filter(|assertion| self.claimant(&assertion.id).is_none());
        unclaimed.map(|assertion| format!("{} is claimed by no feature", assertion.id)).collect()
    }

    /// The assertions that hold the mission to something, by id.
    pub fn active_assertions(&self) -> impl Iterator<Item = &Assertion> {
        self.contract.values().filter(|assertion| assertion.is_active())
    }

    /// The milestone that an attempt works for; `None` for what the orchestrator does.
    pub fn milestone_of(&self, work: AgentWork) -> Option<MilestoneId> {
        let of_feature = || Some(self.feature(work.feature()?)?.milestone);
        work.round().map(|(milestone, _)| milestone).or_else(of_feature)
    }

    /// The active assertions that a milestone's features claim.
    pub fn assertions_of(&self, milestone: MilestoneId) -> impl Iterator<Item = &Assertion> {
        let claims = move |feature: &Feature| feature.milestone == milestone;
        self.active_assertions().filter(move |one| self.claimant(&one.id).is_some_and(claims))
    }

    /// The active assertions that a gate is about, by id: a milestone's own, or all; then those that are sealed.
    pub fn assertions_at(&self, gate: GateId) -> Vec<AssertionId> {
        let ids = |one: &Assertion| one.id.clone();
        match gate {
            GateId::Milestone(id) => self.assertions_of(id).chain(self.sealed_of(id)).map(ids).collect(),
            GateId::Plan | GateId::Final => self.held_assertions().map(ids).collect(),
        }
    }

    /// The assertions a round of this milestone tries: of it and of earlier ones, all that are failed, blocked,
    /// stale or new, those that passed before a fix for them was built, those that passed while a review of their feature was
    /// blocked, once that is mended, sealed ones that passed before anything was built anew, those that the person wants
    /// proven again, and in the last milestone those that the work of later milestones overtook.
    pub fn assertions_to_test(&self, milestone: MilestoneId) -> Vec<AssertionId> {
        let due = |id: &AssertionId| self.milestone_held_to(id).is_some_and(|due| due <= milestone);
        let again = |id: &AssertionId| {
            self.is_shaken(id) || self.prove_again.contains(id) || self.is_overtaken(id, milestone)
        };
        let open = |id: &AssertionId| {
            let standing = self.standing(id);
            !standing.is_settled() || (standing == Standing::Passed && again(id))
        };
        let ids = self.held_assertions().map(|assertion| &assertion.id);
        let mut ids: Vec<AssertionId> = ids.filter(|id| due(id) && open(id)).cloned().collect();
        // Nothing in their order says which of them are sealed.
        ids.sort();
        ids
    }

    /// Whether what was done since an assertion passed asks for another look at it, whoever wants one.
    fn is_shaken(&self, id: &AssertionId) -> bool {
        self.is_mended_since(id) || self.is_fixed_since(id) || self.is_rebuilt_since(id)
    }

    /// Whether an assertion passed in an earlier milestone than this, the last, and something was built since. Its tester's
    /// steps are there to be done again.
    pub(super) fn is_overtaken(&self, id: &AssertionId, milestone: MilestoneId) -> bool {
        let is_last = self.milestones.last().is_some_and(|last| last.id == milestone);
        let newest = self.newest_verdict(id).filter(|_| is_last);
        newest.is_some_and(|verdict| verdict.milestone != milestone && verdict.steps.is_some())
            && !self.built_since_proof(id).is_empty()
    }

    /// Whether an assertion that passed is tried for no other reason than that the person wants it proven again.
    pub(super) fn is_only_asked(&self, id: &AssertionId) -> bool {
        self.prove_again.contains(id) && self.standing(id) == Standing::Passed && !self.is_shaken(id)
    }

    /// The contract's own commands that the engine runs in a round of this milestone: of every active assertion whose
    /// feature is built by then, also of those that passed at an older commit. In the last milestone that is the contract.
    pub fn checks_due(&self, milestone: MilestoneId) -> Vec<(&Assertion, &Line)> {
        let due = self.held_assertions().filter(|one| self.is_built_for(&one.id, milestone));
        due.filter_map(|assertion| Some((assertion, assertion.wording.check.command.as_ref()?))).collect()
    }

    /// The commit at which a passed assertion was proven, where that is not the mission's head.
    pub fn proven_before_head(&self, id: &AssertionId) -> Option<&Commit> {
        let newest = self.newest_verdict(id);
        let passed = newest.filter(|_| self.standing(id) == Standing::Passed)?;
        self.head().is_some_and(|head| *head != passed.commit).then_some(&passed.commit)
    }

    /// Whether the engine ran an assertion's own command at the mission's head, in its newest round, and it was green.
    pub fn is_green_at_head(&self, id: &AssertionId) -> bool {
        let round = self.rounds.last().filter(|round| self.head() == Some(&round.commit));
        let known = self.assertion(id).zip(round);
        known.is_some_and(|(known, round)| round.check(id, known.revision).is_some_and(CommandRun::passed))
    }

    /// The features that were built since an assertion was proven, in their order.
    pub fn built_since_proof(&self, id: &AssertionId) -> Vec<FeatureId> {
        let newest = self.newest_verdict(id);
        let since = |feature: &&Feature| match &feature.state {
            FeatureState::Built { attempt, .. } => {
                newest.is_some_and(|verdict| self.is_later(*attempt, verdict)) && !feature.is_untouched()
            }
            FeatureState::Pending | FeatureState::Cancelled { .. } => false,
        };
        self.features.iter().filter(since).map(|feature| feature.id).collect()
    }

    /// Whether an attempt handed in after a verdict. One that the engine gave stands under the attempt whose steps it did
    /// again, which is older than it.
    fn is_later(&self, attempt: AttemptId, verdict: &Verdict) -> bool {
        if !verdict.again {
            return attempt > verdict.attempt;
        }
        let ended = self.attempts.get(&attempt).and_then(|attempt| attempt.ended.as_ref());
        ended.is_none_or(|ended| ended.at > verdict.at)
    }

    /// Whether an assertion passed before a fix was built that was to make it hold.
    fn is_fixed_since(&self, id: &AssertionId) -> bool {
        let Some(verdict) = self.newest_verdict(id) else { return false };
        let fixes = self.features.iter().filter(|feature| feature.is_fix() && !feature.is_untouched());
        let for_it = |fix: &&Feature| fix.fulfills.contains(id);
        fixes.filter(for_it).any(|fix| match &fix.state {
            FeatureState::Built { attempt, .. } => self.is_later(*attempt, verdict),
            FeatureState::Pending | FeatureState::Cancelled { .. } => false,
        })
    }

    /// Whether a sealed assertion passed before something was built: no feature claims it, so that each may have broken it,
    /// and nobody who builds can tell.
    fn is_rebuilt_since(&self, id: &AssertionId) -> bool {
        self.is_sealed(id) && self.proven_before_head(id).is_some() && !self.built_since_proof(id).is_empty()
    }

    /// Whether an assertion passed before what blocked the review of its feature was mended: it was tried beside the
    /// review, and holds of what stood there then.
    fn is_mended_since(&self, id: &AssertionId) -> bool {
        let last = self.newest_verdict(id);
        let passed = last.filter(|_| self.standing(id) == Standing::Passed);
        let Some((verdict, claimant)) = passed.zip(self.claimant(id)) else { return false };
        let blocked = |finding: &FindingId| {
            let found = self.findings.get(finding).filter(|found| found.severity == Severity::Blocking);
            found.is_some_and(|found| matches!(found.source, Source::Review { .. }))
        };
        self.fixes_of(claimant.id).filter(|fix| fix.mends().iter().any(blocked)).any(|fix| match &fix.state {
            FeatureState::Built { attempt, .. } => self.is_later(*attempt, verdict) && !fix.is_untouched(),
            FeatureState::Pending | FeatureState::Cancelled { .. } => false,
        })
    }

    /// The features that mend what was found about a feature.
    pub fn fixes_of(&self, id: FeatureId) -> impl Iterator<Item = &Feature> {
        let about = move |finding: &FindingId| self.findings.get(finding).and_then(|f| f.feature) == Some(id);
        self.features.iter().filter(move |feature| feature.id != id && feature.mends().iter().any(about))
    }

    /// The assertions that must hold once a feature is built: those it fulfills and, for a fix, those that its findings
    /// are about and those of the features it mends.
    pub fn assertions_at_stake(&self, feature: &Feature) -> Vec<AssertionId> {
        let mut ids = feature.fulfills.clone();
        if let Origin::Fix { findings } = &feature.origin {
            for finding in findings.iter().filter_map(|id| self.findings.get(id)) {
                ids.extend(finding.assertion.clone());
                // A fix is younger than what it mends, so this ends.
                let mended = finding.feature.filter(|id| *id < feature.id).and_then(|id| self.feature(id));
                ids.extend(mended.into_iter().flat_map(|mended| self.assertions_at_stake(mended)));
            }
        }
        ids.retain(|id| self.contract.get(id).is_some_and(Assertion::is_active));
        ids.sort();
        ids.dedup();
        ids
    }

    /// The assertions that a piece of work is about, word for word.
    pub fn assertions_in(&self, work: AgentWork) -> Vec<AssertionId> {
        match work {
            AgentWork::Build { feature } | AgentWork::Review { feature, .. } => {
                self.feature(feature).map(|found| self.assertions_at_stake(found)).unwrap_or_default()
            }
            AgentWork::TestAsUser { milestone, round, flow } => {
                self.round(milestone, round).map(|found| found.share(flow).to_vec()).unwrap_or_default()
            }
            AgentWork::Plan
            | AgentWork::Criticize { .. }
            | AgentWork::Talk
            | AgentWork::Triage
            | AgentWork::Scrutinize { .. } => Vec::new(),
        }
    }

    /// The assertions of an attempt's work that it has not heard of as they stand now.
    pub fn untold(&self, attempt: &Attempt) -> Vec<(AssertionId, Revision)> {
        let present = self.assertions_in(attempt.work).into_iter();
        let active = present.filter_map(|id| self.assertion(&id)).filter(|assertion| assertion.is_active());
        let news =
            active.filter(|assertion| attempt.revisions.get(&assertion.id) != Some(&assertion.revision));
        news.map(|assertion| (assertion.id.clone(), assertion.revision)).collect()
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
