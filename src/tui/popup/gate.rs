//! A gate: what it rests on at the left, the selected assertion in full at the right, risks and cost below.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::assertion::AssertionScreen;
use super::diff::DiffScreen;
use super::evidence::EvidenceScreen;
use super::frame::{around, list, rule, scrolled};
use super::prompt::{Prompt, Purpose};
use super::{Popup, Then, Turn};
use crate::domain::command::Command;
use crate::domain::gate::{Decision, GateId};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::link::protocol::DiffScope;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, Step};
use crate::tui::present::row::Row;
use crate::tui::present::work::gate_name;
use crate::tui::present::{contract, gate};

/// The screen of one gate.
#[derive(Debug)]
pub struct GateScreen {
    gate: GateId,
    list: List,
}

/// The gate that a person means when they name none: the open one, else that of the milestone being flown.
pub fn meant(app: &App) -> GateId {
    let mission = &app.mission;
    if let Some(open) = mission.open_gate() {
        return open.id;
    }
    match mission.current_milestone() {
        Some(milestone) if mission.is_go(GateId::Plan) => GateId::Milestone(milestone.id),
        Some(_) => GateId::Plan,
        None => GateId::Final,
    }
}

/// The three parts of the screen.
struct Parts {
    left: Rect,
    right: Rect,
    below: Rect,
}

impl GateScreen {
    /// The screen of a gate.
    pub fn new(gate: GateId) -> Self {
        Self { gate, list: List::default() }
    }

    fn selected(&self, mission: &Mission) -> Option<AssertionId> {
        gate::assertions(mission, self.gate).into_iter().nth(self.list.selected)
    }

    fn diff(&self) -> DiffScope {
        match self.gate {
            GateId::Milestone(id) => DiffScope::Milestone(id),
            GateId::Plan | GateId::Final => DiffScope::Mission,
        }
    }

    fn decide(&self, app: &App) -> Turn {
        if let Some(words) = app.deciding.get(&self.gate) {
            return Turn::say(format!("{words} is on its way"));
        }
        if !app.mission.is_gate_open(self.gate) {
            return Turn::say(format!("{} is not open: nothing to decide yet", gate_name(self.gate)));
        }
        let decision = Decision::Go { note: None };
        Turn::order(
            Command::DecideGate { gate: self.gate, decision },
            format!("GO at {}", gate_name(self.gate)),
        )
        .and_then(Then::Close)
    }

    /// A gate that was decided a moment ago is no longer asked about, whatever the mission has told so far.
    fn can_be_decided(&self, app: &App) -> bool {
        app.mission.is_gate_open(self.gate) && !app.deciding.contains_key(&self.gate)
    }

    fn of_selected(&self, app: &App, action: Action) -> Turn {
        let Some(id) = self.selected(&app.mission) else { return Turn::stay() };
        match action {
            Action::Waive => Turn::open(Prompt::new(app, Purpose::Waive(id))),
            Action::Retire => Turn::open(Prompt::new(app, Purpose::Retire(id))),
            Action::Open => Turn::open(EvidenceScreen::new(&app.mission, id)),
            _ => Turn::open(AssertionScreen::edit(app, &id)),
        }
    }
}

fn parts(inner: Rect, rows_below: usize) -> Parts {
    let below = u16::try_from(rows_below + 1).unwrap_or(u16::MAX).min(inner.height / 2);
    let upper = inner.height.saturating_sub(below);
    let left = if inner.width >= 90 { inner.width * 2 / 5 } else { inner.width };
    Parts {
        left: Rect { width: left.saturating_sub(2), height: upper, ..inner },
        right: Rect { x: inner.x + left, width: inner.width - left, height: upper, ..inner },
        below: Rect { y: inner.y + upper, height: below, ..inner },
    }
}

impl Popup for GateScreen {
    fn context(&self) -> Context {
        Context::Gate
    }

    fn hints(&self, app: &App) -> Vec<Action> {
        let mut hints = if self.can_be_decided(app) { vec![Action::Go, Action::NoGo] } else { Vec::new() };
        if self.gate == GateId::Final && app.mission.is_go(self.gate) && app.mission.landed.is_none() {
            hints.push(Action::Land);
        }
        hints.extend([Action::Open, Action::Edit, Action::Waive, Action::Diff, Action::Help, Action::Back]);
        hints
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        match action {
            Action::NoGo if self.can_be_decided(app) => {
                Turn::open(Prompt::new(app, Purpose::NoGo(self.gate)))
            }
            Action::Go | Action::NoGo => self.decide(app),
            Action::Diff => Turn::open(DiffScreen::new(self.diff())),
            Action::Waive | Action::Edit | Action::Open | Action::Retire => self.of_selected(app, action),
            _ => {
                let Some(step) = Step::of(action) else { return Turn::pass() };
                let inner = inside(self.area(&app.areas()));
                let height = parts(inner, gate::summary(&app.mission, self.gate).len()).left.height;
                self.list.step(step, gate::assertions(&app.mission, self.gate).len(), usize::from(height));
                Turn::stay()
            }
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let mission = &app.mission;
        let name = gate_name(self.gate);
        let mut title = Row::of(
            Ink::Strong,
            format!(
                "{}{}",
                name.get(..1).unwrap_or_default().to_uppercase(),
                name.get(1..).unwrap_or_default()
            ),
        );
        if let Some(words) = app.deciding.get(&self.gate) {
            title = title.end(Ink::Accent, format!("{words} is on its way"));
        } else if mission.waits_at(self.gate) {
            title = title.end(Ink::Warn, "▲ waits for you");
        } else if mission.is_gate_open(self.gate) {
            title = title.end(Ink::Dim, "open; work goes on before it");
        }
        let inner = around(app, frame, area, &title);
        let summary = gate::summary(mission, self.gate);
        let parts = parts(inner, summary.len());
        let ids = gate::assertions(mission, self.gate);
        let rows: Vec<Row> = ids.iter().map(|id| contract::row(mission, id)).collect();
        list(app, frame, parts.left, &self.list, &rows);
        if let Some(id) = self.selected(mission).filter(|_| parts.right.width > 0) {
            let detail = gate::detail(mission, &id, usize::from(parts.right.width));
            scrolled(
                app,
                frame,
                parts.right,
                0,
                detail.get(..usize::from(parts.right.height).min(detail.len())).unwrap_or_default(),
            );
        }
        let mut lines = parts.below.rows();
        if let Some(line) = lines.next() {
            rule(app, frame, line, "");
        }
        for (line, row) in lines.zip(&summary) {
            app.painter().row(frame.buffer_mut(), line, row, crate::tui::widget::painter::Lit::No);
        }
    }
}
