//! Which model each role uses. A change takes effect at the role's next attempt.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, fitting, list};
use super::prompt::{Prompt, Purpose};
use super::{Popup, Turn};
use crate::domain::attempt::Role;
use crate::domain::budget::dollars;
use crate::domain::usage::Usage;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::list::{List, Step};
use crate::tui::present::row::Row;
use crate::tui::text::plural;

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

    fn act(&mut self, app: &App, action: Action) -> Turn {
        if matches!(action, Action::Edit | Action::Open) {
            let Some(role) = Role::ALL.get(self.list.selected).copied() else { return Turn::stay() };
            let model = app.mission.models.get(&role).map_or("", |model| model.as_str());
            return Turn::open(Prompt::from(Purpose::Model(role), model));
        }
        let Some(step) = Step::of(action) else { return Turn::pass() };
        self.list.step(step, Role::ALL.len(), Role::ALL.len());
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(Ink::Strong, "Models").end(Ink::Dim, "from the next attempt on"),
        );
        let rows: Vec<Row> = Role::ALL.into_iter().map(|role| row(app, role)).collect();
        list(app, frame, inner, &self.list, &rows);
    }
}

fn row(app: &App, role: Role) -> Row {
    let attempts = || app.mission.attempts.values().filter(move |attempt| attempt.role == role);
    let used: Usage = attempts().map(|attempt| attempt.usage).sum();
    let model = app.mission.models.get(&role);
    let (ink, words) = model.map_or((Ink::Warn, "none is set"), |model| (Ink::Text, model.as_str()));
    Row::of(Ink::Strong, format!("{:<16}", role.to_string()))
        .then(ink, words)
        .end(Ink::Dim, plural(attempts().count(), "attempt"))
        .end(Ink::Text, format!("{:>9}", dollars(used.micro_dollars)))
}
