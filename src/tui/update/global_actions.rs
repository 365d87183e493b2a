//! Actions that ask something of the mission, wherever they are done.

use crate::domain::command::Command;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::theme::{BUILT_IN, Theme};

use super::requests::order;

/// Pauses the mission, or lets it go on.
pub fn pause(app: &mut App) -> Vec<Effect> {
    if app.mission.hold.is_some() {
        resume(app)
    } else {
        order(app, Command::Pause, "paused: running agents finish their turn")
    }
}

/// Lets the mission go on; work that failed too often is tried again.
pub fn resume(app: &mut App) -> Vec<Effect> {
    order(app, Command::Resume, "the mission goes on")
}

/// Switches to the next built-in theme.
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
