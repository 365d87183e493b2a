//! A mission's progress on a plain terminal: one line for each event worth telling, and a live line under them.
//!
//! What is told is worked out by pure functions from the event and the mission after it; only [`screen`] writes.

pub mod entries;
pub mod event_lines;
pub mod line;
pub mod live;
pub mod screen;
pub mod summary;
pub mod words;
