//! What a gate has no room for, in full: what stands above its list, and an item that is no assertion, feature, report or
//! finding, such as what was asked for, how it is checked, a milestone, or what changed since the plan that was refused.

use super::gate::prove_key;
use super::prelude::*;
use crate::domain::gate::GateId;
use crate::view::gate;
use crate::view::gate_items::{self, GateItem};

/// The screen of a part of a gate.
#[derive(Debug)]
pub struct GateItemScreen(Part);

#[derive(Debug)]
enum Part {
    Summary(GateId),
    Item(GateItem),
}

impl GateItemScreen {
    /// The screen of an item.
    pub fn new(item: GateItem) -> Self {
        Self(Part::Item(item))
    }

    /// The screen of what stands above the items.
    pub fn summary(gate: GateId) -> Self {
        Self(Part::Summary(gate))
    }

    fn page(&self, app: &App, width: usize) -> Vec<Row> {
        match &self.0 {
            Part::Summary(gate) => gate::summary(&app.mission, *gate, &prove_key(app), width),
            Part::Item(item) => gate_items::detail(&app.mission, item, width),
        }
    }
}

impl Popup for GateItemScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Evidence, "In full")
            .hints([Action::Talk, Action::Back])
            .fitting(84, self.page(app, 80).len())
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.page(app, width).into()]
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Open | Action::Zoom => PopupResult::close(),
            _ => PopupResult::pass(),
        }
    }
}
