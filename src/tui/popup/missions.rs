//! Every mission on this machine, and what each waits for.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, fitting, list};
use super::{Popup, PopupResult};
use crate::domain::mission::MissionCard;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::options::ConsoleExit;
use crate::view::card;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The list of missions.
#[derive(Debug, Default)]
pub struct Missions {
    list: List,
}

impl Popup for Missions {
    fn context(&self) -> Context {
        Context::Missions
    }

    fn area(&self, app: &App) -> Rect {
        fitting(app, 110, app.missions.len().clamp(1, 30))
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Add, Action::Up, Action::Down, Action::Back]
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        PopupResult::effect(Effect::ListMissions)
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        if action == Action::Open {
            return match app.missions.get(self.list.selected) {
                Some(card) if app.mission.id() == Some(&card.id) => PopupResult::close(),
                Some(card) => PopupResult::effect(Effect::Exit(ConsoleExit::Attach(card.id.clone()))),
                None => PopupResult::stay(),
            };
        }
        if action == Action::Add {
            return PopupResult::effect(Effect::Exit(ConsoleExit::New));
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        let height = usize::from(inside(self.area(app)).height);
        self.list.step(step, app.missions.len(), height);
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(StyleRole::Strong, "Missions").end(StyleRole::Dim, app.missions.len().to_string()),
        );
        if app.missions.is_empty() {
            app.painter().rows(
                frame.buffer_mut(),
                inner,
                &[Row::of(StyleRole::Dim, "No missions are known here.")],
            );
        }
        let rows: Vec<Row> = app.missions.iter().map(|card| row(app, card)).collect();
        list(app, frame, inner, &self.list, &rows);
    }
}

/// The row of a card, which says when it is the mission that is shown.
fn row(app: &App, card: &MissionCard) -> Row {
    let here = if app.mission.id() == Some(&card.id) { "  (this one)" } else { "" };
    card::row(card, app.now).then(StyleRole::Dim, here)
}
