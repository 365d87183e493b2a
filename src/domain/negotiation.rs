//! The negotiation over a plan before the person reads it: a critic objects, the orchestrator changes the plan or says
//! why not. Both stay on record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::attempt::Role;
use super::gate::GateId;
use super::id::{AttemptId, ObjectionId};
use super::mission::Mission;
use super::text::{Line, Prose, Title, worded};

/// What a critic said of one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criticism {
    /// 1 for the first.
    pub round: u32,
    /// Which plan it is about: 1 for the first that was proposed.
    pub plan: u32,
    pub attempt: AttemptId,
    pub said: Said,
}

/// How a critic's look at a plan ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Agreed {
        summary: Prose,
    },
    Objected {
        summary: Prose,
        objections: Vec<Objection>,
    },
    /// It could not be had: no plan waits for a critic that fails.
    Nothing {
        reason: Line,
    },
}

/// One thing that a critic holds against a plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub id: ObjectionId,
    pub kind: ObjectionKind,
    pub about: Title,
    pub why: Line,
    pub instead: Line,
    pub answer: Option<ObjectionAnswer>,
}

/// An [`Objection`] as a critic gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct ObjectionDraft {
    pub kind: ObjectionKind,
    /// An assertion, a feature, a milestone, a command, a sentence of the goal.
    pub about: Title,
    /// What goes wrong if it stays so.
    pub why: Line,
    /// What should stand there instead.
    pub instead: Line,
}

/// What is wrong with a part of a plan; the critic's prompt says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[derive(JsonSchema, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
#[strum(serialize_all = "snake_case")]
pub enum ObjectionKind {
    /// The goal asks for it, and no assertion shows it.
    #[schemars(description = "")]
    MissingAssertion,
    /// It tests how it is built, not what a user sees.
    #[schemars(description = "")]
    TestsImplementation,
    /// Two people would not agree whether it holds.
    #[schemars(description = "")]
    Unverifiable,
    /// Nothing tries what must not work.
    #[schemars(description = "")]
    MissingNegativeCase,
    /// A feature needs what is built after it.
    #[schemars(description = "")]
    WrongOrder,
    /// More than one worker can do with a clean context.
    #[schemars(description = "")]
    FeatureTooLarge,
    /// A command that harms, needs what is not there, or decides nothing.
    #[schemars(description = "")]
    UnsafeCommand,
    Other,
}

worded!(ObjectionKind);

/// How the orchestrator answers an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionAnswer {
    pub outcome: ObjectionOutcome,
    pub words: Line,
}

/// Whether the plan follows an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub enum ObjectionOutcome {
    Changed,
    Kept,
}

/// An [`ObjectionAnswer`] as the orchestrator gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct AnswerDraft {
    /// Such as OBJ-2.
    pub objection: ObjectionId,
    pub outcome: ObjectionOutcome,
    /// What you changed, or why it stays.
    pub words: Line,
}

impl Criticism {
    /// Its objections; none where it agreed or said nothing.
    pub fn objections(&self) -> &[Objection] {
        match &self.said {
            Said::Objected { objections, .. } => objections,
            Said::Agreed { .. } | Said::Nothing { .. } => &[],
        }
    }
}

impl Mission {
    /// The round in which a critic is to look at the proposed plan; nothing where none is due: no critic is asked for, the
    /// rounds are used up, this plan was looked at, or the person has it already.
    pub fn criticism_due(&self) -> Option<u32> {
        let said = u32::try_from(self.criticisms.len()).unwrap_or(u32::MAX);
        let looked_at = self.criticisms.last().is_some_and(|last| last.plan == self.plans_proposed);
        let is_open =
            self.plans_proposed > 0 && !self.is_go(GateId::Plan) && !self.is_gate_open(GateId::Plan);
        (is_open && !looked_at && said < self.limits().critic_rounds).then_some(said + 1)
    }

    /// Every objection, oldest first.
    pub fn objections(&self) -> impl Iterator<Item = &Objection> {
        self.criticisms.iter().flat_map(Criticism::objections)
    }

    /// Objections that the orchestrator owes an answer to.
    pub fn unanswered_objections(&self) -> impl Iterator<Item = &Objection> {
        self.objections().filter(|objection| objection.answer.is_none())
    }

    /// What of the negotiation makes a person weigh the plan with more care.
    pub(super) fn negotiation_risks(&self) -> Vec<String> {
        let mut risks = Vec::new();
        if let Some(Criticism { said: Said::Nothing { reason }, .. }) = self.criticisms.last() {
            risks.push(format!("no critic looked at this plan: {reason}"));
        }
        let kept = |objection: &&Objection| {
            objection.answer.as_ref().is_some_and(|answer| answer.outcome == ObjectionOutcome::Kept)
        };
        let kept: Vec<String> = self.objections().filter(kept).map(|kept| kept.id.to_string()).collect();
        if !kept.is_empty() {
            risks.push(format!("the plan stays as it was against {} of the critic", kept.join(", ")));
        }
        let critic = self.models.get(&Role::Critic).filter(|_| !self.criticisms.is_empty());
        if critic.is_some() && critic == self.models.get(&Role::Orchestrator) {
            risks.push("the critic is the model that planned: another one sees what it does not".to_owned());
        }
        risks
    }
}
