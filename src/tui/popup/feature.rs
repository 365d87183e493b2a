//! A feature on which no work has begun: what is to be built, and when it is done.

use super::prelude::*;
use super::trace::TraceScreen;
use crate::domain::id::FeatureId;
use crate::domain::trace::TraceSubject;
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
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let known = app.mission.feature(self.id);
        let title = known.map(|known| format!("{} {}", known.id, known.spec.title));
        ScreenInfo::named(app, Context::Evidence, title.unwrap_or_default())
            .note(known.map(|known| known.milestone.to_string()).unwrap_or_default())
            .hints([Action::Talk, Action::Back])
            .fitting(84, self.page(app, 80).len())
    }

    fn detail(&self, app: &App, _at: &Place, width: usize) -> Vec<Section> {
        vec![self.page(app, width).into()]
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::Open => PopupResult::close(),
            Action::Trace => PopupResult::open(TraceScreen::of(TraceSubject::Feature(self.id))),
            _ => PopupResult::pass(),
        }
    }
}
