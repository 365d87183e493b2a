//! Every decision that waits for the person, oldest first, with what it blocks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, list};
use super::gate::GateScreen;
use super::prompt::Confirm;
use super::talk::Talk;
use super::{Popup, Then, Turn};
use crate::domain::attention::{Need, NeedKind, needs};
use crate::domain::command::Command;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::{Areas, centred, inside};
use crate::tui::list::{List, Step};
use crate::tui::present::row::Row;
use crate::tui::text::ago;

/// The list, and what is selected in it.
#[derive(Debug, Default)]
pub struct Attention {
    list: List,
}

impl Popup for Attention {
    fn context(&self) -> Context {
        Context::Attention
    }

    fn area(&self, areas: &Areas) -> Rect {
        centred(areas.body, 100, 14)
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Up, Action::Down, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        let needs = needs(&app.mission);
        if action == Action::Open {
            return needs.get(self.list.selected).map_or_else(Turn::close, |need| open(app, need));
        }
        let Some(step) = Step::of(action) else { return Turn::pass() };
        let height = usize::from(inside(self.area(&app.areas())).height);
        self.list.step(step, needs.len(), height);
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let needs = needs(&app.mission);
        let inner = around(
            app,
            frame,
            area,
            &Row::of(Ink::Strong, "Needs you").end(Ink::Dim, needs.len().to_string()),
        );
        if needs.is_empty() {
            app.painter().rows(frame.buffer_mut(), inner, &[Row::of(Ink::Dim, "Nothing waits for you.")]);
        }
        let rows: Vec<Row> = needs.iter().map(|need| row(app, need)).collect();
        list(app, frame, inner, &self.list, &rows);
    }
}

fn row(app: &App, need: &Need) -> Row {
    let row = Row::of(Ink::Warn, "▲ ")
        .then(Ink::Dim, format!("{:>4}  ", ago(app.now.since(need.since))))
        .then(Ink::Text, &need.sentence);
    if need.blocks.is_empty() { row } else { row.end(Ink::Dim, format!("holds up {}", need.blocks)) }
}

fn open(app: &App, need: &Need) -> Turn {
    let screen: Box<dyn Popup> = match need.kind {
        NeedKind::Gate { gate } => Box::new(GateScreen::new(gate)),
        NeedKind::Question { question } => Box::new(Talk::about(app, question)),
        NeedKind::Hold { .. } => Box::new(Confirm::new(
            format!("{} Let the mission go on?", need.sentence),
            Command::Resume,
            "the mission goes on",
        )),
    };
    Turn::stay().and_then(Then::Open(screen))
}
