//! What is true: facts in the past tense, the only thing on disk.
//!
//! Every text in an event is bounded by its type. Adding a variant or a field with a default keeps old logs
//! readable; anything else is a new format version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::added_tests::AddedTests;
use super::amendment::AmendmentAnswer;
use super::attempt::{AgentWork, Ending, Role, Work};
use super::baseline::Baseline;
use super::budget::Budget;
use super::claim::NotRun;
use super::contract::{Assertion, Wording};
use super::environment::{CommandRun, Environment};
use super::finding::{Finding, Sighting, Until};
use super::flow::Flow;
use super::gate::{Autopilot, DecidedBy, Decision, GateId};
use super::goal::Goal;
use super::handoff::Handoff;
use super::id::{
    AssertionId, AttemptId, Commit, FeatureId, FindingId, MessageId, MilestoneId, MissionId, NoteId,
    ObjectionId, ProposalId, QuestionId, RequirementId, Revision, Timestamp,
};
use super::message::{Directive, Knowledge, Message, Question};
use super::mission::{Hold, Limits};
use super::negotiation::{Criticism, ObjectionAnswer};
use super::note::{Note, NoteState};
use super::plan::{Claims, Feature, FeatureSpec, ProposedPlan};
use super::proposal::{Proposal, ProposalState};
use super::requirement::Requirement;
use super::round::{CheckRun, Review, RoundOutcome, RoundScope, ScrutinyReport, UserTestingReport};
use super::sabotage::Sabotage;
use super::sealed::Sealed;
use super::text::{Line, Prose, Title};
use super::usage::{ModelPrice, Usage};
use super::verdict::{EvidenceRef, SecondTry, Verdict};
use super::wait::Wait;

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Person,
    Engine,
    Attempt(AttemptId),
}

/// An event in its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// 1 for the first event of a mission, without gaps.
    pub seq: u64,
    pub at: Timestamp,
    pub actor: Actor,
    pub event: Event,
}

/// A fact about a mission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Event {
    MissionCreated(Box<Founding>),
    // New ones, and known ones of which something else is said now.
    RequirementsNoted {
        requirements: Vec<Requirement>,
    },
    ContractProposed {
        assertions: Vec<Assertion>,
    },
    EnvironmentProposed {
        environment: Environment,
    },
    BaselineTaken(Box<Baseline>),
    // Checks, and commands of the environment, that can decide nothing at the base commit stay as they are, and why.
    ChecksKept {
        reasons: BTreeMap<AssertionId, Line>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        commands: BTreeMap<Line, Line>,
    },
    PlanProposed(Box<ProposedPlan>),
    PlanCriticized {
        criticism: Box<Criticism>,
    },
    ObjectionAnswered {
        objection: ObjectionId,
        answer: ObjectionAnswer,
    },
    FeatureAdded {
        feature: Box<Feature>,
    },
    FeatureEdited {
        feature: FeatureId,
        spec: FeatureSpec,
    },
    FeatureCancelled {
        feature: FeatureId,
        reason: Line,
    },
    AssertionAdded {
        assertion: Box<Assertion>,
        feature: FeatureId,
    },
    AssertionEdited {
        assertion: AssertionId,
        revision: Revision,
        wording: Box<Wording>,
    },
    AssertionRetired {
        assertion: AssertionId,
        reason: Line,
    },
    AssertionMapped {
        assertion: AssertionId,
        shows: Vec<RequirementId>,
    },
    AssertionWaived {
        assertion: AssertionId,
        revision: Revision,
        reason: Line,
    },
    // A critic's, which nobody who builds is told of.
    AssertionSealed {
        sealed: Box<Sealed>,
    },
    // It is part of the contract from now on.
    AssertionUnsealed {
        assertion: AssertionId,
        feature: FeatureId,
    },
    // The person wants passed assertions tried at the present commit.
    // What was to be proven again, and is not any more; what could not be tried counts no longer.
    ProofTakenBack {
        assertions: Vec<AssertionId>,
    },
    ProofAskedAgain {
        assertions: Vec<AssertionId>,
    },
    ProposalMade {
        proposal: Box<Proposal>,
    },
    ProposalDecided {
        proposal: ProposalId,
        state: ProposalState,
    },
    GateOpened {
        gate: GateId,
    },
    GateDecided {
        gate: GateId,
        decision: Decision,
        by: DecidedBy,
    },
    AttemptStarted {
        attempt: AttemptId,
        work: AgentWork,
        role: Role,
        model: Title,
        base: Commit,
    },
    AttemptEnded {
        attempt: AttemptId,
        ending: Ending,
    },
    UsageCounted {
        attempt: AttemptId,
        usage: Usage,
    },
    RevisionTold {
        attempt: AttemptId,
        assertion: AssertionId,
        revision: Revision,
    },
    HandoffGiven {
        attempt: AttemptId,
        feature: FeatureId,
        head: Commit,
        handoff: Box<Handoff>,
    },
    ClaimsChecked {
        feature: FeatureId,
        claims: Claims,
        runs: Vec<CommandRun>,
    },
    ClaimsLeft {
        feature: FeatureId,
        left: Vec<NotRun>,
    },
    // The tests that a handoff adds, tried without what was built, and those that nobody finds.
    AddedTestsTried {
        feature: FeatureId,
        added: Box<AddedTests>,
    },
    FindingRaised {
        finding: Box<Finding>,
    },
    FindingTakenUp {
        finding: FindingId,
        feature: FeatureId,
    },
    FindingDismissed {
        finding: FindingId,
        reason: Line,
    },
    FindingDeferred {
        finding: FindingId,
        until: Until,
        reason: Line,
    },
    FindingSeen {
        finding: FindingId,
        sighting: Box<Sighting>,
    },
    FindingReopened {
        finding: FindingId,
    },
    // What the orchestrator says to a worker that asks to have an assertion amended.
    AmendmentAnswered {
        finding: FindingId,
        answer: AmendmentAnswer,
    },
    RoundOpened(Box<RoundScope>),
    GateCommandsRun {
        milestone: MilestoneId,
        round: u32,
        runs: Vec<CommandRun>,
    },
    ChecksRun {
        milestone: MilestoneId,
        round: u32,
        checks: Vec<CheckRun>,
    },
    ReviewReported {
        milestone: MilestoneId,
        round: u32,
        feature: FeatureId,
        review: Box<Review>,
    },
    ScrutinyReported {
        milestone: MilestoneId,
        round: u32,
        report: Box<ScrutinyReport>,
    },
    VerdictGiven {
        verdict: Box<Verdict>,
    },
    // What came of a failure when the engine did its tester's steps again.
    FailureTriedAgain {
        milestone: MilestoneId,
        round: u32,
        assertion: AssertionId,
        second: Box<SecondTry>,
    },
    UserTestingReported {
        milestone: MilestoneId,
        round: u32,
        #[serde(default, skip_serializing_if = "Flow::is_whole")]
        flow: Flow,
        report: Box<UserTestingReport>,
    },
    RoundClosed {
        milestone: MilestoneId,
        round: u32,
        outcome: RoundOutcome,
    },
    RoundsExtended {
        milestone: MilestoneId,
        limit: u32,
    },
    // The bytes behind these references are gone, or no longer what was kept.
    EvidenceLost {
        evidence: Vec<EvidenceRef>,
    },
    // What a check did while something that was built was undone.
    CheckSabotaged {
        sabotage: Box<Sabotage>,
    },
    DirectiveIssued {
        directive: Directive,
    },
    NoteProposed {
        note: Note,
    },
    NoteDecided {
        note: NoteId,
        state: NoteState,
    },
    KnowledgeConfirmed {
        knowledge: Knowledge,
    },
    MessageSent {
        message: Message,
    },
    MessagesDelivered {
        messages: Vec<MessageId>,
    },
    QuestionAsked {
        question: Question,
    },
    QuestionAnswered {
        question: QuestionId,
        answer: Prose,
    },
    WaitStarted {
        wait: Wait,
    },
    WaitEnded {
        work: Work,
        since: Timestamp,
    },
    WorkLost {
        work: Work,
        reason: Line,
    },
    MissionHeld {
        hold: Hold,
    },
    MissionResumed,
    ModelChosen {
        role: Role,
        model: Title,
    },
    // Nothing missing: what agents run is sandboxed.
    SandboxNoted {
        missing: Option<Line>,
    },
    WayNoted {
        way: Line,
    },
    // The prompts that are not the built-in ones, and what the repository brings along and is not used.
    OverridesNoted {
        overrides: Vec<Line>,
    },
    // Nothing: the record is as it was written again, such as from a copy.
    RecordDoubted {
        why: Option<Line>,
    },
    // The chosen model was given up on, and the role is played by its fallback until the person chooses anew.
    FallbackTaken {
        role: Role,
        from: Title,
        to: Title,
        reason: Line,
    },
    ModelPriced {
        model: Title,
        price: ModelPrice,
    },
    BudgetSet {
        budget: Budget,
    },
    AutopilotSet {
        autopilot: Autopilot,
    },
    MissionCompleted,
    MissionLanded {
        branch: Title,
        commit: Commit,
    },
    RepositoryMoved {
        repository: Prose,
    },
    MissionAbandoned {
        reason: Line,
    },
    // An event of a newer version: the mission opens read-only.
    Unrecognised {
        original: Title,
    },
}

/// What a mission starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Founding {
    pub mission: MissionId,
    pub title: Title,
    pub goal: Goal,
    /// The person's repository, as an absolute path.
    pub repository: String,
    /// The branch checked out there, which `land` merges into.
    pub target: Title,
    pub base: Commit,
    /// The mission's own branch.
    pub branch: Title,
    pub models: BTreeMap<Role, Title>,
    pub budget: Budget,
    pub limits: Limits,
    pub autopilot: Autopilot,
}

impl Event {
    /// The word for its kind, as it stands in the log.
    pub fn kind(&self) -> &'static str {
        self.into()
    }
}
