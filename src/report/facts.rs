//! Everything that a report says, gathered once; each form sets it out in its own way.

use serde::Serialize;

use super::asked::{CriticPart, RequirementPart, TermPart, critics, requirements, words};
use super::coverage::coverage;
use super::evidence::{Piece, Pieces, pieces};
use super::proof::{AssertionPart, GatePart, contract, gates};
use super::work::{Bar, FindingPart, Lane, MilestonePart, bars, findings, lanes, milestones};
use crate::domain::diff::DiffDoc;
use crate::domain::evidence::EvidenceDoc;
use crate::domain::gate::GateId;
use crate::domain::id::{MilestoneId, Timestamp};
use crate::domain::mission::{End, Mission};
use crate::domain::round::Round;
use crate::domain::tally::Tally;
use crate::domain::verdict::EvidenceRef;
use crate::view::pull_request::unshown;
use crate::view::share::test_share;
use crate::view::summary::branch;
use crate::view::when::day_and_time;
use crate::view::words::{long_span, used};
use crate::view::{gate, sealed, stats, text};

/// What a report is made of besides the mission.
pub struct Sources<'a> {
    pub evidence: &'a Pieces<'a>,
    /// What the mission changed, where its repository can be read.
    pub changes: Option<DiffDoc>,
    pub now: Timestamp,
}

/// A mission as a report tells it.
#[derive(Debug, Clone, Serialize)]
pub struct MissionReport {
    pub id: String,
    pub title: String,
    pub goal: String,
    /// What it does or how it ended.
    pub status: &'static str,
    /// What it means that it is blocked, and what the person can do; empty where it is not.
    pub blocked: String,
    pub branch: String,
    /// Where it began, and its newest commit, whole.
    pub base: String,
    pub head: String,
    pub began: String,
    /// When it ended or, while it flies, when this was written.
    pub until: String,
    pub tally: Tally,
    /// How what nobody built to stands beside the contract; empty where nothing is sealed.
    pub sealed: String,
    /// What nobody should take for shown, each in a sentence.
    pub unshown: Vec<String>,
    pub took: String,
    pub used: String,
    pub requirements: Vec<RequirementPart>,
    /// What critics held against the plan, and how it was answered.
    pub critics: Vec<CriticPart>,
    pub gates: Vec<GatePart>,
    pub milestones: Vec<MilestonePart>,
    pub contract: Vec<AssertionPart>,
    pub findings: Vec<FindingPart>,
    /// What testers and scrutiny sum up, newest round first.
    pub summaries: Vec<(String, String)>,
    pub by_role: Vec<Bar>,
    pub by_milestone: Vec<Bar>,
    pub attempts: Vec<Lane>,
    pub tests: TestPart,
    pub evidence: Vec<Piece>,
    /// Words that are used here in a sense of their own.
    pub words: Vec<TermPart>,
    /// Of flightdeck.
    pub version: &'static str,
    /// Milliseconds since 1970 at which it began and ended.
    pub began_ms: i64,
    pub until_ms: i64,
}

/// The tests that came with the work.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TestPart {
    /// Cases that handoffs say they added.
    pub added: usize,
    /// Added lines of tests, and of all code; both 0 where the repository cannot be read.
    pub lines: u64,
    pub all_lines: u64,
    /// Percent of lines that the tests reach, as the environment's own commands said it last; empty where none does.
    pub coverage: String,
}

impl MissionReport {
    /// Gathers it.
    pub fn of(mission: &Mission, sources: &Sources<'_>) -> Self {
        let until = match &mission.end {
            Some(End::Completed { at } | End::Abandoned { at, .. }) => *at,
            None => sources.now,
        };
        let founding = mission.founding.as_ref();
        Self {
            id: mission.id().map(ToString::to_string).unwrap_or_default(),
            title: mission.title().to_owned(),
            goal: founding.map(|known| text::clean(known.goal.as_str())).unwrap_or_default(),
            status: mission.status().word(),
            blocked: gate::blocked(mission, mission.default_gate()).unwrap_or_default(),
            branch: branch(mission),
            base: founding.map(|known| known.base.0.clone()).unwrap_or_default(),
            head: mission.head().map(|head| head.0.clone()).unwrap_or_default(),
            began: day_and_time(mission.created),
            until: day_and_time(until),
            tally: mission.contract_tally(),
            sealed: sealed::words(mission, GateId::Final).unwrap_or_default(),
            unshown: unshown(mission),
            took: long_span(until.since(mission.created)),
            used: used(&mission.usage()),
            requirements: requirements(mission),
            critics: critics(mission),
            gates: gates(mission),
            milestones: milestones(mission),
            contract: contract(mission),
            findings: findings(mission),
            summaries: summaries(mission),
            by_role: bars(&stats::by_role(mission, until)),
            by_milestone: bars(&stats::by_milestone(mission, until)),
            attempts: lanes(mission, until),
            tests: tests(mission, sources),
            evidence: pieces(mission, sources.evidence),
            words: words(mission),
            version: env!("CARGO_PKG_VERSION"),
            began_ms: mission.created.0,
            until_ms: until.0,
        }
    }
}

fn summaries(mission: &Mission) -> Vec<(String, String)> {
    let of = |id: MilestoneId| {
        let scrutiny = mission.rounds_of(id).rev().find_map(|round| round.scrutiny.as_ref());
        let tested = mission.rounds_of(id).rev().find(|round| round.testing_reports().next().is_some());
        let testing = tested.into_iter().flat_map(Round::testing_reports);
        let scrutiny = scrutiny.map(|said| (format!("{id} scrutiny"), said.summary.to_string()));
        scrutiny
            .into_iter()
            .chain(testing.map(|(_, said)| (format!("{id} user testing"), said.summary.to_string())))
            .collect::<Vec<_>>()
    };
    mission.milestones.iter().flat_map(|milestone| of(milestone.id)).collect()
}

fn tests(mission: &Mission, sources: &Sources<'_>) -> TestPart {
    let share = sources.changes.as_ref().map(test_share).unwrap_or_default();
    TestPart {
        added: stats::tests_added(mission),
        lines: share.tests,
        all_lines: share.all,
        coverage: last_coverage(mission, sources.evidence),
    }
}

/// The newest gate command that says how far the tests reach.
fn last_coverage(mission: &Mission, read: &Pieces<'_>) -> String {
    let runs = mission.rounds.iter().rev().flat_map(|round| &round.runs);
    let outputs =
        runs.filter_map(|run| run.evidence.clone()).filter_map(|name| read(&EvidenceRef(name)).ok());
    let found = outputs.filter_map(|doc: EvidenceDoc| {
        let record: serde_json::Value = serde_json::from_str(&doc.content).ok()?;
        coverage(record.get("output")?.as_str()?).map(str::to_owned)
    });
    found.into_iter().next().unwrap_or_default()
}
