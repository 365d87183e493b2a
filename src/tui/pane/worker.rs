//! The worker pane: what an agent says and does, as it comes.

use ratatui::layout::Rect;

use super::{empty, title};
use crate::domain::attempt::Attempt;
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::layout::inside;
use crate::tui::widget::painter::Painter;
use crate::view::glyph::Charset;
use crate::view::live::{doing, with_pace};
use crate::view::row::{Piece, Row};
use crate::view::style_role::StyleRole;
use crate::view::text::span;
use crate::view::work::{attempt_state, subject};

/// Draws the transcript of the attempt that is watched.
pub fn draw(app: &App, painter: &mut Painter<'_>, area: Rect) {
    let attempt = app.watched().and_then(|id| app.mission.attempts.get(&id));
    let Some(attempt) = attempt else {
        painter.title(area, &title(app, Pane::Worker, "Worker", ""));
        let engine = engine_words(app).unwrap_or_else(|| "Nobody works yet.".to_owned());
        empty(painter, area, &engine);
        return;
    };
    painter.title(area, &heading(app, attempt));
    let inner = inside(area);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let Some(transcript) = app.shown_transcript(attempt.id).filter(|transcript| !transcript.is_empty())
    else {
        empty(painter, area, quiet_words(app, attempt).as_deref().unwrap_or("Nothing has been said yet."));
        return;
    };
    let foot = foot(app, attempt);
    let room = height.saturating_sub(usize::from(foot.is_some()));
    let rows = app.scroll.visible(transcript, width, room);
    painter.rows(inner, &rows);
    if let (Some(foot), Some(line)) = (foot, inner.rows().nth(rows.len())) {
        painter.row(line, &foot);
    }
}

fn heading(app: &App, attempt: &Attempt) -> Row {
    let ((sign, style), _) = attempt_state(&app.mission, attempt);
    let mut role = attempt.role.to_string();
    if let Some(first) = role.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let time = span(attempt.wall_ms(app.now));
    let mut row = title(app, Pane::Worker, &format!("{role} {}", attempt.id), &time);
    row.left.insert(1, Piece::new(style, format!("{} ", sign.text(Charset::Unicode))));
    row.then(StyleRole::Text, format!(" · {}", subject(&app.mission, attempt.work)))
        .then(StyleRole::Dim, format!(" · {}", attempt.model))
}

/// The line under the transcript: the cursor of a running agent, or how much is new below.
fn foot(app: &App, attempt: &Attempt) -> Option<Row> {
    let transcript = app.shown_transcript(attempt.id)?;
    if let Some(news) = app.scroll.news(transcript) {
        return Some(Row::of(StyleRole::Warn, news));
    }
    if !attempt.is_live() {
        return engine_words(app).map(|words| Row::of(StyleRole::Accent, "▌ ").then(StyleRole::Dim, words));
    }
    if let (_, Some(waits)) = attempt_state(&app.mission, attempt) {
        return Some(Row::of(StyleRole::Warn, format!("▲ {waits}")));
    }
    let row = Row::of(StyleRole::Accent, "▌ ");
    Some(row.then(StyleRole::Dim, quiet_words(app, attempt).unwrap_or_default()))
}

/// What the engine does by itself while no agent works, how far it is and how long it usually takes.
fn engine_words(app: &App) -> Option<String> {
    let alone = app.mission.live_attempts().next().is_none();
    let work = app.live.iter().find(|activity| alone && activity.attempt.is_none())?;
    let since = span(app.now.since(work.started));
    Some(format!("the engine, for {since}: {}", with_pace(&app.mission, work, app.now)))
}

/// What a silent agent does, as the engine reports it.
fn quiet_words(app: &App, attempt: &Attempt) -> Option<String> {
    app.activity(attempt.id).map(|activity| doing(activity, app.now))
}
