//! Programs in a terminal, driven as a person at the keyboard would and read as a person would see them.

mod driver;
mod keys;
mod questions;
mod recording;
mod screen;
mod tool;

pub use crate::workspace::pty::Size;
pub use driver::{Pattern, TerminalDriver};
pub use screen::{Attribute, Buffer, Colour, Cursor, Screen, StyledRun};
pub use tool::Terminal;
