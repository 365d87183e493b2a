//! What every screen is written with.

pub use std::ops::Range;

pub use crossterm::event::{KeyCode, KeyEvent};
pub use ratatui::layout::Rect;

pub use super::base::Parts;
pub use super::{Answer, Place, Popup, PopupResult, ScreenInfo, Section, StackAction, Writing};
pub use crate::domain::command::Command;
pub use crate::link::protocol::{Call, Reply};
pub use crate::tui::action::Action;
pub use crate::tui::app::App;
pub use crate::tui::effect::Effect;
pub use crate::tui::host::{HostCall, HostReply};
pub use crate::tui::keymap::Context;
pub use crate::tui::layout::{below, inside};
pub use crate::tui::list::{List, SelectionStep};
pub use crate::tui::widget::painter::Painter;
pub use crate::view::glyph::Glyph;
pub use crate::view::prose::paragraph;
pub use crate::view::row::Row;
pub use crate::view::style_role::StyleRole;
