//! What a gate does not show, the gravest first, each with the reason; a line opens what it names.

use super::evidence::EvidenceScreen;
use super::open::work_on;
use super::prelude::*;
use super::trace::TraceScreen;
use crate::domain::gate::GateId;
use crate::domain::trace::TraceSubject;
use crate::domain::unshown::Matter;
use crate::view::unshown::{headline, rows};
use crate::view::work::gate_name;

/// The list of one gate.
#[derive(Debug)]
pub struct UnshownScreen {
    gate: GateId,
}

impl UnshownScreen {
    /// The list of a gate.
    pub fn new(gate: GateId) -> Self {
        Self { gate }
    }
}

impl Popup for UnshownScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Trace, "Not shown")
            .note(gate_name(self.gate))
            .hints([Action::Open, Action::Trace, Action::Back])
            .empty("Nothing is unshown here.")
    }

    fn len(&self, app: &App) -> usize {
        app.mission.unshown_at(self.gate).len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        rows(&app.mission, self.gate).get(seen).unwrap_or_default().to_vec()
    }

    fn head(&self, app: &App) -> Vec<Row> {
        headline(&app.mission, self.gate, usize::from(inside(app.areas().body).width))
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        if !matches!(action, Action::Open | Action::Trace) {
            return PopupResult::pass();
        }
        let Some(found) = app.mission.unshown_at(self.gate).into_iter().nth(at.list.selected) else {
            return PopupResult::stay();
        };
        match (found.matter, action) {
            (Matter::Requirement(id), _) => PopupResult::open(TraceScreen::of(TraceSubject::Requirement(id))),
            (Matter::Assertion(id), Action::Open) => PopupResult::open(EvidenceScreen::new(&app.mission, id)),
            (Matter::Assertion(id), _) => PopupResult::open(TraceScreen::of(TraceSubject::Assertion(id))),
            (Matter::Feature(id), Action::Open) => {
                PopupResult::stay().and_then(StackAction::Open(work_on(app, id)))
            }
            (Matter::Feature(id), _) => PopupResult::open(TraceScreen::of(TraceSubject::Feature(id))),
        }
    }
}
