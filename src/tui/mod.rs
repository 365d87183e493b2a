//! The console: full-screen mission control. It is a projection of what a [`source`] sends, and keeps nothing of its
//! own: a live mission, a recorded one and a test are the same console on different sources.
//!
//! Input and what the source sends become a [`msg::Msg`]; [`update`] changes the [`app::App`] and names [`effect::Effect`]s; [`pane`]
//! and [`popup`] draw the app by shared reference. [`event_loop`] is the only place that waits.

pub mod action;
pub mod app;
pub mod appearance;
pub mod drafts;
pub mod effect;
pub mod event_loop;
pub mod focus;
pub mod host;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod linking;
pub mod links;
pub mod list;
pub mod msg;
pub mod notify_protocol;
pub mod options;
pub mod pacing;
pub mod pane;
pub mod picture;
pub mod popup;
pub mod recording;
pub mod sample;
pub mod scroll;
pub mod select;
pub mod signals;
pub mod source;
pub mod start;
pub mod styles;
pub mod terminal;
pub mod terminal_writer;
pub mod theme;
pub mod ticket;
pub mod transcript_buffer;
pub mod update;
pub mod widget;

pub use options::{ConsoleExit, ConsoleOptions, TuiError};
pub use start::{launch, run, set_up};
