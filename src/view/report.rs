//! What agents wrote for the person: what scrutiny and the tester sum up, and what a handoff left undone or did otherwise.

use super::prelude::*;
use super::work::feature_name;
use crate::domain::attempt::AgentWork;
use crate::domain::flow::Flow;
use crate::domain::gate::GateId;
use crate::domain::handoff::{Handoff, Procedure};
use crate::domain::id::{AttemptId, FeatureId, MilestoneId};
use crate::domain::round::{Round, ScrutinyReport, UserTestingReport};
use crate::domain::text::Text;
use crate::view::attempt;

/// Rows of one report on a page of many things.
const MOST_ROWS: usize = 14;

/// A report that a person should read.
#[derive(Debug, Clone, Copy)]
pub enum Report<'a> {
    Scrutiny(&'a ScrutinyReport),
    UserTesting(Flow, &'a UserTestingReport),
    Handoff(FeatureId, AttemptId, &'a Handoff),
}

/// What a gate rests on in words: of each of its milestones the newest scrutiny and user testing, and the handoffs that
/// left something undone or did it otherwise.
pub fn reports(mission: &Mission, gate: GateId) -> Vec<Report<'_>> {
    let milestones = mission.milestones.iter().map(|milestone| milestone.id);
    let of_gate = milestones.filter(|id| match gate {
        GateId::Plan => false,
        GateId::Milestone(only) => *id == only,
        GateId::Final => true,
    });
    of_gate.flat_map(|id| of_milestone(mission, id)).collect()
}

fn of_milestone(mission: &Mission, id: MilestoneId) -> Vec<Report<'_>> {
    let scrutiny = mission.rounds_of(id).rev().find_map(|round| round.scrutiny.as_ref());
    let tested = mission.rounds_of(id).rev().find(|round| round.testing_reports().next().is_some());
    let testing = tested.into_iter().flat_map(Round::testing_reports);
    let handoffs = mission.features_of(id).filter_map(|feature| {
        let (attempt, handoff) = mission.handoffs.get(&feature.id)?;
        (!counts(handoff).is_empty()).then_some(Report::Handoff(feature.id, *attempt, handoff))
    });
    let judged = scrutiny
        .map(Report::Scrutiny)
        .into_iter()
        .chain(testing.map(|(flow, report)| Report::UserTesting(flow, report)));
    judged.chain(handoffs).collect()
}

impl<'a> Report<'a> {
    /// The report of an attempt, where it wrote one that a gate shows.
    pub fn of(mission: &'a Mission, id: AttemptId) -> Option<Self> {
        let attempt = mission.attempts.get(&id)?;
        let round = || attempt.work.round().and_then(|(milestone, number)| mission.round(milestone, number));
        match attempt.work {
            AgentWork::Scrutinize { .. } => round()?.scrutiny.as_ref().map(Report::Scrutiny),
            AgentWork::TestAsUser { flow, .. } => {
                round()?.testing_report(flow).map(|report| Report::UserTesting(flow, report))
            }
            AgentWork::Build { feature } => {
                let given = mission.handoffs.get(&feature).filter(|(by, _)| *by == id);
                given.map(|(by, handoff)| Report::Handoff(feature, *by, handoff))
            }
            AgentWork::Plan
            | AgentWork::Criticize { .. }
            | AgentWork::Talk
            | AgentWork::Triage
            | AgentWork::Review { .. } => None,
        }
    }

    /// Who wrote it.
    pub fn attempt(self) -> AttemptId {
        match self {
            Self::Scrutiny(report) => report.attempt,
            Self::UserTesting(_, report) => report.attempt,
            Self::Handoff(_, attempt, _) => attempt,
        }
    }

    /// One line: who, and the beginning of what.
    pub fn row(self, mission: &Mission) -> Row {
        let (who, says, more) = match self {
            Self::Scrutiny(report) => ("scrutiny".to_owned(), report.summary.as_str(), String::new()),
            Self::UserTesting(flow, report) => (
                format!("user testing{}", flow.suffix()),
                report.summary.as_str(),
                some(report.frictions.len(), "friction", ""),
            ),
            Self::Handoff(feature, _, handoff) => {
                (feature_name(mission, feature), handoff.summary.as_str(), counts(handoff))
            }
        };
        Row::new()
            .sign(StyleRole::Dim, Glyph::Step)
            .then(StyleRole::Text, format!("{who}  "))
            .then(StyleRole::Dim, first_sentence(says))
            .end(StyleRole::Warn, more)
    }

    /// All of it.
    pub fn detail(self, mission: &Mission, width: usize) -> Vec<Row> {
        let by = self.attempt();
        let mut rows = vec![Row::of(StyleRole::Strong, self.title(mission)), Row::new()];
        match self {
            Self::Scrutiny(report) => {
                rows.extend(paragraph(StyleRole::Text, report.summary.as_str(), width));
                let notes = points(report.knowledge.iter().map(Text::as_str), width);
                rows.extend(section("Confirmed for later agents", notes));
            }
            Self::UserTesting(_, report) => {
                rows.extend(paragraph(StyleRole::Text, report.summary.as_str(), width));
                let frictions = points(report.frictions.iter().map(Text::as_str), width);
                rows.extend(section("Frictions", frictions));
            }
            Self::Handoff(..) => {
                let attempt = mission.attempts.get(&by).into_iter();
                rows.extend(attempt.flat_map(|known| attempt::handoff(mission, known, width)));
            }
        }
        rows
    }

    /// A report among others on a page: its line, and what it says set in below, as far as there is room, with where
    /// the rest is read.
    pub fn entry(self, mission: &Mission, width: usize) -> Vec<Row> {
        let width = width.saturating_sub(2);
        let mut below = match self {
            Self::Scrutiny(report) => paragraph(StyleRole::Text, report.summary.as_str(), width),
            Self::UserTesting(_, report) => {
                let mut rows = paragraph(StyleRole::Text, report.summary.as_str(), width);
                rows.extend(
                    report.frictions.iter().flat_map(|line| labelled("friction", line.as_str(), width)),
                );
                rows
            }
            Self::Handoff(_, _, handoff) => {
                let undone = handoff.left_undone.iter().map(|line| ("undone", line.to_string()));
                let otherwise = deviations(handoff).map(|words| ("otherwise", words));
                undone.chain(otherwise).flat_map(|(label, words)| labelled(label, &words, width)).collect()
            }
        };
        if below.len() > MOST_ROWS {
            below.truncate(MOST_ROWS);
            below.push(Row::of(StyleRole::Dim, format!("… all of it: {}", self.command(mission))));
        }
        std::iter::once(self.row(mission)).chain(indented(below, 2)).collect()
    }

    fn title(self, mission: &Mission) -> String {
        match self {
            Self::Scrutiny(report) => format!("Scrutiny {}", report.attempt),
            Self::UserTesting(flow, report) => format!("User testing {}{}", report.attempt, flow.suffix()),
            Self::Handoff(feature, attempt, _) => format!("{}, {attempt}", feature_name(mission, feature)),
        }
    }

    /// What prints the whole.
    fn command(self, mission: &Mission) -> String {
        let id = mission.id().map(ToString::to_string).unwrap_or_default();
        match self {
            Self::Scrutiny(_) | Self::UserTesting(..) => {
                format!("flightdeck transcript {id} \"{}\"", self.attempt())
            }
            Self::Handoff(feature, ..) => format!("flightdeck feature show -m {id} {feature}"),
        }
    }
}

fn deviations(handoff: &Handoff) -> impl Iterator<Item = String> {
    let steps = match &handoff.procedure {
        Procedure::Followed => &[][..],
        Procedure::Deviated { deviations } => deviations,
    };
    steps.iter().map(|step| format!("{} → {} ({})", step.step, step.instead, step.why))
}

fn counts(handoff: &Handoff) -> String {
    let counts = [
        some(handoff.left_undone.len(), "item", " left undone"),
        some(deviations(handoff).count(), "step", " done otherwise"),
    ];
    let counts: Vec<String> = counts.into_iter().filter(|words| !words.is_empty()).collect();
    counts.join(" · ")
}

fn some(number: usize, one: &str, fate: &str) -> String {
    if number == 0 { String::new() } else { format!("{}{fate}", plural(number, one)) }
}
