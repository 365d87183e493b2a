//! A gate: a summary above, the items it rests on below at the left, and at the right the selected item in full.

use std::sync::Arc;

use super::assertion::AssertionScreen;
use super::attempt::AttemptScreen;
use super::diff::DiffScreen;
use super::environment::EnvironmentScreen;
use super::evidence::EvidenceScreen;
use super::evidence_viewer::{EvidenceViewer, Room};
use super::feature::FeatureScreen;
use super::findings::{Findings, decide_finding};
use super::gate_item::GateItemScreen;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use super::prove::ProveScreen;
use super::trace::TraceScreen;
use super::unshown::UnshownScreen;
use super::{proof, section};
use crate::domain::diff::DiffScope;
use crate::domain::evidence::EvidenceKind;
use crate::domain::gate::{Decision, GateId};
use crate::domain::id::AssertionId;
use crate::domain::trace::TraceSubject;
use crate::tui::drafts::Subject;
use crate::tui::picture::PictureKey;
use crate::view::gate_items::{self, GateItem};
use crate::view::row::Piece;
use crate::view::text::plural;
use crate::view::work::gate_name;
use crate::view::{assertion, gate, gate_page, prove};

/// Lines of a summary that are seen at least before it is cut at a whole sentence.
const LEAST_SEEN: usize = 3;

/// The screen of one gate.
#[derive(Debug)]
pub struct GateScreen {
    gate: GateId,
    /// The evidence of the selected assertion.
    viewer: EvidenceViewer,
    /// What is selected, wherever it stands in the list after the mission has changed.
    item: Option<GateItem>,
    /// The first row that is seen of a summary that does not fit.
    head_top: usize,
}

impl GateScreen {
    /// The screen of a gate.
    pub fn new(gate: GateId) -> Self {
        Self { gate, viewer: EvidenceViewer::default(), item: None, head_top: 0 }
    }

    fn items(&self, app: &App) -> Vec<GateItem> {
        gate_items::items(&app.mission, self.gate)
    }

    fn selected_item(&self, app: &App, at: &Place) -> Option<GateItem> {
        self.items(app).into_iter().nth(at.list.selected)
    }

    /// What hangs together with what is selected.
    fn trace(&self, app: &App, at: &Place) -> TraceScreen {
        match self.selected_item(app, at) {
            Some(GateItem::Requirement(id)) => TraceScreen::of(TraceSubject::Requirement(id)),
            Some(GateItem::Assertion(id)) => TraceScreen::of(TraceSubject::Assertion(id)),
            Some(GateItem::Feature(id)) => TraceScreen::of(TraceSubject::Feature(id)),
            Some(GateItem::Finding(id)) => TraceScreen::of(TraceSubject::Finding(id)),
            Some(
                GateItem::Changes
                | GateItem::Negotiation
                | GateItem::Goal
                | GateItem::Environment
                | GateItem::Milestone(_)
                | GateItem::Report(_),
            )
            | None => TraceScreen::all(),
        }
    }

    fn diff(&self) -> DiffScope {
        match self.gate {
            GateId::Milestone(id) => DiffScope::Milestone(id),
            GateId::Plan | GateId::Final => DiffScope::Mission,
        }
    }

    fn decide(&self, app: &App) -> PopupResult {
        if let Some(words) = app.pending_decisions.get(&self.gate) {
            return PopupResult::refuse(format!("{words} is on its way already"));
        }
        if !app.mission.is_gate_open(self.gate) {
            let gate = gate_name(self.gate);
            return PopupResult::refuse(format!("{gate} is not open: nothing to decide yet"));
        }
        // What runs or is owed is told where it is decided, and the gate stays.
        let obstacles = gate::obstacles(&app.mission, self.gate);
        if let Some(words) = prove::under_way(&app.mission) {
            return PopupResult::open(ProveScreen::waiting(self.gate, words));
        }
        if !obstacles.is_empty() {
            return PopupResult::refuse(format!("not GO yet: {}", obstacles.join("; ")));
        }
        let command = Command::DecideGate { gate: self.gate, decision: Decision::Go { note: None } };
        PopupResult::order(command, format!("GO at {}", gate_name(self.gate))).and_then(StackAction::Close)
    }

    /// What can be done to what it is about. Once it was decided on, nothing may be left to be waived.
    fn edits(&self, app: &App) -> Vec<Action> {
        let is_decided = app.mission.gates.get(&self.gate).is_some_and(|gate| gate.decided.is_some());
        let settled = |id: &AssertionId| app.mission.standing(id).is_settled();
        match self.gate {
            GateId::Plan => vec![Action::Edit, Action::Add],
            GateId::Milestone(_) | GateId::Final
                if is_decided && app.mission.assertions_at(self.gate).iter().all(settled) =>
            {
                vec![Action::Edit]
            }
            GateId::Milestone(_) | GateId::Final => vec![Action::Edit, Action::Waive],
        }
    }

    fn summary(&self, app: &App) -> Vec<Row> {
        let again = prove_key(app);
        gate::summary(&app.mission, self.gate, &again, usize::from(inside(app.areas().body).width))
    }

    /// Turns the pages of a summary that does not fit, down for 1 and up for -1: at most so far that no line is skipped.
    fn turn_head(&mut self, app: &App, direction: isize) -> PopupResult {
        let rows = self.summary(app).len();
        let room = head_room(inside(app.areas().body), rows);
        let by = isize::try_from(room.saturating_sub(1).clamp(1, LEAST_SEEN)).unwrap_or(1);
        self.head_top = List::scrolled(self.head_top, SelectionStep::By(direction * by), rows, room);
        PopupResult::stay()
    }

    /// A gate that was decided a moment ago is no longer asked about, even before the event is here.
    fn can_be_decided(&self, app: &App) -> bool {
        app.mission.is_gate_open(self.gate) && !app.pending_decisions.contains_key(&self.gate)
    }

    /// Where the selected item is seen in full.
    fn room(&self, app: &App) -> Rect {
        self.parts(app, inside(app.areas().body)).detail
    }

    /// An item in full; its evidence stands below it, beside the verdict that rests on it.
    fn above(&self, app: &App, item: &GateItem, width: usize) -> Vec<Row> {
        let height = usize::from(self.room(app).height);
        let mut rows = match item {
            GateItem::Assertion(id) => {
                let whole = assertion::claim(&app.mission, id, self.viewer.looking(), width);
                if self.viewer.pieces() > 0 && whole.len() * 2 > height {
                    assertion::gate_claim(&app.mission, id, self.viewer.looking(), width)
                } else {
                    whole
                }
            }
            other => gate_items::detail(&app.mission, other, width),
        };
        rows.push(Row::new());
        rows
    }

    fn of_selected(&self, app: &App, at: &Place, action: Action) -> PopupResult {
        match (self.selected_item(app, at), action) {
            (Some(GateItem::Finding(id)), Action::Dismiss | Action::Defer | Action::Mend) => {
                decide_finding(app, id, action)
            }
            (item, Action::ProveAgain) => {
                let selected = if let Some(GateItem::Assertion(id)) = item { Some(id) } else { None };
                ProveScreen::open(app, selected, self.gate)
            }
            (_, Action::Dismiss | Action::Defer | Action::Mend) => {
                PopupResult::refuse("select a finding first")
            }
            (Some(GateItem::Environment), Action::Edit) => PopupResult::open(EnvironmentScreen::new(app)),
            (Some(GateItem::Assertion(id)), _) => match action {
                Action::Waive => PopupResult::open(Prompt::new(app, Purpose::Waive(id))),
                Action::Retire => PopupResult::open(Prompt::new(app, Purpose::Retire(id))),
                Action::Edit => PopupResult::open(AssertionScreen::edit(app, &id)),
                Action::Recording => PopupResult::open(EvidenceScreen::playing(&app.mission, id)),
                _ => PopupResult::open(EvidenceScreen::new(&app.mission, id)),
            },
            (item, Action::Evidence | Action::Recording) => {
                proof::open(app, proof::of_item(&app.mission, self.gate, item.as_ref()), action)
            }
            (Some(GateItem::Feature(id)), Action::Open) => PopupResult::open(FeatureScreen::new(id)),
            (Some(GateItem::Finding(_)), Action::Open) => PopupResult::open(Findings),
            (Some(GateItem::Requirement(id)), Action::Open) => {
                PopupResult::open(TraceScreen::of(TraceSubject::Requirement(id)))
            }
            (Some(GateItem::Report(id)), Action::Open) => PopupResult::open(AttemptScreen::new(id)),
            (Some(item), Action::Open) => PopupResult::open(GateItemScreen::new(item)),
            (None, Action::Open) => PopupResult::stay(),
            _ => PopupResult::refuse("select an assertion first"),
        }
    }
}

/// The key that has proven again what is older, as the gate's own lines name it.
pub(super) fn prove_key(app: &App) -> String {
    let key = app.keymap.key_of(&[Context::Gate], Action::ProveAgain);
    key.map_or_else(|| prove::verb(&app.mission), |key| key.to_string())
}

/// Lines that a summary of so many rows gets; the list below it keeps half of the screen.
fn head_room(inner: Rect, rows: usize) -> usize {
    rows.min(usize::from((inner.height / 2).saturating_sub(1)))
}

/// Whether there is room for the selected item beside the list.
fn is_wide(inner: Rect) -> bool {
    inner.width >= 90
}

impl Popup for GateScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let mut title = gate_page::heading(&app.mission, self.gate);
        if let Some(words) = app.pending_decisions.get(&self.gate) {
            title.right = vec![Piece::new(StyleRole::Accent, format!("{words} is on its way"))];
        }
        title = app.drafts.marked(title, |subject| *subject == Subject::NoGo(self.gate));
        // What decides comes first, then what to do about what is not shown, then what one reads.
        let mut hints = if self.can_be_decided(app) { vec![Action::Go, Action::NoGo] } else { Vec::new() };
        hints.extend(ProveScreen::hint(app, self.gate));
        hints.extend([Action::Unshown].into_iter().filter(|_| !app.mission.unshown_at(self.gate).is_empty()));
        hints.extend([Action::Trace, Action::Open]);
        if self.gate == GateId::Final && app.mission.is_go(self.gate) && app.mission.landed.is_none() {
            hints.push(Action::Land);
        }
        hints.extend(self.edits(app));
        hints.push(Action::Diff);
        hints.extend([Action::NextMatch].into_iter().filter(|_| self.viewer.pieces() > 1));
        let summary = self.summary(app).len();
        let cut = summary > head_room(inside(app.areas().body), summary);
        hints.extend([Action::Zoom].into_iter().filter(|_| cut));
        hints.extend([Action::PageDown].into_iter().filter(|_| is_wide(inside(app.areas().body))));
        hints.extend([Action::Evidence, Action::Help, Action::Back]);
        ScreenInfo::new(app, Context::Gate, title)
            .hints(hints)
            .calling(Action::NextMatch, "next evidence")
            .calling(Action::PageDown, "scroll")
            .calling(Action::Add, "add an assertion")
            .calling(Action::Open, "in full")
            .calling(Action::Zoom, "all above")
    }

    /// Where it is longer than its room, a part of it is seen, and the last row says how much follows.
    fn head(&self, app: &App) -> Vec<Row> {
        let rows = self.summary(app);
        let room = head_room(inside(app.areas().body), rows.len());
        if rows.len() <= room || room == 0 {
            return rows;
        }
        let top = self.head_top.min(rows.len().saturating_sub(room));
        if top + room >= rows.len() {
            return rows.into_iter().skip(top).collect();
        }
        // Below what is seen stands how much is not; a sentence that would be seen in part is not begun.
        let begins = |row: &Row| row.left.first().is_some_and(|lead| !lead.text.trim().is_empty());
        let whole = (top + LEAST_SEEN..top + room).rev().find(|at| rows.get(*at).is_some_and(begins));
        let end = whole.unwrap_or(top + room - 1);
        let hidden = plural(rows.len() - end, "more line");
        let key = |action| app.keymap.key_of(&[Context::Gate], action);
        let all = key(Action::Zoom).map(|key| format!(" · {key}: all of it")).unwrap_or_default();
        let mut seen: Vec<Row> = rows.into_iter().skip(top).take(end - top).collect();
        seen.push(Row::of(StyleRole::Warn, format!("+{hidden}{all}")));
        seen
    }

    fn len(&self, app: &App) -> usize {
        self.items(app).len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let items = self.items(app);
        let seen = items.get(seen).into_iter().flatten();
        seen.map(|item| {
            let about = |subject: &Subject| match item {
                GateItem::Assertion(id) => subject.is_about(id),
                _ => false,
            };
            app.drafts.marked(gate_items::row(&app.mission, self.gate, item), about)
        })
        .collect()
    }

    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let head = u16::try_from(head_room(inner, self.summary(app).len())).unwrap_or(u16::MAX);
        let above = (head + 1).min(inner.height / 2);
        let head = Rect { height: head, ..inner };
        let rule = Rect { height: above - head.height, ..below(inner, head.height) };
        let lower = below(inner, above);
        let left = if is_wide(inner) { inner.width * 9 / 20 } else { inner.width };
        let list = Rect { width: left.saturating_sub(2), ..lower };
        Parts { head, rule, list, detail: Rect { x: inner.x + left, width: inner.width - left, ..lower } }
    }

    fn detail(&self, app: &App, at: &Place, width: usize) -> Vec<Section> {
        let Some(item) = self.selected_item(app, at).filter(|_| width > 0) else { return Vec::new() };
        let mut sections = vec![self.above(app, &item, width).into()];
        let room = Room { area: self.room(app), above: section::height(&sections) };
        sections.extend(self.viewer.sections(app, room));
        if let GateItem::Assertion(id) = item {
            sections.push(assertion::history(&app.mission, &id, self.viewer.looking(), width).into());
        }
        sections
    }

    fn opened(&mut self, app: &App, at: &mut Place) -> PopupResult {
        self.selected(app, at)
    }

    /// The evidence of what is selected now is asked for.
    fn selected(&mut self, app: &App, at: &mut Place) -> PopupResult {
        self.item = self.selected_item(app, at);
        self.viewer = match &self.item {
            Some(GateItem::Assertion(id)) => EvidenceViewer::of(&app.mission, id),
            _ => EvidenceViewer::default(),
        };
        self.viewer.fetch()
    }

    /// The list is sorted anew when the mission changes; what was selected stays so, with the evidence it has now.
    fn refreshed(&mut self, app: &App, at: &mut Place) -> PopupResult {
        let items = self.items(app);
        let place = self.item.as_ref().and_then(|item| items.iter().position(|known| known == item));
        let height = usize::from(self.parts(app, inside(app.areas().body)).list.height);
        at.list.select(place.unwrap_or(at.list.selected), items.len(), height);
        let stale = match &self.item {
            Some(GateItem::Assertion(id)) => !self.viewer.is_of(&app.mission, id),
            _ => false,
        };
        if place.is_some() && !stale {
            return PopupResult::stay();
        }
        at.top = 0;
        self.selected(app, at)
    }

    fn answered(&mut self, app: &App, _at: &mut Place, call: &Call, result: &Answer) -> PopupResult {
        self.viewer.answered(app, call, result)
    }

    fn picture(&self, app: &App, at: &Place) -> Option<(PictureKey, Arc<str>)> {
        self.viewer.kind().filter(|kind| *kind == EvidenceKind::Screenshot)?;
        let area = self.room(app);
        section::wanted(&self.detail(app, at, usize::from(area.width)), at.top, area.height)
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::NoGo if self.can_be_decided(app) => {
                PopupResult::open(Prompt::new(app, Purpose::NoGo(self.gate)))
            }
            Action::Go | Action::NoGo => self.decide(app),
            Action::Diff => PopupResult::open(DiffScreen::new(self.diff())),
            Action::Waive
            | Action::ProveAgain
            | Action::Edit
            | Action::Open
            | Action::Evidence
            | Action::Recording
            | Action::Retire
            | Action::Dismiss
            | Action::Defer
            | Action::Mend => self.of_selected(app, at, action),
            Action::Unshown => PopupResult::open(UnshownScreen::new(self.gate)),
            Action::Trace => PopupResult::open(self.trace(app, at)),
            Action::Add => PopupResult::open(AssertionScreen::add(app)),
            Action::Zoom => PopupResult::open(GateItemScreen::summary(self.gate)),
            Action::FurtherUp => self.turn_head(app, -1),
            Action::FurtherDown => self.turn_head(app, 1),
            Action::NextMatch | Action::Right => self.viewer.forward(),
            Action::PreviousMatch | Action::Left => self.viewer.back(),
            _ => PopupResult::pass(),
        }
    }
}
