//! The state of a mission: a fold of its events, and the questions one asks of it.

mod card;
mod findings;
mod limits;
mod standing;
mod status;

pub use card::MissionCard;
pub use limits::Limits;
pub use status::{Hold, HoldCause, Status};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::added_tests::AddedTests;
use super::attempt::{AgentWork, Attempt, Role, Work};
use super::baseline::Baseline;
use super::budget::Budget;
use super::claim::NotRun;
use super::contract::Contract;
use super::environment::{CommandRun, Environment};
use super::event::Founding;
use super::fallback::FallenBack;
use super::finding::Finding;
use super::gate::{Autopilot, Gate, GateId};
use super::handoff::Handoff;
use super::history::Record;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, FindingId, MilestoneId, MissionId, Timestamp};
use super::message::{Directive, Knowledge, Message, Question};
use super::negotiation::Criticism;
use super::note::Note;
use super::part::Authors;
use super::plan::{Feature, FeatureState, Milestone};
use super::proposal::Proposal;
use super::refusal::RefusedPlan;
use super::requirement::Requirement;
use super::round::Round;
use super::sabotage::Sabotage;
use super::schedule::schedule;
use super::sealed::Sealed;
use super::text::{Line, Prose, Title};
use super::usage::{ModelPrice, Usage};
use super::verdict::{EvidenceRef, Verdict, Waiver};
use super::wait::Wait;

/// Everything that is true of one mission.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mission {
    /// The sequence number of the last event applied; 0 before the first.
    pub seq: u64,
    pub founding: Option<Founding>,
    /// What its plan calls it; before there is one, or when it says nothing, the goal's beginning has to do.
    #[serde(default)]
    pub title: Option<Title>,
    pub created: Timestamp,
    /// When the last event happened.
    pub updated: Timestamp,
    pub models: BTreeMap<Role, Title>,
    /// The roles that are played by their fallback, and why.
    #[serde(default)]
    pub fallbacks: BTreeMap<Role, FallenBack>,
    pub budget: Budget,
    pub autopilot: Autopilot,
    /// What the person asked for, sentence by sentence; [`Mission::all_requirements`] has them before there is a contract.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    pub contract: Contract,
    /// What nobody who builds is told of.
    #[serde(default)]
    pub sealed: BTreeMap<AssertionId, Sealed>,
    /// Assertions of which the person said what they show.
    #[serde(default)]
    pub persons_mappings: BTreeSet<AssertionId>,
    /// Who worded what of each assertion.
    #[serde(default)]
    pub assertion_authors: BTreeMap<AssertionId, Authors>,
    pub environment: Option<Environment>,
    /// Whether the person edited it, so that no agent changes it.
    #[serde(default)]
    pub environment_is_persons: bool,
    /// What its commands do before anything is built; missions of older logs have none.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// Why the planner keeps checks that can decide nothing at the base commit.
    #[serde(default)]
    pub checks_kept: BTreeMap<AssertionId, Line>,
    /// Commands of the environment that can do nothing at the base and stay, with the planner's reasons.
    #[serde(default)]
    pub commands_kept: BTreeMap<Line, Line>,
    pub milestones: Vec<Milestone>,
    /// In the order in which they are built; fix features stand at the front of their milestone.
    pub features: Vec<Feature>,
    /// Who worded what of each feature.
    #[serde(default)]
    pub feature_authors: BTreeMap<FeatureId, Authors>,
    /// What others would say in place of the person's words, oldest first.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// What was changed and decided, by whom, in order.
    #[serde(default)]
    pub history: Vec<Record>,
    /// The plan that got a NO-GO last, until another is GO.
    #[serde(default)]
    pub refused: Option<Box<RefusedPlan>>,
    /// How many plans were proposed.
    #[serde(default)]
    pub plans_proposed: u32,
    /// What critics said of them, oldest first.
    #[serde(default)]
    pub criticisms: Vec<Criticism>,
    /// How the plan answers that NO-GO.
    #[serde(default)]
    pub answer: Option<Prose>,
    pub gates: BTreeMap<GateId, Gate>,
    /// What models cost, by their names, as far as it is known.
    #[serde(default)]
    pub prices: BTreeMap<Title, ModelPrice>,
    /// Why what agents run is not sandboxed, where it is not.
    #[serde(default)]
    pub unsandboxed: Option<Line>,
    /// From where the person spoke last, in words.
    #[serde(default)]
    pub persons_way: Option<Line>,
    /// The prompts that are not the built-in ones, and what the repository brings along and is not used, each in a sentence.
    #[serde(default)]
    pub overrides: Vec<Line>,
    /// What of the record is not as the engine wrote it, where somebody changed it outside.
    #[serde(default)]
    pub record_doubt: Option<Line>,
    pub attempts: BTreeMap<AttemptId, Attempt>,
    pub handoffs: BTreeMap<FeatureId, (AttemptId, Handoff)>,
    pub claim_runs: BTreeMap<FeatureId, Vec<CommandRun>>,
    /// Claimed commands that were not run again.
    #[serde(default)]
    pub claims_left: BTreeMap<FeatureId, Vec<NotRun>>,
    /// What the engine saw of the tests that handoffs add.
    #[serde(default)]
    pub added_tests: BTreeMap<FeatureId, AddedTests>,
    pub findings: BTreeMap<FindingId, Finding>,
    /// Workers' requests to amend an assertion, each with the newest attempt at the time.
    #[serde(default)]
    pub amendments_asked: BTreeMap<FindingId, AttemptId>,
    /// Findings that the person themselves dismissed.
    #[serde(default)]
    pub agreed: BTreeSet<FindingId>,
    pub rounds: Vec<Round>,
    pub round_limits: BTreeMap<MilestoneId, u32>,
    /// Milestones that a NO-GO sent back, until a round has looked at them again.
    #[serde(default)]
    pub sent_back: BTreeSet<MilestoneId>,
    /// All verdicts of an assertion, oldest first.
    pub verdicts: BTreeMap<AssertionId, Vec<Verdict>>,
    /// Evidence that was changed or removed after it was taken.
    #[serde(default)]
    pub lost_evidence: BTreeSet<EvidenceRef>,
    /// Passed assertions that the person wants tried again, until they are.
    #[serde(default)]
    pub prove_again: BTreeSet<AssertionId>,
    pub waivers: BTreeMap<AssertionId, Waiver>,
    /// What became of each check while the app was made wrong, the newest.
    #[serde(default)]
    pub sabotages: BTreeMap<AssertionId, Sabotage>,
    /// Milliseconds that took so far, with what it took to try added tests without what was built.
    #[serde(default)]
    pub sabotage_ms: u64,
    pub directives: Vec<Directive>,
    pub knowledge: Vec<Knowledge>,
    /// What agents propose as knowledge, and what became of it.
    #[serde(default)]
    pub notes: Vec<Note>,
    pub messages: Vec<Message>,
    pub questions: Vec<Question>,
    pub hold: Option<Hold>,
    /// Since when it is held.
    #[serde(default)]
    pub held_since: Option<Timestamp>,
    /// What is waited for, by piece of work; [`Mission::waits`] leaves out what is not due any more.
    #[serde(default)]
    pub waits: Vec<Wait>,
    /// Work in which the engine died, since it last got further or the mission was resumed.
    #[serde(default)]
    pub losses: Vec<Loss>,
    /// Failures in a row of a piece of work since it last succeeded or the mission was resumed.
    pub failures: Vec<(AgentWork, u32)>,
    pub end: Option<End>,
    pub landed: Option<Commit>,
    pub mode: Mode,
}

/// A piece of work in which the engine died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    pub work: Work,
    /// Model calls after which it died.
    pub turns: u32,
    /// How often in a row it died there.
    pub count: u32,
}

/// How a mission ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Completed { at: Timestamp },
    Abandoned { at: Timestamp, reason: Line },
}

/// Whether this version understands the whole log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Writable,
    /// A newer version wrote events that this one does not know.
    ReadOnly,
}

impl Mission {
    /// A mission of which nothing is known yet.
    pub fn unborn() -> Self {
        Self::default()
    }

    /// Its id, once it is founded.
    pub fn id(&self) -> Option<&MissionId> {
        self.founding.as_ref().map(|founding| &founding.mission)
    }

    /// Its title; empty before it is founded.
    pub fn title(&self) -> &str {
        let given = self.title.as_ref().or_else(|| self.founding.as_ref().map(|founding| &founding.title));
        given.map_or("", |title| title.as_str())
    }

    /// The limits it was founded with.
    pub fn limits(&self) -> Limits {
        self.founding.as_ref().map_or_else(Limits::default, |founding| founding.limits)
    }

    /// The commit that the next worker starts from: the last accepted head, or the recorded base.
    pub fn head(&self) -> Option<&Commit> {
        let built = self.features.iter().filter_map(|feature| match &feature.state {
            FeatureState::Built { attempt, head, .. } => Some((attempt, head)),
            FeatureState::Pending | FeatureState::Cancelled { .. } => None,
        });
        let last = built.max_by_key(|(attempt, _)| **attempt).map(|(_, head)| head);
        last.or_else(|| self.founding.as_ref().map(|founding| &founding.base))
    }

    /// A feature by id.
    pub fn feature(&self, id: FeatureId) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.id == id)
    }

    /// The features of a milestone, in order, cancelled ones left out.
    pub fn features_of(&self, milestone: MilestoneId) -> impl Iterator<Item = &Feature> {
        self.features.iter().filter(move |feature| feature.milestone == milestone && feature.is_wanted())
    }

    /// The feature that claims an assertion.
    pub fn claimant(&self, assertion: &AssertionId) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.is_wanted() && feature.fulfills.contains(assertion))
    }

    /// The first milestone that is not GO.
    pub fn current_milestone(&self) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| !self.is_go(GateId::Milestone(milestone.id)))
    }

    /// Whether a gate was passed.
    pub fn is_go(&self, gate: GateId) -> bool {
        self.gates.get(&gate).is_some_and(Gate::is_go)
    }

    /// Whether a gate waits for a decision.
    pub fn is_gate_open(&self, gate: GateId) -> bool {
        self.gates.get(&gate).is_some_and(Gate::is_open)
    }

    /// The gate that waits, if one does.
    pub fn open_gate(&self) -> Option<&Gate> {
        self.gates.values().find(|gate| gate.is_open())
    }

    /// The gate that is meant when nobody names one: the one that waits, else the next to come. Before a plan is GO that
    /// is the plan's.
    pub fn default_gate(&self) -> GateId {
        match (self.open_gate(), self.current_milestone()) {
            (Some(open), _) => open.id,
            (None, _) if !self.is_go(GateId::Plan) => GateId::Plan,
            (None, Some(milestone)) => GateId::Milestone(milestone.id),
            (None, None) => GateId::Final,
        }
    }

    /// The rounds of a milestone, oldest first.
    pub fn rounds_of(&self, milestone: MilestoneId) -> impl DoubleEndedIterator<Item = &Round> {
        self.rounds.iter().filter(move |round| round.milestone == milestone)
    }

    /// The newest round of a milestone.
    pub fn last_round(&self, milestone: MilestoneId) -> Option<&Round> {
        self.rounds_of(milestone).next_back()
    }

    /// A round by its number.
    pub fn round(&self, milestone: MilestoneId, number: u32) -> Option<&Round> {
        self.rounds_of(milestone).find(|round| round.number == number)
    }

    /// The last round of the same milestone before this one.
    pub fn round_before(&self, round: &Round) -> Option<&Round> {
        self.rounds_of(round.milestone).rfind(|earlier| earlier.number < round.number)
    }

    /// How many rounds a milestone may take.
    pub fn round_limit(&self, milestone: MilestoneId) -> u32 {
        self.round_limits.get(&milestone).copied().unwrap_or(self.limits().rounds)
    }

    /// Attempts that are running, as far as the log knows.
    pub fn live_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values().filter(|attempt| attempt.is_live())
    }

    /// All usage so far.
    pub fn usage(&self) -> Usage {
        self.attempts.values().map(|attempt| attempt.usage).sum()
    }

    /// Time that agents ran, added up over attempts, in milliseconds; what they waited for by itself is left out.
    pub fn agent_ms(&self, now: Timestamp) -> u64 {
        let worked = |attempt: &Attempt| {
            let waiting = self.wait_of(attempt.work).filter(|_| attempt.is_live());
            let waiting = waiting.map_or(0, |wait| wait_in(attempt, wait, now));
            attempt.wall_ms(now).saturating_sub(attempt.waited_ms).saturating_sub(waiting)
        };
        self.attempts.values().fold(0, |total, attempt| worked(attempt).saturating_add(total))
    }

    /// What is waited for by work that runs or is due, the oldest first.
    pub fn waits(&self) -> impl Iterator<Item = &Wait> {
        let due = if self.waits.is_empty() { Vec::new() } else { schedule(self) };
        let runs = |work: Work| self.live_attempts().any(|attempt| work == attempt.work.into());
        self.waits.iter().filter(move |wait| due.contains(&wait.work) || runs(wait.work))
    }

    /// What a piece of work waits for.
    pub fn wait_of(&self, work: impl Into<Work>) -> Option<&Wait> {
        let work = work.into();
        self.waits.iter().find(|wait| wait.work == work)
    }

    /// The attempts in a row at a piece of work that came to nothing, newest first.
    pub fn failed_in_a_row(&self, work: AgentWork) -> impl Iterator<Item = &Attempt> {
        let own = self.attempts.values().rev().filter(move |attempt| attempt.work == work);
        own.take_while(|attempt| !attempt.is_done() && !attempt.is_live())
    }

    /// The sentences of every directive, oldest first.
    pub fn directive_texts(&self) -> impl Iterator<Item = &str> {
        self.directives.iter().map(|directive| directive.text.as_str())
    }

    /// How often the engine died in a row at the same place of a piece of work.
    pub fn losses_of(&self, work: Work) -> u32 {
        self.losses.iter().find(|loss| loss.work == work).map_or(0, |loss| loss.count)
    }

    /// How often a piece of work failed in a row.
    pub fn failures_of(&self, work: AgentWork) -> u32 {
        self.failures.iter().find(|(failed, _)| *failed == work).map_or(0, |(_, count)| *count)
    }
}

/// For how long of its own time an attempt has waited, in milliseconds.
pub(super) fn wait_in(attempt: &Attempt, wait: &Wait, now: Timestamp) -> u64 {
    now.since(wait.since.max(attempt.started))
}
