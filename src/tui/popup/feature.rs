//! A feature on which no work has begun: what is to be built, and when it is done.

use super::prelude::*;
use crate::domain::id::FeatureId;
use crate::view::feature;

/// The screen of a feature.
#[derive(Debug)]
pub struct FeatureScreen {
    id: FeatureId,
}

impl FeatureScreen {
    /// The screen of a feature.
    pub fn new(id: FeatureId) -> Self {
        Self { id }
    }

    fn page(&self, app: &App, width: usize) -> Vec<Row> {
        app.mission
            .feature(self.id)
            .map_or_else(Vec::new, |known| feature::detail(&app.mission, known, width))
    }
}

impl Popup for FeatureScreen {
    fn context(&self) -> Context {
        Context::Evidence
    }

    fn title(&self, app: &App) -> Row {
        let Some(known) = app.mission.feature(self.id) else { return Row::new() };
        Row::of(StyleRole::Strong, format!("{} {}", known.id, known.spec.title))
            .end(StyleRole::Dim, known.milestone.to_string())
    }

    fn area(&self, app: &App, _at: &Place) -> Rect {
        fitting(app, 84, self.page(app, 80).len())
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Talk, Action::Back]
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.page(app, width).into()]
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        if action == Action::Open { PopupResult::close() } else { PopupResult::pass() }
    }
}
