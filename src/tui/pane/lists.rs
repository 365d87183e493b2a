//! The panes that are lists: the plan, the contract, the timeline.

use ratatui::layout::Rect;

use super::{empty, list, title};
use crate::domain::gate::GateId;
use crate::tui::app::App;
use crate::tui::drafts::Subject;
use crate::tui::focus::Pane;
use crate::tui::widget::painter::Painter;
use crate::view::header::progress;
use crate::view::plan::Target;
use crate::view::words::unseen_beside;
use crate::view::{contract, plan, timeline};

/// Draws the plan.
pub fn plan(app: &App, painter: &mut Painter<'_>, area: Rect) {
    let progress = progress(&app.mission);
    painter.title(area, &title(app, Pane::Plan, "Plan", &count(progress.built, progress.features)));
    let targets = plan::targets(&app.mission, &app.toggled);
    if targets.is_empty() {
        let sentence =
            "No plan yet. The orchestrator writes the contract first, then milestones and features.";
        empty(painter, area, sentence);
    }
    list(app, painter, area, Pane::Plan, &targets, |target| {
        let about = |subject: &Subject| gate_of(*target).is_some_and(|gate| *subject == Subject::NoGo(gate));
        app.drafts.marked(plan::row(&app.mission, *target), about)
    });
}

/// Draws the contract.
pub fn contract(app: &App, painter: &mut Painter<'_>, area: Rect) {
    let progress = progress(&app.mission);
    let tally = progress.assertions;
    let count = count(tally.proven, tally.all) + &unseen_beside(tally);
    painter.title(area, &title(app, Pane::Contract, "Contract", &count));
    let targets = contract::targets(&app.mission);
    if targets.is_empty() {
        empty(painter, area, "No assertions yet. The contract is written before anything is built.");
    }
    list(app, painter, area, Pane::Contract, &targets, |id| {
        app.drafts.marked(contract::row(&app.mission, id), |subject| subject.is_about(id))
    });
}

/// Draws the timeline.
pub fn timeline(app: &App, painter: &mut Painter<'_>, area: Rect) {
    painter.title(area, &title(app, Pane::Timeline, "Timeline", ""));
    let moments = timeline::moments(&app.mission);
    list(app, painter, area, Pane::Timeline, &moments, |moment| timeline::row(&app.mission, moment, app.now));
}

/// The gate that a row of the plan stands for.
fn gate_of(target: Target) -> Option<GateId> {
    match target {
        Target::PlanGate => Some(GateId::Plan),
        Target::Milestone(id) => Some(GateId::Milestone(id)),
        Target::FinalGate => Some(GateId::Final),
        Target::Feature(_) | Target::Validation(_) => None,
    }
}

fn count(done: usize, all: usize) -> String {
    if all > 0 { format!("{done}/{all}") } else { String::new() }
}
