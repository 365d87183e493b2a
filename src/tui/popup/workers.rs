//! Every attempt, the newest first: its role, its model, how it goes, what it used.

use super::attempt::{AttemptScreen, stop};
use super::diff::DiffScreen;
use super::prelude::*;
use super::talk::Talk;
use crate::domain::diff::DiffScope;
use crate::view::attempt;

/// The list of attempts.
#[derive(Debug)]
pub struct Workers;

impl Popup for Workers {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let live = app.mission.live_attempts().count();
        ScreenInfo::named(app, Context::Workers, "Workers")
            .note(format!("{live} of {} running", app.mission.attempts.len()))
            .hints([Action::Open, Action::Talk, Action::Stop, Action::Retry, Action::Diff, Action::Back])
    }

    fn head(&self, _app: &App) -> Vec<Row> {
        let head = Row::of(StyleRole::Dim, format!("  {:<5}{:<14}{:<28}{:<16}", "", "role", "work", "model"));
        vec![head.end(StyleRole::Dim, "    time     out      cost")]
    }

    fn len(&self, app: &App) -> usize {
        app.mission.attempts.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let attempts = app.mission.attempts.values().rev().skip(seen.start).take(seen.len());
        attempts.map(|known| attempt::row(&app.mission, known, &app.live, app.now)).collect()
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        let selected = app.mission.attempts.keys().rev().nth(at.list.selected).copied();
        match (action, selected) {
            (Action::Open, Some(id)) => PopupResult::open(AttemptScreen::new(id)),
            (Action::Diff, Some(id)) => PopupResult::open(DiffScreen::new(DiffScope::Attempt(id))),
            (Action::Stop, Some(id)) => stop(app, id),
            (Action::Talk, Some(id)) if Talk::hears(app, id) => PopupResult::open(Talk::to_attempt(app, id)),
            (Action::Retry, _) => {
                PopupResult::order(Command::Resume, "the mission goes on: work that stopped begins again")
            }
            _ => PopupResult::pass(),
        }
    }
}
