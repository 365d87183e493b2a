//! A mission's progress on a plain terminal: one line for each event, and a live line under them. What they say is the
//! view's.

pub mod screen;
pub mod words;
