//! What was proven at an older commit: the selected one again, or all of them, or neither; and what can be taken back.

use super::prelude::*;
use crate::domain::gate::GateId;
use crate::domain::id::AssertionId;
use crate::view::prove::{self, Choice};

/// Cells that the screen is wide.
const WIDTH: u16 = 92;

/// The choices, about what was selected where it was opened.
#[derive(Debug)]
pub struct ProveScreen {
    selected: Option<AssertionId>,
    gate: GateId,
    /// Why it is asked, where nobody asked for it.
    why: Option<String>,
}

impl ProveScreen {
    /// What keeps a gate from being decided: to wait for it, or to take it back.
    pub fn waiting(gate: GateId, why: String) -> Self {
        Self { selected: None, gate, why: Some(why) }
    }

    /// Opens it about an assertion and what a gate is about; or says why there is nothing to choose.
    pub fn open(app: &App, selected: impl Into<Option<AssertionId>>, gate: GateId) -> PopupResult {
        match Self::about(app, selected.into(), gate) {
            Ok(screen) => PopupResult::open(screen),
            Err(why) => PopupResult::refuse(why),
        }
    }

    /// The hint for it, where there is something to choose.
    pub fn hint(app: &App, gate: GateId) -> Option<Action> {
        Self::about(app, None, gate).ok().map(|_| Action::ProveAgain)
    }

    /// The screen, or why there is nothing to choose.
    pub fn about(app: &App, selected: impl Into<Option<AssertionId>>, gate: GateId) -> Result<Self, String> {
        let screen = Self { selected: selected.into(), gate, why: None };
        if screen.choices(app).len() > 1 {
            return Ok(screen);
        }
        Err(prove::nothing(&app.mission, screen.selected.as_ref()))
    }

    fn choices(&self, app: &App) -> Vec<Choice> {
        match self.why {
            Some(_) => prove::while_waiting(&app.mission),
            None => prove::choices(&app.mission, self.selected.as_ref(), self.gate),
        }
    }

    fn page(&self, app: &App, width: usize) -> Vec<Row> {
        match &self.why {
            Some(why) => paragraph(StyleRole::Warn, why, width),
            None => prove::page(&app.mission, self.selected.as_ref(), width),
        }
    }
}

impl Popup for ProveScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let width = usize::from(inside(app.areas().body).width.min(WIDTH - 2));
        let rows = self.page(app, width).len() + 1 + self.len(app);
        ScreenInfo::named(app, Context::Confirm, "Prove again")
            .hints([Action::Open, Action::Up, Action::Down, Action::Back])
            .calling(Action::Open, "the chosen one")
            .calling(Action::Back, "cancel")
            .fitting(WIDTH, rows)
    }

    fn len(&self, app: &App) -> usize {
        self.choices(app).len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let choices = self.choices(app);
        let label = choices.iter().map(|choice| choice.label.len() + 2).max().unwrap_or(0);
        let row = |choice: &Choice| {
            Row::of(StyleRole::Strong, format!("{:<label$}", choice.label))
                .then(StyleRole::Dim, &choice.words)
        };
        choices.get(seen).into_iter().flatten().map(row).collect()
    }

    /// The choices are always seen; what it is has the room that is left, and is read on in it.
    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let choices = u16::try_from(self.len(app)).unwrap_or(u16::MAX).min(inner.height);
        let above = Rect { height: inner.height - choices, ..inner };
        let detail = Rect { height: above.height.saturating_sub(1), ..above };
        let rule = Rect { height: above.height - detail.height, ..below(above, detail.height) };
        Parts { rule, list: below(inner, above.height), detail, ..Parts::default() }
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.page(app, width).into()]
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Open => {
                let chosen = self.choices(app).into_iter().nth(at.list.selected);
                let order = chosen.and_then(|choice| Some(PopupResult::order(choice.command?, choice.done)));
                order.unwrap_or_default().and_then(StackAction::Close)
            }
            Action::Back => PopupResult::close(),
            other if SelectionStep::of(other).is_some() => PopupResult::pass(),
            // Nothing else is decided while this is asked.
            _ => PopupResult::stay(),
        }
    }

    /// What it offers may change while it is open; the last choice, which changes nothing, stays the last.
    fn refreshed(&mut self, app: &App, at: &mut Place) -> PopupResult {
        at.list.selected = at.list.selected.min(self.len(app).saturating_sub(1));
        PopupResult::stay()
    }
}
