//! Every attempt, the newest first: who, with which mind, how it goes, what it used.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::attempt::{AttemptScreen, stop};
use super::diff::DiffScreen;
use super::frame::{around, list};
use super::{Popup, PopupResult};
use crate::domain::command::Command;
use crate::domain::diff::DiffScope;
use crate::domain::id::AttemptId;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::widget::painter::Highlight;
use crate::view::attempt;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The list of attempts.
#[derive(Debug, Default)]
pub struct Workers {
    list: List,
}

impl Workers {
    fn selected(&self, app: &App) -> Option<AttemptId> {
        app.mission.attempts.keys().rev().nth(self.list.selected).copied()
    }
}

impl Popup for Workers {
    fn context(&self) -> Context {
        Context::Workers
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Stop, Action::Retry, Action::Diff, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match (action, self.selected(app)) {
            (Action::Open, Some(id)) => return PopupResult::open(AttemptScreen::new(id)),
            (Action::Diff, Some(id)) => return PopupResult::open(DiffScreen::new(DiffScope::Attempt(id))),
            (Action::Stop, Some(id)) => return stop(app, id),
            (Action::Retry, _) => {
                return PopupResult::order(
                    Command::Resume,
                    "the mission goes on: work that stopped begins again",
                );
            }
            _ => {}
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        let height = usize::from(inside(self.area(app)).height).saturating_sub(2);
        self.list.step(step, app.mission.attempts.len(), height);
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let live = app.mission.live_attempts().count();
        let count = format!("{live} of {} running", app.mission.attempts.len());
        let inner =
            around(app, frame, area, &Row::of(StyleRole::Strong, "Workers").end(StyleRole::Dim, count));
        let head = Row::of(StyleRole::Dim, format!("  {:<5}{:<14}{:<28}{:<16}", "", "role", "work", "model"))
            .end(StyleRole::Dim, "    time    out   cost");
        app.painter().row(
            frame.buffer_mut(),
            Rect { height: 1.min(inner.height), ..inner },
            &head,
            Highlight::No,
        );
        let body = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
        let attempts: Vec<_> = app.mission.attempts.values().rev().collect();
        let window = self.list.window(attempts.len(), usize::from(body.height));
        let mut rows = vec![Row::new(); attempts.len()];
        for index in window {
            if let (Some(place), Some(known)) = (rows.get_mut(index), attempts.get(index)) {
                *place = attempt::row(&app.mission, known, &app.live, app.now);
            }
        }
        list(app, frame, body, &self.list, &rows);
    }
}
