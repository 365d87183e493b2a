//! Several missions live in one repository: which one, or a new one?

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, list};
use super::launcher::LauncherScreen;
use super::{Popup, PopupResult};
use crate::domain::mission::MissionCard;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::options::{ConsoleExit, Launcher};
use crate::view::card;
use crate::view::glyph::Glyph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::plural;

/// The missions to go on with, the one that changed last first, and a new one.
#[derive(Debug)]
pub struct Choice {
    launcher: Launcher,
    list: List,
}

impl Choice {
    /// The choice in a repository.
    pub fn new(launcher: Launcher) -> Self {
        Self { launcher, list: List::default() }
    }

    fn chosen(&self) -> PopupResult {
        match self.launcher.alive.get(self.list.selected) {
            Some(card) => PopupResult::effect(Effect::Exit(ConsoleExit::Attach(card.id.clone()))),
            None => PopupResult::open(LauncherScreen::over_choice(self.launcher.clone())),
        }
    }

    fn rows(&self, app: &App) -> Vec<Row> {
        let cards = self.launcher.alive.iter().map(|card| row(app, card));
        let new = Row::of(StyleRole::Accent, "begin     ").sign(StyleRole::Accent, Glyph::Arrow);
        cards.chain([new.then(StyleRole::Strong, "a new mission")]).collect()
    }
}

fn row(app: &App, card: &MissionCard) -> Row {
    let mut row = Row::of(StyleRole::Accent, "continue  ");
    // They all live in the repository that the heading names.
    let card = MissionCard { repository: String::new(), ..card.clone() };
    let Row { left, right } = card::row(&card, app.now);
    row.left.extend(left);
    Row { right, ..row }
}

/// What stands over the list.
const HEAD: u16 = 2;

fn below_head(inner: Rect) -> Rect {
    let head = HEAD.min(inner.height.saturating_sub(1));
    Rect { y: inner.y + head, height: inner.height.saturating_sub(head), ..inner }
}

impl Popup for Choice {
    fn context(&self) -> Context {
        Context::Missions
    }

    fn area(&self, app: &App) -> Rect {
        app.areas().body
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Up, Action::Down, Action::Add, Action::Help, Action::Quit]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::Open => return self.chosen(),
            Action::Add => return PopupResult::open(LauncherScreen::over_choice(self.launcher.clone())),
            Action::Back | Action::Quit => return PopupResult::effect(Effect::Exit(ConsoleExit::Left)),
            Action::Help | Action::Redraw | Action::Theme => return PopupResult::pass(),
            _ => {}
        }
        // There is no mission under this screen that another key could be for.
        let Some(step) = SelectionStep::of(action) else { return PopupResult::stay() };
        let height = usize::from(below_head(inside(self.area(app))).height);
        self.list.step(step, self.launcher.alive.len() + 1, height);
        PopupResult::stay()
    }

    fn clicked(&mut self, _app: &App, area: Rect, _column: u16, row: u16) -> PopupResult {
        let inner = below_head(inside(area));
        let index = usize::from(row.saturating_sub(inner.y)) + self.list.top;
        if row >= inner.y && index <= self.launcher.alive.len() {
            self.list.selected = index;
        }
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let title = Row::of(StyleRole::Strong, "Which mission?");
        let inner = around(app, frame, area, &title);
        let count = plural(self.launcher.alive.len(), "mission");
        let head = format!("{count} in {}, the one that changed last first", self.launcher.repository);
        app.painter().rows(frame.buffer_mut(), inner, &[Row::of(StyleRole::Dim, head)]);
        list(app, frame, below_head(inner), &self.list, &self.rows(app));
    }
}
