//! Which model each role uses. A change takes effect at the role's next attempt.

use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use crate::domain::attempt::Role;
use crate::domain::budget::dollars;
use crate::domain::usage::Usage;
use crate::view::text::plural;

/// The list of roles.
#[derive(Debug)]
pub struct Models;

impl Popup for Models {
    fn context(&self) -> Context {
        Context::Models
    }

    fn title(&self, _app: &App) -> Row {
        Row::of(StyleRole::Strong, "Models").end(StyleRole::Dim, "from the next attempt on")
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Edit, Action::Up, Action::Down, Action::Back]
    }

    fn area(&self, app: &App, _at: &Place) -> Rect {
        fitting(app, 84, Role::ALL.len())
    }

    fn len(&self, _app: &App) -> usize {
        Role::ALL.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        Role::ALL.get(seen).into_iter().flatten().map(|role| row(app, *role)).collect()
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

fn row(app: &App, role: Role) -> Row {
    let attempts = || app.mission.attempts.values().filter(move |attempt| attempt.role == role);
    let used: Usage = attempts().map(|attempt| attempt.usage).sum();
    let model = app.mission.models.get(&role);
    let (style, words) =
        model.map_or((StyleRole::Warn, "none is set"), |model| (StyleRole::Text, model.as_str()));
    Row::of(StyleRole::Strong, format!("{:<16}", role.to_string()))
        .then(style, words)
        .end(StyleRole::Dim, plural(attempts().count(), "attempt"))
        .end(StyleRole::Text, format!("{:>9}", dollars(used.micro_dollars)))
}
