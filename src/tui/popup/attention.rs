//! Every decision that waits for the person, oldest first, with what it blocks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, fitting, list};
use super::gate::GateScreen;
use super::prompt::Confirm;
use super::talk::Talk;
use super::{Popup, PopupResult, StackAction};
use crate::domain::attention::{Need, NeedKind, needs};
use crate::domain::command::Command;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::view::gate;
use crate::view::prose::paragraph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{ago, wrap};

/// Cells that the screen is wide.
const WIDTH: u16 = 100;

/// The list, and what is selected in it.
#[derive(Debug, Default)]
pub struct Attention {
    list: List,
}

impl Popup for Attention {
    fn context(&self) -> Context {
        Context::Attention
    }

    fn area(&self, app: &App) -> Rect {
        let width = WIDTH.min(app.areas().body.width).saturating_sub(4);
        let needs = needs(&app.mission);
        fitting(app, WIDTH, needs.len().max(1) + self.below(app, &needs, usize::from(width)).len())
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::Open => "decide",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Up, Action::Down, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        let needs = needs(&app.mission);
        if action == Action::Open {
            return needs.get(self.list.selected).map_or_else(PopupResult::close, |need| {
                // The list is left behind when nothing else waits in it.
                let then = if needs.len() == 1 { StackAction::Swap } else { StackAction::Open };
                PopupResult::stay().and_then(then(decision(app, need)))
            });
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        let height = usize::from(list_of(inside(self.area(app)), needs.len()).height);
        self.list.step(step, needs.len(), height);
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let needs = needs(&app.mission);
        let title = Row::of(StyleRole::Strong, "Needs you").end(StyleRole::Dim, needs.len().to_string());
        let inner = around(app, frame, area, &title);
        if needs.is_empty() {
            app.painter().rows(
                frame.buffer_mut(),
                inner,
                &[Row::of(StyleRole::Dim, "Nothing waits for you.")],
            );
        }
        let rows: Vec<Row> = needs.iter().map(|need| row(app, need)).collect();
        let upper = list_of(inner, needs.len());
        list(app, frame, upper, &self.list, &rows);
        let lower = Rect { y: upper.bottom(), height: inner.height - upper.height, ..inner };
        app.painter().rows(frame.buffer_mut(), lower, &self.below(app, &needs, usize::from(inner.width)));
    }
}

impl Attention {
    /// What is selected in full, and what the engine warned of.
    fn below(&self, app: &App, needs: &[Need], width: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Some(need) = needs.get(self.list.selected) {
            rows.push(Row::new());
            rows.extend(detail(app, need, width));
        }
        if !app.warnings.is_empty() {
            rows.extend([Row::new(), Row::of(StyleRole::Dim, "the engine warned")]);
            rows.extend(warnings(app, width));
        }
        rows
    }
}

/// The decisions take half of the room at most.
fn list_of(inner: Rect, needs: usize) -> Rect {
    let wanted = u16::try_from(needs.max(1)).unwrap_or(u16::MAX);
    Rect { height: wanted.min((inner.height / 2).max(1)).min(inner.height), ..inner }
}

/// What a decision is about, as far as it can be said here.
fn detail(app: &App, need: &Need, width: usize) -> Vec<Row> {
    match need.kind {
        NeedKind::Gate { gate } => gate::summary(&app.mission, gate, width),
        NeedKind::Question { question } => {
            let Some(known) = app.mission.questions.iter().find(|known| known.id == question) else {
                return Vec::new();
            };
            let mut rows = paragraph(StyleRole::Text, known.text.as_str(), width);
            let numbered = known.options.iter().zip(1..);
            rows.extend(numbered.map(|(option, number)| {
                Row::of(StyleRole::Accent, format!("  {number} ")).then(StyleRole::Text, option.as_str())
            }));
            rows
        }
        NeedKind::Hold { .. } => paragraph(StyleRole::Text, &need.sentence, width),
    }
}

/// Warnings in full, the newest first.
fn warnings(app: &App, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for warning in app.warnings.iter().rev() {
        let lead = format!("{:>6}  ", ago(app.clock.since(warning.at)));
        for (index, line) in wrap(&warning.sentence, width.saturating_sub(8)).into_iter().enumerate() {
            let lead = if index == 0 { lead.clone() } else { " ".repeat(8) };
            rows.push(Row::of(StyleRole::Dim, lead).then(StyleRole::Text, line));
        }
    }
    rows
}

fn row(app: &App, need: &Need) -> Row {
    let row = Row::of(StyleRole::Warn, "▲ ")
        .then(StyleRole::Dim, format!("{:>4}  ", ago(app.now.since(need.since))))
        .then(StyleRole::Text, &need.sentence);
    if need.blocks.is_empty() { row } else { row.end(StyleRole::Dim, format!("holds up {}", need.blocks)) }
}

/// The screen for what waits: the only decision itself, or the list of them.
pub fn screen(app: &App) -> Box<dyn Popup> {
    match needs(&app.mission).as_slice() {
        [only] if app.warnings.is_empty() => decision(app, only),
        _ => Box::new(Attention::default()),
    }
}

/// The screen on which a decision is made.
fn decision(app: &App, need: &Need) -> Box<dyn Popup> {
    match need.kind {
        NeedKind::Gate { gate } => Box::new(GateScreen::new(gate)),
        NeedKind::Question { question } => Box::new(Talk::about(app, question)),
        NeedKind::Hold { .. } => Box::new(Confirm::new(
            format!("{} Let the mission go on?", need.sentence),
            Command::Resume,
            "the mission goes on",
        )),
    }
}
