//! What may be asked of a mission: verbs, and who may use them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::added_tests::AddedTests;
use super::amendment::AmendmentOutcome;
use super::attempt::{AgentWork, Ending, Role, Work};
use super::baseline::Baseline;
use super::budget::Budget;
use super::claim::NotRun;
use super::consequence::ContractChange;
use super::contract::AssertionDraft;
use super::environment::{CommandRun, Environment};
use super::event::Founding;
use super::evidence::Piece;
use super::finding::{Observation, TriageDecision};
use super::gate::{Autopilot, Decision, GateId};
use super::handoff::{Handoff, Issue};
use super::id::{
    AssertionId, AttemptId, Commit, FeatureId, FindingId, MessageId, MilestoneId, ProposalId, QuestionId,
    RequirementId, Revision,
};
use super::message::{Delivery, Party, QuestionDraft};
use super::mission::Hold;
use super::negotiation::{AnswerDraft, ObjectionDraft};
use super::note::NoteRuling;
pub use super::part::{CheckEdit, SpecEdit, WordingEdit};
use super::plan::{FeatureDraft, FeatureSpec, MilestoneDraft};
use super::proposal::Ruling;
use super::requirement::SetAside;
use super::round::{CheckRun, FalseClaim, Opinion, ReviewIssue};
use super::sabotage::Sabotage;
use super::sealed::SealedDraft;
use super::tampering::Suspicion;
use super::text::{Line, Prose, Title};
use super::usage::{ModelPrice, Usage};
use super::verdict::{EvidenceRef, Outcome, ProvenAgain, SecondTry};
use super::wait::Wait;

/// Everything a person, an agent or the engine can ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", content = "with", rename_all = "snake_case")]
pub enum Command {
    // The first command of a mission.
    Found(Box<Founding>),

    // A person's decisions.
    DecideGate { gate: GateId, decision: Decision },
    Waive { assertion: AssertionId, reason: Line },
    // Assertions that were proven at an older commit are tried at the present one.
    ProveAgain { assertions: Vec<AssertionId> },
    // They are not, after all: nothing came of it yet, or it could not be tried.
    TakeBackProof { assertions: Vec<AssertionId> },
    Answer { question: QuestionId, text: Prose },
    Pause,
    Resume,
    StopAttempt { attempt: AttemptId },
    ChooseModel { role: Role, model: Title },
    SetBudget { budget: Budget },
    SetAutopilot { autopilot: Autopilot },
    EditFeature { feature: FeatureId, base: Revision, edit: Box<SpecEdit> },
    // What it was when the person began, and what it shall be.
    EditEnvironment { base: Box<Environment>, environment: Box<Environment> },
    DecideProposal { proposal: ProposalId, ruling: Ruling },
    DecideFinding { decision: Box<TriageDecision> },
    Abandon { reason: Line },
    // Something more that the person wants, and a sentence that was set aside and is wanted all the same.
    AddRequirement { text: Prose },
    KeepRequirement { requirement: RequirementId },
    // The repository stands elsewhere now.
    Relocate { repository: Prose },

    // A sealed assertion becomes part of the contract, and a feature's to fulfill.
    Unseal { assertion: AssertionId, feature: FeatureId },

    // A person's or the orchestrator's.
    EditAssertion { assertion: AssertionId, base: Revision, edit: Box<WordingEdit> },
    AddAssertion { draft: Box<AssertionDraft>, feature: FeatureId },
    RetireAssertion { assertion: AssertionId, reason: Line },
    // Which requirements an assertion shows, all of them.
    MapAssertion { assertion: AssertionId, shows: Vec<RequirementId> },
    // Sentences that ask for nothing; an orchestrator's replace those of the orchestrator before it.
    SetAsideRequirements { aside: Vec<SetAside> },
    Broadcast { text: Prose },
    Say { to: Party, text: Prose, delivery: Delivery },

    // The orchestrator's.
    ProposeContract { assertions: Vec<AssertionDraft> },
    ProposeEnvironment { environment: Environment },
    // Said with the plan: checks that can decide nothing at the base commit and stay as they are, and why.
    KeepChecks { reasons: BTreeMap<AssertionId, Line>, commands: BTreeMap<Line, Line> },
    // Said with the plan: what it makes of the critic's objections.
    AnswerObjections { answers: Vec<AnswerDraft> },
    ProposePlan { title: Option<Title>, milestones: Vec<MilestoneDraft>, answer: Option<Prose> },
    AmendPlan { changes: Vec<PlanChange> },
    Triage { decisions: Vec<TriageDecision> },
    Ask { to: Party, questions: Vec<QuestionDraft> },
    // To a worker's request, while it works; an edit that names nothing is none.
    AnswerAmendment { finding: FindingId, outcome: AmendmentOutcome, words: Line, edit: Box<WordingEdit> },

    // A critic's. What it seals is told to nobody who builds; no objection is agreement.
    Seal { assertions: Vec<SealedDraft> },
    Criticize { summary: Prose, objections: Vec<ObjectionDraft> },

    // A worker's.
    HandIn { handoff: Box<Handoff>, head: Commit },
    RequestAmendment { assertion: AssertionId, proposal: Line, reason: Line },

    // The validators'. What a reviewer finds false in a handoff comes with the review.
    RefuteClaims { claims: Vec<FalseClaim> },
    ReportReview { summary: Prose, opinion: Opinion, issues: Vec<ReviewIssue>, known: Vec<Observation> },
    ReportScrutiny { summary: Prose, issues: Vec<Issue>, knowledge: Vec<Line>, known: Vec<Observation> },
    GiveVerdict { assertion: AssertionId, outcome: Outcome, observed: Line, evidence: Vec<Piece> },
    ReportUserTesting { summary: Prose, frictions: Vec<Line>, issues: Vec<Issue>, known: Vec<Observation> },

    // What a validator learned, and what scrutiny makes of what others did.
    ProposeNotes { notes: Vec<Line> },
    DecideNotes { rulings: Vec<NoteRuling> },

    // The engine's.
    StartAttempt { work: AgentWork, model: Title },
    EndAttempt { attempt: AttemptId, ending: Ending },
    // The model of a role was given up on; another plays it from now on.
    TakeFallback { role: Role, from: Title, to: Title, reason: Line },
    PriceModel { model: Title, price: ModelPrice },
    // Why what agents run is not sandboxed, where it is not.
    NoteSandbox { missing: Option<Line> },
    // From where the person speaks: by which of the program's words, and at which terminal.
    NoteWay { way: Line },
    // The prompts that are not the built-in ones, and what the repository brings along and is not used.
    NoteOverrides { overrides: Vec<Line> },
    // What of the record is not as the engine wrote it.
    DoubtRecord { why: Option<Line> },
    CountUsage { attempt: AttemptId, usage: Usage },
    TellRevision { attempt: AttemptId, assertion: AssertionId, revision: Revision },
    RecordBaseline { baseline: Box<Baseline> },
    RecordClaims { feature: FeatureId, runs: Vec<CommandRun> },
    // What the engine saw of the tests that a handoff adds.
    RecordAddedTests { feature: FeatureId, added: Box<AddedTests> },
    // Commands of a handoff that the engine did not run again.
    LeaveClaims { feature: FeatureId, left: Vec<NotRun> },
    RecordTampering { feature: FeatureId, found: Vec<Suspicion> },
    // The bytes behind these references are gone, or no longer what was kept.
    ReportLostEvidence { evidence: Vec<EvidenceRef> },
    RecordGateCommands { milestone: MilestoneId, round: u32, commit: Commit, runs: Vec<CommandRun> },
    RecordSabotage { sabotage: Box<Sabotage> },
    RecordChecks { milestone: MilestoneId, round: u32, checks: Vec<CheckRun> },
    // What was to be proven again, and shows the same when its tester's steps are done again.
    RecordProof { milestone: MilestoneId, round: u32, proven: Vec<ProvenAgain> },
    // What came of a failure when the engine did its tester's steps again.
    RecordSecondTry { milestone: MilestoneId, round: u32, assertion: AssertionId, second: Box<SecondTry> },
    MarkDelivered { messages: Vec<MessageId> },
    // A server of the attempt's asks the person; it may cease to wait.
    Relay { attempt: AttemptId, server: Title, asked: QuestionDraft },
    Withdraw { question: QuestionId, reason: Line },
    ProposeDocument { changes: Vec<ContractChange> },
    Hold { hold: Hold },
    BeginWait { wait: Wait },
    EndWait { work: Work },
    RecordLoss { work: Work, reason: Line },
    RecordLanding { branch: Title, commit: Commit },
}

/// One change to the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanChange {
    /// A new feature at the end of a milestone that is not GO yet.
    AddFeature { milestone: MilestoneId, draft: FeatureDraft },
    /// New words for a feature that is not built yet.
    EditFeature { feature: FeatureId, spec: FeatureSpec },
    /// A feature is no longer wanted.
    CancelFeature { feature: FeatureId, reason: Line },
}

/// A kind of asker, for saying who may use a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    Person,
    Engine,
    Agent(Role),
}

impl Command {
    /// One question.
    pub fn ask(to: Party, question: Prose, options: Vec<Line>) -> Self {
        Self::Ask { to, questions: vec![QuestionDraft { question, options }] }
    }

    /// Whether its words are run or opened as they are: commands, branches and paths.
    pub fn is_exact(&self) -> bool {
        matches!(
            self,
            Self::Found(_)
                | Self::EditEnvironment { .. }
                | Self::ProposeEnvironment { .. }
                | Self::Relocate { .. }
                | Self::ChooseModel { .. }
        )
    }

    /// Whether it is the person's consent to something, so that the log says from where it came.
    pub fn is_consent(&self) -> bool {
        matches!(
            self,
            Self::DecideGate { .. }
                | Self::Waive { .. }
                | Self::SetBudget { .. }
                | Self::SetAutopilot { .. }
                | Self::DecideProposal { .. }
                | Self::DecideFinding { .. }
                | Self::EditAssertion { .. }
                | Self::RetireAssertion { .. }
                | Self::Unseal { .. }
        )
    }

    /// Whether that kind of asker may use this verb at all.
    #[expect(clippy::too_many_lines, reason = "a flat match over every command")]
    pub fn may_be_asked_by(&self, asker: Asker) -> bool {
        use Asker::{Agent, Engine, Person};
        use Role::{Critic, Orchestrator, Reviewer, Scrutiny, UserTesting, Worker};
        match self {
            Self::Found(_)
            | Self::DecideGate { .. }
            | Self::Waive { .. }
            | Self::ProveAgain { .. }
            | Self::TakeBackProof { .. }
            | Self::Answer { .. }
            | Self::Pause
            | Self::StopAttempt { .. }
            | Self::ChooseModel { .. }
            | Self::SetBudget { .. }
            | Self::SetAutopilot { .. }
            | Self::EditFeature { .. }
            | Self::EditEnvironment { .. }
            | Self::DecideProposal { .. }
            | Self::DecideFinding { .. }
            | Self::Abandon { .. }
            | Self::AddRequirement { .. }
            | Self::KeepRequirement { .. }
            | Self::Relocate { .. }
            | Self::Unseal { .. } => asker == Person,
            Self::Resume => matches!(asker, Person | Engine),
            Self::EditAssertion { .. }
            | Self::AddAssertion { .. }
            | Self::RetireAssertion { .. }
            | Self::MapAssertion { .. }
            | Self::SetAsideRequirements { .. }
            | Self::Broadcast { .. } => matches!(asker, Person | Agent(Orchestrator)),
            Self::Say { .. } => asker != Engine,
            Self::ProposeContract { .. }
            | Self::ProposeEnvironment { .. }
            | Self::KeepChecks { .. }
            | Self::AnswerObjections { .. }
            | Self::ProposePlan { .. }
            | Self::AmendPlan { .. }
            | Self::AnswerAmendment { .. }
            | Self::Triage { .. } => asker == Agent(Orchestrator),
            Self::Seal { .. } | Self::Criticize { .. } => asker == Agent(Critic),
            Self::ProposeNotes { .. } => matches!(asker, Agent(Reviewer | UserTesting)),
            Self::Ask { .. } => matches!(asker, Agent(Orchestrator | Worker)),
            Self::HandIn { .. } | Self::RequestAmendment { .. } => asker == Agent(Worker),
            Self::RefuteClaims { .. } | Self::ReportReview { .. } => asker == Agent(Reviewer),
            Self::ReportScrutiny { .. } | Self::DecideNotes { .. } => asker == Agent(Scrutiny),
            Self::GiveVerdict { .. } | Self::ReportUserTesting { .. } => asker == Agent(UserTesting),
            Self::StartAttempt { .. }
            | Self::EndAttempt { .. }
            | Self::TakeFallback { .. }
            | Self::PriceModel { .. }
            | Self::NoteSandbox { .. }
            | Self::NoteWay { .. }
            | Self::NoteOverrides { .. }
            | Self::DoubtRecord { .. }
            | Self::CountUsage { .. }
            | Self::TellRevision { .. }
            | Self::RecordBaseline { .. }
            | Self::RecordClaims { .. }
            | Self::RecordAddedTests { .. }
            | Self::LeaveClaims { .. }
            | Self::RecordTampering { .. }
            | Self::ReportLostEvidence { .. }
            | Self::RecordGateCommands { .. }
            | Self::RecordSabotage { .. }
            | Self::RecordChecks { .. }
            | Self::RecordProof { .. }
            | Self::RecordSecondTry { .. }
            | Self::MarkDelivered { .. }
            | Self::Relay { .. }
            | Self::Withdraw { .. }
            | Self::ProposeDocument { .. }
            | Self::Hold { .. }
            | Self::BeginWait { .. }
            | Self::EndWait { .. }
            | Self::RecordLoss { .. }
            | Self::RecordLanding { .. } => asker == Engine,
        }
    }
}
