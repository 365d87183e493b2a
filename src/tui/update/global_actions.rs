//! Actions that ask something of the mission, wherever they are done.

use crate::domain::command::Command;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::popup::result::order;
use crate::tui::theme::{BUILT_IN, Theme};

/// Pauses the mission, or lets it go on.
pub fn pause(app: &App) -> Vec<Effect> {
    if app.mission.hold.is_some() {
        resume(app)
    } else {
        vec![order(Command::Pause, "paused: running agents finish their turn")]
    }
}

/// Lets the mission go on; work that failed too often is tried again.
pub fn resume(_app: &App) -> Vec<Effect> {
    vec![order(Command::Resume, "the mission goes on")]
}

/// Wears the next built-in theme.
pub fn next_theme(app: &mut App) -> Vec<Effect> {
    let at = BUILT_IN.iter().position(|(name, _)| *name == app.look.theme).map_or(0, |at| at + 1);
    let Some((name, _)) = BUILT_IN.get(at % BUILT_IN.len()) else { return Vec::new() };
    if let Ok(styles) = Theme::built_in(name).and_then(|theme| theme.styles(app.look.depth)) {
        (*name).clone_into(&mut app.look.theme);
        app.look.styles = styles;
        super::say(app, crate::tui::app::Tone::Done, format!("theme {name}"));
    }
    Vec::new()
}
