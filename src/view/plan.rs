//! The plan as a checklist: milestones, the features of those that are open, and how far validation is.

use std::collections::BTreeSet;

use crate::domain::attempt::AgentWork;
use crate::domain::finding::Severity;
use crate::domain::gate::GateId;
use crate::domain::id::{AttemptId, FeatureId, MilestoneId};
use crate::domain::plan::{Claims, Feature, FeatureState};
use crate::domain::round::{Round, RoundOutcome};

use super::prelude::*;
use super::work::{feature_name, milestone_name};

/// What a row of the plan stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The plan gate, while it is open.
    PlanGate,
    Milestone(MilestoneId),
    Feature(FeatureId),
    /// Scrutiny, user testing and gate of a milestone, in one row.
    Validation(MilestoneId),
    FinalGate,
}

/// Milestones that a person has opened or closed against what is usual.
pub type Toggled = BTreeSet<MilestoneId>;

/// The rows of the plan, by what they stand for.
pub fn targets(mission: &Mission, toggled: &Toggled) -> Vec<Target> {
    let mut targets = Vec::new();
    if mission.is_gate_open(GateId::Plan) {
        targets.push(Target::PlanGate);
    }
    for milestone in &mission.milestones {
        targets.push(Target::Milestone(milestone.id));
        if is_open(mission, milestone.id, toggled) {
            targets.extend(mission.features_of(milestone.id).map(|feature| Target::Feature(feature.id)));
            targets.push(Target::Validation(milestone.id));
        }
    }
    if mission.gates.contains_key(&GateId::Final) {
        targets.push(Target::FinalGate);
    }
    targets
}

/// Usually the milestone being flown is open, and all of them while the plan is still a proposal.
pub fn is_open(mission: &Mission, milestone: MilestoneId, toggled: &Toggled) -> bool {
    let usual =
        !mission.is_go(GateId::Plan) || mission.current_milestone().is_some_and(|m| m.id == milestone);
    usual != toggled.contains(&milestone)
}

/// One row.
pub fn row(mission: &Mission, target: Target) -> Row {
    match target {
        Target::PlanGate => {
            Row::new().sign(StyleRole::Warn, Glyph::Needs).then(StyleRole::Warn, "the plan waits for GO")
        }
        Target::Milestone(id) => milestone_row(mission, id),
        Target::Feature(id) => {
            mission.feature(id).map_or_else(Row::new, |feature| feature_row(mission, feature))
        }
        Target::Validation(id) => validation_row(mission, id),
        Target::FinalGate => {
            let (sign, style) = gate_sign(mission, GateId::Final);
            Row::new().sign(style, sign).then(StyleRole::Text, "final gate")
        }
    }
}

fn milestone_row(mission: &Mission, id: MilestoneId) -> Row {
    let current = mission.current_milestone().is_some_and(|m| m.id == id);
    let (sign, style) = if mission.is_go(id.into()) {
        GOOD
    } else if mission.waits_at(id.into()) {
        NEEDS
    } else if current && mission.is_go(GateId::Plan) {
        BEGINS
    } else {
        (Glyph::Pending, StyleRole::Dim)
    };
    let total = mission.features_of(id).count();
    let built = mission.features_of(id).filter(|feature| feature.is_built()).count();
    let heading = if current { StyleRole::Strong } else { StyleRole::Text };
    let row = Row::new().sign(style, sign).then(heading, milestone_name(mission, id));
    let row = if mission.is_go(GateId::Milestone(id)) { row.end(StyleRole::Good, "GO ") } else { row };
    row.end(StyleRole::Dim, format!("{:>4}", format!("{built}/{total}")))
}

fn feature_row(mission: &Mission, feature: &Feature) -> Row {
    let running = running_on(mission, feature.id);
    let (sign, style) = feature_sign(mission, feature);
    let title = match (&feature.state, running) {
        (_, Some(_)) => StyleRole::Strong,
        (FeatureState::Pending, None) => StyleRole::Dim,
        (FeatureState::Built { .. } | FeatureState::Cancelled { .. }, None) => StyleRole::Text,
    };
    let mut row =
        Row::of(StyleRole::Text, "  ").sign(style, sign).then(title, feature_name(mission, feature.id));
    if feature.is_fix() {
        row = row.end(StyleRole::Dim, "fix  ");
    }
    let by = match &feature.state {
        FeatureState::Built { attempt, .. } => Some(*attempt),
        FeatureState::Pending | FeatureState::Cancelled { .. } => running,
    };
    match by {
        Some(attempt) => row
            .end(if running.is_some() { StyleRole::Accent } else { StyleRole::Dim }, format!("{attempt:>4}")),
        None => row.end(StyleRole::Text, "    "),
    }
}

/// The sign of a feature: built and confirmed, being built, contradicted by what the engine saw, or to come.
pub fn feature_sign(mission: &Mission, feature: &Feature) -> Sign {
    let waits = mission.questions.iter().any(|question| {
        question.is_open()
            && mission
                .attempts
                .get(&question.from)
                .is_some_and(|a| a.work == AgentWork::Build { feature: feature.id })
    });
    match &feature.state {
        FeatureState::Cancelled { .. } => (Glyph::Retired, StyleRole::Faint),
        FeatureState::Built { claims: Claims::Confirmed, .. } => GOOD,
        FeatureState::Built { claims: Claims::Unchecked, .. } => (Glyph::Active, StyleRole::Good),
        FeatureState::Built { claims: Claims::Refuted, .. } => BAD,
        FeatureState::Pending if waits => NEEDS,
        FeatureState::Pending if running_on(mission, feature.id).is_some() => BEGINS,
        FeatureState::Pending if mission.failures_of(AgentWork::Build { feature: feature.id }) > 0 => BAD,
        FeatureState::Pending => (Glyph::Pending, StyleRole::Dim),
    }
}

/// The attempt that builds a feature now.
pub fn running_on(mission: &Mission, feature: FeatureId) -> Option<AttemptId> {
    mission
        .live_attempts()
        .find(|attempt| attempt.work == AgentWork::Build { feature })
        .map(|attempt| attempt.id)
}

fn validation_row(mission: &Mission, id: MilestoneId) -> Row {
    let round = mission.last_round(id);
    let mut row = Row::of(StyleRole::Text, "  ");
    let steps = [
        ("scrutiny", scrutiny_sign(mission, id, mission.rounds_of(id).rfind(|round| !round.again))),
        ("user testing", testing_sign(mission, id, mission.last_telling_round(id))),
        ("gate", gate_sign(mission, id.into())),
    ];
    for (name, (sign, style)) in steps {
        let words = if style == StyleRole::Dim { StyleRole::Dim } else { StyleRole::Text };
        row = row.sign(style, sign).then(words, format!("{name}  "));
    }
    match round {
        Some(round) if round.number > 1 => row.end(StyleRole::Dim, format!("round {}", round.number)),
        _ => row,
    }
}

fn scrutiny_sign(mission: &Mission, id: MilestoneId, round: Option<&Round>) -> Sign {
    let Some(round) = round else { return (Glyph::Step, StyleRole::Dim) };
    let running = mission.live_attempts().any(|attempt| {
        matches!(attempt.work, AgentWork::Scrutinize { milestone, .. } | AgentWork::Review { milestone, .. } if milestone == id)
    });
    if running {
        return BEGINS;
    }
    if round.runs.iter().any(|run| !run.passed()) {
        return BAD;
    }
    match &round.scrutiny {
        Some(report) if report.issues.iter().any(|issue| issue.severity == Severity::Blocking) => BAD,
        Some(_) => GOOD,
        None => (Glyph::Step, StyleRole::Dim),
    }
}

fn testing_sign(mission: &Mission, id: MilestoneId, round: Option<&Round>) -> Sign {
    let Some(round) = round else { return (Glyph::Step, StyleRole::Dim) };
    if mission
        .live_attempts()
        .any(|a| matches!(a.work, AgentWork::TestAsUser { milestone, .. } if milestone == id))
    {
        return BEGINS;
    }
    // What is only proven again may need no tester.
    match (round.open_flows().is_empty() || (round.again && !round.is_open()), round.outcome) {
        (true, Some(RoundOutcome::Passed | RoundOutcome::TakenBack)) => GOOD,
        (true, Some(RoundOutcome::Blocked)) => (Glyph::Blocked, StyleRole::Bad),
        (true, Some(RoundOutcome::Failed) | None) => BAD,
        (false, _) => (Glyph::Step, StyleRole::Dim),
    }
}

/// The sign of a gate: passed, waiting, refused, or to come.
pub fn gate_sign(mission: &Mission, gate: GateId) -> Sign {
    match mission.gates.get(&gate) {
        None => (Glyph::Step, StyleRole::Dim),
        Some(known) if known.is_go() => GOOD,
        Some(_) if mission.waits_at(gate) => NEEDS,
        Some(known) if known.is_open() => BEGINS,
        Some(_) => BAD,
    }
}
