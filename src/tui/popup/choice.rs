//! Several missions live in one repository: which one, or a new one?

use super::drafts::DraftsScreen;
use super::launcher::{Under, doorstep};
use super::prelude::*;
use crate::domain::mission::MissionCard;
use crate::tui::options::{ConsoleExit, Launcher};
use crate::view::card;
use crate::view::text::plural;

/// What stands before each of them.
const LEAD: &str = "continue  ";

/// The missions to go on with, the one that changed last first, and a new one.
#[derive(Debug)]
pub struct Choice {
    launcher: Launcher,
}

impl Choice {
    /// The choice in a repository.
    pub fn new(launcher: Launcher) -> Self {
        Self { launcher }
    }
}

impl Popup for Choice {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let hints = [Action::Open, Action::Up, Action::Down, Action::Add, Action::Help, Action::Quit];
        ScreenInfo::named(app, Context::Missions, "Which mission?").hints(hints)
    }

    fn head(&self, app: &App) -> Vec<Row> {
        let width = usize::from(inside(app.areas().body).width);
        let count = plural(self.launcher.alive.len(), "mission");
        let head = format!("{count} in {}, the one that changed last first", self.launcher.repository);
        let unlanded = self.launcher.unlanded.iter().take(1);
        let unlanded = unlanded.map(|card| format!("“{}” {}", card.title, card::unlanded(card)));
        let head = Row::of(StyleRole::Dim, head);
        let unlanded = unlanded.flat_map(|words| paragraph(StyleRole::Warn, &words, width));
        std::iter::once(head).chain(unlanded).collect()
    }

    fn len(&self, _app: &App) -> usize {
        self.launcher.alive.len() + 1
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let cards = self.launcher.alive.iter().map(|card| row(app, card));
        let new = Row::of(StyleRole::Accent, "begin     ").sign(StyleRole::Accent, Glyph::Arrow);
        let new = new.then(StyleRole::Strong, "a new mission");
        cards.chain([new]).skip(seen.start).take(seen.len()).collect()
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match (action, self.launcher.alive.get(at.list.selected)) {
            (Action::Open, Some(card)) => PopupResult::exit(ConsoleExit::Attach(card.id.clone())),
            (Action::Open, None) | (Action::Add, _) => {
                let screen = doorstep(app, self.launcher.clone(), Under::TheChoice);
                PopupResult::stay().and_then(StackAction::Open(screen))
            }
            (Action::Back | Action::Quit, _) if app.drafts.is_empty() => PopupResult::exit(ConsoleExit::Left),
            (Action::Back | Action::Quit, _) => PopupResult::open(DraftsScreen::leaving()),
            (Action::Help | Action::Redraw | Action::Theme, _) => PopupResult::pass(),
            (other, _) if SelectionStep::of(other).is_some() => PopupResult::pass(),
            // There is no mission under this screen that another key could be for.
            _ => PopupResult::stay(),
        }
    }
}

fn row(app: &App, card: &MissionCard) -> Row {
    let mut row = Row::of(StyleRole::Accent, LEAD);
    // They all live in the repository that the heading names.
    let card = MissionCard { repository: String::new(), ..card.clone() };
    let room = usize::from(inside(app.areas().body).width).saturating_sub(LEAD.len());
    let Row { left, right } = card::row(&card, app.now, room);
    row.left.extend(left);
    Row { right, ..row }
}
