//! From what was asked for to what was seen, as an outline: each line with the thing that it leads to.

use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, AttemptId, FeatureId, FindingId, RequirementId};
use crate::domain::trace::{AssertionTrace, FeatureTrace, Trace};
use crate::domain::verdict::{EvidenceRef, Verdict};

use super::assertion::{Titles, given_by};
use super::prelude::*;
use super::work::{feature_name, outcome_sign};
use super::{contract, finding, requirement};

/// Cells that each level is set in by.
const STEP: usize = 2;

/// What a line of the outline leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceTarget {
    Requirement(RequirementId),
    Assertion(AssertionId),
    Feature(FeatureId),
    Verdict(AttemptId),
    Evidence(AssertionId, EvidenceRef),
    Finding(FindingId),
    /// A heading, which leads nowhere.
    Heading,
}

/// A line of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    pub target: TraceTarget,
    pub row: Row,
}

/// The outline, a line a thing.
pub fn lines(mission: &Mission, trace: &Trace<'_>) -> Vec<TraceLine> {
    titled(mission, trace, &|_| String::new())
}

fn titled(mission: &Mission, trace: &Trace<'_>, titles: &Titles<'_>) -> Vec<TraceLine> {
    let mut outline = Outline { mission, titles, lines: Vec::new() };
    for found in &trace.requirements {
        let row = requirement::row(mission, found.requirement, GateId::Final);
        outline.add(0, TraceTarget::Requirement(found.requirement.id), row);
        found.assertions.iter().for_each(|one| outline.assertion(1, one));
    }
    if !trace.unrequired.is_empty() {
        outline.heading("For no requirement");
        trace.unrequired.iter().for_each(|one| outline.assertion(1, one));
    }
    if !trace.unasserted.is_empty() {
        outline.heading("For no assertion");
        trace.unasserted.iter().for_each(|one| outline.feature(1, one));
    }
    if !trace.loose.is_empty() {
        outline.heading("Findings about no feature and no assertion");
        outline.findings(1, &trace.loose);
    }
    outline.lines
}

/// The outline as rows of a page, with what each piece of evidence is called.
pub fn rows(mission: &Mission, trace: &Trace<'_>, titles: &Titles<'_>) -> Vec<Row> {
    let rows: Vec<Row> = titled(mission, trace, titles).into_iter().map(|line| line.row).collect();
    if rows.is_empty() { vec![Row::of(StyleRole::Dim, "there is nothing to follow yet")] } else { rows }
}

struct Outline<'a> {
    mission: &'a Mission,
    titles: &'a Titles<'a>,
    lines: Vec<TraceLine>,
}

impl Outline<'_> {
    fn add(&mut self, level: usize, target: TraceTarget, row: Row) {
        self.lines.push(TraceLine { target, row: row.indented(STEP * level) });
    }

    fn heading(&mut self, words: &str) {
        self.add(0, TraceTarget::Heading, Row::of(StyleRole::Dim, words));
    }

    fn assertion(&mut self, level: usize, found: &AssertionTrace<'_>) {
        let id = found.assertion;
        self.add(level, TraceTarget::Assertion(id.clone()), contract::row(self.mission, id));
        found.features.iter().for_each(|one| self.feature(level + 1, one));
        found.verdicts.iter().for_each(|verdict| self.verdict(level + 1, id, verdict));
        self.findings(level + 1, &found.findings);
    }

    fn feature(&mut self, level: usize, found: &FeatureTrace) {
        let (sign, style, end) = match &found.commit {
            Some(commit) => (Glyph::Done, StyleRole::Good, format!("  built at {commit}")),
            None => (Glyph::Pending, StyleRole::Dim, "  not built".to_owned()),
        };
        let row = Row::new()
            .sign(style, sign)
            .then(StyleRole::Text, feature_name(self.mission, found.feature))
            .end(StyleRole::Dim, end);
        self.add(level, TraceTarget::Feature(found.feature), row);
        self.findings(level + 1, &found.findings);
    }

    fn verdict(&mut self, level: usize, id: &AssertionId, verdict: &Verdict) {
        let (sign, style) = outcome_sign(verdict.outcome);
        let row = Row::new()
            .sign(style, sign)
            .then(style, format!("{} ", verdict.outcome.word()))
            .then(StyleRole::Dim, one_line(verdict.observed.as_str()))
            .end(
                StyleRole::Dim,
                format!(
                    "  {} · {} round {} at {}",
                    given_by(self.mission, verdict),
                    verdict.milestone,
                    verdict.round,
                    verdict.commit
                ),
            );
        self.add(level, TraceTarget::Verdict(verdict.attempt), row);
        for reference in verdict.pieces() {
            let lost = self.mission.lost_evidence.contains(reference);
            let title = one_line(&(self.titles)(reference));
            let row = Row::new()
                .sign(StyleRole::Dim, Glyph::Evidence)
                .then(StyleRole::Dim, format!("{} {title}", reference.0).trim_end());
            let row = if lost { row.end(StyleRole::Warn, "changed or removed since") } else { row };
            self.add(level + 1, TraceTarget::Evidence(id.clone(), reference.clone()), row);
        }
    }

    fn findings(&mut self, level: usize, ids: &[FindingId]) {
        for id in ids {
            let Some(found) = self.mission.findings.get(id) else { continue };
            let mut row = finding::row(self.mission, found);
            row.left.insert(2, Piece::new(StyleRole::Dim, format!("{id} ")));
            self.add(level, TraceTarget::Finding(*id), row);
        }
    }
}
