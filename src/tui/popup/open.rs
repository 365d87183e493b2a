//! Which screen an action of the main screen opens.

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;

/// Opens the screen that an action of the main screen asks for.
pub fn from_main(_app: &mut App, _action: Action) -> Vec<Effect> {
    Vec::new()
}
