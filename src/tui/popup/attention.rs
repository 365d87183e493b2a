//! Every decision that waits for the person, with what it blocks; of each kind the oldest first.

use super::gate::GateScreen;
use super::hold::HoldScreen;
use super::prelude::*;
use super::proof;
use super::proposal::ProposalScreen;
use super::talk::Talk;
use crate::domain::attention::{Need, NeedKind, needs};
use crate::tui::drafts::Subject;
use crate::view::needs as view;
use crate::view::prose::hanging;
use crate::view::text::ago;
use crate::view::wait;

/// Cells that the screen is wide.
const WIDTH: u16 = 100;

/// The list of decisions; the selected one in full below it, and what the engine warned of.
#[derive(Debug)]
pub struct Attention;

impl Popup for Attention {
    fn info(&self, app: &App, at: &Place) -> ScreenInfo {
        let width = usize::from(WIDTH.min(app.areas().body.width).saturating_sub(4));
        let count = self.len(app);
        ScreenInfo::named(app, Context::Attention, "Needs you")
            .note(count.to_string())
            .hints([Action::Open, Action::Evidence, Action::Up, Action::Down, Action::Back])
            .calling(Action::Open, "decide")
            .empty("Nothing waits for you.")
            .fitting(WIDTH, count.max(1) + below_list(app, at, width).len())
    }

    fn len(&self, app: &App) -> usize {
        needs(&app.mission).len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        needs(&app.mission).get(seen).into_iter().flatten().map(|need| row(app, need)).collect()
    }

    /// The decisions take half of the room at most.
    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let wanted = u16::try_from(self.len(app).max(1)).unwrap_or(u16::MAX);
        let height = wanted.min((inner.height / 2).max(1)).min(inner.height);
        Parts { list: Rect { height, ..inner }, detail: below(inner, height), ..Parts::default() }
    }

    fn detail(&self, app: &App, at: &Place, width: usize) -> Vec<Section> {
        vec![below_list(app, at, width).into()]
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        let needs = needs(&app.mission);
        if matches!(action, Action::Evidence | Action::Recording) {
            let need = needs.get(at.list.selected);
            return proof::open(app, need.and_then(|need| proof::of_need(&app.mission, need)), action);
        }
        if action != Action::Open {
            return PopupResult::pass();
        }
        needs.get(at.list.selected).map_or_else(PopupResult::close, |need| {
            // The list is left behind when nothing else waits in it.
            let then = if needs.len() == 1 { StackAction::Swap } else { StackAction::Open };
            PopupResult::stay().and_then(then(decision(app, need)))
        })
    }
}

/// One decision, with a mark where the person began to write about it.
fn row(app: &App, need: &Need) -> Row {
    let about = |subject: &Subject| match need.kind {
        NeedKind::Gate { gate } => *subject == Subject::NoGo(gate),
        NeedKind::Question { .. } => *subject == Subject::Message,
        NeedKind::Proposal { .. } | NeedKind::Hold { .. } => false,
    };
    app.drafts.marked(view::row(need, app.now), about)
}

/// What is selected in full, and what the engine warned of.
fn below_list(app: &App, at: &Place, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(need) = needs(&app.mission).get(at.list.selected) {
        rows.push(Row::new());
        rows.extend(view::detail(&app.mission, need, app.now, width));
    }
    let waits: Vec<Row> = app.mission.waits().map(|wait| wait::row(wait, app.now)).collect();
    if !waits.is_empty() {
        rows.extend([Row::new(), Row::of(StyleRole::Dim, "passes by itself")]);
        rows.extend(waits);
    }
    if !app.warnings.is_empty() {
        rows.extend([Row::new(), Row::of(StyleRole::Dim, "the engine warned")]);
        rows.extend(warnings(app, width));
    }
    rows
}

/// Warnings in full, the newest first.
fn warnings(app: &App, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for warning in app.warnings.iter().rev() {
        let lead = format!("{:>6}  ", ago(app.clock.since(warning.at)));
        rows.extend(hanging((StyleRole::Dim, &lead), StyleRole::Text, &warning.sentence, width));
    }
    rows
}

/// The screen for what waits: the only decision itself, or the list of them.
pub fn screen(app: &App) -> Box<dyn Popup> {
    match needs(&app.mission).as_slice() {
        [only] if app.warnings.is_empty() => decision(app, only),
        _ => Box::new(Attention),
    }
}

/// The screen on which a decision is made.
fn decision(app: &App, need: &Need) -> Box<dyn Popup> {
    match need.kind {
        NeedKind::Gate { gate } => Box::new(GateScreen::new(gate)),
        NeedKind::Question { question } => Box::new(Talk::about(app, question)),
        NeedKind::Proposal { proposal } => Box::new(ProposalScreen::new(proposal)),
        NeedKind::Hold { .. } => Box::new(HoldScreen),
    }
}
