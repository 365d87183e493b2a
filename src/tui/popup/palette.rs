//! Every command by name, found by a few of its letters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::prelude::*;
use super::writing::Query;
use crate::tui::keymap::Keymap;

/// The palette: what is looked for, and the places whose keys hold where it was opened.
#[derive(Debug)]
pub struct Palette {
    query: Query,
    places: Vec<Context>,
}

/// Actions that hold everywhere and have no key of their own.
const WITHOUT_KEY: &[Action] = &[Action::Abandon, Action::Retry];

/// What may be done while the past is shown, beside the keys of the replay itself.
const IN_THE_PAST: &[Action] = &[Action::Help, Action::Redraw, Action::Theme, Action::Quit];

/// What can be done where the palette was opened: what has a key there, and what has none but holds everywhere.
/// The keys that flightdeck comes with count, so that a command whose key was taken away is still found.
pub fn offered(places: &[Context]) -> Vec<Action> {
    let past = places.contains(&Context::Replay);
    let keys = Keymap::default();
    let holds: Vec<Action> = places
        .iter()
        .filter(|place| **place != Context::Move && !(past && **place == Context::Global))
        .flat_map(|place| keys.listing(*place).into_iter().map(|(action, _)| action))
        .chain(if past { IN_THE_PAST } else { WITHOUT_KEY }.iter().copied())
        .collect();
    let of_the_screen = |action: Action| {
        !matches!(action, Action::Palette | Action::Back | Action::Open | Action::Left | Action::Right)
    };
    Action::ALL.iter().copied().filter(|action| holds.contains(action) && of_the_screen(*action)).collect()
}

impl Palette {
    /// The commands of the screen that is uppermost now.
    pub fn new(app: &App) -> Self {
        Self { query: Query::default(), places: app.places() }
    }

    /// The commands that what was typed finds, best first.
    fn found(&self) -> Vec<Action> {
        let query = self.query.text();
        let pattern = Pattern::parse(&query, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut score = |action: Action| {
            let text = format!("{} {}", action.name(), action.about());
            pattern.score(Utf32Str::new(&text, &mut Vec::new()), &mut matcher)
        };
        let offered = offered(&self.places).into_iter();
        let mut scored: Vec<_> = offered.filter_map(|action| Some((score(action)?, action))).collect();
        scored.sort_by_key(|(score, action)| std::cmp::Reverse((action.name() == query, *score)));
        scored.into_iter().map(|(_, action)| action).collect()
    }
}

impl Popup for Palette {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Palette, "Commands")
            .note("flightdeck …")
            .hints([Action::Open, Action::Up, Action::Down, Action::Back])
            .calling(Action::Open, "do it")
            .empty("no command is called like that")
            .boxed(100, 24)
    }

    fn writing(&mut self) -> Option<&mut dyn Writing> {
        Some(&mut self.query)
    }

    fn head(&self, _app: &App) -> Vec<Row> {
        vec![Row::new()]
    }

    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        super::base::draw(self, app, at, painter, info);
        let head = self.parts(app, inside(info.area)).head;
        self.query.draw(painter, Rect { height: 1.min(head.height), ..head }, ": ");
    }

    fn len(&self, _app: &App) -> usize {
        self.found().len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let row = |action: &Action| {
            let key =
                app.keymap.key_of(&self.places, *action).map_or_else(String::new, |key| key.to_string());
            Row::of(StyleRole::Text, format!("{:<18}", action.name()))
                .then(StyleRole::Dim, action.about())
                .end(StyleRole::Dim, action.verb().unwrap_or_default())
                .end(StyleRole::Key, format!("{key:>8}"))
        };
        self.found().get(seen).into_iter().flatten().map(row).collect()
    }

    fn act(&mut self, _app: &App, at: &mut Place, action: Action) -> PopupResult {
        if action != Action::Open {
            return PopupResult::pass();
        }
        let found = self.found().get(at.list.selected).copied();
        found
            .map_or_else(PopupResult::stay, |found| PopupResult::stay().and_then(StackAction::Perform(found)))
    }

    fn written(&mut self, _app: &App, at: &mut Place) -> PopupResult {
        *at = Place::default();
        PopupResult::stay()
    }
}
