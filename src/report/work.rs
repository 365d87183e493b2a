//! What was built, by whom, and what it took.

use serde::Serialize;

use crate::domain::attempt::Attempt;
use crate::domain::finding::Finding;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState};
use crate::view::finding::{fate, source_words, weight};
use crate::view::stats::Share;
use crate::view::summary::milestone_state;
use crate::view::words::{count, money, one_line, span};
use crate::view::work::{ending_words, milestone_name, subject};

/// A milestone with its features.
#[derive(Debug, Clone, Serialize)]
pub struct MilestonePart {
    pub name: String,
    pub state: &'static str,
    pub rounds: usize,
    pub features: Vec<FeaturePart>,
}

/// A feature, and the commit it was handed in at.
#[derive(Debug, Clone, Serialize)]
pub struct FeaturePart {
    pub id: String,
    pub title: String,
    pub state: String,
    /// Whole; empty while it is not built.
    pub commit: String,
    pub summary: String,
    pub fulfills: Vec<String>,
    pub mends: Vec<String>,
    pub tests_added: usize,
}

/// A finding and its fate.
#[derive(Debug, Clone, Serialize)]
pub struct FindingPart {
    pub id: String,
    pub weight: &'static str,
    pub by: String,
    pub milestone: String,
    pub description: String,
    pub fate: String,
    pub is_open: bool,
}

/// A bar of a chart: what a role or a milestone used.
#[derive(Debug, Clone, Serialize)]
pub struct Bar {
    pub name: String,
    pub attempts: usize,
    pub time: String,
    pub tokens: String,
    pub cost: String,
    /// Of the longest bar, in percent: by cost, or by time where no price is known.
    pub percent: u64,
}

/// An attempt on the line of time, in thousandths of the mission's.
#[derive(Debug, Clone, Serialize)]
pub struct Lane {
    pub id: String,
    pub role: String,
    pub subject: String,
    pub model: String,
    pub time: String,
    pub cost: String,
    pub ending: String,
    pub from: u64,
    pub length: u64,
}

pub(super) fn milestones(mission: &Mission) -> Vec<MilestonePart> {
    let part = |milestone: &crate::domain::plan::Milestone| MilestonePart {
        name: milestone_name(mission, milestone.id),
        state: milestone_state(mission, milestone.id),
        rounds: mission.rounds_of(milestone.id).count(),
        features: mission.features_of(milestone.id).map(|known| feature(mission, known)).collect(),
    };
    mission.milestones.iter().map(part).collect()
}

fn feature(mission: &Mission, feature: &Feature) -> FeaturePart {
    let handoff = mission.handoffs.get(&feature.id).map(|(_, handoff)| handoff);
    let (state, commit) = match &feature.state {
        FeatureState::Pending => ("to come".to_owned(), String::new()),
        FeatureState::Built { head, .. } => ("built".to_owned(), head.0.clone()),
        FeatureState::Cancelled { reason } => (format!("cancelled: {reason}"), String::new()),
    };
    FeaturePart {
        id: feature.id.to_string(),
        title: feature.spec.title.to_string(),
        state,
        commit,
        summary: handoff.map(|given| one_line(given.summary.as_str())).unwrap_or_default(),
        fulfills: feature.fulfills.iter().map(ToString::to_string).collect(),
        mends: feature.mends().iter().map(ToString::to_string).collect(),
        tests_added: handoff.map_or(0, crate::domain::handoff::Handoff::tests_added),
    }
}

pub(super) fn findings(mission: &Mission) -> Vec<FindingPart> {
    let part = |finding: &Finding| FindingPart {
        id: finding.id.to_string(),
        weight: weight(finding.severity),
        by: source_words(&finding.source),
        milestone: finding.milestone.to_string(),
        description: one_line(finding.description.as_str()),
        fate: fate(mission, finding),
        is_open: finding.is_open(),
    };
    mission.findings.values().map(part).collect()
}

pub(super) fn bars(shares: &[Share]) -> Vec<Bar> {
    let by_money = shares.iter().any(|share| share.usage.money() > 0);
    let weigh = |share: &Share| if by_money { share.usage.money() } else { share.agent_ms };
    let most = shares.iter().map(weigh).max().unwrap_or(0).max(1);
    let bar = |share: &Share| Bar {
        name: share.name().to_owned(),
        attempts: share.attempts,
        time: span(share.agent_ms),
        tokens: count(share.usage.tokens()),
        cost: money(&share.usage),
        percent: weigh(share).saturating_mul(100) / most,
    };
    shares.iter().map(bar).collect()
}

pub(super) fn lanes(mission: &Mission, until: Timestamp) -> Vec<Lane> {
    let total = until.since(mission.created).max(1);
    let place = |at: Timestamp| at.since(mission.created).min(total).saturating_mul(1_000) / total;
    let lane = |attempt: &Attempt| {
        let from = place(attempt.started);
        let to = place(attempt.ended.as_ref().map_or(until, |ended| ended.at));
        Lane {
            id: attempt.id.to_string(),
            role: attempt.role.to_string(),
            subject: subject(mission, attempt.work),
            model: attempt.model.to_string(),
            time: span(attempt.wall_ms(until)),
            cost: money(&attempt.usage),
            ending: attempt.ended.as_ref().map_or("running".to_owned(), |ended| ending_words(&ended.ending)),
            from,
            length: to.saturating_sub(from).max(2),
        }
    };
    mission.attempts.values().map(lane).collect()
}
