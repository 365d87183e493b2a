//! Every command by name, found by a few of its letters.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Popup, PopupResult, StackAction, Typing};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::{Context, Keymap};
use crate::tui::layout::{centred, inside};
use crate::tui::list::{List, SelectionStep};
use crate::tui::widget::painter::Highlight;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The palette: what was typed, and which of the commands found is selected.
#[derive(Debug, Default)]
pub struct Palette {
    typed: String,
    list: List,
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
    /// The commands that what was typed finds, best first.
    pub fn found(&self, places: &[Context]) -> Vec<Action> {
        let pattern = Pattern::parse(&self.typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut scored: Vec<(u32, Action)> = offered(places)
            .into_iter()
            .filter_map(|action| {
                let text = format!("{} {}", action.name(), action.about());
                let mut buffer = Vec::new();
                let score = pattern.score(nucleo_matcher::Utf32Str::new(&text, &mut buffer), &mut matcher)?;
                Some((score, action))
            })
            .collect();
        scored.sort_by_key(|(score, action)| std::cmp::Reverse((action.name() == self.typed, *score)));
        scored.into_iter().map(|(_, action)| action).collect()
    }

    fn rows_seen(&self, app: &App) -> usize {
        usize::from(inside(self.area(app)).height).saturating_sub(2)
    }
}

impl Popup for Palette {
    fn context(&self) -> Context {
        Context::Palette
    }

    fn area(&self, app: &App) -> Rect {
        centred(app.areas().body, 100, 24)
    }

    fn typing(&self) -> Typing {
        Typing::Yes
    }

    fn word(&self, action: Action) -> &'static str {
        if action == Action::Open { "do it" } else { action.hint() }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Up, Action::Down, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        // While the palette has the keys it is not on the stack, so that the uppermost screen is the one below.
        let found = self.found(&app.places());
        if action == Action::Open {
            return match found.get(self.list.selected) {
                Some(found) => PopupResult::stay().and_then(StackAction::Perform(*found)),
                None => PopupResult::stay(),
            };
        }
        match SelectionStep::of(action) {
            Some(step) => {
                let (len, seen) = (found.len(), self.rows_seen(app));
                self.list.step(step, len, seen);
                PopupResult::stay()
            }
            None => PopupResult::pass(),
        }
    }

    fn typed(&mut self, _app: &App, key: KeyEvent) -> PopupResult {
        match key.code {
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                self.typed.push(c);
            }
            KeyCode::Backspace => {
                self.typed.pop();
            }
            _ => return PopupResult::stay(),
        }
        self.list = List::default();
        PopupResult::stay()
    }

    fn pasted(&mut self, _app: &App, text: &str) -> PopupResult {
        self.typed.extend(crate::view::text::clean(text).chars().filter(|c| *c != '\n').take(80));
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let painter = app.painter();
        let buf = frame.buffer_mut();
        painter.border(buf, area, StyleRole::Focus);
        painter.title(buf, area, &Row::of(StyleRole::Strong, "Commands").end(StyleRole::Dim, "flightdeck …"));
        let inner = inside(area);
        let mut lines = inner.rows();
        if let Some(line) = lines.next() {
            painter.row(
                buf,
                line,
                &Row::of(StyleRole::Key, ": ")
                    .then(StyleRole::Strong, &self.typed)
                    .then(StyleRole::Accent, "▌"),
                Highlight::No,
            );
        }
        lines.next();
        let below: Vec<_> = app.places_below();
        let found = self.found(&below);
        for (line, index) in lines.zip(self.list.window(found.len(), self.rows_seen(app))) {
            let Some(action) = found.get(index) else { continue };
            let key = app.keymap.key_of(&below, *action).map_or_else(String::new, |key| key.to_string());
            let row = Row::of(StyleRole::Text, format!("{:<18}", action.name()))
                .then(StyleRole::Dim, action.about())
                .end(StyleRole::Dim, action.verb().unwrap_or_default())
                .end(StyleRole::Key, format!("{key:>8}"));
            let lit = if index == self.list.selected { Highlight::Selected } else { Highlight::No };
            painter.row(buf, line, &row, lit);
        }
        if found.is_empty() {
            let sentence = Row::of(StyleRole::Dim, "no command is called like that");
            if let Some(line) = inner.rows().nth(2) {
                painter.row(buf, line, &sentence, Highlight::No);
            }
        }
    }
}
