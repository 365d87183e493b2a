//! A mission that is held: what failed, what was tried, since when, and what can be done about it.

use super::attempt::AttemptScreen;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use super::talk::Talk;
use crate::view::hold::{self, Choice, ChoiceKind};

/// Cells that the screen is wide.
const WIDTH: u16 = 84;

/// The page of a hold, with its choices below.
#[derive(Debug)]
pub struct HoldScreen;

impl Popup for HoldScreen {
    fn info(&self, app: &App, at: &Place) -> ScreenInfo {
        let width = usize::from(inside(app.areas().body).width.min(WIDTH - 2));
        let rows = page(app, at, width).len() + 1 + self.len(app);
        let title = if app.mission.hold.is_some() { "The mission is held" } else { "The mission goes on" };
        ScreenInfo::named(app, Context::Hold, title)
            .hints([Action::Open, Action::Up, Action::Down, Action::PageDown, Action::Back])
            .calling(Action::Open, "do it")
            .calling(Action::PageDown, "read on")
            .empty("Nothing holds it any more.")
            .fitting(WIDTH, rows)
    }

    fn len(&self, app: &App) -> usize {
        hold::choices(&app.mission).len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let choices = hold::choices(&app.mission);
        let label = label_cells(&choices);
        choices.get(seen).into_iter().flatten().map(|choice| row(choice, label)).collect()
    }

    /// The choices are always seen whole; the page above them has what room is left, and is read on in it.
    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let choices = u16::try_from(self.len(app).max(1)).unwrap_or(u16::MAX).min(inner.height);
        let above = Rect { height: inner.height - choices, ..inner };
        let detail = Rect { height: above.height.saturating_sub(1), ..above };
        let rule = Rect { height: above.height - detail.height, ..below(above, detail.height) };
        Parts { rule, list: below(inner, above.height), detail, ..Parts::default() }
    }

    fn detail(&self, app: &App, at: &Place, width: usize) -> Vec<Section> {
        vec![page(app, at, width).into()]
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        if action != Action::Open {
            return PopupResult::pass();
        }
        hold::choices(&app.mission)
            .get(at.list.selected)
            .map_or_else(PopupResult::close, |choice| done(app, choice))
    }

    /// When the mission goes on, there is nothing left to choose.
    fn refreshed(&mut self, app: &App, at: &mut Place) -> PopupResult {
        at.list.selected = at.list.selected.min(self.len(app).saturating_sub(1));
        if app.mission.hold.is_none() { PopupResult::close() } else { PopupResult::stay() }
    }
}

/// The hold in full, and what the chosen one does where its row has no room for that.
fn page(app: &App, at: &Place, width: usize) -> Vec<Row> {
    let mut rows = hold::page(&app.mission, app.now, width);
    let choices = hold::choices(&app.mission);
    let label = label_cells(&choices);
    if let Some(choice) = choices.get(at.list.selected).filter(|choice| label + choice.words.len() > width) {
        rows.push(Row::new());
        rows.extend(paragraph(StyleRole::Dim, &format!("{}: {}", choice.label, choice.words), width));
    }
    rows
}

/// Cells of the column of labels.
fn label_cells(choices: &[Choice]) -> usize {
    choices.iter().map(|choice| choice.label.len() + 2).max().unwrap_or(0)
}

fn row(choice: &Choice, label: usize) -> Row {
    Row::of(StyleRole::Strong, format!("{:<label$}", choice.label)).then(StyleRole::Dim, &choice.words)
}

/// Does what was chosen. What ends the mission asks for a reason, and once more after it.
fn done(app: &App, choice: &Choice) -> PopupResult {
    let screen: Box<dyn Popup> = match choice.kind {
        ChoiceKind::Retry => {
            let close = PopupResult::order(Command::Resume, "the mission goes on");
            return close.and_then(StackAction::Close);
        }
        ChoiceKind::TakeBack => {
            let assertions = app.mission.proofs_to_take_back();
            let words = "taken back: the verdict before counts";
            return PopupResult::order(Command::TakeBackProof { assertions }, words)
                .and_then(StackAction::Close);
        }
        ChoiceKind::ChangeModel { role } => Box::new(Prompt::new(app, Purpose::Model(role))),
        ChoiceKind::RaiseBudget => Box::new(Prompt::new(app, Purpose::Budget)),
        ChoiceKind::Talk => Box::new(Talk::new(app)),
        ChoiceKind::Read { attempt } => Box::new(AttemptScreen::new(attempt)),
        ChoiceKind::Abandon => Box::new(Prompt::new(app, Purpose::Abandon)),
    };
    PopupResult::stay().and_then(StackAction::Open(screen))
}
