//! Which model each role uses. A change takes effect at the role's next attempt.

use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use crate::domain::attempt::Role;
use crate::view::models;

/// The list of roles.
#[derive(Debug)]
pub struct Models;

impl Popup for Models {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Models, "Models")
            .note("from the next attempt on")
            .hints([Action::Edit, Action::Up, Action::Down, Action::Back])
            .fitting(84, Role::ALL.len())
    }

    fn len(&self, _app: &App) -> usize {
        Role::ALL.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        models::rows(&app.mission).drain(seen).collect()
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match (action, Role::ALL.get(at.list.selected)) {
            (Action::Edit | Action::Open, Some(role)) => {
                let model = app.mission.models.get(role).map_or("", |model| model.as_str());
                PopupResult::open(Prompt::from(app, Purpose::Model(*role), model))
            }
            _ => PopupResult::pass(),
        }
    }
}
