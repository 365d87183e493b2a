//! The worker pane: what an agent says and does, as it comes.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{empty, title};
use crate::domain::attempt::Attempt;
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::glyph::{Charset, Glyph};
use crate::tui::ink::Ink;
use crate::tui::layout::inside;
use crate::tui::present::row::Row;
use crate::tui::present::work::{asks, attempt_sign, subject};
use crate::tui::text::{plural, span};
use crate::tui::widget::painter::Lit;

/// After this many milliseconds without output the pane says so.
const QUIET: u64 = 60_000;

/// Draws the transcript of the attempt that is watched.
pub fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let attempt = app.watched().and_then(|id| app.mission.attempts.get(&id));
    let Some(attempt) = attempt else {
        app.painter().title(frame.buffer_mut(), area, &title(app, Pane::Worker, "Worker", ""));
        empty(app, frame, area, "Nobody works yet.");
        return;
    };
    app.painter().title(frame.buffer_mut(), area, &heading(app, attempt));
    let inner = inside(area);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let Some(tape) = app.shown_tape(attempt.id).filter(|tape| !tape.is_empty()) else {
        empty(app, frame, area, quiet_words(app, attempt).as_deref().unwrap_or("Nothing has been said yet."));
        return;
    };
    let foot = foot(app, attempt);
    let room = height.saturating_sub(usize::from(foot.is_some()));
    let rows = app.reel.visible(tape, width, room);
    app.painter().rows(frame.buffer_mut(), inner, &rows);
    if let (Some(foot), Some(line)) = (foot, inner.rows().nth(rows.len())) {
        app.painter().row(frame.buffer_mut(), line, &foot, Lit::No);
    }
}

fn heading(app: &App, attempt: &Attempt) -> Row {
    let (sign, ink) = match asks(&app.mission, attempt.id) {
        Some(_) => (Glyph::Needs, Ink::Warn),
        None => attempt_sign(attempt),
    };
    let mut role = attempt.role.to_string();
    if let Some(first) = role.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let (number, strong) =
        if app.focus == Pane::Worker { (Ink::Focus, Ink::Strong) } else { (Ink::Dim, Ink::Text) };
    let row = Row::of(number, "2 ")
        .then(ink, format!("{} ", sign.text(Charset::Unicode)))
        .then(strong, format!("{role} {}", attempt.id))
        .then(Ink::Text, format!(" · {}", subject(&app.mission, attempt.work)))
        .then(Ink::Dim, format!(" · {}", attempt.model));
    row.end(Ink::Dim, span(attempt.wall_ms(app.now)))
}

/// The line under the transcript: the cursor of a running agent, or how much is new below.
fn foot(app: &App, attempt: &Attempt) -> Option<Row> {
    let tape = app.shown_tape(attempt.id)?;
    if !app.reel.follows() {
        let news = app.reel.news(tape);
        let words = if news == 0 {
            "not following".to_owned()
        } else {
            format!("{} below", plural(usize::try_from(news).unwrap_or(usize::MAX), "new item"))
        };
        return Some(Row::of(Ink::Warn, format!("↓ {words}")));
    }
    if !attempt.is_live() {
        return None;
    }
    if let Some(question) = asks(&app.mission, attempt.id) {
        return Some(Row::of(Ink::Warn, format!("▲ waits for your answer to {question}")));
    }
    let row = Row::of(Ink::Accent, "▌ ");
    Some(match quiet_words(app, attempt) {
        Some(words) => row.then(Ink::Dim, words),
        None => row,
    })
}

/// What a silent agent does, as the engine tells it.
fn quiet_words(app: &App, attempt: &Attempt) -> Option<String> {
    let activity = app.activity(attempt.id)?;
    let silent = app.now.since(activity.last_output);
    if silent < QUIET {
        Some(activity.doing.clone())
    } else {
        Some(format!("{} · no output for {}", activity.doing, span(silent)))
    }
}
