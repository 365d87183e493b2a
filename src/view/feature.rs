//! A feature in full: what is to be built, when it is done, what holds then.

use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::finding::Finding;
use crate::domain::id::{FeatureId, Timestamp};
use crate::domain::plan::{Feature, FeatureState, Origin};
use crate::domain::text::Text;

use super::prelude::*;
use super::{assertion, attempt, contract, finding};

/// Everything that its worker reads of it.
pub fn detail(mission: &Mission, feature: &Feature, width: usize) -> Vec<Row> {
    let heading = [Row::new(), Row::of(StyleRole::Dim, "fulfills")];
    let stake = mission.assertions_at_stake(feature);
    let fulfills = heading.into_iter().chain(stake.iter().map(|id| contract::row(mission, id)));
    let rows = words(feature, fulfills.collect(), width);
    rows.into_iter().chain(worded(mission, feature, width)).collect()
}

/// A feature in a plan that lists its assertions below it.
pub fn work(feature: &Feature, width: usize) -> Vec<Row> {
    words(feature, Vec::new(), width)
}

/// Everything that is known of a feature, on one page.
pub fn page(mission: &Mission, known: &Feature, now: Timestamp, width: usize) -> Vec<Row> {
    let mut rows = vec![
        Row::of(StyleRole::Strong, format!("{} {}", known.id, known.spec.title))
            .end(StyleRole::Dim, known.milestone.to_string()),
        Row::new(),
    ];
    rows.extend(work(known, width));
    rows.extend(worded(mission, known, width));
    let stake = mission.assertions_at_stake(known);
    let stake = stake.iter().filter_map(|id| mission.contract.get(id));
    rows.extend(section(
        "Fulfills",
        stake.flat_map(|found| assertion::in_plan(mission, found, width)).collect(),
    ));
    rows.extend(section(
        "Attempts",
        attempts(mission, known.id).map(|attempt| attempt::row(mission, attempt, &[], now)).collect(),
    ));
    if let Some(by) = mission.handoffs.get(&known.id).and_then(|(by, _)| mission.attempts.get(by)) {
        rows.extend(section(&format!("Handoff of {}", by.id), attempt::handoff(mission, by, width)));
    }
    let found = findings(mission, known.id).flat_map(|found| finding::entry(mission, found, width));
    rows.extend(section("Findings", found.collect()));
    rows
}

fn worded(mission: &Mission, known: &Feature, width: usize) -> Vec<Row> {
    let authors = mission.feature_authors.get(&known.id);
    authors.map(|authors| assertion::authors(mission, authors, width)).unwrap_or_default()
}

/// The attempts that built it or read its diff.
pub fn attempts(mission: &Mission, id: FeatureId) -> impl Iterator<Item = &Attempt> {
    mission.attempts.values().filter(move |attempt| {
        matches!(attempt.work, AgentWork::Build { feature } | AgentWork::Review { feature, .. } if feature == id)
    })
}

/// What was reported about it.
pub fn findings(mission: &Mission, id: FeatureId) -> impl Iterator<Item = &Finding> {
    mission.findings.values().filter(move |finding| finding.feature == Some(id))
}

/// What is to be built and when it is done; below it, what it fulfills; and last the facts.
fn words(feature: &Feature, fulfills: Vec<Row>, width: usize) -> Vec<Row> {
    let mut rows = paragraph(StyleRole::Text, feature.spec.description.as_str(), width);
    rows.extend([Row::new(), Row::of(StyleRole::Dim, "done when")]);
    rows.extend(points(feature.spec.criteria.iter().map(Text::as_str), width));
    rows.extend(fulfills);
    rows.extend(facts(feature, width));
    rows
}

/// Where it comes from, what it waits for, and what became of it.
fn facts(feature: &Feature, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    match &feature.origin {
        Origin::Planned { no_assertion_because: Some(reason) } => {
            rows.extend(labelled("nothing", reason.as_str(), width));
        }
        Origin::Planned { no_assertion_because: None } => {}
        Origin::Fix { findings } => rows.extend(labelled("mends", &joined(findings), width)),
    }
    if !feature.after.is_empty() {
        rows.extend(labelled("after", &joined(&feature.after), width));
    }
    match &feature.state {
        FeatureState::Cancelled { reason } => rows.extend(labelled("cancelled", reason.as_str(), width)),
        FeatureState::Built { attempt, head, .. } => {
            rows.extend(labelled("built", &format!("by {attempt}, at {head}"), width));
        }
        FeatureState::Pending => {}
    }
    rows
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
