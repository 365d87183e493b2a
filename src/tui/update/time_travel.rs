//! What the worker pane shows while the past is shown: only what had been said by then.

use crate::link::protocol::Before;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::scroll::ScrollState;

use super::requests;

/// How many blocks of the past are shown; they cannot be scrolled while a replay has the keys.
const SHOWN: usize = 200;

/// Cuts the watched transcript at the time that is shown, and asks for older pages until they reach back to it.
pub fn look(app: &mut App) -> Vec<Effect> {
    if app.present.is_none() {
        app.then = None;
        app.asked_past = None;
        return Vec::new();
    }
    let Some(attempt) = app.watched() else {
        app.then = None;
        return Vec::new();
    };
    let Some(transcript) = app.transcripts.get(&attempt) else { return Vec::new() };
    let cut = transcript.until(app.now, SHOWN);
    let missing = transcript.first_number().filter(|_| cut.is_empty() && transcript.older > 0);
    app.then = Some((attempt, cut));
    app.scroll = ScrollState::default();
    match missing {
        Some(first) if app.asked_past != Some((attempt, first)) => {
            app.asked_past = Some((attempt, first));
            vec![requests::page(app, attempt, Before::Item(first))]
        }
        _ => Vec::new(),
    }
}
