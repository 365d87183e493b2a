//! The keys of the screen below, read from the keymap.

use strum::VariantArray;

use super::prelude::*;
use crate::view::prose::hanging;
use crate::view::terms::Term;
use crate::view::text::width;

/// Cells of a row, and of the keys in it.
const WIDTH: usize = 72;
const KEYS: usize = 22;

/// The help of a screen.
#[derive(Debug)]
pub struct Help {
    rows: Vec<Row>,
}

impl Help {
    /// Help for the screen that is uppermost now.
    pub fn new(app: &App) -> Self {
        let mut rows = Vec::new();
        for (index, place) in app.places().into_iter().enumerate() {
            section(app, place, &mut rows);
            // What one sees here is explained before the keys that hold everywhere.
            if index == 0 {
                signs(&mut rows);
            }
        }
        if app.places().len() == 1 {
            section(app, Context::Global, &mut rows);
        }
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
        (Glyph::Evidence, StyleRole::Dim, "evidence: ▣ 2 are two pieces"),
        (Glyph::Needs, StyleRole::Warn, "waits for you"),
    ];
    const WORDS: [(&str, &str); 4] = [
        ("rev. 2", "an assertion's second wording: verdicts on the first no longer count"),
        ("round 2", "a milestone's second validation, after what the first found was mended"),
        ("REQ-3", "a sentence of what you asked for; an assertion shows that it holds"),
        ("by hand", "what a worker says it tried itself: its word, until somebody else sees it"),
    ];
    rows.extend([Row::new(), Row::of(StyleRole::Strong, "Signs")]);
    for (glyph, style, meaning) in SIGNS {
        let sign = Row::new().sign(style, glyph).then(StyleRole::Text, " ".repeat(KEYS - 2));
        rows.push(sign.then(StyleRole::Text, meaning));
    }
    let terms = Term::VARIANTS.iter().map(|term| (term.word(), term.sentence()));
    for (word, meaning) in WORDS.into_iter().chain(terms) {
        rows.extend(hanging((StyleRole::Dim, &format!("{word:<KEYS$}")), StyleRole::Text, meaning, WIDTH));
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
        let fill = " ".repeat(KEYS.saturating_sub(width(&keys)).max(1));
        rows.extend(hanging(
            (StyleRole::Key, &format!("{keys}{fill}")),
            StyleRole::Text,
            action.about(),
            WIDTH,
        ));
    }
}
