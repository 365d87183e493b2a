//! Every decision that waits for the person, oldest first, with what it blocks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, list, rule};
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
use crate::tui::text::{ago, wrap};

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
        centred(areas.body, 100, 18)
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
        let height = usize::from(parts(app, inside(self.area(&app.areas())), needs.len()).0.height);
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
        let (upper, lower) = parts(app, inner, needs.len());
        list(app, frame, upper, &self.list, &rows);
        if let Some(line) = lower.rows().next() {
            rule(app, frame, line, "the engine warned");
            let rest = Rect { y: lower.y + 1, height: lower.height - 1, ..lower };
            app.painter().rows(frame.buffer_mut(), rest, &warnings(app, usize::from(rest.width)));
        }
    }
}

/// Decisions above; warnings of the engine below, where there are any.
fn parts(app: &App, inner: Rect, needs: usize) -> (Rect, Rect) {
    let most = if app.warnings.is_empty() { inner.height } else { inner.height / 2 };
    let wanted = u16::try_from(needs.max(1) + 1).unwrap_or(u16::MAX);
    let height = if app.warnings.is_empty() { most } else { wanted.min(most) };
    (Rect { height, ..inner }, Rect { y: inner.y + height, height: inner.height - height, ..inner })
}

/// Warnings in full, the newest first.
fn warnings(app: &App, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for warning in app.warnings.iter().rev() {
        let lead = format!("{:>6}  ", ago(app.clock.since(warning.at)));
        for (index, line) in wrap(&warning.sentence, width.saturating_sub(8)).into_iter().enumerate() {
            let lead = if index == 0 { lead.clone() } else { " ".repeat(8) };
            rows.push(Row::of(Ink::Dim, lead).then(Ink::Text, line));
        }
    }
    rows
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
