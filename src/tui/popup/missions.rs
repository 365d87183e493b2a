//! Every mission on this machine, and what each waits for.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, fitting, list};
use super::{Popup, Turn};
use crate::domain::budget::dollars;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::host::MissionCard;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, Step};
use crate::tui::options::ConsoleExit;
use crate::tui::present::row::Row;
use crate::tui::present::work::status_sign;
use crate::tui::text::{ago, clip};

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

    fn opened(&mut self, _app: &App) -> Turn {
        Turn::effect(Effect::ListMissions)
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        if action == Action::Open {
            return match app.missions.get(self.list.selected) {
                Some(card) if app.mission.id() == Some(&card.id) => Turn::close(),
                Some(card) => Turn::effect(Effect::Exit(ConsoleExit::Attach(card.id.clone()))),
                None => Turn::stay(),
            };
        }
        if action == Action::Add {
            return Turn::effect(Effect::Exit(ConsoleExit::New));
        }
        let Some(step) = Step::of(action) else { return Turn::pass() };
        let height = usize::from(inside(self.area(app)).height);
        self.list.step(step, app.missions.len(), height);
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(Ink::Strong, "Missions").end(Ink::Dim, app.missions.len().to_string()),
        );
        if app.missions.is_empty() {
            app.painter().rows(
                frame.buffer_mut(),
                inner,
                &[Row::of(Ink::Dim, "No missions are known here.")],
            );
        }
        let rows: Vec<Row> = app.missions.iter().map(|card| row(app, card)).collect();
        list(app, frame, inner, &self.list, &rows);
    }
}

fn row(app: &App, card: &MissionCard) -> Row {
    let (sign, ink) = status_sign(card.status);
    let here = if app.mission.id() == Some(&card.id) { "  (this one)" } else { "" };
    Row::new()
        .sign(ink, sign)
        .then(ink, format!("{:<13}", card.status.word()))
        .then(Ink::Strong, format!("{:<26}", clip(&card.title, 25)))
        .then(Ink::Text, &card.waits_for)
        .then(Ink::Dim, here)
        .end(Ink::Dim, format!("{}  ", clip(&card.repository, 32)))
        .end(Ink::Dim, format!("{:>4}", ago(app.now.since(card.updated))))
        .end(Ink::Text, format!("{:>9}", dollars(card.micro_dollars)))
}
