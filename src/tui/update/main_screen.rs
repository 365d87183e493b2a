//! The main screen's own keys: moving in a pane, opening what is selected.

use crate::domain::gate::GateId;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::effect::Effect;
use crate::tui::focus::Pane;
use crate::tui::layout::inside;
use crate::tui::list::SelectionStep;
use crate::tui::popup::open;
use crate::tui::select::{selected_assertion, selected_milestone, selected_moment, selected_target};
use crate::view::plan::Target;
use crate::view::{contract, plan, timeline};

use super::requests;

/// Does an action on the main screen.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::NextPane => focus(app, app.focus.after(1)),
        Action::PreviousPane => focus(app, app.focus.after(3)),
        Action::PanePlan => focus(app, Pane::Plan),
        Action::PaneWorker => focus(app, Pane::Worker),
        Action::PaneContract => focus(app, Pane::Contract),
        Action::PaneTimeline => focus(app, Pane::Timeline),
        Action::Zoom => {
            app.zoomed = !app.zoomed;
            keep_in_sight(app);
        }
        Action::Follow => follow(app),
        Action::Fold => app.scroll.toggle_fold(),
        Action::Left | Action::Right => toggle_milestone(app),
        Action::Copy => return copy(app),
        _ => return step_or_open(app, action),
    }
    Vec::new()
}

/// Esc on the main screen: what is special becomes usual again, one thing at a time.
pub fn back(app: &mut App) {
    if app.zoomed {
        app.zoomed = false;
        keep_in_sight(app);
    } else if app.held.is_some() {
        app.held = None;
        app.scroll = crate::tui::scroll::ScrollState::default();
    } else {
        app.scroll.follow();
    }
}

/// Gives a pane the keys.
pub fn focus(app: &mut App, pane: Pane) {
    app.focus = pane;
    keep_in_sight(app);
}

/// Selects what waits or runs in the plan, so that the first key is about that.
pub fn select_what_matters(app: &mut App) {
    let targets = plan::targets(&app.mission, &app.toggled);
    let waits = |target: &Target| match target {
        Target::PlanGate => true,
        Target::FinalGate => app.mission.waits_at(GateId::Final),
        Target::Validation(id) => app.mission.waits_at(GateId::Milestone(*id)),
        Target::Feature(id) => plan::running_on(&app.mission, *id).is_some(),
        Target::Milestone(_) => false,
    };
    if let Some(at) = targets.iter().position(waits) {
        select(app, Pane::Plan, at);
    }
}

/// Selects a row of a pane, or the last one, and brings it into sight.
fn select(app: &mut App, pane: Pane, row: usize) {
    let (len, height) = (len(app, pane), height(app, pane));
    app.lists[pane.index()].select(row, len, height);
}

/// Keeps selections inside their lists and in sight, after the size or the mission changed.
pub fn keep_in_sight(app: &mut App) {
    for pane in Pane::ALL {
        select(app, pane, app.list(pane).selected);
    }
}

/// Moves by a step, or scrolls, in the pane that has the keys.
pub fn step(app: &mut App, step: SelectionStep) -> Vec<Effect> {
    let pane = app.focus;
    if pane == Pane::Worker {
        return scroll_worker(app, step);
    }
    let (len, height) = (len(app, pane), height(app, pane));
    app.lists[pane.index()].step(step, len, height);
    Vec::new()
}

/// Scrolls the transcript, and asks for older pages when its beginning comes into sight.
pub fn scroll_worker(app: &mut App, step: SelectionStep) -> Vec<Effect> {
    let Some(attempt) = app.watched() else { return Vec::new() };
    let area = inside(app.areas().of(Pane::Worker));
    let room = (usize::from(area.width), usize::from(area.height));
    let Some(transcript) = app.transcripts.get(&attempt) else { return Vec::new() };
    let older = app.scroll.step(transcript, step, room);
    older.map(|before| requests::page(app, attempt, before)).into_iter().collect()
}

fn follow(app: &mut App) {
    let width = usize::from(inside(app.areas().of(Pane::Worker)).width);
    let transcript = app.watched().and_then(|attempt| app.transcripts.get(&attempt));
    if let Some(transcript) = transcript {
        app.scroll.toggle_follow(transcript, width);
    }
}

fn toggle_milestone(app: &mut App) {
    let Some(milestone) = selected_milestone(app).filter(|_| app.focus == Pane::Plan) else { return };
    if !app.toggled.remove(&milestone) {
        app.toggled.insert(milestone);
    }
    let mut targets = plan::targets(&app.mission, &app.toggled).into_iter();
    if let Some(at) = targets.position(|target| target == Target::Milestone(milestone)) {
        select(app, Pane::Plan, at);
    }
}

fn step_or_open(app: &mut App, action: Action) -> Vec<Effect> {
    let changes = [Action::Edit, Action::Add, Action::Retire, Action::Waive];
    if let Some(by) = SelectionStep::of(action) {
        return step(app, by);
    }
    if action == Action::ProveAgain {
        return match open::proving_again(app) {
            Ok(screen) => super::stack::open(app, Box::new(screen)),
            Err(why) => {
                super::say(app, Tone::Trouble, why);
                Vec::new()
            }
        };
    }
    if let Some(screen) = open::from_main(app, action) {
        return super::stack::open(app, screen);
    }
    let why = if changes.contains(&action) {
        "select an assertion first, in the contract or under a feature of the plan".to_owned()
    } else {
        format!("{}: there is nothing here for that yet", action.name())
    };
    super::say(app, Tone::Trouble, why);
    Vec::new()
}

fn copy(app: &App) -> Vec<Effect> {
    let text = match app.focus {
        Pane::Plan => selected_target(app).map(|target| plan::row(&app.mission, target).plain()),
        Pane::Contract => selected_assertion(app).and_then(|id| {
            let assertion = app.mission.assertion(&id)?;
            Some(format!("{id} {}\n{}", assertion.wording.title, assertion.wording.statement))
        }),
        Pane::Timeline => {
            selected_moment(app).map(|moment| timeline::row(&app.mission, &moment, app.now).plain())
        }
        Pane::Worker => None,
    };
    text.map(Effect::Copy).into_iter().collect()
}

/// How many rows a pane has.
pub fn len(app: &App, pane: Pane) -> usize {
    match pane {
        Pane::Plan => plan::targets(&app.mission, &app.toggled).len(),
        Pane::Contract => contract::targets(&app.mission).len(),
        Pane::Timeline => timeline::moments(&app.mission).len(),
        Pane::Worker => 0,
    }
}

/// How many rows of a pane are seen.
pub fn height(app: &App, pane: Pane) -> usize {
    usize::from(inside(app.areas().of(pane)).height).max(1)
}
