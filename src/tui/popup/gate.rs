//! A gate: what it comes to above, what it rests on below at the left, and at the right the selected point in full.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::assertion::AssertionScreen;
use super::diff::DiffScreen;
use super::evidence::EvidenceScreen;
use super::evidence_viewer::{EvidenceViewer, Section, draw, height};
use super::feature::FeatureScreen;
use super::findings::Findings;
use super::frame::{around, list, rule};
use super::prompt::{Prompt, Purpose};
use super::{Popup, PopupResult, StackAction};
use crate::domain::command::Command;
use crate::domain::diff::DiffScope;
use crate::domain::gate::{Decision, GateId};
use crate::domain::mission::Mission;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::source::SourceError;
use crate::view::gate_items::{self, GateItem};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::work::gate_name;
use crate::view::{assertion, gate};

/// The screen of one gate.
#[derive(Debug)]
pub struct GateScreen {
    gate: GateId,
    list: List,
    /// The evidence of the selected assertion.
    viewer: EvidenceViewer,
    /// The first line that is seen of the selected point.
    top: usize,
    /// What is selected, wherever it stands in the list after the mission has changed.
    point: Option<GateItem>,
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
    summary: Rect,
    left: Rect,
    right: Rect,
}

impl GateScreen {
    /// The screen of a gate.
    pub fn new(gate: GateId) -> Self {
        Self { gate, list: List::default(), viewer: EvidenceViewer::default(), top: 0, point: None }
    }

    fn selected(&self, mission: &Mission) -> Option<GateItem> {
        gate_items::points(mission, self.gate).into_iter().nth(self.list.selected)
    }

    fn parts(&self, app: &App) -> Parts {
        parts(inside(self.area(app)), gate::summary(&app.mission, self.gate).len())
    }

    /// Looks at the point that is selected now: its evidence is asked for.
    fn look(&mut self, app: &App) -> PopupResult {
        self.top = 0;
        self.point = self.selected(&app.mission);
        self.viewer = match &self.point {
            Some(GateItem::Assertion(id)) => EvidenceViewer::of(&app.mission, id),
            _ => EvidenceViewer::default(),
        };
        self.viewer.fetch()
    }

    fn sections(&self, app: &App, width: usize) -> Vec<Section> {
        let Some(point) = self.selected(&app.mission) else { return Vec::new() };
        let mut sections = vec![
            Section::Rows(gate_items::detail(&app.mission, &point, width)),
            Section::Rows(vec![Row::new()]),
        ];
        sections.extend(self.viewer.sections(width));
        if let GateItem::Assertion(id) = point {
            sections.push(Section::Rows(assertion::history(&app.mission, &id, width)));
        }
        sections
    }

    fn step(&mut self, app: &App, step: SelectionStep) -> PopupResult {
        let parts = self.parts(app);
        if matches!(step, SelectionStep::PageUp | SelectionStep::PageDown) && parts.right.width > 0 {
            let lines = height(&self.sections(app, usize::from(parts.right.width)));
            self.top = List::scrolled(self.top, step, lines, usize::from(parts.right.height));
            return PopupResult::stay();
        }
        let before = self.list.selected;
        let len = gate_items::points(&app.mission, self.gate).len();
        self.list.step(step, len, usize::from(parts.left.height));
        if self.list.selected == before { PopupResult::stay() } else { self.look(app) }
    }

    fn diff(&self) -> DiffScope {
        match self.gate {
            GateId::Milestone(id) => DiffScope::Milestone(id),
            GateId::Plan | GateId::Final => DiffScope::Mission,
        }
    }

    fn decide(&self, app: &App) -> PopupResult {
        if let Some(words) = app.pending_decisions.get(&self.gate) {
            return PopupResult::say(format!("{words} is on its way"));
        }
        if !app.mission.is_gate_open(self.gate) {
            return PopupResult::say(format!("{} is not open: nothing to decide yet", gate_name(self.gate)));
        }
        let decision = Decision::Go { note: None };
        PopupResult::order(
            Command::DecideGate { gate: self.gate, decision },
            format!("GO at {}", gate_name(self.gate)),
        )
        .and_then(StackAction::Close)
    }

    /// A gate that was decided a moment ago is no longer asked about, whatever the mission has told so far.
    fn can_be_decided(&self, app: &App) -> bool {
        app.mission.is_gate_open(self.gate) && !app.pending_decisions.contains_key(&self.gate)
    }

    fn of_selected(&self, app: &App, action: Action) -> PopupResult {
        let id = match self.selected(&app.mission) {
            Some(GateItem::Assertion(id)) => id,
            Some(GateItem::Feature(id)) if action == Action::Open => {
                return PopupResult::open(FeatureScreen::new(id));
            }
            Some(GateItem::Finding(_)) if action == Action::Open => {
                return PopupResult::open(Findings::default());
            }
            _ if action == Action::Open => return PopupResult::stay(),
            _ => return PopupResult::refuse("select an assertion first"),
        };
        match action {
            Action::Waive => PopupResult::open(Prompt::new(app, Purpose::Waive(id))),
            Action::Retire => PopupResult::open(Prompt::new(app, Purpose::Retire(id))),
            Action::Open => PopupResult::open(EvidenceScreen::new(&app.mission, id)),
            _ => PopupResult::open(AssertionScreen::edit(app, &id)),
        }
    }
}

fn parts(inner: Rect, summary: usize) -> Parts {
    let above = u16::try_from(summary + 1).unwrap_or(u16::MAX).min(inner.height / 2);
    let lower = Rect { y: inner.y + above, height: inner.height.saturating_sub(above), ..inner };
    let left = if inner.width >= 90 { inner.width * 2 / 5 } else { inner.width };
    Parts {
        summary: Rect { height: above, ..inner },
        left: Rect { width: left.saturating_sub(2), ..lower },
        right: Rect { x: inner.x + left, width: inner.width - left, ..lower },
    }
}

impl Popup for GateScreen {
    fn context(&self) -> Context {
        Context::Gate
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::NextMatch => "next evidence",
            Action::PageDown => "scroll",
            Action::Add => "add an assertion",
            Action::Open => "in full",
            other => other.hint(),
        }
    }

    fn hints(&self, app: &App) -> Vec<Action> {
        let mut hints = if self.can_be_decided(app) { vec![Action::Go, Action::NoGo] } else { Vec::new() };
        if self.gate == GateId::Final && app.mission.is_go(self.gate) && app.mission.landed.is_none() {
            hints.push(Action::Land);
        }
        let edits = if self.gate == GateId::Plan { Action::Add } else { Action::Waive };
        hints.extend([Action::Edit, edits, Action::Diff, Action::Open]);
        if self.viewer.len() > 1 {
            hints.push(Action::NextMatch);
        }
        if self.parts(app).right.width > 0 {
            hints.push(Action::PageDown);
        }
        hints.extend([Action::Help, Action::Back]);
        hints
    }

    fn opened(&mut self, app: &App) -> PopupResult {
        self.look(app)
    }

    /// The list is sorted anew when the mission changes; what was selected stays so, with the evidence it has now.
    fn refreshed(&mut self, app: &App) -> PopupResult {
        let points = gate_items::points(&app.mission, self.gate);
        let place = self.point.as_ref().and_then(|point| points.iter().position(|known| known == point));
        let height = usize::from(self.parts(app).left.height);
        self.list.select(place.unwrap_or(self.list.selected), points.len(), height);
        let stale = match &self.point {
            Some(GateItem::Assertion(id)) => !self.viewer.is_of(&app.mission, id),
            _ => false,
        };
        if place.is_none() || stale { self.look(app) } else { PopupResult::stay() }
    }

    fn answered(&mut self, _app: &App, call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        self.viewer.answered(call, result);
        PopupResult::stay()
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::NoGo if self.can_be_decided(app) => {
                PopupResult::open(Prompt::new(app, Purpose::NoGo(self.gate)))
            }
            Action::Go | Action::NoGo => self.decide(app),
            Action::Diff => PopupResult::open(DiffScreen::new(self.diff())),
            Action::Waive | Action::Edit | Action::Open | Action::Retire => self.of_selected(app, action),
            Action::Add => PopupResult::open(AssertionScreen::add(app)),
            Action::NextMatch | Action::Right => self.viewer.go(1),
            Action::PreviousMatch | Action::Left => self.viewer.go(self.viewer.len().saturating_sub(1)),
            _ => SelectionStep::of(action).map_or_else(PopupResult::pass, |step| self.step(app, step)),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let mission = &app.mission;
        let name = gate_name(self.gate);
        let mut title = Row::of(
            StyleRole::Strong,
            format!(
                "{}{}",
                name.get(..1).unwrap_or_default().to_uppercase(),
                name.get(1..).unwrap_or_default()
            ),
        );
        if let Some(words) = app.pending_decisions.get(&self.gate) {
            title = title.end(StyleRole::Accent, format!("{words} is on its way"));
        } else if mission.waits_at(self.gate) {
            title = title.end(StyleRole::Warn, "▲ waits for you");
        } else if mission.is_gate_open(self.gate) {
            title = title.end(StyleRole::Dim, "open; work goes on before it");
        }
        let inner = around(app, frame, area, &title);
        let summary = gate::summary(mission, self.gate);
        let parts = parts(inner, summary.len());
        let points = gate_items::points(mission, self.gate);
        let rows: Vec<Row> = points.iter().map(|point| gate_items::row(mission, self.gate, point)).collect();
        list(app, frame, parts.left, &self.list, &rows);
        if parts.right.width > 0 {
            let sections = self.sections(app, usize::from(parts.right.width));
            draw(app, frame, parts.right, self.top, &sections);
        }
        let shown = summary.get(..summary.len().min(usize::from(parts.summary.height).saturating_sub(1)));
        app.painter().rows(frame.buffer_mut(), parts.summary, shown.unwrap_or_default());
        if let Some(line) = parts.summary.rows().next_back() {
            rule(app, frame, line, "");
        }
    }
}
