//! A change of contract, plan or crew in words, with who made it.

use crate::domain::gate::Autopilot;
use crate::domain::history::{Change, Record, Rewording};
use crate::domain::proposal::ProposalState;

use super::prelude::*;
use super::words::actor;
use super::work::{decision, gate_subject};

/// What it is about: `VAL-AUTH-001`, `F3`, `plan gate`.
pub fn subject(change: &Change) -> String {
    match change {
        Change::AssertionAdded { assertion, .. }
        | Change::AssertionReworded { assertion, .. }
        | Change::AssertionRetired { assertion, .. }
        | Change::AssertionUnsealed { assertion, .. } => assertion.to_string(),
        Change::FeatureReworded { feature, .. } | Change::FeatureCancelled { feature, .. } => {
            feature.to_string()
        }
        Change::GateDecided { gate, .. } => gate_subject(*gate),
        Change::ProposalDecided { proposal, .. } => proposal.to_string(),
        Change::ModelChosen { role, .. } => role.to_string(),
        Change::BudgetSet { .. } => "budget".to_owned(),
        Change::AutopilotSet { .. } => "autopilot".to_owned(),
    }
}

/// What was changed, and by whom: `reworded by you: its statement “… red” → “… blue”`.
pub fn words(mission: &Mission, record: &Record) -> String {
    let by = by(mission, record);
    match &record.change {
        Change::AssertionAdded { feature, .. } => format!("added for {feature} {by}"),
        Change::AssertionReworded { revision, parts, .. } => {
            format!("is now revision {}, worded {by}: {}", revision.0, rewordings(parts))
        }
        Change::AssertionUnsealed { feature, .. } => {
            format!("unsealed {by}: everybody may know it, and {feature} is to fulfill it")
        }
        Change::AssertionRetired { reason, .. } => format!("retired {by}: {reason}"),
        Change::FeatureReworded { parts, .. } => format!("worded anew {by}: {}", rewordings(parts)),
        Change::FeatureCancelled { reason, .. } => format!("cancelled {by}: {reason}"),
        Change::GateDecided { decision: taken, by: decider, .. } => {
            decision(taken, *decider).map(|piece| piece.text).concat()
        }
        Change::ProposalDecided { state, .. } => match state {
            ProposalState::Open => "waits for you".to_owned(),
            ProposalState::Accepted => format!("accepted {by}"),
            ProposalState::Refused => format!("refused {by}"),
            ProposalState::Withdrawn => "withdrawn: it fits no more".to_owned(),
        },
        Change::ModelChosen { old, new, .. } if old.is_empty() => {
            format!("is played by {new} from now on, {by}")
        }
        Change::ModelChosen { old, new, .. } => {
            format!("is played by {new} from now on, no longer by {old}, {by}")
        }
        Change::BudgetSet { budget } => format!("{}, set {by}", budget_words(budget)),
        Change::AutopilotSet { autopilot: Autopilot::On } => format!("on {by}: gates that pass are GO"),
        Change::AutopilotSet { autopilot: Autopilot::Off } => format!("off {by}: every gate waits for you"),
    }
}

/// Who made it: `by you`.
pub fn by(mission: &Mission, record: &Record) -> String {
    format!("by {}", actor(mission, record.by))
}

fn rewordings(parts: &[Rewording]) -> String {
    let parts = parts.iter().map(|Rewording { part, old, new }| {
        let (old, new) = (super::edit::said(*part, old.as_str()), super::edit::said(*part, new.as_str()));
        format!("its {part} “{old}” → “{new}”")
    });
    parts.collect::<Vec<_>>().join(", ")
}
