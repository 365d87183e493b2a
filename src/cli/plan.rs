//! `plan [ID]`: everything that the plan gate is about, on one page, so that it can be judged without the console.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions::{self, MissionRef};
use super::page::Page;
use super::progress::words::{budget_words, count, used};
use crate::cli::print::Style;
use crate::domain::budget::dollars;
use crate::domain::contract::{Assertion, Weight};
use crate::domain::environment::Health;
use crate::domain::estimate::estimate;
use crate::domain::gate::GateId;
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, FeatureState, Origin};
use crate::domain::risk::risks;
use crate::view::needs;

/// Print the whole plan and the whole contract
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints it.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    if args.format.json {
        let mission = &found.mission;
        print_json(&json!({
            "id": found.id,
            "title": mission.title(),
            "goal": mission.founding.as_ref().map(|founding| founding.goal.as_str()),
            "milestones": mission.milestones,
            "features": mission.features,
            "contract": mission.contract,
            "environment": mission.environment,
            "models": mission.models,
            "budget": mission.budget,
            "estimate": estimate(mission),
            "risks": risks(mission),
        }))?;
    } else {
        print(&told(&found, context.output.style()))?;
    }
    Ok(Exit::Done)
}

/// The page.
pub(super) fn told(found: &MissionRef, style: Style) -> String {
    let mission = &found.mission;
    let mut page = Page::new(style);
    page.heading(mission.title());
    let goal = mission.founding.as_ref().map_or("", |founding| founding.goal.as_str());
    page.field(2, "goal", goal);
    if mission.milestones.is_empty() {
        page.heading("There is no plan yet");
        page.text(
            2,
            &format!("the mission is {}; `flightdeck talk` has what was said", mission.status().word()),
        );
    }
    milestones(&mut page, mission);
    loose(&mut page, mission);
    environment(&mut page, mission);
    minds(&mut page, mission);
    list(&mut page, "Risks", &risks(mission));
    for line in needs::lines(mission) {
        page.heading(&line.text);
        for more in &line.more {
            page.text(2, more);
        }
    }
    page.into_text()
}

fn milestones(page: &mut Page, mission: &Mission) {
    for milestone in &mission.milestones {
        let go = if mission.is_go(GateId::Milestone(milestone.id)) { " · GO" } else { "" };
        page.heading(&format!("{} {}{go}", milestone.id, milestone.title));
        for feature in mission.features.iter().filter(|feature| feature.milestone == milestone.id) {
            one_feature(page, feature, mission);
        }
    }
}

/// A feature with all its words and the assertions that must hold once it is built.
pub(super) fn one_feature(page: &mut Page, feature: &Feature, mission: &Mission) {
    let state = match &feature.state {
        FeatureState::Pending => String::new(),
        FeatureState::Built { attempt, .. } => format!(" · built by {attempt}"),
        FeatureState::Cancelled { reason } => format!(" · cancelled: {reason}"),
    };
    page.strong(2, &format!("{} {}{state}", feature.id, feature.spec.title));
    page.text(4, feature.spec.description.as_str());
    for criterion in &feature.spec.criteria {
        page.item(4, criterion.as_str());
    }
    if !feature.after.is_empty() {
        page.field(4, "after", &joined(&feature.after));
    }
    match &feature.origin {
        Origin::Planned { no_assertion_because: Some(reason) } => {
            page.field(4, "unproven", reason.as_str());
        }
        Origin::Planned { no_assertion_because: None } => {}
        Origin::Fix { findings } => page.field(4, "mends", &joined(findings)),
    }
    let ids = &feature.fulfills;
    for assertion in ids.iter().filter_map(|id| mission.contract.get(id)) {
        one_assertion(page, assertion, mission);
    }
}

fn one_assertion(page: &mut Page, assertion: &Assertion, mission: &Mission) {
    let wording = &assertion.wording;
    let weight = if wording.weight == Weight::NonBlocking { ", non-blocking" } else { "" };
    let standing = mission.standing(&assertion.id).word();
    page.text(4, &format!("{} {} {} ({standing}{weight})", assertion.id, assertion.revision, wording.title));
    page.text(6, wording.statement.as_str());
    page.field(6, wording.check.via.word(), wording.check.how.as_str());
    if let Some(command) = &wording.check.command {
        page.field(6, "command", command.as_str());
    }
    page.field(6, "evidence", wording.evidence.as_str());
}

/// Assertions that no feature claims are owed all the same.
fn loose(page: &mut Page, mission: &Mission) {
    let loose: Vec<&Assertion> = mission
        .contract
        .values()
        .filter(|assertion| assertion.is_active() && mission.claimant(&assertion.id).is_none())
        .collect();
    if !loose.is_empty() {
        page.heading("Claimed by no feature");
        for assertion in loose {
            one_assertion(page, assertion, mission);
        }
    }
}

fn environment(page: &mut Page, mission: &Mission) {
    let Some(environment) = &mission.environment else { return };
    page.heading("Environment");
    let groups = [
        ("setup", &environment.setup),
        ("build", &environment.build),
        ("lint", &environment.lint),
        ("test", &environment.test),
    ];
    for (name, scripts) in groups {
        for script in scripts {
            page.field(2, name, script.run.as_str());
        }
    }
    for service in &environment.services {
        let port = service.port.map(|port| format!(", port {port}")).unwrap_or_default();
        let health = match &service.health {
            Health::Http { path } => format!(", healthy when GET {path} answers"),
            Health::Tcp => ", healthy when it accepts connections".to_owned(),
            Health::None => String::new(),
        };
        page.field(2, "service", &format!("{}: {}{port}{health}", service.name, service.run));
    }
}

fn minds(page: &mut Page, mission: &Mission) {
    page.heading("Models and cost");
    for (role, model) in &mission.models {
        page.field(2, &wide(role.word()), model.as_str());
    }
    let budget = &mission.budget;
    let kept = format!("{} % of it is kept for validation", budget.validation_percent);
    let limited = budget.micro_dollars.or(budget.tokens).or(budget.agent_ms).is_some();
    let kept = if limited { format!(" · {kept}") } else { String::new() };
    page.field(2, &wide("budget"), &format!("{}{kept}", budget_words(budget)));
    page.field(2, &wide("used"), &used(&mission.usage()));
    let estimate = estimate(mission);
    let runs = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let money = estimate.cost.map_or_else(String::new, |cost| {
        format!(", about {} ({} to {})", dollars(cost.likely), dollars(cost.low), dollars(cost.high))
    });
    if estimate.floor_runs > 0 {
        let most = count(runs(estimate.likely_runs), "agent run");
        page.field(2, &wide("takes"), &format!("{} to {most}{money}", estimate.floor_runs));
    }
}

/// A name as wide as the longest role.
fn wide(name: &str) -> String {
    format!("{name:<12}")
}

fn list(page: &mut Page, heading: &str, items: &[String]) {
    if !items.is_empty() {
        page.heading(heading);
        for item in items {
            page.item(2, item);
        }
    }
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
