//! An item of a gate that is no assertion, feature, report or finding, in full: what was asked for, how it is checked, a
//! milestone, and what changed since the plan that was refused. A narrow gate has no room for it beside the list.

use super::prelude::*;
use crate::view::gate_items::{self, GateItem};

/// The screen of an item.
#[derive(Debug)]
pub struct GateItemScreen(GateItem);

impl GateItemScreen {
    /// The screen of an item.
    pub fn new(item: GateItem) -> Self {
        Self(item)
    }

    fn page(&self, app: &App, width: usize) -> Vec<Row> {
        gate_items::detail(&app.mission, &self.0, width)
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
        if action == Action::Open { PopupResult::close() } else { PopupResult::pass() }
    }
}
