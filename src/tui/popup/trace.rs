//! What was asked for, followed to what was seen, and back: an outline whose every line opens what it names.

use super::attempt::AttemptScreen;
use super::evidence::EvidenceScreen;
use super::gate_item::GateItemScreen;
use super::open::work_on;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use super::unshown::UnshownScreen;
use crate::domain::gate::GateId;
use crate::domain::trace::TraceSubject;
use crate::view::gate_items::GateItem;
use crate::view::trace::{TraceLine, TraceTarget, lines};
use crate::view::unshown;

/// The outline, of everything or of what hangs together with one thing.
#[derive(Debug)]
pub struct TraceScreen {
    subject: Option<TraceSubject>,
}

impl TraceScreen {
    /// The outline of the whole mission.
    pub fn all() -> Self {
        Self { subject: None }
    }

    /// What hangs together with one thing, upwards and downwards.
    pub fn of(subject: TraceSubject) -> Self {
        Self { subject: Some(subject) }
    }

    fn lines(&self, app: &App) -> Vec<TraceLine> {
        let mission = &app.mission;
        let trace = self.subject.as_ref().map_or_else(|| mission.trace(), |thing| mission.trace_of(thing));
        lines(mission, &trace)
    }

    fn target(&self, app: &App, at: &Place) -> Option<TraceTarget> {
        self.lines(app).into_iter().nth(at.list.selected).map(|line| line.target)
    }
}

impl Popup for TraceScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let title = match &self.subject {
            None => "Trace".to_owned(),
            Some(TraceSubject::Requirement(id)) => format!("Trace of {id}"),
            Some(TraceSubject::Assertion(id)) => format!("Trace of {id}"),
            Some(TraceSubject::Feature(id)) => format!("Trace of {id}"),
            Some(TraceSubject::Commit(commit)) => format!("Trace of {commit}"),
            Some(TraceSubject::Evidence(reference)) => format!("Trace of {}", reference.0),
            Some(TraceSubject::Finding(id)) => format!("Trace of {id}"),
        };
        ScreenInfo::named(app, Context::Trace, title)
            .hints([
                Action::Open,
                Action::Trace,
                Action::Map,
                Action::SetAside,
                Action::Unshown,
                Action::Back,
            ])
            .calling(Action::Trace, "only this")
            .empty("Nothing was asked for or built yet that could be followed.")
    }

    fn len(&self, app: &App) -> usize {
        self.lines(app).len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let lines = self.lines(app);
        lines.get(seen).into_iter().flatten().map(|line| line.row.clone()).collect()
    }

    /// What is not shown stands above the whole outline, as at the gates.
    fn head(&self, app: &App) -> Vec<Row> {
        if self.subject.is_some() {
            return Vec::new();
        }
        unshown::headline(&app.mission, GateId::Final, usize::from(inside(app.areas().body).width))
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        let Some(target) = self.target(app, at) else { return PopupResult::pass() };
        match action {
            Action::Open => open(app, target),
            Action::Trace => match subject(target) {
                Some(subject) => PopupResult::open(Self::of(subject)),
                None => PopupResult::refuse("nothing hangs on a heading: select a line below it"),
            },
            Action::Map => match target {
                TraceTarget::Assertion(id) => PopupResult::open(Prompt::new(app, Purpose::Map(id))),
                _ => PopupResult::refuse("select an assertion first"),
            },
            Action::SetAside => set_aside(app, &target),
            Action::Unshown => PopupResult::open(UnshownScreen::new(GateId::Final)),
            _ => PopupResult::pass(),
        }
    }
}

/// A sentence that was set aside is asked for again by the same key.
fn set_aside(app: &App, target: &TraceTarget) -> PopupResult {
    let TraceTarget::Requirement(id) = target else {
        return PopupResult::refuse("select a requirement first");
    };
    match app.mission.requirement(*id) {
        Some(found) if !found.is_owed() => {
            PopupResult::order(Command::KeepRequirement { requirement: *id }, format!("{id} is asked for"))
        }
        _ => PopupResult::open(Prompt::new(app, Purpose::SetAside(*id))),
    }
}

fn open(app: &App, target: TraceTarget) -> PopupResult {
    match target {
        TraceTarget::Requirement(id) => PopupResult::open(GateItemScreen::new(GateItem::Requirement(id))),
        TraceTarget::Assertion(id) => PopupResult::open(EvidenceScreen::new(&app.mission, id)),
        TraceTarget::Evidence(id, reference) => {
            PopupResult::open(EvidenceScreen::at(&app.mission, id, &reference))
        }
        TraceTarget::Feature(id) => PopupResult::stay().and_then(StackAction::Open(work_on(app, id))),
        TraceTarget::Verdict(attempt) => PopupResult::open(AttemptScreen::new(attempt)),
        TraceTarget::Finding(id) => PopupResult::open(GateItemScreen::new(GateItem::Finding(id))),
        TraceTarget::Heading => PopupResult::stay(),
    }
}

fn subject(target: TraceTarget) -> Option<TraceSubject> {
    Some(match target {
        TraceTarget::Requirement(id) => TraceSubject::Requirement(id),
        TraceTarget::Assertion(id) => TraceSubject::Assertion(id),
        TraceTarget::Feature(id) => TraceSubject::Feature(id),
        TraceTarget::Evidence(_, reference) => TraceSubject::Evidence(reference),
        TraceTarget::Finding(id) => TraceSubject::Finding(id),
        TraceTarget::Verdict(..) | TraceTarget::Heading => return None,
    })
}
