//! The keys of the screen below, read from the keymap.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Popup, PopupResult};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::{centred, inside};
use crate::tui::list::{List, SelectionStep};
use crate::view::glyph::Glyph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::width;

/// The help of a screen.
#[derive(Debug)]
pub struct Help {
    rows: Vec<Row>,
    list: List,
}

impl Help {
    /// Help for the screen that is uppermost now.
    pub fn new(app: &App) -> Self {
        let mut rows = Vec::new();
        for place in app.places() {
            section(app, place, &mut rows);
        }
        if app.places().len() == 1 {
            section(app, Context::Global, &mut rows);
        }
        signs(&mut rows);
        Self { rows, list: List::default() }
    }

    fn height(&self, app: &App) -> usize {
        usize::from(inside(self.area(app)).height)
    }
}

/// What the signs mean that stand before features, assertions and attempts.
fn signs(rows: &mut Vec<Row>) {
    const SIGNS: [(Glyph, StyleRole, &str); 10] = [
        (Glyph::Done, StyleRole::Good, "built, proven, done"),
        (Glyph::Active, StyleRole::Accent, "at work"),
        (Glyph::Pending, StyleRole::Dim, "not yet"),
        (Glyph::Failed, StyleRole::Bad, "failed"),
        (Glyph::Blocked, StyleRole::Bad, "could not be tried, or was broken off"),
        (Glyph::Stale, StyleRole::Warn, "the wording was changed after the verdict"),
        (Glyph::Waived, StyleRole::Warn, "let pass by you, with a reason"),
        (Glyph::Step, StyleRole::Dim, "a step of validation to come"),
        (Glyph::Evidence, StyleRole::Dim, "how many pieces of evidence"),
        (Glyph::Needs, StyleRole::Warn, "waits for you"),
    ];
    rows.extend([Row::new(), Row::of(StyleRole::Strong, "Signs")]);
    for (glyph, style, meaning) in SIGNS {
        let sign = Row::new().sign(style, glyph).then(StyleRole::Text, " ".repeat(20));
        rows.push(sign.then(StyleRole::Text, meaning));
    }
}

fn section(app: &App, place: Context, rows: &mut Vec<Row>) {
    let listing = app.keymap.listing(place);
    if listing.is_empty() {
        return;
    }
    if !rows.is_empty() {
        rows.push(Row::new());
    }
    let heading = match place {
        Context::Global => "Everywhere",
        Context::Move => "Moving about",
        _ => "This screen",
    };
    rows.push(Row::of(StyleRole::Strong, heading));
    for (action, chords) in listing {
        let keys: Vec<String> = chords.iter().map(ToString::to_string).collect();
        let keys = keys.join("  ");
        let fill = " ".repeat(22_usize.saturating_sub(width(&keys)).max(1));
        rows.push(
            Row::of(StyleRole::Key, keys).then(StyleRole::Text, fill).then(StyleRole::Text, action.about()),
        );
    }
}

impl Popup for Help {
    fn context(&self) -> Context {
        Context::Help
    }

    fn area(&self, app: &App) -> Rect {
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(2);
        centred(app.areas().body, 76, height)
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Back, Action::Up, Action::Down]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match SelectionStep::of(action) {
            Some(SelectionStep::By(n)) => {
                let height = self.height(app);
                self.list.scroll(n, self.rows.len(), height);
            }
            Some(step) => {
                let height = self.height(app);
                self.list.step(step, self.rows.len(), height);
            }
            None if action == Action::Help => return PopupResult::close(),
            None => return PopupResult::pass(),
        }
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let painter = app.painter();
        painter.border(frame.buffer_mut(), area, StyleRole::Focus);
        painter.title(
            frame.buffer_mut(),
            area,
            &Row::of(StyleRole::Strong, "Help")
                .end(StyleRole::Dim, "keys can be changed in the configuration"),
        );
        let inner = inside(area);
        let window = self.list.window(self.rows.len(), usize::from(inner.height));
        painter.rows(frame.buffer_mut(), inner, self.rows.get(window).unwrap_or_default());
    }
}
