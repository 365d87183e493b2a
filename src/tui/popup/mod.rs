//! The screens over the main one. They stand in a stack; the uppermost has the keys, Esc takes it off.
//!
//! A screen says what stands in it: a list, the selected row in full, a text to write. [`base`] draws that, moves
//! through it and types into it, so that a screen has code of its own only for what is its own.

pub mod assertion;
pub mod attempt;
pub mod attention;
pub mod base;
pub mod choice;
pub mod confirm;
pub mod contract;
pub mod diff;
pub mod drafts;
pub mod environment;
pub mod evidence;
pub mod evidence_viewer;
pub mod feature;
pub mod findings;
pub mod gate;
pub mod gate_item;
pub mod help;
pub mod hold;
pub mod landing;
pub mod launcher;
pub mod missions;
pub mod model_picker;
pub mod models;
pub mod open;
pub mod palette;
mod prelude;
pub mod prompt;
pub mod proof;
pub mod proposal;
pub mod prove;
pub mod replay;
pub mod result;
pub mod screen;
pub mod section;
pub mod setup;
pub mod stats;
pub mod talk;
pub mod trace;
pub mod unshown;
pub mod workers;
pub mod writing;

use super::action::Action;
use super::app::App;

pub use base::Parts;
pub use result::{PopupResult, Show, StackAction};
pub use screen::{Answer, Place, Popup, RefreshRate, ScreenInfo};
pub use section::Section;
pub use writing::Writing;

/// The screen that an action opens wherever it is done.
pub fn anywhere(app: &App, action: Action) -> Option<Box<dyn Popup>> {
    Some(match action {
        Action::Attention => attention::screen(app),
        Action::Gate => Box::new(gate::GateScreen::new(app.mission.default_gate())),
        Action::Talk => Box::new(talk::Talk::new(app)),
        Action::Workers => Box::new(workers::Workers),
        Action::Models => Box::new(models::Models),
        Action::Stats => Box::new(stats::Stats::default()),
        Action::Missions => Box::new(missions::Missions),
        Action::Replay => Box::new(replay::Replay::new()),
        Action::Findings => Box::new(findings::Findings),
        Action::Trace => Box::new(trace::TraceScreen::all()),
        Action::Drafts => Box::new(drafts::DraftsScreen::looking()),
        Action::Land => Box::new(landing::LandScreen::default()),
        Action::Editor => Box::new(contract::ContractScreen::resumed(app)),
        Action::Environment => Box::new(environment::EnvironmentScreen::new(app)),
        Action::Broadcast => Box::new(prompt::Prompt::new(app, prompt::Purpose::Broadcast)),
        Action::Abandon => Box::new(prompt::Prompt::new(app, prompt::Purpose::Abandon)),
        _ => return None,
    })
}
