//! A gate: what it comes to above, what it rests on below at the left, and at the right the selected point in full.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::assertion::AssertionScreen;
use super::diff::DiffScreen;
use super::evidence::EvidenceScreen;
use super::exhibit::{Exhibit, Section, draw, height};
use super::feature::FeatureScreen;
use super::findings::Findings;
use super::frame::{around, list, rule};
use super::prompt::{Prompt, Purpose};
use super::{Popup, Then, Turn};
use crate::domain::command::Command;
use crate::domain::gate::{Decision, GateId};
use crate::domain::mission::Mission;
use crate::link::protocol::{DiffScope, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Errand;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, Step};
use crate::tui::present::agenda::{self, Point};
use crate::tui::present::row::Row;
use crate::tui::present::work::gate_name;
use crate::tui::present::{assertion, gate};
use crate::tui::source::SourceError;

/// The screen of one gate.
#[derive(Debug)]
pub struct GateScreen {
    gate: GateId,
    list: List,
    /// The evidence of the selected assertion.
    exhibit: Exhibit,
    /// The first line that is seen of the selected point.
    top: usize,
    /// What is selected, wherever it stands in the list after the mission has changed.
    point: Option<Point>,
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
        Self { gate, list: List::default(), exhibit: Exhibit::default(), top: 0, point: None }
    }

    fn selected(&self, mission: &Mission) -> Option<Point> {
        agenda::points(mission, self.gate).into_iter().nth(self.list.selected)
    }

    fn parts(&self, app: &App) -> Parts {
        parts(inside(self.area(app)), gate::summary(&app.mission, self.gate).len())
    }

    /// Looks at the point that is selected now: its evidence is asked for.
    fn look(&mut self, app: &App) -> Turn {
        self.top = 0;
        self.point = self.selected(&app.mission);
        self.exhibit = match &self.point {
            Some(Point::Assertion(id)) => Exhibit::of(&app.mission, id),
            _ => Exhibit::default(),
        };
        self.exhibit.fetch()
    }

    fn sections(&self, app: &App, width: usize) -> Vec<Section> {
        let Some(point) = self.selected(&app.mission) else { return Vec::new() };
        let mut sections =
            vec![Section::Rows(agenda::detail(&app.mission, &point, width)), Section::Rows(vec![Row::new()])];
        sections.extend(self.exhibit.sections(width));
        if let Point::Assertion(id) = point {
            sections.push(Section::Rows(assertion::history(&app.mission, &id, width)));
        }
        sections
    }

    fn step(&mut self, app: &App, step: Step) -> Turn {
        let parts = self.parts(app);
        if matches!(step, Step::PageUp | Step::PageDown) && parts.right.width > 0 {
            let lines = height(&self.sections(app, usize::from(parts.right.width)));
            self.top = List::scrolled(self.top, step, lines, usize::from(parts.right.height));
            return Turn::stay();
        }
        let before = self.list.selected;
        let len = agenda::points(&app.mission, self.gate).len();
        self.list.step(step, len, usize::from(parts.left.height));
        if self.list.selected == before { Turn::stay() } else { self.look(app) }
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
        let id = match self.selected(&app.mission) {
            Some(Point::Assertion(id)) => id,
            Some(Point::Feature(id)) if action == Action::Open => return Turn::open(FeatureScreen::new(id)),
            Some(Point::Finding(_)) if action == Action::Open => return Turn::open(Findings::default()),
            _ if action == Action::Open => return Turn::stay(),
            _ => return Turn::refuse("select an assertion first"),
        };
        match action {
            Action::Waive => Turn::open(Prompt::new(app, Purpose::Waive(id))),
            Action::Retire => Turn::open(Prompt::new(app, Purpose::Retire(id))),
            Action::Open => Turn::open(EvidenceScreen::new(&app.mission, id)),
            _ => Turn::open(AssertionScreen::edit(app, &id)),
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
        if self.exhibit.len() > 1 {
            hints.push(Action::NextMatch);
        }
        if self.parts(app).right.width > 0 {
            hints.push(Action::PageDown);
        }
        hints.extend([Action::Help, Action::Back]);
        hints
    }

    fn opened(&mut self, app: &App) -> Turn {
        self.look(app)
    }

    /// The list is sorted anew when the mission changes; what was selected stays so, with the evidence it has now.
    fn refreshed(&mut self, app: &App) -> Turn {
        let points = agenda::points(&app.mission, self.gate);
        let place = self.point.as_ref().and_then(|point| points.iter().position(|known| known == point));
        let height = usize::from(self.parts(app).left.height);
        self.list.select(place.unwrap_or(self.list.selected), points.len(), height);
        let stale = match &self.point {
            Some(Point::Assertion(id)) => !self.exhibit.is_of(&app.mission, id),
            _ => false,
        };
        if place.is_none() || stale { self.look(app) } else { Turn::stay() }
    }

    fn answered(&mut self, _app: &App, errand: &Errand, result: &Result<Reply, SourceError>) -> Turn {
        self.exhibit.answered(errand, result);
        Turn::stay()
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        match action {
            Action::NoGo if self.can_be_decided(app) => {
                Turn::open(Prompt::new(app, Purpose::NoGo(self.gate)))
            }
            Action::Go | Action::NoGo => self.decide(app),
            Action::Diff => Turn::open(DiffScreen::new(self.diff())),
            Action::Waive | Action::Edit | Action::Open | Action::Retire => self.of_selected(app, action),
            Action::Add => Turn::open(AssertionScreen::add(app)),
            Action::NextMatch | Action::Right => self.exhibit.go(1),
            Action::PreviousMatch | Action::Left => self.exhibit.go(self.exhibit.len().saturating_sub(1)),
            _ => Step::of(action).map_or_else(Turn::pass, |step| self.step(app, step)),
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
        let points = agenda::points(mission, self.gate);
        let rows: Vec<Row> = points.iter().map(|point| agenda::row(mission, self.gate, point)).collect();
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
