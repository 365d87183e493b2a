//! Every mission on this machine, and what each waits for.

use super::prelude::*;
use crate::domain::mission::MissionCard;
use crate::tui::options::ConsoleExit;
use crate::view::card;

/// The list of missions.
#[derive(Debug)]
pub struct Missions;

impl Popup for Missions {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Missions, "Missions")
            .note(app.missions.len().to_string())
            .hints([Action::Open, Action::Add, Action::Up, Action::Down, Action::Back])
            .empty("No missions are known here.")
            .fitting(118, app.missions.len().clamp(1, 30))
    }

    fn len(&self, app: &App) -> usize {
        app.missions.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let room = usize::from(inside(self.info(app, &Place::default()).area).width);
        app.missions.get(seen).into_iter().flatten().map(|card| row(app, card, room)).collect()
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::effect(Effect::ListMissions)
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match (action, app.missions.get(at.list.selected)) {
            (Action::Open, Some(card)) if app.mission.id() == Some(&card.id) => PopupResult::close(),
            (Action::Open, Some(card)) => PopupResult::exit(ConsoleExit::Attach(card.id.clone())),
            (Action::Open, None) => PopupResult::stay(),
            (Action::Add, _) => PopupResult::exit(ConsoleExit::New),
            _ => PopupResult::pass(),
        }
    }
}

/// The row of a card, which says when it is the mission that is shown.
fn row(app: &App, card: &MissionCard, room: usize) -> Row {
    let here = if app.mission.id() == Some(&card.id) { "  (this one)" } else { "" };
    card::row(card, app.now, room).then(StyleRole::Dim, here)
}
