//! The last line: a sentence for the person, or the keys that hold now.

use crate::domain::gate::GateId;
use crate::domain::mission::Status;
use crate::tui::action::{Action, Context};
use crate::tui::app::{App, Tone};
use crate::tui::focus::Pane;
use crate::tui::key::Chord;
use crate::tui::layout::Areas;
use crate::tui::popup::ScreenInfo;
use crate::tui::popup::prove::ProveScreen;
use crate::tui::widget::painter::Painter;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::width;

use super::chrome::padded;

/// Draws it.
pub fn draw(app: &App, painter: &mut Painter<'_>, areas: &Areas, screens: &[ScreenInfo]) {
    let line = padded(areas.footer);
    let row = match &app.toast {
        Some(toast) => {
            let (sign, style) = match toast.tone {
                Tone::Done => ("✓ ", StyleRole::Good),
                Tone::Trouble => ("✗ ", StyleRole::Bad),
                Tone::Warning => ("▲ ", StyleRole::Warn),
            };
            let row = Row::of(style, sign).then(StyleRole::Text, &toast.sentence);
            match app.keymap.key_of(&app.places(), Action::Attention) {
                Some(key) if toast.tone == Tone::Warning => {
                    row.end(StyleRole::Key, key.to_string()).end(StyleRole::Dim, " all of it")
                }
                _ => row,
            }
        }
        None => hints(app, screens, usize::from(line.width)),
    };
    painter.row(line, &row);
}

/// As many hints as fit, in their order; how to leave, and where to find the rest, give way last.
fn hints(app: &App, screens: &[ScreenInfo], room: usize) -> Row {
    let places = app.places();
    let wanted = screens.last().map_or_else(|| main_hints(app), |info| info.hints.clone()).into_iter();
    let hints: Vec<Hint> = wanted
        .filter_map(|(action, word)| Some(Hint { action, word, key: app.keymap.key_of(&places, action)? }))
        .collect();
    let mut left = room;
    let mut kept = vec![false; hints.len()];
    for last in [true, false] {
        for (hint, kept) in hints.iter().zip(&mut kept).filter(|(hint, _)| hint.gives_way_last() == last) {
            let cells = hint.cells();
            if cells > left {
                break;
            }
            left -= cells;
            *kept = true;
        }
    }
    let mut row = Row::new();
    for (hint, _) in hints.iter().zip(kept).filter(|(_, kept)| *kept) {
        if !row.left.is_empty() {
            row = row.then(StyleRole::Faint, " · ");
        }
        row = row.then(StyleRole::Key, hint.key.to_string()).then(StyleRole::Dim, format!(" {}", hint.word));
    }
    row
}

struct Hint {
    action: Action,
    word: &'static str,
    key: Chord,
}

impl Hint {
    /// With the dot behind it.
    fn cells(&self) -> usize {
        width(&self.key.to_string()) + width(self.word) + 4
    }

    fn gives_way_last(&self) -> bool {
        matches!(self.action, Action::Help | Action::Back | Action::Quit | Action::Palette)
    }
}

fn main_hints(app: &App) -> Vec<(Action, &'static str)> {
    let mut hints = if app.mission.status() == Status::Completed { vec![Action::Land] } else { Vec::new() };
    hints.extend([Action::NextPane, Action::Open]);
    hints.extend(match app.focus {
        Pane::Plan | Pane::Timeline => [Action::Diff, Action::Gate],
        Pane::Worker => [Action::Follow, Action::Fold],
        Pane::Contract => [Action::Edit, Action::Add],
    });
    hints.extend([Action::Talk, Action::Zoom]);
    hints.push(Action::Pause);
    let older = Some(app.focus).filter(|pane| *pane == Pane::Contract);
    let older = older.and_then(|_| ProveScreen::hint(app, GateId::Final));
    hints.retain(|action| !(app.is_over_in(Context::Main) && action.changes_the_mission()));
    if !app.drafts.is_empty() {
        hints.push(Action::Drafts);
    }
    hints.extend(older.filter(|_| !app.is_over_in(Context::Main)));
    hints.extend([Action::Palette, Action::Help, Action::Quit]);
    hints.into_iter().map(|action| (action, action.hint())).collect()
}
