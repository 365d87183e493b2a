//! Which model each role uses. A change takes effect at the role's next attempt.

use super::model_picker::ModelPicker;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use crate::domain::attempt::Role;
use crate::tui::drafts::Subject;
use crate::view::models;

/// The list of roles.
#[derive(Debug)]
pub struct Models;

impl Popup for Models {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Models, "Models")
            .note("from the next attempt on")
            .hints([Action::Open, Action::Edit, Action::Up, Action::Down, Action::Back])
            .calling(Action::Open, "what is offered")
            .calling(Action::Edit, "type a name")
            .fitting(84, Role::ALL.len())
    }

    fn len(&self, _app: &App) -> usize {
        Role::ALL.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let rows = models::rows(&app.mission).into_iter().zip(Role::ALL);
        let rows = rows.map(|(row, role)| app.drafts.marked(row, |about| *about == Subject::Model(*role)));
        rows.skip(seen.start).take(seen.len()).collect()
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match (action, Role::ALL.get(at.list.selected)) {
            (Action::Open, Some(role)) => PopupResult::open(ModelPicker::new(*role)),
            (Action::Edit, Some(role)) => PopupResult::open(Prompt::new(app, Purpose::Model(*role))),
            _ => PopupResult::pass(),
        }
    }
}
