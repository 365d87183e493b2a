//! What a gate is decided on, item by item: the plan as it is proposed, or assertions and findings.

use crate::domain::environment::{Environment, Health};
use crate::domain::finding::Finding;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, AttemptId, FeatureId, FindingId, MilestoneId, RequirementId};
use crate::domain::message::Question;
use crate::domain::requirement::Requirement;
use crate::domain::text::Line;
use crate::domain::verdict::Standing;

use super::prelude::*;
use super::report::{Report, reports};
use super::work::{decision, feature_name, milestone_name};
use super::{assertion, contract, feature, finding, negotiation, refusal, requirement};

/// What the two items are called that a plan begins with.
const ASKED: &str = "What you asked for";
const CHECKED: &str = "How it is checked";

/// An item of a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateItem {
    /// What differs from the plan that the person refused.
    Changes,
    /// What a critic held against the plan, and how it was answered.
    Negotiation,
    /// What the person asked for, and what they answered while it was planned.
    Goal,
    /// The commands and services that everything is checked with.
    Environment,
    Requirement(RequirementId),
    Milestone(MilestoneId),
    Feature(FeatureId),
    Assertion(AssertionId),
    /// What an attempt wrote for the person.
    Report(AttemptId),
    Finding(FindingId),
}

/// The items of a gate: of the plan in its order; else what needs a look first, then what agents wrote, and the findings last.
pub fn items(mission: &Mission, gate: GateId) -> Vec<GateItem> {
    if gate == GateId::Plan {
        return plan(mission);
    }
    let mut items = Vec::new();
    if gate == GateId::Final {
        items.push(GateItem::Goal);
        let mut asked: Vec<&Requirement> = mission.requirements.iter().collect();
        asked.sort_by_key(|found| (mission.coverage(found, gate), found.id));
        items.extend(asked.into_iter().map(|found| GateItem::Requirement(found.id)));
    }
    items.extend(assertions(mission, gate).into_iter().map(GateItem::Assertion));
    if gate == GateId::Final {
        items.extend(mission.milestones.iter().map(|milestone| GateItem::Milestone(milestone.id)));
    }
    items.extend(reports(mission, gate).into_iter().map(|report| GateItem::Report(report.attempt())));
    let findings = mission.findings_by_weight().into_iter().filter(|finding| is_of(finding, gate));
    items.extend(findings.map(|finding| GateItem::Finding(finding.id)));
    items
}

/// Whether a gate is about a finding: the final one is about all.
pub fn is_of(finding: &Finding, gate: GateId) -> bool {
    gate == GateId::Final || gate == GateId::Milestone(finding.milestone)
}

fn plan(mission: &Mission) -> Vec<GateItem> {
    let mut items: Vec<GateItem> =
        refusal::is_shown(mission).then_some(GateItem::Changes).into_iter().collect();
    items.extend(negotiation::is_shown(mission).then_some(GateItem::Negotiation));
    items.push(GateItem::Goal);
    let bare =
        mission.owed_requirements().filter(|found| mission.assertions_showing(found.id).next().is_none());
    items.extend(bare.map(|found| GateItem::Requirement(found.id)));
    items.push(GateItem::Environment);
    for milestone in &mission.milestones {
        items.push(GateItem::Milestone(milestone.id));
        for feature in mission.features_of(milestone.id) {
            items.push(GateItem::Feature(feature.id));
            items.extend(feature.fulfills.iter().cloned().map(GateItem::Assertion));
        }
    }
    // What no feature claims is owed all the same.
    let loose = mission.contract.values().filter(|a| a.is_active() && mission.claimant(&a.id).is_none());
    items.extend(loose.map(|assertion| GateItem::Assertion(assertion.id.clone())));
    items.extend(mission.sealed_assertions().map(|assertion| GateItem::Assertion(assertion.id.clone())));
    items
}

/// The assertions that a gate is about, those that need a look first.
pub fn assertions(mission: &Mission, gate: GateId) -> Vec<AssertionId> {
    let mut ids = mission.assertions_at(gate);
    let hollow = |id: &AssertionId| mission.seen_red(id).proves_nothing();
    ids.sort_by_cached_key(|id| (urgency(mission.standing(id)), !hollow(id), id.clone()));
    ids
}

/// How much an assertion needs a look: the least number first.
pub fn urgency(standing: Standing) -> u8 {
    match standing {
        Standing::Failed | Standing::Blocked => 0,
        Standing::Stale => 1,
        Standing::Waived => 2,
        Standing::Pending => 3,
        Standing::Passed | Standing::Retired => 4,
    }
}

/// One row; a plan's items are set in by their depth.
pub fn row(mission: &Mission, gate: GateId, item: &GateItem) -> Row {
    let depth = if gate == GateId::Plan { depth(item) } else { 0 };
    let lead = Row::of(StyleRole::Text, "  ".repeat(depth));
    let said = match item {
        GateItem::Changes => step(refusal::CHANGED).end(StyleRole::Dim, refusal::count(mission)),
        GateItem::Negotiation => {
            step(negotiation::NEGOTIATED).end(StyleRole::Dim, negotiation::count(mission))
        }
        GateItem::Goal => step(ASKED).end(StyleRole::Dim, some_of(questions(mission).count(), "question")),
        GateItem::Environment => step(CHECKED)
            .end(StyleRole::Dim, mission.environment.as_ref().map(environment_words).unwrap_or_default()),
        GateItem::Requirement(id) => {
            mission.requirement(*id).map(|known| requirement::row(mission, known, gate)).unwrap_or_default()
        }
        GateItem::Milestone(id) => milestone_row(mission, gate, *id),
        GateItem::Feature(id) => Row::of(StyleRole::Text, feature_name(mission, *id)),
        GateItem::Assertion(id) => dated(mission, gate, id, contract::row(mission, id)),
        GateItem::Report(id) => {
            Report::of(mission, *id).map(|report| report.row(mission)).unwrap_or_default()
        }
        GateItem::Finding(id) => {
            let mut row =
                mission.findings.get(id).map(|known| finding::row(mission, known)).unwrap_or_default();
            // At its own gate a finding need not say of which milestone it is.
            if gate != GateId::Final && row.right.len() > 1 {
                row.right.remove(0);
            }
            row
        }
    };
    Row { left: lead.left.into_iter().chain(said.left).collect(), right: said.right }
}

/// The row of an assertion; of one that was proven before the last change it says at which commit.
pub fn dated(mission: &Mission, gate: GateId, id: &AssertionId, mut row: Row) -> Row {
    if gate != GateId::Plan
        && mission.is_older(gate, id)
        && let Some(verdict) = assertion::newest(mission, id)
    {
        row.right.insert(0, Piece::new(StyleRole::Warn, format!(" at {} ", verdict.commit)));
    }
    row
}

/// A milestone with what it holds; where it was decided, with that.
fn milestone_row(mission: &Mission, gate: GateId, id: MilestoneId) -> Row {
    let row = Row::of(StyleRole::Strong, milestone_name(mission, id));
    let decided = mission.gates.get(&id.into()).and_then(|known| known.decided.as_ref());
    match decided.filter(|_| gate != GateId::Plan) {
        Some(decided) => Row { right: decision(&decided.decision, decided.by).into(), ..row },
        None => row.end(StyleRole::Dim, plural(mission.features_of(id).count(), "feature")),
    }
}

fn step(words: &str) -> Row {
    Row::new().sign(StyleRole::Dim, Glyph::Step).then(StyleRole::Text, words)
}

/// How many there are, where there are any.
fn some_of(number: usize, what: &str) -> String {
    if number == 0 { String::new() } else { plural(number, what) }
}

fn depth(item: &GateItem) -> usize {
    match item {
        GateItem::Changes
        | GateItem::Negotiation
        | GateItem::Goal
        | GateItem::Environment
        | GateItem::Requirement(_)
        | GateItem::Milestone(_)
        | GateItem::Report(_)
        | GateItem::Finding(_) => 0,
        GateItem::Feature(_) => 1,
        GateItem::Assertion(_) => 2,
    }
}

/// An item in full.
pub fn detail(mission: &Mission, item: &GateItem, width: usize) -> Vec<Row> {
    match item {
        GateItem::Changes => {
            let heading = [Row::of(StyleRole::Strong, refusal::CHANGED), Row::new()];
            heading.into_iter().chain(refusal::rows(mission, width)).collect()
        }
        GateItem::Negotiation => {
            let heading = [Row::of(StyleRole::Strong, negotiation::NEGOTIATED), Row::new()];
            heading.into_iter().chain(negotiation::rows(mission, width)).collect()
        }
        GateItem::Goal => goal(mission, width),
        GateItem::Environment => {
            mission.environment.as_ref().map(|known| environment(mission, known, width)).unwrap_or_default()
        }
        GateItem::Requirement(id) => requirement::detail(mission, *id, width),
        GateItem::Milestone(id) => milestone(mission, *id),
        GateItem::Feature(id) => {
            let Some(known) = mission.feature(*id) else { return Vec::new() };
            let heading = Row::of(StyleRole::Strong, feature_name(mission, *id));
            [vec![heading, Row::new()], feature::detail(mission, known, width)].concat()
        }
        GateItem::Assertion(id) => assertion::claim(mission, id, assertion::Looking::Newest, width),
        GateItem::Report(id) => {
            Report::of(mission, *id).map(|report| report.detail(mission, width)).unwrap_or_default()
        }
        GateItem::Finding(id) => {
            let Some(known) = mission.findings.get(id) else { return Vec::new() };
            finding::detail(mission, known, width)
        }
    }
}

/// What agents asked about it.
fn questions(mission: &Mission) -> impl Iterator<Item = &Question> {
    mission.questions.iter().filter(|question| question.server.is_none())
}

fn goal(mission: &Mission, width: usize) -> Vec<Row> {
    let asked = mission.founding.as_ref().map_or("", |founding| founding.goal.as_str());
    let mut rows = vec![Row::of(StyleRole::Strong, ASKED), Row::new()];
    rows.extend(paragraph(StyleRole::Text, asked, width));
    for question in questions(mission) {
        rows.push(Row::new());
        rows.extend(paragraph(StyleRole::Dim, &format!("{} {}", question.id, question.text), width));
        let answer = question.answer.as_ref().map_or("not answered yet", |answer| answer.as_str());
        rows.extend(paragraph(StyleRole::Text, &format!("→ {answer}"), width));
    }
    let gate = if mission.is_go(GateId::Plan) { GateId::Final } else { GateId::Plan };
    rows.extend(section("Sentence by sentence", requirement::entries(mission, gate, width)));
    rows
}

fn milestone(mission: &Mission, id: MilestoneId) -> Vec<Row> {
    let mut rows = vec![Row::of(StyleRole::Strong, milestone_name(mission, id)), Row::new()];
    for feature in mission.features_of(id) {
        rows.push(
            Row::of(StyleRole::Text, format!("{} {}", feature.id, feature.spec.title))
                .end(StyleRole::Dim, plural(feature.fulfills.len(), "assertion")),
        );
    }
    rows.push(Row::new());
    if !mission.is_go(id.into()) {
        let words = "then gate commands, a review of each feature, scrutiny, user testing, and your GO";
        rows.push(Row::of(StyleRole::Dim, words));
    }
    rows
}

/// A command, with what it did before anything was built where that was tried.
fn with_exit(mission: &Mission, command: &Line) -> String {
    let exit = mission.run_at_base(command).map(|run| format!(" · exits {} at the base", run.exit_code));
    format!("{command}{}", exit.unwrap_or_default())
}

fn environment_words(environment: &Environment) -> String {
    let commands = plural(environment.gate_scripts().count(), "command");
    let services = some_of(environment.services.len(), "service");
    if services.is_empty() { commands } else { format!("{commands} · {services}") }
}

fn environment(mission: &Mission, environment: &Environment, width: usize) -> Vec<Row> {
    let mut rows = vec![Row::of(StyleRole::Strong, CHECKED), Row::new()];
    let groups = [
        ("setup", &environment.setup),
        ("build", &environment.build),
        ("lint", &environment.lint),
        ("test", &environment.test),
    ];
    for (label, scripts) in groups {
        for script in scripts {
            rows.extend(labelled(label, &with_exit(mission, &script.run), width));
        }
    }
    for service in &environment.services {
        let port = service.listens().words(" · ");
        let health = match &service.health {
            Health::Http { path } => format!(" · healthy when GET {path} answers"),
            Health::Tcp => " · healthy when it accepts connections".to_owned(),
            Health::None => String::new(),
        };
        rows.extend(labelled("service", &format!("{}: {}{port}{health}", service.name, service.run), width));
    }
    for host in &environment.hosts {
        rows.extend(labelled("host", host.as_str(), width));
    }
    if mission.testers() > 1 {
        let testers = format!("{} at once, each with services, ports and data of its own", mission.testers());
        rows.extend(labelled("testers", &testers, width));
    }
    rows.push(Row::new());
    rows.push(Row::of(StyleRole::Dim, "run at the end of every milestone"));
    if mission.environment_is_persons {
        rows.push(Row::of(StyleRole::Dim, "edited by you: agents keep to it"));
    }
    rows
}
