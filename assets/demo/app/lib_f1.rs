//! A guestbook for the browser and the terminal.

pub mod entry;
pub mod store;
