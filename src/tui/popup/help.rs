//! The keys of the screen below, read from the keymap.

use super::prelude::*;
use crate::view::text::width;

/// The help of a screen.
#[derive(Debug)]
pub struct Help {
    rows: Vec<Row>,
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
        Self { rows }
    }
}

impl Popup for Help {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        ScreenInfo::named(app, Context::Help, "Help")
            .note("keys can be changed in the configuration")
            .hints([Action::Back, Action::Up, Action::Down])
            .fitting(76, self.rows.len())
    }

    fn detail(&self, _app: &App, _at: &Place, _width: usize) -> Vec<Section> {
        vec![self.rows.clone().into()]
    }

    fn act(&mut self, _app: &App, _at: &mut Place, action: Action) -> PopupResult {
        if action == Action::Help { PopupResult::close() } else { PopupResult::pass() }
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
