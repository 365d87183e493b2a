//! Which model each role uses. A change takes effect at the role's next attempt.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, fitting, list};
use super::prompt::{Prompt, Purpose};
use super::{Popup, PopupResult};
use crate::domain::attempt::Role;
use crate::domain::budget::dollars;
use crate::domain::usage::Usage;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::list::{List, SelectionStep};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::plural;

/// The list of roles.
#[derive(Debug, Default)]
pub struct Models {
    list: List,
}

impl Popup for Models {
    fn context(&self) -> Context {
        Context::Models
    }

    fn area(&self, app: &App) -> Rect {
        fitting(app, 84, Role::ALL.len())
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Edit, Action::Up, Action::Down, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        if matches!(action, Action::Edit | Action::Open) {
            let Some(role) = Role::ALL.get(self.list.selected).copied() else { return PopupResult::stay() };
            let model = app.mission.models.get(&role).map_or("", |model| model.as_str());
            return PopupResult::open(Prompt::from(Purpose::Model(role), model));
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        self.list.step(step, Role::ALL.len(), Role::ALL.len());
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(StyleRole::Strong, "Models").end(StyleRole::Dim, "from the next attempt on"),
        );
        let rows: Vec<Row> = Role::ALL.iter().copied().map(|role| row(app, role)).collect();
        list(app, frame, inner, &self.list, &rows);
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
