//! A gate on one page: what it comes to, below it everything that it is decided on, and the commands that decide it.

use crate::domain::budget::Budget;
use crate::domain::contract::Assertion;
use crate::domain::gate::GateId;
use crate::domain::id::MilestoneId;
use crate::domain::plan::FeatureState;

use super::assertion::Titles;
use super::gate::summary;
use super::gate_items::{self, GateItem, dated, items};
use super::prelude::*;
use super::report::Report;
use super::work::{GATE_AHEAD, decision, gate_name};
use super::{assertion, contract, feature, finding, models, needs, prove};

/// How far things are set in below the line that names them.
const INDENT: usize = 2;

/// The name of a gate, and at the right how far it is.
pub fn heading(mission: &Mission, gate: GateId) -> Row {
    let name = gate_name(gate);
    let mut chars = name.chars();
    let name: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    Row { right: state(mission, gate), ..Row::of(StyleRole::Strong, name) }
}

fn state(mission: &Mission, gate: GateId) -> Vec<Piece> {
    let row = match mission.gates.get(&gate) {
        None => Row::new(),
        Some(known) => match &known.decided {
            None if mission.waits_at(gate) => {
                Row::new().sign(StyleRole::Warn, Glyph::Needs).then(StyleRole::Warn, "waits for you")
            }
            None => Row::of(StyleRole::Dim, GATE_AHEAD),
            Some(decided) => return decision(&decided.decision, decided.by).into(),
        },
    };
    row.left
}

/// The page of a gate; the plan's is the whole plan and the whole contract.
pub fn rows(mission: &Mission, gate: GateId, titles: &Titles<'_>, width: usize) -> Vec<Row> {
    let mut heading = heading(mission, gate);
    heading.left.push(Piece::new(StyleRole::Dim, format!("  {}", mission.title())));
    let mut rows = vec![heading];
    rows.extend(summary(mission, gate, &prove::verb(mission), width));
    for item in items(mission, gate) {
        match &item {
            GateItem::Changes | GateItem::Negotiation | GateItem::Goal | GateItem::Environment => {
                rows.push(Row::new());
                rows.extend(gate_items::detail(mission, &item, width));
            }
            // The goal's own rows have them all.
            GateItem::Requirement(_) => {}
            GateItem::Milestone(_) if gate != GateId::Plan => {
                rows.extend([Row::new(), gate_items::row(mission, gate, &item)]);
            }
            GateItem::Milestone(id) => rows.extend(milestone(mission, *id, width)),
            GateItem::Feature(id) => {
                rows.extend([Row::new(), gate_items::row(mission, gate, &item)]);
                let known = mission.feature(*id).into_iter();
                let work = known.flat_map(|known| feature::work(known, width.saturating_sub(2 * INDENT)));
                rows.extend(indented(work.collect(), 2 * INDENT));
            }
            GateItem::Assertion(id) => {
                rows.push(Row::new());
                let known = mission.assertion(id).into_iter();
                rows.extend(known.flat_map(|known| proven(mission, gate, known, titles, width)));
            }
            GateItem::Report(id) => {
                rows.push(Row::new());
                rows.extend(Report::of(mission, *id).into_iter().flat_map(|said| said.entry(mission, width)));
            }
            GateItem::Finding(id) => {
                rows.push(Row::new());
                rows.extend(
                    mission.findings.get(id).into_iter().flat_map(|f| finding::entry(mission, f, width)),
                );
            }
        }
    }
    if gate == GateId::Plan {
        rows.extend(cost(mission, width));
    }
    if mission.waits_at(gate) {
        for (_, line) in needs::lines(mission) {
            let more = line.more.iter().map(|more| Row::of(StyleRole::Text, more).indented(INDENT));
            rows.extend(section(&line.text, more.collect()));
        }
    }
    rows
}

/// Of an assertion in a plan, how it is checked; of one that was built, what was seen.
fn proven(mission: &Mission, gate: GateId, known: &Assertion, titles: &Titles<'_>, width: usize) -> Vec<Row> {
    if gate == GateId::Plan {
        let rows = assertion::in_plan(mission, known, width.saturating_sub(2 * INDENT));
        return indented(rows, 2 * INDENT).collect();
    }
    let width = width.saturating_sub(INDENT);
    let mut below = assertion::waiver(mission, known, width);
    below.extend(assertion::doubt(mission, known, width));
    let last = assertion::newest(mission, &known.id).into_iter();
    below.extend(last.flat_map(|verdict| assertion::proof(mission, verdict, titles, width)));
    let row = dated(mission, gate, &known.id, contract::entry(mission, known));
    std::iter::once(row).chain(indented(below, INDENT)).collect()
}

/// A milestone, and what was taken out of it.
fn milestone(mission: &Mission, id: MilestoneId, width: usize) -> Vec<Row> {
    let mut rows = vec![Row::new(), gate_items::row(mission, GateId::Plan, &GateItem::Milestone(id))];
    for feature in mission.features.iter().filter(|feature| feature.milestone == id) {
        if let FeatureState::Cancelled { reason } = &feature.state {
            let words = format!("{} {}: {reason}", feature.id, feature.spec.title);
            rows.extend(indented(labelled("cancelled", &words, width.saturating_sub(INDENT)), INDENT));
        }
    }
    rows
}

/// Who does the work, and what it may cost.
fn cost(mission: &Mission, width: usize) -> Vec<Row> {
    let mut rows = models::rows(mission);
    rows.extend(labelled("budget", &budget(&mission.budget), width));
    rows.extend(labelled("used", &used(&mission.usage()), width));
    section("Models and cost", rows)
}

fn budget(budget: &Budget) -> String {
    let words = budget_words(budget);
    if budget.micro_dollars.or(budget.tokens).or(budget.agent_ms).is_none() {
        return words;
    }
    format!("{words} · {} % of it is kept for validation", budget.validation_percent)
}
